"""The seam between the searcher and whatever keeps the postings and the vectors.

An engine lives in the folder of one index generation. Invariants that every engine keeps (tests/contract holds them):

- What a writer added is found after `commit`, and nothing of it before or after a rollback.
- Candidates come best first, each clause once, at most `limit` of them; equal scores in the order of `ordinal`.
- A score is the engine's own: outside, only its order and its share of the sum of `term_weights` mean something.
- With `documents` given, only clauses of these documents come back, as many as the limit allows: filtering never
  costs a clause that would have been found without the others.
- Deleted clauses are gone from both channels after `commit`; what is deleted is what was committed before the batch.
- An id that is added again is replaced; the same id twice in one batch is a ValueError.
- With phrases, other words only rank. Phrases and exclusions bind clauses found by their 文号, too. Exclusions alone
  find nothing.
- No call raises on the content of a query; a query that matches nothing gives an empty list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    """(n, dimension) float32, each row of length 1."""


class ClauseEntry(NamedTuple):
    """What an engine is given of a clause. Texts are as shown; the engine analyses them with the analyzer that it was
    opened with.

    `vectors` holds one row per window of the clause (at least one), `windows` the [start, end) of each in `text`.
    """

    clause_id: str
    document_id: str
    ordinal: int
    title: str
    path: tuple[str, ...]
    text: str
    document_number: str | None
    vectors: Vectors
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """What the keyword channel is asked. All texts are folded already (search.text.normalise.fold).

    `text` is analysed into terms, any of which may match (OR, ranked by BM25F). Each of `phrases` must stand in the
    clause's own folded text, character by character; none of `excluded` may. `document_numbers` are exact 文号
    (search.text.numbers.document_number_key): a clause of such a document matches, ahead of all others.
    """

    text: str = ""
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    document_numbers: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """A clause that a channel found. `window` is the [start, end) of the clause's text that matched best (semantic only).

    `ordinal` is the one that the clause was added with: its place in the catalogue, in whose order an index is written."""

    clause_id: str
    score: float
    window: tuple[int, int] | None
    ordinal: int


@dataclass(frozen=True, slots=True)
class EngineStats:
    """How much an engine holds."""

    clauses: int
    windows: int
    details: Mapping[str, str | int] = field(default_factory=dict)


class EngineWriter(Protocol):
    """A batch: leaving the `with` block commits, leaving it by an error rolls back."""

    def add(self, entries: Iterable[ClauseEntry]) -> None: ...

    def delete(self, clause_ids: Collection[str]) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """One generation's keyword and vector index."""

    def writer(self) -> EngineWriter: ...

    def keyword(
        self, query: KeywordQuery, limit: int, documents: Collection[str] | None = None
    ) -> Sequence[Candidate]: ...

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        """For each term of the query about what it adds to the score of a clause of ordinary length that has it once.
        A best candidate far below their sum has little of what was asked for."""
        ...

    def known(self, terms: Collection[str]) -> frozenset[str]:
        """Those of some terms (of the analyzer) that stand in the title, the path or the text of any clause."""
        ...

    def semantic(self, vectors: Vectors, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        """Clauses by the best inner product of any of their windows with any row of `vectors` (m, dimension)."""
        ...

    def vectors(self, clause_id: str) -> Vectors:
        """The rows of one clause, (windows, dimension); KeyError when it is not there."""
        ...

    def clause_ids(self) -> Mapping[str, Sequence[str]]:
        """The clauses that each channel (`keyword`, `semantic`) has: for checking an index, not for searching."""
        ...

    def stats(self) -> EngineStats: ...

    def close(self) -> None: ...
