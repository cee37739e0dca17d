"""Lists of clauses as columns: what somebody looks at says the same as the columns."""

from __future__ import annotations

import numpy as np
import pytest

from search.engines.columns import Candidates
from search.engines.protocol import Candidate
from search.model import Factor
from search.ranked import Factors, Ranked, RankedList

HALF, WHOLE = Factor("heading", 0.5), Factor("heading", 1.0)


def ranked(*scores: float) -> RankedList:
    return RankedList.of([Ranked(f"c{i}", score, {}) for i, score in enumerate(scores)], range(10, 10 + len(scores)))


def ids(listed: RankedList) -> list[str]:
    return [r.clause_id for r in listed]


def test_factors_reorder_and_are_told_of_the_clauses_they_changed_only() -> None:
    weighed = ranked(0.9, 0.8, 0.3).weighed([Factors((WHOLE, HALF), np.array([1, 0, 0]))])
    assert ids(weighed) == ["c1", "c0", "c2"]
    assert [r.factors for r in weighed] == [(), (HALF,), ()]
    assert [r.score for r in weighed] == weighed.scores.tolist() == [0.8, 0.45, 0.3]
    again = weighed.weighed([Factors((WHOLE, HALF), np.array([1, 0, 0]))])
    assert [(r.clause_id, r.score, len(r.factors)) for r in again] == [("c0", 0.45, 1), ("c1", 0.4, 1), ("c2", 0.3, 0)]
    assert again.ordinals.tolist() == [10, 11, 12]


def test_others_go_in_front_and_stand_there_once() -> None:
    others = RankedList.of([Ranked("c1", 0.9, {}), Ranked("new", 0.9, {})], [11, 99])
    headed = ranked(0.9, 0.8, 0.3).weighed([Factors((WHOLE, HALF), np.array([0, 0, 1]))]).headed(others)
    assert ids(headed) == ["c1", "new", "c0", "c2"]
    assert headed.ordinals.tolist() == [11, 99, 10, 12]
    assert headed[3].factors == (HALF,)
    assert [r.clause_id for r in headed[2:]] == ["c0", "c2"]
    with pytest.raises(IndexError):
        headed[4]


def test_candidates_as_columns_are_the_same_candidates() -> None:
    found = [Candidate("甲", 2.5, (0, 12), 7), Candidate("乙", 1.0, (3, 9), 4)]
    columns = Candidates.of(found)
    assert columns == found
    assert list(columns) == found
    assert Candidates.of(columns) is columns
    assert columns[1:] == found[1:]
    assert columns.kept(np.array([False, True])) == found[1:]
    assert Candidates.of([]) == []
    assert Candidates.of([Candidate("丙", 1.0, None, 0)])[0] == Candidate("丙", 1.0, None, 0)


def test_what_leads_has_the_best_score_and_what_was_said_of_it() -> None:
    found = ranked(0.9, 0.8, 0.3)
    led = found.led_by({7: "c7", 12: "c2"})
    assert [(each.clause_id, each.score) for each in led] == [("c7", 0.9), ("c2", 0.9), ("c0", 0.9), ("c1", 0.8)]
    assert led[1].matched_by == found[2].matched_by
    assert led[0].matched_by["keyword"].rank == 1
    assert found.led_by({}) is found
    assert ids(ranked().led_by({7: "c7"})) == ["c7"]
