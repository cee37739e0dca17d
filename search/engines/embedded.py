"""The default engine: Whoosh and FAISS in the folder of an index generation.

    keyword/        Whoosh's index
    vectors.faiss   FAISS's index; vectors.npz says whose its rows are

Each committed state is an object of its own that a search takes hold of at its start, so a commit never changes what a
search under way sees. Vectors are read by the first search that needs them: a keyword search loads no FAISS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from search.engines.keyword_search import KeywordSearch
from search.engines.protocol import Candidate, ClauseEntry, EngineStats, KeywordQuery
from search.engines.ranking import Ranking
from search.engines.whoosh_keyword import WhooshIndex, WhooshWriter

if TYPE_CHECKING:
    from search.engines.faiss_vectors import FaissVectors
    from search.engines.protocol import Vectors
    from search.engines.whoosh_keyword import WhooshPostings
    from search.text.segment import Analyzer


class EmbeddedEngine:
    """An index in a folder that exists. One writer at a time, any number of readers."""

    def __init__(self, folder: Path, analyzer: Analyzer, ranking: Ranking) -> None:
        self._folder = folder
        self._analyzer = analyzer
        self._ranking = ranking
        self._index = WhooshIndex(folder / "keyword")
        self._lock = threading.Lock()
        self._vectors: FaissVectors | None = None
        self._open()

    def _open(self) -> None:
        self._postings: WhooshPostings = self._index.open()
        self._search = KeywordSearch(self._postings, self._analyzer, self._ranking)

    def _loaded(self) -> FaissVectors:
        with self._lock:
            if self._vectors is None:
                from search.engines.faiss_vectors import load

                self._vectors = load(self._folder)
            return self._vectors

    def writer(self) -> EmbeddedWriter:
        return EmbeddedWriter(self._index.writer(self._analyzer), self._write_vectors, self._open)

    def _write_vectors(self, added: Sequence[ClauseEntry], deleted: Collection[str]) -> None:
        changed = self._loaded().changed(added, deleted)
        changed.save(self._folder)
        with self._lock:
            self._vectors = changed

    def keyword(self, query: KeywordQuery, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        return self._search.search(query, limit, documents)

    def ceiling(self, query: KeywordQuery) -> float:
        return self._search.ceiling(query)

    def semantic(self, vectors: Vectors, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        return self._loaded().search(vectors, limit, documents)

    def vectors(self, clause_id: str) -> Vectors:
        return self._loaded().vectors(clause_id)

    def stats(self) -> EngineStats:
        windows = len(self._loaded().table.windows)
        return EngineStats(int(self._postings.live.sum()), windows, {"engine": "embedded"})

    def close(self) -> None:
        self._postings.close()


class EmbeddedWriter:
    """A batch for both indexes. Vectors are kept until the commit; postings go to Whoosh as they come."""

    def __init__(
        self,
        keyword: WhooshWriter,
        write_vectors: Callable[[Sequence[ClauseEntry], Collection[str]], None],
        committed: Callable[[], None],
    ) -> None:
        self._keyword = keyword
        self._write_vectors = write_vectors
        self._committed = committed
        self._added: list[ClauseEntry] = []
        self._deleted: set[str] = set()

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        for entry in entries:
            if len(entry.vectors) != len(entry.windows):
                counts = f"{len(entry.vectors)} vectors, {len(entry.windows)} windows"
                raise ValueError(f"clause {entry.clause_id!r}: {counts}")
            self._keyword.add([entry])
            self._added.append(entry)

    def delete(self, clause_ids: Collection[str]) -> None:
        """Of what was committed before this batch."""
        self._keyword.delete(clause_ids)
        self._deleted.update(clause_ids)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._keyword.rollback()
            return
        try:
            self._write_vectors(self._added, self._deleted)
        except BaseException:
            self._keyword.rollback()
            raise
        self._keyword.commit()
        self._committed()
