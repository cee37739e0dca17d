"""The fusion: pure functions over scores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fusion import spread, weighted

SCORES = st.lists(st.floats(-1e6, 1e6), max_size=20)


@given(SCORES)
def test_scores_are_spread_from_nought_to_one_and_keep_their_order(scores: list[float]) -> None:
    values = spread(scores)
    assert all(0 <= value <= 1 for value in values)
    assert [v for _, v in sorted(zip(scores, values, strict=True))] == sorted(values)


def test_a_channel_whose_best_is_poor_does_not_shout() -> None:
    assert spread([2.0, 1.0], floor=0.0) == [1.0, 0.5]
    assert spread([2.0, 1.0], floor=0.0, ceiling=20.0) == [0.1, 0.05]
    assert spread([2.0, 1.0], floor=0.0, ceiling=1.5) == [1.0, 0.5]


def test_a_clause_that_both_channels_find_goes_before_one_that_a_single_channel_finds() -> None:
    channels = {"keyword": [("甲", 9.0), ("乙", 8.0)], "semantic": [("乙", 0.9), ("丙", 0.8)]}
    fused = weighted(channels, {"keyword": 0.5, "semantic": 0.5}, {"keyword": (0.0, None)})
    assert [clause for clause, _ in fused] == ["乙", "甲", "丙"]
    assert dict(fused)["甲"] == pytest.approx(0.5)


def test_equal_scores_are_ordered_by_id_so_that_pages_do_not_flicker() -> None:
    for order in (["乙", "甲"], ["甲", "乙"]):
        fused = weighted({"keyword": [(clause, 1.0) for clause in order]}, {"keyword": 1.0}, {})
        assert [clause for clause, _ in fused] == ["乙", "甲"]
