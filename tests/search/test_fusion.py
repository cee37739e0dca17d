"""The fusion: pure functions over scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fusion import NOT_FOUND, fuse, spread

SCORES = st.lists(st.floats(-1e6, 1e6), max_size=20)
RANKINGS = st.dictionaries(st.integers(0, 30), st.floats(0, 100), max_size=20).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)


@given(SCORES)
def test_scores_are_spread_from_nought_to_one_and_keep_their_order(scores: list[float]) -> None:
    values = spread(np.array(scores)).tolist()
    assert all(0 <= value <= 1 for value in values)
    assert [v for _, v in sorted(zip(scores, values, strict=True))] == sorted(values)


def test_a_channel_whose_best_is_poor_does_not_shout() -> None:
    scores = np.array([2.0, 1.0])
    assert spread(scores, floor=0.0).tolist() == [1.0, 0.5]
    assert spread(scores, floor=0.0, ceiling=20.0).tolist() == [0.1, 0.05]
    assert spread(scores, floor=0.0, ceiling=1.5).tolist() == [1.0, 0.5]


def ranking(*pairs: tuple[int, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([clause for clause, _ in pairs], np.int64), np.array([score for _, score in pairs], np.float64)


def test_a_clause_that_both_channels_find_goes_before_one_that_a_single_channel_finds() -> None:
    channels = {"keyword": ranking((7, 9.0), (5, 8.0)), "semantic": ranking((5, 0.9), (3, 0.8))}
    fused = fuse(channels, {"keyword": 0.5, "semantic": 0.5}, {"keyword": (0.0, None)})
    assert fused.ordinals.tolist() == [5, 7, 3]
    assert fused.scores[1] == pytest.approx(0.5)
    assert fused.ranks["keyword"].tolist() == [1, 0, NOT_FOUND]
    assert fused.ranks["semantic"].tolist() == [0, NOT_FOUND, 1]
    kept = fused.kept(fused.ranks["semantic"] != NOT_FOUND)
    assert (kept.ordinals.tolist(), kept.ranks["keyword"].tolist()) == ([5, 3], [1, NOT_FOUND])


def test_equal_scores_come_in_the_order_of_the_catalogue_so_that_pages_do_not_flicker() -> None:
    for clauses in ((4, 2), (2, 4)):
        fused = fuse({"keyword": ranking(*((clause, 1.0) for clause in clauses))}, {"keyword": 1.0}, {})
        assert fused.ordinals.tolist() == [2, 4]


def test_channels_that_find_nothing_give_nothing() -> None:
    fused = fuse({"keyword": ranking(), "semantic": ranking()}, {"keyword": 0.5, "semantic": 0.5}, {})
    assert (len(fused.ordinals), len(fused.scores), fused.kept(np.ones(0, np.bool_)).ordinals.tolist()) == (0, 0, [])


@given(RANKINGS, RANKINGS, st.floats(0, 1), st.floats(0, 200))
def test_a_score_is_the_sum_of_what_the_channels_add(
    words: list[tuple[int, float]], meaning: list[tuple[int, float]], weight: float, ceiling: float
) -> None:
    channels = {"keyword": ranking(*words), "semantic": ranking(*meaning)}
    fused = fuse(channels, {"keyword": weight, "semantic": 1 - weight}, {"keyword": (0.0, ceiling)})
    assert sorted(fused.ordinals.tolist()) == sorted(dict(words) | dict(meaning))
    assert fused.scores.tolist() == sorted(fused.scores.tolist(), reverse=True)
    for place, clause in enumerate(fused.ordinals.tolist()):
        total = 0.0
        for name, (found, _) in channels.items():
            if (rank := fused.ranks[name][place]) != NOT_FOUND:
                assert found[rank] == clause
                total += fused.shares[name][rank]
        assert fused.scores[place] == pytest.approx(total)
