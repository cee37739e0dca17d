"""Folding is done in columns: it gives what folding clause by clause, as its texts say, would give."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.clause_places import Places
from search.folding import FROM_ONE_DOCUMENT, HEADING_WEIGHT, REPEATED_WEIGHT, FoldedList, fold_copies
from search.model import ChannelMatch
from search.ranked import Ranked, RankedList

if TYPE_CHECKING:
    from search.store import Catalogue


@dataclass(frozen=True)
class Made:
    """A clause: its text, its document, whether it is a heading, its score, and the channel that found it."""

    text: int
    document: int
    is_heading: bool
    score: float
    channel: str


MADE = st.builds(
    Made,
    st.integers(0, 8),
    st.integers(0, 3),
    st.booleans(),
    st.integers(0, 100).map(lambda n: n / 100),
    st.sampled_from(["keyword", "semantic"]),
)
EDITIONS = [1, 0, 0, 2]


def rounded(score: float) -> float:
    return float(np.round(score, 4))


def folded(clauses: list[Made], *, spread: bool) -> FoldedList:
    places = Places(
        np.array([c.document for c in clauses], np.int32),
        np.array([c.text for c in clauses], np.int64),
        np.array([c.is_heading for c in clauses], np.int8),
        np.zeros(len(clauses), np.int64),
        np.array(EDITIONS, np.int32),
    )
    ranked = [Ranked(f"c{i}", c.score, {c.channel: ChannelMatch(i + 1, c.score)}) for i, c in enumerate(clauses)]
    catalogue = cast("Catalogue", SimpleNamespace(places=places))
    return fold_copies(catalogue, RankedList.of(ranked, range(len(ranked))), spread=spread)


def one_by_one(clauses: list[Made], *, spread: bool) -> list[tuple[str, float, list[str], set[str]]]:
    """The same, slowly: clause, score, factors, channels."""
    groups: dict[int, list[tuple[int, Made, float]]] = {}
    for i, c in enumerate(clauses):
        score = rounded(c.score * HEADING_WEIGHT) if c.is_heading else c.score
        groups.setdefault(c.text, []).append((i, c, score))
    entries = []
    for members in groups.values():
        best = min(members, key=lambda m: (EDITIONS[m[1].document], -m[2]))
        highest = max(members, key=lambda m: m[2])
        factors = ["heading"] if highest[1].is_heading else []
        entries.append((best, rounded(highest[2]), factors, {m[1].channel for m in members}))
    entries.sort(key=lambda e: -e[1])
    if spread:
        seen: dict[int, int] = {}
        for at, ((i, c, s), score, factors, channels) in enumerate(entries):
            seen[c.document] = seen.get(c.document, 0) + 1
            further = seen[c.document] - FROM_ONE_DOCUMENT
            if further > 0:
                weight = rounded(REPEATED_WEIGHT**further)
                entries[at] = ((i, c, s), rounded(score * weight), [*factors, "same_document"], channels)
        entries.sort(key=lambda e: -e[1])
    return [(f"c{i}", score, factors, channels) for (i, _, _), score, factors, channels in entries]


@given(st.lists(MADE, max_size=30), st.booleans())
def test_columns_and_clauses_one_by_one_say_the_same(clauses: list[Made], spread: bool) -> None:
    clauses.sort(key=lambda c: -c.score)
    found = [
        (f.ranked.clause_id, f.ranked.score, [x.name for x in f.ranked.factors], set(f.ranked.matched_by))
        for f in folded(clauses, spread=spread)
    ]
    assert found == one_by_one(clauses, spread=spread)


@given(st.lists(MADE, min_size=1, max_size=12))
def test_what_is_led_has_the_best_scores(clauses: list[Made]) -> None:
    clauses.sort(key=lambda c: -c.score)
    before = folded(clauses, spread=True)
    last = len(before) - 1
    after = before.led([last])
    assert after.scores.tolist() == before.scores.tolist()
    assert [f.text for f in after] == [before[last].text, *(f.text for f in before[:last])]
    assert after.texts.tolist() == [f.text for f in after]
