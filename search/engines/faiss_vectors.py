"""Vectors kept by FAISS: the only file that imports it, and only when vectors are needed.

Exact inner products over all rows (IndexFlatIP; 9 ms for 50,000 rows of 512): up to some 200,000 clauses nothing
approximate is faster enough to be worth what it misses, and filtering stays exact. One row is one window of a clause;
next to the index a table says whose.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from search.engines.protocol import Candidate, ClauseEntry
from search.errors import IndexDamaged

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

INDEX_FILE = "vectors.faiss"
TABLE_FILE = "vectors.npz"


def _faiss() -> Any:
    import faiss

    # One thread for each search: threads of many searches at once get in each other's way.
    faiss.omp_set_num_threads(1)
    return faiss


@dataclass(frozen=True)
class Table:
    """Whose the rows are. Clause i has the rows `first[i]:first[i + 1]`; `windows` has a [start, end) for each row."""

    clause_ids: tuple[str, ...]
    document_ids: tuple[str, ...]
    ordinals: NDArray[np.int32]
    first: NDArray[np.int64]
    windows: NDArray[np.int32]

    @cached_property
    def clause_of_row(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.clause_ids)), np.diff(self.first))

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {clause_id: i for i, clause_id in enumerate(self.clause_ids)}

    def rows_of(self, documents: Collection[str]) -> NDArray[np.bool_]:
        """For each row whether it belongs to one of the documents."""
        wanted = documents if isinstance(documents, set | frozenset) else frozenset(documents)
        within = np.fromiter((d in wanted for d in self.document_ids), np.bool_, len(self.document_ids))
        return within[self.clause_of_row]

    def without(self, clause_ids: Collection[str]) -> tuple[Table, NDArray[np.bool_]]:
        """The table without some clauses, and for each row of this one whether it is kept."""
        gone = frozenset(clause_ids)
        kept = [i for i, clause_id in enumerate(self.clause_ids) if clause_id not in gone]
        rows = np.isin(self.clause_of_row, kept)
        table = Table(
            tuple(self.clause_ids[i] for i in kept),
            tuple(self.document_ids[i] for i in kept),
            self.ordinals[kept],
            np.concatenate([[0], np.cumsum(np.diff(self.first)[kept])]).astype(np.int64),
            self.windows[rows],
        )
        return table, rows

    def extended(self, entries: Sequence[ClauseEntry]) -> Table:
        """The table with more clauses behind."""
        counts = [len(entry.windows) for entry in entries]
        windows = np.array([w for entry in entries for w in entry.windows], np.int32).reshape(-1, 2)
        return Table(
            self.clause_ids + tuple(entry.clause_id for entry in entries),
            self.document_ids + tuple(entry.document_id for entry in entries),
            np.concatenate([self.ordinals, np.array([e.ordinal for e in entries], np.int32)]),
            np.concatenate([self.first, self.first[-1] + np.cumsum(counts, dtype=np.int64)]),
            np.concatenate([self.windows, windows]),
        )


EMPTY = Table((), (), np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros((0, 2), np.int32))


@dataclass(frozen=True)
class FaissVectors:
    """One committed state: the rows (None as long as there was never one) and whose they are."""

    rows: Any
    table: Table

    def search(self, vectors: Vectors, limit: int, documents: Collection[str] | None) -> list[Candidate]:
        """Clauses by the best inner product of any of their rows with any row of `vectors`."""
        if limit <= 0 or not self.table.clause_ids or not len(vectors):
            return []
        faiss = _faiss()
        parameters, available = None, len(self.table.windows)
        if documents is not None:
            mask = self.table.rows_of(documents)
            available = int(mask.sum())
            bitmap = np.packbits(mask, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))
        best: dict[int, tuple[float, int]] = {}
        for vector in np.ascontiguousarray(vectors, np.float32):
            for score, row in self._rows(vector, limit, available, parameters):
                clause = int(self.table.clause_of_row[row])
                if clause not in best or score > best[clause][0]:
                    best[clause] = (score, row)
        return self._candidates(best, limit)

    def _rows(self, vector: Vectors, limit: int, available: int, parameters: Any) -> list[tuple[float, int]]:
        """The best rows, as many as make up `limit` clauses and all that are as good as the last of these."""
        wanted = min(2 * limit, available)
        while wanted:
            scores, rows = (found[0] for found in self.rows.search(vector[None], wanted, params=parameters))
            _, firsts = np.unique(self.table.clause_of_row[rows], return_index=True)
            enough = len(firsts) >= limit and scores[np.sort(firsts)[limit - 1]] > scores[-1]
            if enough or wanted == available:
                return list(zip(scores.tolist(), rows.tolist(), strict=True))
            wanted = min(4 * wanted, available)
        return []

    def _candidates(self, best: dict[int, tuple[float, int]], limit: int) -> list[Candidate]:
        order = sorted(best, key=lambda clause: (-best[clause][0], self.table.ordinals[clause], clause))[:limit]
        return [
            Candidate(self.table.clause_ids[c], best[c][0], (int(start), int(end)))
            for c in order
            for start, end in [self.table.windows[best[c][1]]]
        ]

    def vectors(self, clause_id: str) -> Vectors:
        """The rows of one clause; KeyError when it is not there."""
        clause = self.table.numbers[clause_id]
        first, last = self.table.first[clause : clause + 2].tolist()
        rows: Vectors = self.rows.reconstruct_n(first, last - first)
        return rows

    def changed(self, added: Sequence[ClauseEntry], deleted: Collection[str]) -> FaissVectors:
        """The state after a batch; this one stays as it is, for the searches that are under way."""
        if not added and not deleted:
            return self
        table, kept = self.table.without({*deleted, *(entry.clause_id for entry in added)})
        parts = [np.asarray(entry.vectors, np.float32) for entry in added]
        if kept.any():
            parts.insert(0, self.rows.reconstruct_n(0, self.rows.ntotal)[kept])
        if not parts:
            return FaissVectors(None, EMPTY)
        rows = np.concatenate(parts)
        index = _faiss().IndexFlatIP(rows.shape[1])
        index.add(rows)
        return FaissVectors(index, table.extended(added))

    def save(self, folder: Path) -> None:
        """Each file is replaced in one step; `load` notices when only one was."""
        table = self.table
        with _replacing(folder / TABLE_FILE) as path, path.open("wb") as file:
            np.savez(
                file,
                clause_ids=_packed(table.clause_ids),
                document_ids=_packed(table.document_ids),
                ordinals=table.ordinals,
                first=table.first,
                windows=table.windows,
            )
        if self.rows is None:
            (folder / INDEX_FILE).unlink(missing_ok=True)
        else:
            with _replacing(folder / INDEX_FILE) as path:
                _faiss().write_index(self.rows, str(path))


def load(folder: Path) -> FaissVectors:
    """What was saved; nothing, when nothing was."""
    path = folder / TABLE_FILE
    if not path.exists():
        return FaissVectors(None, EMPTY)
    try:
        with np.load(path, allow_pickle=False) as saved:
            numbers = (saved["ordinals"], saved["first"], saved["windows"])
            table = Table(_unpacked(saved["clause_ids"]), _unpacked(saved["document_ids"]), *numbers)
        rows = _faiss().read_index(str(folder / INDEX_FILE)) if len(table.windows) else None
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise IndexDamaged(file=str(path), reason=str(error)) from error
    if rows is not None and rows.ntotal != len(table.windows):
        reason = f"{rows.ntotal} vectors, {len(table.windows)} windows"
        raise IndexDamaged(file=str(folder / INDEX_FILE), reason=reason)
    return FaissVectors(rows, table)


def _packed(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n")) if len(packed) else ()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A path to write to; what was written is on the disk before it takes the place of `path`."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
