"""What ranking asks of all clauses, and what is said of a clause only when somebody asks."""

from __future__ import annotations

import pytest

from search.clause_places import Places, PlaceWriter
from search.engines.protocol import Candidate
from search.model import ChannelMatch, ClauseKind
from search.ranked import Matches, Said


def test_clauses_of_one_text_are_found_across_documents() -> None:
    writer = PlaceWriter()
    huge = 2**62 + 1
    writer.add(1, [(ClauseKind.HEADING, 5), (ClauseKind.TEXT, huge)])
    writer.add(0, [])
    writer.add(0, [(ClauseKind.NOTE, 6), (ClauseKind.TEXT, huge), (ClauseKind.TABLE, 7)])
    places = Places.of(dict(writer.columns()))
    assert places.having(huge).tolist() == [1, 3]
    assert places.having(5).tolist() == [0]
    assert places.having(8).tolist() == []
    assert places.documents.tolist() == [0, 0, 2, 2, 2]
    assert places.aside.tolist() == [1, 0, 1, 0, 0]
    assert places.editions.tolist() == [1, 0, 0]


def test_what_channels_said_reads_as_a_mapping_of_matches() -> None:
    said = (Said("keyword", Candidate("a", 9.1), 1), Said("semantic", Candidate("a", 0.88, (0, 12)), 3))
    matches = Matches(said, {"keyword": {"a": 0.512345}, "semantic": {"a": 0.25}})
    assert dict(matches) == {
        "keyword": ChannelMatch(1, 9.1, None, 0.5123),
        "semantic": ChannelMatch(3, 0.88, (0, 12), 0.25),
    }
    with pytest.raises(KeyError):
        Matches(said[:1], {"keyword": {"a": 0.5}})["semantic"]
