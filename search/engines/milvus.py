"""An engine whose postings and vectors are kept by Milvus: a cluster of any size, or milvus-lite in this process.

In the engine's own folder are only the name of its collections and how many clauses have each term (milvus_state.py).
Collections are written once and never changed: the generation's files say which are read, so that a generation is switched
to, rolled back to and thrown away as on the other rungs. An alias in Milvus would be a second word on what is live.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from search.engines.milvus_client import CLAUSES, WINDOWS, Milvus, key_of, one_of
from search.engines.milvus_search import MilvusKeyword, MilvusVectors
from search.engines.milvus_state import Folder, Installation, State, Terms
from search.engines.milvus_writer import MilvusWriter
from search.engines.protocol import Candidate, EngineStats, KeywordQuery
from search.errors import IndexDamaged, TiaokuanError

if TYPE_CHECKING:
    from search.engines.milvus_server import MilvusServer
    from search.engines.protocol import Vectors
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

_NEAR = 64
_AHEAD = 1_024
"""Windows that are fetched together where clauses are asked for one after the other."""


def create(folder: Path, server: MilvusServer) -> None:
    """A state without clauses. What earlier writers left on the server is removed. Raises EngineUnreachable."""
    drop_leftovers(folder.parent, server)
    Folder(folder).create()


def drop_leftovers(place: Path, server: MilvusServer) -> list[str]:
    """Remove the collections of this installation that no engine's folder in `place` names, and say which they were.
    Nobody may be writing meanwhile. Raises EngineUnreachable."""
    client = Milvus(server)
    try:
        return Installation(place).drop_leftovers(client)
    finally:
        client.close()


class MilvusEngine:
    """The state of a folder. One writer at a time, any number of readers."""

    def __init__(self, folder: Path, analyzer: Analyzer, ranking: Ranking, server: MilvusServer) -> None:
        """Raises IndexDamaged and EngineUnreachable."""
        self._folder = Folder(folder)
        self._analyzer = analyzer
        self._ranking = ranking
        state, terms = self._folder.load()
        self._installation = Installation(folder.parent)
        self._client = Milvus(server)
        self._replaced: list[str] = []
        try:
            self._set(state, terms)
            if state.collection:
                self._client.load(state.collection + CLAUSES)
                self._client.load(state.collection + WINDOWS)
        except BaseException:
            self._client.close()
            raise

    def _set(self, state: State, terms: Terms) -> None:
        self._state = state
        self._vectors = _ReadAhead(MilvusVectors(self._client, state)) if state.collection else None
        self._keyword = None
        if state.collection:
            self._keyword = MilvusKeyword(self._client, state, terms, self._analyzer, self._ranking)

    def writer(self) -> MilvusWriter:
        """Raises IndexBusy."""
        return MilvusWriter(
            self._folder, self._client, self._installation, self._analyzer, self._ranking, self._committed
        )

    def _committed(self, state: State, terms: Terms) -> None:
        """What was read until now is kept until the next commit, for the searches that are under way."""
        self._drop_replaced()
        if self._state.collection:
            self._replaced.append(self._state.collection)
        self._set(state, terms)

    def _drop_replaced(self) -> None:
        with suppress(TiaokuanError):  # else the next run does it
            while self._replaced:
                for name in self._client.names(self._replaced[-1]):
                    self._client.drop(name)
                self._replaced.pop()

    def keyword(self, query: KeywordQuery, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        keyword = self._keyword
        if keyword is None or limit <= 0 or (documents is not None and not documents):
            return []
        return keyword.search(query, limit, documents)

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        keyword = self._keyword
        return keyword.term_weights(query) if keyword else {}

    def known(self, terms: Collection[str]) -> frozenset[str]:
        keyword = self._keyword
        return keyword.known(terms) if keyword else frozenset()

    def semantic(self, vectors: Vectors, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        searched = self._vectors
        if searched is None or limit <= 0 or (documents is not None and not documents):
            return []
        return searched.vectors.search(vectors, limit, documents)

    def vectors(self, clause_id: str) -> Vectors:
        if self._vectors is None:
            raise KeyError(clause_id)
        return self._vectors.of(clause_id)

    def clause_ids(self) -> Mapping[str, Sequence[str]]:
        if not self._state.collection:
            return {"keyword": (), "semantic": ()}
        windows = self._names(WINDOWS, self._state.windows)
        return {"keyword": list(self._names(CLAUSES, self._state.clauses)), "semantic": list(dict.fromkeys(windows))}

    def _names(self, which: str, total: int) -> Iterator[str]:
        pages = self._client.scan(f"{self._state.collection}{which}", total, (), ["row", "clause"])
        return (row["clause"] for page in pages for row in page)

    def stats(self) -> EngineStats:
        """As Milvus counts them now."""
        state = self._state
        if state.collection is None:
            return EngineStats(0, 0, {"engine": "milvus"})
        clauses, windows = (self._client.count(state.collection + which) for which in (CLAUSES, WINDOWS))
        return EngineStats(clauses, windows, {"engine": "milvus", "collection": state.collection})

    def check(self) -> None:
        """Raises IndexDamaged where Milvus has other rows than were written, and EngineUnreachable."""
        stats, state = self.stats(), self._state
        if (stats.clauses, stats.windows) != (state.clauses, state.windows):
            reason = f"{stats.clauses} + {stats.windows} rows, {state.clauses} + {state.windows} written"
            raise IndexDamaged(file=str(state.collection), reason=reason)

    def close(self) -> None:
        self._drop_replaced()
        self._client.close()


class _ReadAhead:
    """The rows of clauses. Where one clause after the other is asked for, many are fetched at once."""

    def __init__(self, vectors: MilvusVectors) -> None:
        self.vectors = vectors
        self._lock = Lock()
        self._known: dict[str, Vectors] = {}
        self._last = -_AHEAD

    def of(self, clause_id: str) -> Vectors:
        """The rows of one clause; KeyError when it is not there."""
        with self._lock:
            if (known := self._known.get(clause_id)) is not None:
                return known
            found = self.vectors.rows_of([one_of("clause_key", [key_of(clause_id)])])
            rows = [row for row in found if row["clause"] == clause_id]
            if not rows:
                raise KeyError(clause_id)
            first, last = int(rows[0]["row"]), int(rows[-1]["row"])
            if abs(first - self._last) <= _NEAR:
                self._fetch(first)
            else:
                self._last = last
            return np.array([row["vector"] for row in rows], np.float32)

    def _fetch(self, first: int) -> None:
        rows = self.vectors.rows_of([f"row >= {first} and row < {first + _AHEAD}"])
        by_clause: dict[str, list[object]] = {}
        for row in rows:
            by_clause.setdefault(row["clause"], []).append(row["vector"])
        if len(by_clause) > 1:
            by_clause.popitem()  # it may go on behind
        self._known = {clause: np.array(vectors, np.float32) for clause, vectors in by_clause.items()}
        self._last = int(rows[-1]["row"])
