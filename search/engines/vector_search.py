"""Clauses by their vectors, over one committed state. No library of an index is imported here: it is behind `Rows`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from search.engines.columns import Candidates

if TYPE_CHECKING:
    from search.engines.protocol import Candidate, Vectors
    from search.engines.vector_table import Table

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
_SPARE = 1.25
"""Rows that are looked for at first, for each of as many as there are in the clauses that are wanted, on average."""


class Rows(Protocol):
    """The rows of an index, numbered from 0."""

    def __len__(self) -> int: ...

    def nearest(self, vector: Vectors, wanted: int, within: Mask | None) -> tuple[Vectors, Numbers]:
        """Inner products with `vector` (dimension,) and numbers of `wanted` rows, best first; of those `within` only, of
        which there are as many. Products are exact, also where which rows are the best is not."""
        ...

    def between(self, first: int, last: int) -> Vectors:
        """The rows `first` to before `last`."""
        ...


@dataclass(frozen=True)
class VectorSearch:
    """One committed state: the rows (None as long as there was never one) and whose they are."""

    rows: Rows | None
    table: Table

    def search(self, vectors: Vectors, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        """Clauses by the best inner product of any of their rows with any row of `vectors`."""
        if limit <= 0 or not self.table.clause_ids or not len(vectors):
            return []
        within = None if documents is None else self.table.rows_of(documents)
        available = len(self.table.windows) if within is None else int(within.sum())
        found = [self._nearest(v, limit, available, within) for v in np.ascontiguousarray(vectors, np.float32)]
        scores = np.concatenate([scores for scores, _ in found])
        rows = np.concatenate([rows for _, rows in found])
        return self._candidates(scores, rows, limit)

    def _nearest(self, vector: Vectors, limit: int, available: int, within: Mask | None) -> tuple[Vectors, Numbers]:
        """The best rows, as many as make up `limit` clauses and all that are as good as the last of these."""
        wanted = min(round(_SPARE * limit * len(self.table.windows) / len(self.table.clause_ids)), available)
        while wanted and self.rows is not None:
            scores, rows = self.rows.nearest(vector, wanted, within)
            _, firsts = np.unique(self.table.clause_of_row[rows], return_index=True)
            enough = len(firsts) >= limit and scores[np.sort(firsts)[limit - 1]] > scores[-1]
            if enough or wanted == available:
                return scores, rows
            wanted = min(4 * wanted, available)
        return np.zeros(0, np.float32), np.zeros(0, np.int64)

    def _candidates(self, scores: Vectors, rows: Numbers, limit: int) -> Sequence[Candidate]:
        """Each clause once, by its best row."""
        table = self.table
        clauses = table.clause_of_row[rows]
        order = np.lexsort((clauses, table.ordinals[clauses], -scores))
        _, firsts = np.unique(clauses[order], return_index=True)
        order = order[np.sort(firsts)[:limit]]
        best = clauses[order]
        return Candidates(
            table.clause_ids.__getitem__, best, scores[order], table.ordinals[best], table.windows[rows[order]]
        )

    def vectors(self, clause_id: str) -> Vectors:
        """The rows of one clause; KeyError when it is not there."""
        clause = self.table.numbers[clause_id]
        if self.rows is None:
            raise KeyError(clause_id)
        first, last = self.table.first[clause : clause + 2].tolist()
        return self.rows.between(first, last)
