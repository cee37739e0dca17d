"""One batch on its way into Milvus: always into new collections, which become the state by writing one small file.

A clause's weights depend on the mean lengths of all fields, so its terms wait on the disk until the batch is complete;
vectors go to Milvus as they come. What was there before and stays is read from the old collections and written once more:
the indexer writes each generation in one batch, so there is nothing before then.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from search.engines.fields import AnalysedFields, analysed, together
from search.engines.milvus_client import CLAUSES, WINDOWS, key_of
from search.engines.milvus_rows import entries_of, facts_of, is_needle, portions
from search.engines.milvus_state import LARGEST_HASH, NO_TERMS, Folder, Installation, State, TermCounts, Terms
from search.engines.protocol import ClauseEntry
from search.errors import IndexBusy, IndexDamaged, TiaokuanError

if TYPE_CHECKING:
    from search.engines.milvus_client import Milvus
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

Array = NDArray[Any]
APPROXIMATE_FROM = 50_000
"""Windows from which they are found by a graph and a byte for each number; fewer are all compared."""
_ROWS = 1_000
"""Windows that are sent to Milvus at a time."""


class _Lot(NamedTuple):
    """Clauses that wait for the mean lengths, analysed together: `fields.Weighed` and `which`, and what else is sent."""

    facts: list[dict[str, object]]
    hashes: Array
    weights: Array
    first: Array
    lengths: Array
    which: Array


class MilvusWriter:
    """A batch: leaving the `with` block commits, leaving it by an error rolls back. Raises IndexBusy where there is one."""

    def __init__(  # noqa: PLR0913, PLR0917 all that an engine has
        self,
        folder: Folder,
        client: Milvus,
        installation: Installation,
        analyzer: Analyzer,
        ranking: Ranking,
        committed: Callable[[State, Terms], None],
    ) -> None:
        self._folder = folder
        self._client = client
        self._analyzer = analyzer
        self._ranking = ranking
        self._committed = committed
        self._lock = FileLock(folder.path / "milvus.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexBusy(holder=str(folder.path)) from error
        self._before, _ = folder.load()
        self._name = installation.new_collection()
        self._spool = tempfile.TemporaryFile(dir=folder.path)  # noqa: SIM115 - closed at the end of the batch
        self._deleted: set[str] = set()
        self._added = array("q")
        self._windows: list[dict[str, object]] = []
        self._window_count = 0
        self._lots = 0
        self._counts = TermCounts()
        self._letters: set[str] = set()
        self._lengths = np.zeros(len(ranking.boosts))
        self._last_ordinal: float = -np.inf
        self._ordered = True

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        for lot in together(entries):
            for entry in lot:
                if len(entry.vectors) != len(entry.windows):
                    counts = f"{len(entry.vectors)} vectors, {len(entry.windows)} windows"
                    raise ValueError(f"clause {entry.clause_id!r}: {counts}")
                self._take_vectors(entry)
            self._take(analysed(lot, self._analyzer))

    def delete(self, clause_ids: Collection[str]) -> None:
        """Of what was committed before this batch."""
        self._deleted.update(clause_ids)

    def _take(self, fields: AnalysedFields) -> None:
        weighed = fields.weighed
        self._letters |= weighed.letters()
        self._lengths += weighed.lengths[fields.which].sum(axis=0, dtype=np.float64)
        facts = []
        for text, entry in enumerate(fields.entries, fields.shared):
            self._ordered &= entry.ordinal >= self._last_ordinal
            self._last_ordinal = entry.ordinal
            self._added.append(key_of(entry.clause_id))
            own = slice(*weighed.first[text : text + 2].tolist())
            facts.append(facts_of(entry, weighed.hashes[own][is_needle(weighed.terms[own])]))
        lot = _Lot(facts, weighed.hashes, weighed.weights, weighed.first, weighed.lengths, fields.which)
        pickle.dump(tuple(lot), self._spool, pickle.HIGHEST_PROTOCOL)
        self._lots += 1

    def _take_vectors(self, entry: ClauseEntry) -> None:
        vectors = np.ascontiguousarray(entry.vectors, np.float32)
        if not self._window_count:
            self._client.create_windows(self._name, vectors.shape[1])
        facts = {
            "clause": entry.clause_id,
            "clause_key": key_of(entry.clause_id),
            "document_key": key_of(entry.document_id),
            "ordinal": entry.ordinal,
        }
        for vector, (start, stop) in zip(vectors, entry.windows, strict=True):
            row = {"row": self._window_count, "start": start, "stop": stop, "vector": vector, **facts}
            self._windows.append(row)
            self._window_count += 1
        if len(self._windows) >= _ROWS:
            self._send_windows()

    def _send_windows(self) -> None:
        self._client.insert(self._name + WINDOWS, self._windows)
        self._windows = []

    # The end of the batch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        except BaseException:
            self._drop()
            raise
        else:
            if kind is not None:
                self._drop()
        finally:
            self._spool.close()
            self._lock.release()
            (self._folder.path / "milvus.lock").unlink(missing_ok=True)

    def _drop(self) -> None:
        """What was written is of no use. Where Milvus does not answer, the next run removes it."""
        try:
            for name in self._client.names(self._name):
                self._client.drop(name)
        except TiaokuanError:
            return

    def _commit(self) -> None:
        if not self._added and not self._deleted:
            return
        self._refuse_twice()
        self._keep()
        state, terms = State(), NO_TERMS
        if self._added:
            state, terms = self._written(), self._counts.terms(self._letters)
        self._folder.save(state, terms)
        self._committed(state, terms)

    def _refuse_twice(self) -> None:
        keys, counts = np.unique(np.array(self._added, np.int64), return_counts=True)
        for key in keys[counts > 1].tolist():
            clause = next(row["clause"] for lot in self._read() for row in lot.facts if row["clause_key"] == key)
            raise ValueError(f"clause {clause!r} is added twice in one batch")

    def _keep(self) -> None:
        """Take over what was there before, but for what is deleted or was added again."""
        if self._before.collection:
            gone = {*map(key_of, self._deleted), *self._added}
            before = entries_of(self._client, self._before)
            self.add(entry for entry in before if key_of(entry.clause_id) not in gone)

    def _written(self) -> State:
        """Everything is in Milvus, and searchable. Raises IndexDamaged where it counts otherwise."""
        means = self._lengths / len(self._added)
        self._send_windows()
        self._client.create_clauses(self._name)
        for rows in portions(self._rows(means)):
            self._client.insert(self._name + CLAUSES, rows)
        approximate = self._window_count >= APPROXIMATE_FROM
        found = (
            self._client.seal_clauses(self._name),
            self._client.seal_windows(self._name, approximate=approximate),
        )
        if found != (len(self._added), self._window_count):
            reason = f"{found} rows, {(len(self._added), self._window_count)} written"
            raise IndexDamaged(file=self._name, reason=reason)
        return State(self._name, *found, tuple(means.tolist()), approximate, self._ordered)

    def _read(self) -> Iterator[_Lot]:
        self._spool.seek(0)
        for _ in range(self._lots):
            yield _Lot(*pickle.load(self._spool))  # noqa: S301 - written by this batch

    def _rows(self, means: Array) -> Iterator[dict[str, Any]]:
        row = 0
        for lot in self._read():
            frequencies = lot.weights * np.repeat(self._scales(lot, means), np.diff(lot.first))
            for facts, parts in zip(lot.facts, lot.which.tolist(), strict=True):
                places = [slice(*lot.first[part : part + 2].tolist()) for part in parts]
                hashes = np.concatenate([lot.hashes[place] for place in places])
                found = np.concatenate([frequencies[place] for place in places])
                yield {"row": row, "terms": self._gains(hashes, found), **facts}
                row += 1

    def _scales(self, lot: _Lot, means: Array) -> Array:
        """For each text what the frequencies of its terms count: the boost of its field, normalised by its length."""
        field = np.zeros(len(lot.lengths), np.int64)
        for number in range(len(means)):
            field[lot.which[:, number]] = number
        b = self._ranking.b
        scales: Array = np.asarray(self._ranking.boosts)[field] / (
            1 - b + b * lot.lengths / np.where(means > 0, means, 1.0)[field]
        )
        return scales

    def _gains(self, hashes: Array, frequencies: Array) -> dict[int, float]:
        """What each term of a clause adds to its score for a weight of 1 in the query: BM25F but for the idf."""
        dimensions, which = np.unique(np.minimum(hashes, LARGEST_HASH), return_inverse=True)
        self._counts.add(dimensions)
        if not len(dimensions):
            return {LARGEST_HASH: 1.0}  # a row without any is not sure to be taken
        found = np.bincount(which, frequencies)
        k1 = self._ranking.k1
        return dict(zip(dimensions.tolist(), (found * (k1 + 1) / (found + k1)).tolist(), strict=True))
