"""What stands for pairs of numbers in the lists of vectors is looked up, and hardly ever another point than the nearest one."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from search.engines.pair_codes import POINTS, PairCodes


def _trained(pairs: int) -> tuple[np.ndarray, faiss.ProductQuantizer]:
    rows = np.random.default_rng(7).standard_normal((9_000, 2 * pairs)).astype(np.float32)
    rows *= np.linspace(0.2, 1, 2 * pairs, dtype=np.float32)  # not all numbers are equally large
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    quantizer = faiss.ProductQuantizer(2 * pairs, pairs, POINTS.bit_length() - 1)
    quantizer.train(rows[:4_000])
    return rows, quantizer


@pytest.mark.parametrize("pairs", [2, 64])
def test_rows_are_coded_nearly_as_faiss_codes_them(pairs: int) -> None:
    rows, quantizer = _trained(pairs)
    expected = quantizer.compute_codes(rows)
    found = PairCodes(faiss.vector_to_array(quantizer.centroids).reshape(pairs, POINTS, 2)).of(rows)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert (found == expected).mean() > 0.85

    def error(codes: np.ndarray) -> float:
        return float(((rows - quantizer.decode(codes)) ** 2).sum(axis=1).mean())

    assert error(found) < 1.03 * error(expected)


def test_numbers_beyond_all_points_and_points_at_zero_do_no_harm() -> None:
    points = np.zeros((2, POINTS, 2), np.float32)
    assert PairCodes(points).of(np.array([[9, -9, 0, np.float32(1e30)]], np.float32)).tolist() == [[0]]
    points[:, 3] = [-1, 1]
    assert PairCodes(points).of(np.array([[-50, 50, -1, 1]], np.float32)).tolist() == [[3 + (3 << 4)]]
