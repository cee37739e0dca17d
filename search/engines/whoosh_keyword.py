"""Postings kept by Whoosh 2.7.4: the only file that imports it. What is done with them is in keyword_search.

Terms come from our analyzer and are looked up one by one, so no query syntax ever reaches Whoosh. Its matchers walk
postings one at a time (0.3 s for a question over 60,000 clauses); here a term's blocks are read whole into arrays.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import columns, fields, formats, index
from whoosh.codec.whoosh3 import W3Codec
from whoosh.reading import TermNotFound

from search.engines.fields import analysed, together
from search.engines.keyword_search import FIELDS, Array, KeywordSearch, Posting
from search.errors import IndexBusy, IndexDamaged
from search.stages import cache_asked, cache_missed
from search.text.numbers import document_number_key

if TYPE_CHECKING:
    from search.engines.protocol import ClauseEntry
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

_CACHED_POSTINGS = 4_000_000  # 8 bytes each
_LOCK_SECONDS = 10.0
_FIRST_CHINESE = "\u2e80"


class WeightedTerms(fields.FieldType):  # type: ignore[misc]
    """A field whose value is a mapping of terms to weights. Whoosh pickles this class's name into the index."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Mapping[str, float], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        return ((term.encode(), 1, weight, b"") for term, weight in value.items())


def _schema() -> Any:
    numbers = {f"{name}_length": fields.COLUMN(columns.NumericColumn("f")) for name in FIELDS}
    return fields.Schema(
        **{name: WeightedTerms() for name in FIELDS},
        **numbers,
        ordinal=fields.COLUMN(columns.NumericColumn("i")),
        clause_id=WeightedTerms(),
        document_id=WeightedTerms(),
        document_number=WeightedTerms(),
        stored=fields.STORED(),
    )


class WhooshPostings:
    """One committed state of the index, read-only. Any number of threads may read it."""

    def __init__(self, opened: Any) -> None:
        self._reader = opened.reader()
        self._lock = threading.Lock()  # a segment's readers share one position in its file
        self._cache: OrderedDict[tuple[str, str], Posting] = OrderedDict()
        self._cached = 0
        self._letters: list[str] | None = None
        self._ids: dict[int, str] = {}
        self._leaves = list(self._reader.leaf_readers()) if self._reader.doc_count_all() else []
        self.size: int = self._reader.doc_count_all()
        self.ordinals = self._column("ordinal", np.int32)
        self.lengths = {name: self._column(f"{name}_length", np.float32) for name in FIELDS}
        self.live = np.fromiter((not self._reader.is_deleted(i) for i in range(self.size)), np.bool_, self.size)

    def _column(self, name: str, dtype: type[np.generic]) -> Array:
        parts = [np.asarray(leaf.column_reader(name).load(), dtype) for leaf, _ in self._leaves]
        return np.concatenate(parts) if parts else np.zeros(0, dtype)

    def posting(self, field: str, term: str) -> Posting:
        """The clauses that have a term, ascending, and its weight in each. Clauses that are deleted are left out."""
        key = (field, term)
        with self._lock:
            cache_asked("postings")
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            cache_missed("postings")
            posting = self._cache[key] = self._read(field, term)
            self._cached += len(posting.clauses)
            while self._cached > _CACHED_POSTINGS and len(self._cache) > 1:
                self._cached -= len(self._cache.popitem(last=False)[1].clauses)
            return posting

    def _read(self, field: str, term: str) -> Posting:
        parts = [part for leaf, base in self._leaves for part in _read_blocks(leaf, base, field, term)]
        if not parts:
            return Posting(np.zeros(0, np.int32), np.zeros(0, np.float32))
        clauses = np.concatenate([clauses for clauses, _ in parts])
        kept = self.live[clauses]
        return Posting(clauses[kept], np.concatenate([weights for _, weights in parts])[kept])

    def terms_with(self, letters: str) -> list[str]:
        """The terms of texts that contain some letters or digits (no Chinese: that would be a walk over all terms)."""
        with self._lock:
            if self._letters is None:
                self._letters = sorted({term for leaf, _ in self._leaves for term in _letter_terms(leaf)})
        return [term for term in self._letters if letters in term]

    def clause_ids(self) -> list[str]:
        """All clauses that are not deleted."""
        return [self.clause_id(int(clause)) for clause in np.flatnonzero(self.live)]

    def clause_id(self, clause: int) -> str:
        if clause not in self._ids:
            self._ids[clause] = self._stored(clause)[0]  # unpickled, with the text: 20 µs
        return self._ids[clause]

    def text(self, clause: int) -> str:
        """The folded text of a clause."""
        return self._stored(clause)[1]

    def _stored(self, clause: int) -> tuple[str, str]:
        with self._lock:
            stored: tuple[str, str] = self._reader.stored_fields(clause)["stored"]
        return stored

    def close(self) -> None:
        self._reader.close()


def _read_blocks(leaf: Any, base: int, field: str, term: str) -> Iterator[tuple[Array, Array]]:
    """A term's postings in one segment, block by block. The members with _ are those of Whoosh's own next()."""
    try:
        matcher = leaf.postings(field, term.encode())
    except TermNotFound:
        return
    matcher = getattr(matcher, "child", matcher)  # unwrapped from the filter for deleted clauses, applied above
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        yield np.asarray(matcher._ids, np.int32) + np.int32(base), np.asarray(matcher._weights, np.float32)
        matcher._next_block()


def _letter_terms(leaf: Any) -> Iterator[str]:
    for name, encoded in leaf.terms_from("text", b""):
        term = encoded.decode()
        if name != "text" or term >= _FIRST_CHINESE:  # terms are sorted, and bytes of UTF-8 sort as characters do
            return
        yield term


class WhooshIndex:
    """The folder of a Whoosh index."""

    def __init__(self, folder: Path, analyzer: Analyzer, ranking: Ranking) -> None:
        self._folder = folder
        self._analyzer = analyzer
        self._ranking = ranking

    def create(self) -> None:
        self._folder.mkdir(parents=True)
        index.create_in(self._folder, _schema()).close()

    def open(self) -> KeywordSearch:
        """What is committed now. Raises IndexDamaged."""
        return KeywordSearch(WhooshPostings(self._open()), self._analyzer, self._ranking)

    def writer(self) -> WhooshWriter:
        """Raises IndexBusy."""
        return WhooshWriter(self._open(), self._analyzer, str(self._folder))

    def _open(self) -> Any:
        try:
            return index.open_dir(self._folder)
        except (index.IndexError, OSError, EOFError) as error:
            raise IndexDamaged(file=str(self._folder), reason=str(error)) from error


class WhooshWriter:
    """One batch. Nothing of it is seen before `commit`."""

    def __init__(self, opened: Any, analyzer: Analyzer, holder: str) -> None:
        # Large blocks are read faster as a whole; the compression is the fastest that still halves them.
        codec = W3Codec(blocklimit=4096, compression=1)
        codec.length_stats = False  # the lengths are ours; asking for Whoosh's costs a stat() for each posting
        try:
            self._writer = opened.writer(timeout=_LOCK_SECONDS, limitmb=256, codec=codec)
        except index.LockError as error:
            raise IndexBusy(holder=holder) from error
        self._analyzer = analyzer
        self._committed = opened.reader()
        self._added: set[str] = set()

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        for lot in together(entries):
            fields = analysed(lot, self._analyzer)
            weighed = list(fields.weighed.mappings())
            for entry, which, folded in zip(lot, fields.which.tolist(), fields.folded, strict=True):
                if entry.clause_id in self._added:
                    raise ValueError(f"clause {entry.clause_id!r} is added twice in one batch")
                self.delete([entry.clause_id])
                self._added.add(entry.clause_id)
                self._writer.add_document(**_document(entry, [weighed[i] for i in which], folded))

    def delete(self, clause_ids: Collection[str]) -> None:
        """Of what was committed before this batch."""
        for clause_id in clause_ids:
            for leaf, base in self._committed.leaf_readers():
                for clauses, _ in _read_blocks(leaf, base, "clause_id", clause_id):
                    for clause in clauses:
                        self._writer.delete_document(int(clause))

    def commit(self) -> None:
        self._committed.close()
        self._writer.commit()

    def rollback(self) -> None:
        self._committed.close()
        self._writer.cancel()


def _document(entry: ClauseEntry, terms: Sequence[Mapping[str, float]], folded: str) -> dict[str, Any]:
    """What the index holds of a clause; `terms` are those of each of its fields."""
    weights = dict(zip(FIELDS, terms, strict=True))
    lengths = {f"{name}_length": float(sum(own.values())) for name, own in weights.items()}
    number = entry.document_number
    return {
        **weights,
        **lengths,
        "ordinal": entry.ordinal,
        "clause_id": {entry.clause_id: 1.0},
        "document_id": {entry.document_id: 1.0},
        "document_number": {document_number_key(number): 1.0} if number else None,
        "stored": (entry.clause_id, folded),
    }
