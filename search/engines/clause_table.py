"""What an inverted index does not tell: for each clause which terms it has and what they weigh, its folded text, its place.

A keyword engine that finds candidates by a score of its own has them scored by ours from here. Clauses are rows, numbered
in the order in which they were added. Each row has three parts (title, path, text); rows under one title or path share it.

    parts.terms     the terms of part after part, each a CRC-32 of its UTF-8      parts.weights   what each weighs there
    texts.utf8      the folded texts, row after row                               table.npz       all the rest

The first three are memory-mapped and only ever grow, so that a state that is being read stays as it is; table.npz says
how far they are committed. Two terms of one CRC are taken for one: with 120 terms a clause and 15 a query, about one
clause in two million would get a wrong score.
"""

from __future__ import annotations

import mmap
import zipfile
from array import array
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from search.engines.files import Names, packed, replacing, unpacked
from search.engines.ranking import Fields, Ranking
from search.errors import IndexDamaged
from search.freeing import mapped
from search.text.weighing import hash_of

if TYPE_CHECKING:
    from search.engines.fields import AnalysedFields
    from search.engines.protocol import ClauseEntry
    from search.text.weighing import Weighed

Array = NDArray[Any]
TERMS_FILE, WEIGHTS_FILE, TEXTS_FILE, TABLE_FILE = "parts.terms", "parts.weights", "texts.utf8", "table.npz"
_SHARED = 4096
"""Titles and paths that are remembered: clauses come document by document."""
_SIEVE = 1 << 16
"""Of uint16."""


@dataclass(frozen=True)
class Columns:
    """The numbers of `rows` rows and their parts; small enough to be in memory."""

    clause_ids: Sequence[str]
    document_names: tuple[str, ...]
    letters: tuple[str, ...]
    """The terms that do not begin with an ideograph: the letters of a phrase may be a part of one."""
    documents: Array
    """(rows,) indexes into `document_names`."""
    ordinals: Array
    live: Array
    parts: Array
    """(rows, 3)"""
    part_first: Array
    """Part i is at `part_first[i]:part_first[i + 1]` of the terms and weights."""
    part_lengths: Array
    """Sums of the weights."""
    text_first: Array


_NAMES = ("clause_ids", "document_names", "letters")
_NUMBERS = ("documents", "ordinals", "live", "parts", "part_first", "part_lengths", "text_first")
EMPTY = Columns(
    (),
    (),
    (),
    documents=np.zeros(0, np.int32),
    ordinals=np.zeros(0, np.int32),
    live=np.zeros(0, np.bool_),
    parts=np.zeros((0, len(Fields._fields)), np.int32),
    part_first=np.zeros(1, np.int64),
    part_lengths=np.zeros(0, np.float32),
    text_first=np.zeros(1, np.int64),
)


class ClauseTable:
    """One committed state, read-only. Any number of threads may read it."""

    def __init__(self, folder: Path) -> None:
        self.columns = columns = _load(folder / TABLE_FILE)
        entries = int(columns.part_first[-1])
        self._terms = _mapped(folder / TERMS_FILE, np.uint32, entries)
        self._weights = _mapped(folder / WEIGHTS_FILE, np.float32, entries)
        self._texts = _bytes(folder / TEXTS_FILE, int(columns.text_first[-1]))
        self.count = int(columns.live.sum())

    @cached_property
    def rows_of_clauses(self) -> dict[str, int]:
        """The rows of the clauses that are not deleted."""
        return {name: row for row, name in enumerate(self.columns.clause_ids) if self.columns.live[row]}

    @cached_property
    def _document_numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.columns.document_names)}

    @cached_property
    def means(self) -> Array:
        """(3,) mean lengths of the fields."""
        lengths = self.columns.part_lengths[self.columns.parts[self.columns.live]]
        return lengths.mean(axis=0, dtype=np.float64) if len(lengths) else np.ones(len(Fields._fields))

    def within(self, documents: Iterable[str]) -> Array:
        """For each row whether it belongs to one of the documents."""
        numbers = [self._document_numbers[name] for name in documents if name in self._document_numbers]
        wanted = np.zeros(len(self.columns.document_names) or 1, np.bool_)
        wanted[numbers] = True
        within: Array = wanted[self.columns.documents]
        return within

    def contains(self, row: int, folded: bytes) -> bool:
        """Whether some UTF-8 stands in a row's folded text."""
        first, last = self.columns.text_first[row : row + 2].tolist()
        return self._texts.find(folded, first, last) >= 0

    def frequencies(self, rows: Array, terms: Iterable[str], ranking: Ranking) -> Array:
        """(rows, terms): the frequencies of BM25F, weighted and normalised by the lengths of the fields."""
        hashes = np.array([hash_of(term) for term in terms], np.uint32)
        own = self.columns.parts[rows]
        parts, which = np.unique(own, return_inverse=True)
        weights, which = self._part_weights(parts, hashes), which.reshape(own.shape)
        total = np.zeros((len(rows), len(hashes)), np.float32)
        for field, boost in enumerate(ranking.boosts):
            norm = 1 - ranking.b + ranking.b * self.columns.part_lengths[own[:, field]] / (self.means[field] or 1.0)
            total += weights[which[:, field]] * (boost / norm).astype(np.float32)[:, None]
        return total

    def _part_weights(self, parts: Array, hashes: Array) -> Array:
        """(parts, hashes): what the terms weigh in the parts."""
        first = self.columns.part_first[parts]
        counts = self.columns.part_first[parts + 1] - first
        ends = np.cumsum(counts)
        places = np.repeat(first - ends + counts, counts)
        places += np.arange(len(places))
        terms = self._terms.take(places)
        sieve = np.zeros(_SIEVE, np.bool_)  # most terms of a clause are none of the query's
        sieve[hashes.astype(np.uint16)] = True
        found = np.flatnonzero(sieve.take(terms.astype(np.uint16)))
        order = np.argsort(hashes)
        rising, likely = hashes[order], terms[found]
        at = np.minimum(np.searchsorted(rising, likely), len(hashes) - 1)
        same = rising[at] == likely
        found, which = found[same], order[at[same]]
        weights = np.zeros((len(parts), len(hashes)), np.float32)
        weights[np.searchsorted(ends, found, side="right"), which] = self._weights[places[found]]
        return weights


class TableWriter:
    """One batch. Nothing of it is seen before `commit`."""

    def __init__(self, folder: Path, committed: ClauseTable) -> None:
        self._folder = folder
        self._committed = committed
        self._open = ExitStack()
        before = committed.columns
        entries = int(before.part_first[-1])
        self._terms = self._file(TERMS_FILE, entries * np.dtype(np.uint32).itemsize)
        self._weights = self._file(WEIGHTS_FILE, entries * np.dtype(np.float32).itemsize)
        self._texts = self._file(TEXTS_FILE, int(before.text_first[-1]))
        self._rows: dict[str, int] = {}
        self._deleted: set[int] = set()
        self._letters = set(before.letters)
        self._documents = {name: number for number, name in enumerate(before.document_names)}
        self._shared: OrderedDict[str, int] = OrderedDict()
        self._document_of, self._ordinals, self._parts = array("i"), array("i"), array("i")
        self._counts, self._lengths, self._sizes = array("q"), array("f"), array("q")

    def _file(self, name: str, committed: int) -> BinaryIO:
        """Opened where what is committed ends; what a batch that failed wrote behind is overwritten."""
        path = self._folder / name
        path.touch()
        file = self._open.enter_context(path.open("r+b"))
        file.seek(committed)
        return file

    def add(self, fields: AnalysedFields) -> int:
        """The row of the first of some clauses; the others are behind it."""
        first = len(self._committed.columns.clause_ids) + len(self._rows)
        added = {entry.clause_id: row for row, entry in enumerate(fields.entries, first)}
        self._check_new(added, fields.entries)
        self._rows |= added
        self._ordinals.extend([entry.ordinal for entry in fields.entries])
        documents = self._documents
        self._document_of.extend([documents.setdefault(e.document_id, len(documents)) for e in fields.entries])
        encoded = [text.encode("utf-8", "surrogatepass") for text in fields.folded]
        self._texts.writelines(encoded)
        self._sizes.extend(map(len, encoded))
        self._parts.frombytes(self._part_numbers(fields)[fields.which].astype(np.int32).tobytes())
        return first

    def _check_new(self, added: Mapping[str, int], entries: Sequence[ClauseEntry]) -> None:
        if len(added) == len(entries) and self._rows.keys().isdisjoint(added):
            return
        counts = Counter([*self._rows, *[entry.clause_id for entry in entries]])
        raise ValueError(f"clause {max(counts, key=counts.__getitem__)!r} is added twice in one batch")

    def _part_numbers(self, fields: AnalysedFields) -> Array:
        """For each of the texts its part; those that are new are written. Titles and paths are remembered."""
        count = len(self._committed.columns.part_lengths) + len(self._counts)
        new = np.ones(len(fields.texts), np.bool_)
        numbers = np.zeros(len(fields.texts), np.int64)
        for i, text in enumerate(fields.texts[: fields.shared]):
            numbers[i] = part = self._shared.setdefault(text, count)
            new[i] = part == count
            count += part == count
        numbers[fields.shared :] = np.arange(count, count + len(fields.entries))
        while len(self._shared) > _SHARED:
            self._shared.popitem(last=False)
        self._write(fields.weighed, new)
        return numbers

    def _write(self, weighed: Weighed, new: Array) -> None:
        counts = np.diff(weighed.first)
        terms = np.repeat(new, counts)
        self._terms.write(weighed.hashes[terms].tobytes())
        self._weights.write(weighed.weights[terms].tobytes())
        self._counts.frombytes(counts[new].astype(np.int64).tobytes())
        self._lengths.frombytes(weighed.lengths[new].astype(np.float32).tobytes())
        self._letters |= weighed.letters()

    def delete(self, clause_ids: Collection[str]) -> list[int]:
        """The rows that the clauses had before this batch."""
        known = self._committed.rows_of_clauses
        rows = [known[clause_id] for clause_id in clause_ids if clause_id in known]
        self._deleted.update(rows)
        return rows

    def commit(self) -> None:
        """Each file is whole on the disk before table.npz, which counts, names what is in it."""
        self._open.close()
        before = self._committed.columns
        columns = replace(
            before,
            clause_ids=(*before.clause_ids, *self._rows),
            document_names=tuple(self._documents),
            letters=tuple(sorted(self._letters)),
            documents=_behind(before.documents, self._document_of),
            ordinals=_behind(before.ordinals, self._ordinals),
            live=self._live(),
            parts=np.concatenate([before.parts, np.array(self._parts, np.int32).reshape(-1, before.parts.shape[1])]),
            part_first=_summed_behind(before.part_first, self._counts),
            part_lengths=_behind(before.part_lengths, self._lengths),
            text_first=_summed_behind(before.text_first, self._sizes),
        )
        _save(self._folder / TABLE_FILE, columns)

    def _live(self) -> Array:
        live = np.concatenate([self._committed.columns.live, np.ones(len(self._rows), np.bool_)])
        live[list(self._deleted)] = False
        return live

    def rollback(self) -> None:
        """What was written stays behind the end of what is committed, where nobody reads."""
        self._open.close()


def create(folder: Path) -> None:
    """A table without rows."""
    _save(folder / TABLE_FILE, EMPTY)


def _save(file: Path, columns: Columns) -> None:
    arrays: dict[str, Any] = {name: getattr(columns, name) for name in _NUMBERS}
    arrays |= {name: packed(getattr(columns, name)) for name in _NAMES}
    with replacing(file) as path, path.open("wb") as stream:
        np.savez(stream, **arrays)


def _load(file: Path) -> Columns:
    try:
        with np.load(file, allow_pickle=False) as saved:
            document_names, letters = unpacked(saved["document_names"]), unpacked(saved["letters"])
            numbers = {name: saved[name] for name in _NUMBERS}
            return Columns(Names(saved["clause_ids"]), document_names, letters, **numbers)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise IndexDamaged(file=str(file), reason=str(error)) from error


def _mapped(file: Path, dtype: type[np.generic], count: int) -> Array:
    if not count:
        return np.zeros(0, dtype)
    try:
        return np.frombuffer(mapped(file, count * np.dtype(dtype).itemsize), dtype)
    except (OSError, ValueError) as error:
        raise IndexDamaged(file=str(file), reason=str(error)) from error


def _bytes(file: Path, size: int) -> mmap.mmap | bytes:
    if not size:
        return b""
    try:
        return mapped(file, size)
    except (OSError, ValueError) as error:
        raise IndexDamaged(file=str(file), reason=str(error)) from error


def _behind(before: Array, added: array[Any]) -> Array:
    return np.concatenate([before, np.array(added, before.dtype)])


def _summed_behind(before: Array, counts: array[int]) -> Array:
    return np.concatenate([before, before[-1] + np.cumsum(np.array(counts, np.int64))])
