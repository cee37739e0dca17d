"""An engine in the folder of an index generation: a keyword index, whichever it is, and vectors kept by FAISS.

    keyword/   the keyword index
    vectors.*  the vectors, and whose they are

Each committed state is an object of its own that a search takes hold of at its start, so a commit never changes what a
search under way sees. Vectors are read by the first search that needs them: a keyword search loads no FAISS.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from shutil import rmtree
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from search.engines.protocol import Candidate, ClauseEntry, EngineStats, KeywordQuery

if TYPE_CHECKING:
    from search.engines.protocol import Vectors
    from search.engines.vector_search import VectorSearch
    from search.engines.vector_table import AddedRows


KEYWORD = "keyword"
"""The folder of the keyword index."""


class KeywordState(Protocol):
    """One committed state of a keyword index, as protocol.Engine says."""

    @property
    def count(self) -> int: ...

    def search(self, query: KeywordQuery, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]: ...

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]: ...

    def known(self, terms: Collection[str]) -> frozenset[str]: ...

    def clause_ids(self) -> Sequence[str]: ...

    def close(self) -> None: ...


class KeywordWriter(Protocol):
    """One batch. Nothing of it is seen before `commit`."""

    def add(self, entries: Iterable[ClauseEntry]) -> None: ...

    def delete(self, clause_ids: Collection[str]) -> None: ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...


class KeywordIndex(Protocol):
    """A keyword index in a folder."""

    def create(self) -> None: ...

    def open(self) -> KeywordState: ...

    def writer(self) -> KeywordWriter: ...


class EmbeddedEngine:
    """An index in a folder that exists. One writer at a time, any number of readers."""

    def __init__(self, folder: Path, keyword: KeywordIndex, name: str) -> None:
        self._folder = folder
        self._index = keyword
        self._name = name
        self._lock = threading.Lock()
        self._vectors: VectorSearch | None = None
        self._open()

    def _open(self) -> None:
        self._search = self._index.open()

    def _loaded(self) -> VectorSearch:
        with self._lock:
            if self._vectors is None:
                from search.engines.faiss_vectors import load

                self._vectors = load(self._folder)
            return self._vectors

    def writer(self) -> EmbeddedWriter:
        from search.engines.vector_table import AddedRows

        rows = AddedRows(self._folder)
        anew = None if self._search.count else self._begin_anew
        return EmbeddedWriter(self._index.writer(), rows, self._write_vectors, self._open, anew)

    def _begin_anew(self) -> None:
        self._search.close()
        rmtree(self._folder / KEYWORD)
        self._index.create()
        self._open()

    def _write_vectors(self, added: AddedRows, deleted: Collection[str]) -> None:
        from search.engines.faiss_vectors import changed

        vectors = changed(self._loaded(), added, deleted, self._folder)
        with self._lock:
            self._vectors = vectors

    def keyword(self, query: KeywordQuery, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        return self._search.search(query, limit, documents)

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        return self._search.term_weights(query)

    def known(self, terms: Collection[str]) -> frozenset[str]:
        return self._search.known(terms)

    def semantic(self, vectors: Vectors, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        return self._loaded().search(vectors, limit, documents)

    def vectors(self, clause_id: str) -> Vectors:
        return self._loaded().vectors(clause_id)

    def clause_ids(self) -> Mapping[str, Sequence[str]]:
        return {"keyword": self._search.clause_ids(), "semantic": self._loaded().table.clause_ids}

    def stats(self) -> EngineStats:
        windows = len(self._loaded().table.windows)
        return EngineStats(self._search.count, windows, {"engine": self._name})

    def close(self) -> None:
        self._search.close()


class EmbeddedWriter:
    """A batch for both indexes. Vectors wait on the disk until the commit; postings go to the index as they come, in a
    thread, so that the next clauses can be made meanwhile.

    Vectors are committed first, then postings. Where there was nothing before (`begin_anew`), both are at once, which is as
    long as one of them; and begun anew where vectors cannot be written."""

    def __init__(
        self,
        keyword: KeywordWriter,
        rows: AddedRows,
        write_vectors: Callable[[AddedRows, Collection[str]], None],
        committed: Callable[[], None],
        begin_anew: Callable[[], None] | None = None,
    ) -> None:
        self._keyword = keyword
        self._write_vectors = write_vectors
        self._committed = committed
        self._begin_anew = begin_anew
        self._rows = rows
        self._deleted: set[str] = set()
        self._thread = ThreadPoolExecutor(1, "keyword")
        self._writing: deque[Future[None]] = deque()

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        from search.engines.fields import together

        for lot in together(entries):
            for entry in lot:
                if len(entry.vectors) != len(entry.windows):
                    counts = f"{len(entry.vectors)} vectors, {len(entry.windows)} windows"
                    raise ValueError(f"clause {entry.clause_id!r}: {counts}")
            self._wait(all_but=1)
            self._writing.append(self._thread.submit(self._keyword.add, lot))
            self._rows.add(lot)

    def delete(self, clause_ids: Collection[str]) -> None:
        """Of what was committed before this batch."""
        self._wait()
        self._keyword.delete(clause_ids)
        self._deleted.update(clause_ids)

    def _wait(self, all_but: int = 0) -> None:
        """For what is being written. Raises what went wrong in the thread."""
        while len(self._writing) > all_but:
            self._writing.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._rows.close()
            self._roll_back()
            return
        committing: Future[None] | None = None
        try:
            self._wait()
            if self._begin_anew:
                committing = self._thread.submit(self._keyword.commit)
            self._write_vectors(self._rows, self._deleted)
        except BaseException:
            if self._begin_anew and committing:
                wait([committing])
                self._begin_anew()
            else:
                self._roll_back()
            raise
        finally:
            self._rows.close()
        self._thread.shutdown()
        if committing:
            committing.result()
        else:
            self._keyword.commit()
        self._committed()

    def _roll_back(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._keyword.rollback()
