"""Read documents on their way into a generation: on the disk until it is written, so that a corpus of any size is read
in the same memory. What stays in memory of each is small: its facts, a sketch of its text, its line of the report."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from indexer.duplicates import Candidate, Profile, profile
from indexer.report import DocumentReport
from search.model import Clause, ClauseKind, Document
from search.store import packed
from search.windows import windows

if TYPE_CHECKING:
    from indexer.reading import ReadDocument


@dataclass(frozen=True, slots=True)
class Head:
    """What is kept in memory of a document that was read. `document` has neither body nor evidence; `length` is the
    body's, in characters; `windows` is how many passages there are to embed."""

    document: Document
    profile: Profile
    report: DocumentReport
    length: int
    windows: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A read document as it comes from a reading process: its head, and the rest packed for the disk."""

    head: Head
    content: bytes
    original: bytes


def pack(read: ReadDocument) -> Packed:
    """Make a document ready for the spool."""
    d = read.document
    head = Head(
        document=replace(d, body="", evidence=()),
        profile=profile(Candidate(d.document_id, d.title, d.document_number, d.body, d.issued_on)),
        report=DocumentReport.of(read),
        length=len(d.body),
        windows=sum(len(windows(clause.text)) for clause in read.clauses),
    )
    content = (d, [_clause_row(clause) for clause in read.clauses])
    return Packed(head, pickle.dumps(content, pickle.HIGHEST_PROTOCOL), packed(read.original))


def _clause_row(clause: Clause) -> tuple[object, ...]:
    """A clause without what its document has already."""
    c = clause
    return (c.clause_id, c.ordinal, c.kind.value, c.path, c.start, c.end, c.source_start, c.source_end, c.responsible)


_KINDS = {kind.value: kind for kind in ClauseKind}


def _unpack(content: bytes) -> tuple[Document, tuple[Clause, ...]]:
    document, rows = pickle.loads(content)  # noqa: S301 - written by this run, into a folder of its own
    own, body = document.document_id, document.body
    clauses = (
        Clause(clause_id, own, ordinal, _KINDS[kind], path, body[start:end], start, end, begin, stop, responsible)
        for clause_id, ordinal, kind, path, start, end, begin, stop, responsible in rows
    )
    return document, tuple(clauses)


class _Place(NamedTuple):
    offset: int
    content: int
    original: int


class SpoolReader:
    """Reads what is in a spool, also in another process. Several threads may."""

    def __init__(self, path: Path, places: dict[str, _Place], file: BinaryIO | None = None) -> None:
        """`places` by document id, in the order in which the documents came."""
        self._path = path
        self._places = places
        self._file = file or path.open("rb")
        self._turn = threading.Lock()

    def read(self, document_id: str) -> tuple[Document, tuple[Clause, ...]]:
        """A document as it was read, with its clauses."""
        place = self._places[document_id]
        return _unpack(self._bytes(place.offset, place.content))

    def original(self, document_id: str) -> bytes:
        """The `packed` original text of a document."""
        place = self._places[document_id]
        return self._bytes(place.offset + place.content, place.original)

    def clauses(self, document_id: str) -> tuple[Clause, ...]:
        """The clauses of a document."""
        return self.read(document_id)[1]

    def body(self, document_id: str) -> str:
        """The body of a document."""
        return self.read(document_id)[0].body

    def __iter__(self) -> Iterator[tuple[Document, tuple[Clause, ...]]]:
        return map(self.read, self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _bytes(self, offset: int, length: int) -> bytes:
        with self._turn:
            self._file.seek(offset)
            return self._file.read(length)

    def __reduce__(self) -> tuple[object, ...]:
        """For another process: what is in the spool now."""
        with self._turn:
            self._file.flush()
        return SpoolReader, (self._path, self._places)


class Spool(SpoolReader):
    """Holds packed documents in a file, in the order in which they came. The file is gone when the block is left. Several
    threads may read what was added."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, {}, file.open("w+b"))
        self.heads: dict[str, Head] = {}
        """By document id, in the order in which the documents came."""

    @property
    def clause_count(self) -> int:
        """The clauses of all documents."""
        return sum(head.report.clauses for head in self.heads.values())

    def add(self, document: Packed) -> None:
        """Put a document behind the others."""
        document_id = document.head.document.document_id
        offset = self._file.seek(0, 2)
        self._file.write(document.content)
        self._file.write(document.original)
        self._places[document_id] = _Place(offset, len(document.content), len(document.original))
        self.heads[document_id] = document.head

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)
