"""What is multiplied in 8 bits is made even before: the same product, by sizes that were measured."""

from __future__ import annotations

import numpy as np

from benchmarks.activations import CORPUS, lines, sizes_of
from search.embedding.bundled import read_source
from search.embedding.smoothing import LOST, MATRICES, MEAN, Dense, by_token, inputs_of_matrices


def test_the_product_stays_and_the_inputs_become_even() -> None:
    source, peaks = read_source(), inputs_of_matrices()["l3.fo"].peaks
    dense = Dense.read(source, "l3.fo")
    scales = dense.smoothing(peaks)
    inputs = np.random.default_rng(3).normal(size=(5, len(scales))).astype(np.float32) * peaks
    np.testing.assert_allclose(
        (inputs / scales) @ dense.of_divided(scales).weights.T, inputs @ dense.weights.T, rtol=1e-3, atol=1e-2
    )
    before, after = np.log(peaks), np.log(peaks / scales)
    assert after.std() < 0.7 * before.std()
    assert np.isclose(np.log(scales).mean(), 0, atol=1e-5)


def test_a_channel_that_is_never_used_does_no_harm() -> None:
    dense = Dense(np.array([[0, 1, 2]], dtype=np.float32), np.zeros(1, dtype=np.float32))
    scales = dense.smoothing(np.array([0, 0, 5], dtype=np.float32))
    assert (np.isfinite(scales) & (scales > 0)).all()


def test_the_sizes_that_come_along_are_those_of_the_corpus() -> None:
    kept, texts = inputs_of_matrices(), lines(sorted(CORPUS.glob("*.txt")))
    assert set(kept) == {f"l{layer}.{part}" for layer in range(12) for part in MATRICES}
    found = sizes_of(texts[::30])
    for name, inputs in kept.items():
        assert (found[name] <= inputs.peaks * 1.002 + 1e-6).all(), name  # of some lines, so none is larger; float16
        assert np.median(found[name] / inputs.peaks) > 0.25, name
        assert np.corrcoef(found[name + MEAN], inputs.means)[0, 1] > 0.9, name
        if by_token(name):  # many are a little below 0, and become 0; of the others rounding takes and gives alike
            assert inputs.lost.mean() < 0, name
            assert 0.2 < found[name + LOST].mean() / inputs.lost.mean() < 2, name
