"""Whose the rows of a vector index are, and the rows of a batch on their way into it. No library of an index is imported."""

from __future__ import annotations

import os
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from search.engines.protocol import ClauseEntry, Vectors


@dataclass(frozen=True)
class Table:
    """Whose the rows are. Clause i has the rows `first[i]:first[i + 1]`; `windows` has a [start, end) for each row."""

    clause_ids: Sequence[str]
    document_ids: Sequence[str]
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

    def extended(self, other: Table) -> Table:
        """The table with another's clauses behind."""
        return Table(
            (*self.clause_ids, *other.clause_ids),
            (*self.document_ids, *other.document_ids),
            np.concatenate([self.ordinals, other.ordinals]),
            np.concatenate([self.first, self.first[-1] + other.first[1:]]),
            np.concatenate([self.windows, other.windows]),
        )


EMPTY = Table((), (), np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros((0, 2), np.int32))


class AddedRows:
    """The rows of a batch as they come: on the disk, so that a batch of any size takes the memory of its table."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"rows.{os.getpid()}.{id(self):x}.new"
        self._file: BinaryIO | None = None
        self._clause_ids: list[str] = []
        self._document_ids: list[str] = []
        self._ordinals, self._counts, self._windows = array("i"), array("q"), array("i")
        self.dimension = 0

    def add(self, entries: Sequence[ClauseEntry]) -> None:
        """Put the rows of some clauses behind the others."""
        if not entries:
            return
        if self._file is None:
            self._file = self._path.open("wb")
        vectors = np.concatenate([entry.vectors for entry in entries], dtype=np.float32)
        self.dimension = vectors.shape[1]
        self._file.write(vectors.data)
        self._clause_ids += [entry.clause_id for entry in entries]
        self._document_ids += [entry.document_id for entry in entries]
        self._ordinals.extend([entry.ordinal for entry in entries])
        self._counts.extend([len(entry.windows) for entry in entries])
        self._windows.extend([place for entry in entries for window in entry.windows for place in window])

    def __len__(self) -> int:
        return len(self._clause_ids)

    @property
    def table(self) -> Table:
        """Whose the rows are."""
        return Table(
            tuple(self._clause_ids),
            tuple(self._document_ids),
            np.array(self._ordinals, np.int32),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(self._counts, dtype=np.int64)]),
            np.array(self._windows, np.int32).reshape(-1, 2),
        )

    def rows(self) -> Vectors:
        """All rows, (n, dimension), read from the disk as they are needed. At least one was added."""
        if self._file is not None:
            self._file.flush()
        return np.memmap(self._path, np.float32, "r").reshape(-1, self.dimension)

    def move_to(self, path: Path) -> None:
        """Give the file with all rows another name, on the same disk. No rows can be added or read then."""
        if self._file is not None:
            self._file.close()
            self._path.replace(path)

    def close(self) -> None:
        """Remove the rows from the disk, where they were not moved."""
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
