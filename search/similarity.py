"""Clauses whose meaning is nearest to a clause, or to a passage that somebody pasted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from search.live import Snapshot
from search.model import ChannelMatch, Clause, ClauseKind
from search.ranked import Ranked, RankedList
from search.store import StoredClause
from search.wording import shared_wording

if TYPE_CHECKING:
    from search.engines.protocol import Candidate, Vectors

_UNASKED = frozenset({ClauseKind.NOTE})
DEPTH = 100
"""Clauses nearest in meaning whose wording is looked at."""
WORDING = 0.4
"""What a wording that is wholly shared counts beside a cosine of 1. Among many measures on one subject the vectors alone
are too alike to tell which of them a clause took up: of the sources of Jilin's measures, labelled by hand, .77 were among
the first three without it and .92 are with it
(tests/relevance/test_floor.py)."""


class Passage(NamedTuple):
    """A text with its windows' vectors (n, dimension), and the cosine from which a clause is near to it at all."""

    text: str
    vectors: Vectors
    floor: float


def nearest_to_clause(snapshot: Snapshot, stored: StoredClause, limit: int) -> tuple[RankedList, frozenset[str]]:
    """The clauses of other works nearest to a clause, and the documents of its own work.

    Copies in other works come first: their vectors and their wording are the same. Needs no model: the clause's vectors
    are there."""
    own = snapshot.catalogue.document(stored.clause.document_id)
    own_work = frozenset({stored.clause.document_id, *(own.same_work_as if own else ())})
    found = _nearest(snapshot, snapshot.engine.vectors(stored.clause.clause_id), limit, None)
    others = [(c, clause) for c, clause in found if clause.document_id not in own_work]
    return _ranked(stored.clause.text, others), own_work


def nearest_to_passage(
    snapshot: Snapshot, passage: Passage, limit: int, documents: Collection[str] | None
) -> RankedList:
    """The clauses nearest to a text that is in no index."""
    found = _nearest(snapshot, passage.vectors, limit, documents)
    return _ranked(passage.text, [(c, clause) for c, clause in found if c.score >= passage.floor])


def _nearest(
    snapshot: Snapshot, vectors: Vectors, limit: int, documents: Collection[str] | None
) -> list[tuple[Candidate, Clause]]:
    """Headings and notes are no answer here: what a heading stands for is said under it."""
    found = snapshot.engine.semantic(vectors, max(DEPTH, 4 * limit), documents)
    stored = snapshot.catalogue.at([c.ordinal for c in found])
    clauses = [(c, stored[c.ordinal]) for c in found]
    return [(c, clause) for c, clause in clauses if clause.kind not in _UNASKED and not clause.kind.is_heading]


def _ranked(text: str, found: Sequence[tuple[Candidate, Clause]]) -> RankedList:
    """By nearness in meaning and in wording together, as a score of 0…1."""
    shared = shared_wording(text, [clause.text for _, clause in found])
    ranked = []
    for rank, ((c, _), wording) in enumerate(zip(found, shared, strict=True), 1):
        share = round(c.score / (1 + WORDING), 4)
        score = round((c.score + WORDING * wording) / (1 + WORDING), 4)
        match = ChannelMatch(rank, c.score, c.window, share)
        ranked.append((Ranked(c.clause_id, score, {"semantic": match}), c.ordinal))
    ranked.sort(key=lambda pair: -pair[0].score)
    return RankedList.of([r for r, _ in ranked], [ordinal for _, ordinal in ranked])
