"""The catalogue of one generation: documents and clauses as they are shown, in SQLite. Written once, then read-only."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from search.clause_places import Places, PlaceWriter
from search.filtering import admits
from search.holding import Hold
from search.law_names import LawNames
from search.model import Citation, Clause, ClauseKind, Document, Edition, Evidence, Filters, Relation, Validity
from search.text.numbers import document_number_key

# The body is the last column: what stands behind so much text is slow to read.
_TABLES = """
CREATE TABLE documents (
    document_id TEXT PRIMARY KEY, position INTEGER NOT NULL, file TEXT NOT NULL, title TEXT NOT NULL,
    issuers TEXT NOT NULL, document_number TEXT, number_key TEXT, issued_on TEXT, page_date TEXT, source TEXT, site TEXT,
    kind TEXT, addressee TEXT, coverage REAL NOT NULL, clause_count INTEGER NOT NULL, same_work_as TEXT NOT NULL,
    edition INTEGER NOT NULL, region TEXT, subject TEXT, index_number TEXT, effective_on TEXT, expires_on TEXT,
    trial TEXT, repealed_by TEXT NOT NULL, evidence TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE originals (document_id TEXT PRIMARY KEY REFERENCES documents, text BLOB NOT NULL);
CREATE TABLE clauses (
    clause_id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    source_start INTEGER NOT NULL, source_end INTEGER NOT NULL, responsible TEXT, folded INTEGER NOT NULL);
CREATE TABLE columns (name TEXT PRIMARY KEY, numbers BLOB NOT NULL);
CREATE TABLE citations (
    clause_id TEXT NOT NULL REFERENCES clauses, document_id TEXT NOT NULL REFERENCES documents, sentence TEXT NOT NULL,
    relation TEXT NOT NULL, title TEXT, document_number TEXT, cited_document_id TEXT);
"""
_INDEXES = (
    "CREATE INDEX documents_number ON documents (number_key)",
    "CREATE INDEX clauses_document ON clauses (document_id, ordinal)",
    "CREATE INDEX clauses_folded ON clauses (folded)",
    "CREATE INDEX citations_document ON citations (document_id)",
    "CREATE INDEX citations_cited ON citations (cited_document_id)",
)
_DOCUMENT = (
    "document_id, file, title, body, issuers, document_number, issued_on, page_date, source, site, kind, addressee, "
    "coverage, clause_count, same_work_as, region, subject, index_number, effective_on, expires_on, trial, repealed_by, evidence"
)
_DOCUMENT_NAMES = _DOCUMENT.split(", ")
_FACTS = _DOCUMENT.replace(", body,", ", '' AS body,").replace(", evidence", ", '[]' AS evidence")
_CLAUSE = (
    'c.clause_id, c.document_id, c.ordinal, c.kind, c.path, c.text, c.start, c."end", c.source_start, c.source_end, '
    "c.responsible"
)
_CITATION = "clause_id, document_id, sentence, relation, title, document_number, cited_document_id"
_CACHE_KIB = 65_536
_BATCH = 500  # SQLite's older builds take at most 999 parameters


@dataclass(frozen=True, slots=True)
class StoredClause:
    """A clause with the number of the text that it and its copies share, and its edition's rank (0 is the best)."""

    clause: Clause
    folded: int
    edition: int


class CatalogueWriter:
    """Writes a catalogue, one document after the other; nothing of what it was given stays in memory.

    A context manager: what was added is a catalogue only when the block is left without an error."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        # A file that nobody reads yet and that is synced as a whole when it is published needs no journal.
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.executescript(_TABLES + "BEGIN;")
        self._position = 0
        self._places = PlaceWriter()

    def add(
        self,
        document: Document,
        clauses: Iterable[tuple[Clause, int]],
        *,
        edition: int = 0,
        citations: Iterable[Citation] = (),
        original: bytes = b"",
    ) -> None:
        """Add a document with its clauses. These come with the number of the text that they share with their copies;
        `edition` ranks the document among the editions of its work, the best 0; `original` is `packed` text."""
        execute, executemany = self._connection.execute, self._connection.executemany
        row = _document_row(document, self._position, edition)
        execute(f"INSERT INTO documents VALUES ({', '.join('?' * 26)})", row)
        execute("INSERT INTO originals VALUES (?, ?)", (document.document_id, original))
        numbered = list(clauses)
        executemany(f"INSERT INTO clauses VALUES ({', '.join('?' * 12)})", (_clause_row(c, n) for c, n in numbered))
        self._places.add(document, edition, numbered)
        executemany(f"INSERT INTO citations VALUES ({', '.join('?' * 7)})", map(_citation_row, citations))
        self._position += 1

    def add_repeal(self, document_id: str, repealed_by: Sequence[str], said: Sequence[Evidence]) -> None:
        """Say of a document that was added which others repeal it, and where they say so."""
        query = "SELECT repealed_by, evidence FROM documents WHERE document_id = ?"
        known, evidence = map(json.loads, self._connection.execute(query, [document_id]).fetchone())
        more = [[e.fact, e.sentence] for e in said]
        values = (json.dumps([*known, *repealed_by]), json.dumps([*evidence, *more], ensure_ascii=False), document_id)
        self._connection.execute("UPDATE documents SET repealed_by = ?, evidence = ? WHERE document_id = ?", values)

    def counts(self) -> tuple[int, int]:
        """How many clauses were added, and how many different texts they have."""
        row = self._connection.execute("SELECT count(*), count(DISTINCT folded) FROM clauses").fetchone()
        return int(row[0]), int(row[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with closing(self._connection):
            if kind is None:
                self._connection.executemany("INSERT INTO columns VALUES (?, ?)", self._places.columns())
                for statement in (*_INDEXES, "COMMIT"):
                    self._connection.execute(statement)


def packed(text: str) -> bytes:
    """A text as the catalogue keeps it: UTF-8, deflated. Half a surrogate pair, which no file may hold, becomes ?."""
    return zlib.compress(text.encode("utf-8", "replace"), 3)


def _document_row(document: Document, position: int, edition: int) -> tuple[object, ...]:
    d = document
    key = document_number_key(d.document_number) if d.document_number else None
    facts = (d.source, d.site, d.kind, d.addressee, d.coverage, d.clause_count, json.dumps(d.same_work_as), edition)
    names = (d.document_id, position, d.file, d.title, json.dumps(d.issuers, ensure_ascii=False))
    return (*names, d.document_number, key, _iso(d.issued_on), _iso(d.page_date), *facts, *_more_facts(d))


def _more_facts(d: Document) -> tuple[object, ...]:
    evidence = json.dumps([[e.fact, e.sentence] for e in d.evidence], ensure_ascii=False)
    days = (_iso(d.effective_on), _iso(d.expires_on))
    return (d.region, d.subject, d.index_number, *days, d.trial, json.dumps(d.repealed_by), evidence, d.body)


def _citation_row(c: Citation) -> tuple[object, ...]:
    named = (c.title, c.document_number, c.cited_document_id)
    return (c.clause_id, c.document_id, c.sentence, c.relation.value, *named)


def _clause_row(c: Clause, folded: int) -> tuple[object, ...]:
    path = _path(c.path)
    places = (c.start, c.end, c.source_start, c.source_end)
    return (c.clause_id, c.document_id, c.ordinal, c.kind.value, path, c.text, *places, c.responsible, folded)


@lru_cache(maxsize=256)
def _path(path: tuple[str, ...]) -> str:
    """Clauses under one heading follow each other."""
    return json.dumps(path, ensure_ascii=False)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    """What a column keeps as JSON; most documents say the same few."""
    return tuple(json.loads(text))


def _document(row: Sequence[Any]) -> Document:
    d = dict(zip(_DOCUMENT_NAMES, row, strict=True))
    for name in ("issuers", "same_work_as", "repealed_by"):
        d[name] = _names(d[name])
    for name in ("issued_on", "page_date", "effective_on", "expires_on"):
        d[name] = _day(d[name])
    d["evidence"] = tuple(Evidence(*pair) for pair in json.loads(d["evidence"])) if d["evidence"] != "[]" else ()
    return Document(**d)


def _clause(row: Sequence[Any]) -> Clause:
    return Clause(row[0], row[1], row[2], ClauseKind(row[3]), tuple(json.loads(row[4])), *row[5:11])


def _citation(row: Sequence[Any]) -> Citation:
    return Citation(row[0], row[1], row[2], Relation(row[3]), *row[4:7])


class Catalogue:
    """Reads one catalogue; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        # immutable: a generation never changes, so readers need neither locks nor a journal
        self._connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = Lock()
        self._facts: Sequence[Document] | None = None
        self._places: Places | None = None
        self._law_names: LawNames | None = None
        self._hold = Hold(file)

    def close(self) -> None:
        with self._lock:  # what runs in the background may be reading
            self._connection.close()
        self._hold.release()

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def _rows_in(self, query: str, values: Collection[object]) -> Iterator[Any]:
        """Rows of a query that ends in `IN (…)`, for any number of values."""
        ordered = list(values)
        for at in range(0, len(ordered), _BATCH):
            batch = ordered[at : at + _BATCH]
            yield from self._rows(f"{query} IN ({', '.join('?' * len(batch))})", batch)

    def documents(self) -> list[Document]:
        """All documents, in the order in which they were read."""
        return [_document(row) for row in self._rows(f"SELECT {_DOCUMENT} FROM documents ORDER BY position")]

    def document(self, document_id: str) -> Document | None:
        rows = self._rows(f"SELECT {_DOCUMENT} FROM documents WHERE document_id = ?", [document_id])
        return _document(rows[0]) if rows else None

    def original(self, document_id: str) -> str | None:
        """The decoded text of a document's file, before anything was cleaned; clauses' source offsets point into it."""
        rows = self._rows("SELECT text FROM originals WHERE document_id = ?", [document_id])
        return zlib.decompress(rows[0][0]).decode() if rows else None

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """The id, the document's title and the text of every clause, in the order in which they were written."""
        query = "SELECT clause_id, title, text FROM clauses c JOIN documents USING (document_id) WHERE c.rowid > ? AND c.rowid <= ? ORDER BY c.rowid"
        last = int(self._rows("SELECT coalesce(max(rowid), 0) FROM clauses")[0][0])
        for at in range(0, last, _BATCH):
            yield from self._rows(query, [at, at + _BATCH])

    def documents_by_id(self, document_ids: Collection[str]) -> dict[str, Document]:
        rows = self._rows_in(f"SELECT {_DOCUMENT} FROM documents WHERE document_id", document_ids)
        return {row[0]: _document(row) for row in rows}

    def document_ids(self, filters: Filters, today: date | None = None) -> frozenset[str]:
        """The documents that a filter lets through, as of `today`. One without a date of issue passes none by date."""
        today = today or date.today()
        return frozenset(d.document_id for d in self.facts() if admits(filters, d, today))

    def characters(self) -> int:
        """The length of all bodies together."""
        return int(self._rows("SELECT coalesce(sum(length(body)), 0) FROM documents")[0][0])

    def facts(self) -> Sequence[Document]:
        """All documents without their bodies and evidence, in the order in which they were read; kept once asked for."""
        if self._facts is None:
            rows = self._rows(f"SELECT {_FACTS} FROM documents ORDER BY position")
            self._facts = [_document(row) for row in rows]
        return self._facts

    def law_names(self) -> LawNames:
        """The documents by the names of laws; kept once asked for."""
        if self._law_names is None:
            self._law_names = LawNames((d.document_id, d.title) for d in self.facts())
        return self._law_names

    def facts_by_id(self, document_ids: Collection[str]) -> dict[str, Document]:
        """Documents without their bodies and evidence."""
        rows = self._rows_in(f"SELECT {_FACTS} FROM documents WHERE document_id", document_ids)
        return {row[0]: _document(row) for row in rows}

    def unstated(self) -> int:
        """How many documents say nothing of their validity."""
        today = date.today()
        return sum(d.validity(today) is Validity.UNSTATED for d in self.facts())

    def undated(self) -> int:
        """How many documents have no date of issue."""
        return int(self._rows("SELECT count(*) FROM documents WHERE issued_on IS NULL")[0][0])

    def clauses(self, document_id: str) -> list[Clause]:
        """The clauses of a document, in reading order."""
        rows = self._rows(f"SELECT {_CLAUSE} FROM clauses c WHERE document_id = ? ORDER BY ordinal", [document_id])
        return [_clause(row) for row in rows]

    def stored(self, clause_ids: Collection[str]) -> dict[str, StoredClause]:
        """Clauses by id, with what folding needs."""
        query = f"SELECT {_CLAUSE}, folded, edition FROM clauses c JOIN documents USING (document_id) WHERE clause_id"
        return {row[0]: StoredClause(_clause(row), row[11], row[12]) for row in self._rows_in(query, clause_ids)}

    @property
    def places(self) -> Places:
        """Of each clause its document and its text; kept once asked for."""
        if self._places is None:
            self._places = Places.of(dict(self._rows("SELECT name, numbers FROM columns")))
        return self._places

    def places_of(self, clause_ids: Sequence[str]) -> list[int]:
        """Where clauses are, from 0, in the order in which they were written."""
        found = dict(self._rows_in("SELECT clause_id, rowid - 1 FROM clauses WHERE clause_id", clause_ids))
        return [found[clause_id] for clause_id in clause_ids]

    def at(self, ordinals: Collection[int]) -> dict[int, Clause]:
        """Clauses by their places."""
        query = f"SELECT {_CLAUSE}, c.rowid - 1 FROM clauses c WHERE c.rowid"
        return {row[11]: _clause(row) for row in self._rows_in(query, [place + 1 for place in ordinals])}

    def copies(self, text: int) -> list[Edition]:
        """Everywhere that a text stands, the best edition first."""
        places = self.places
        copies = places.having(text)
        documents = places.documents[copies]
        order = places.editions[documents].argsort(kind="stable")
        query = "SELECT rowid - 1, clause_id FROM clauses WHERE rowid"
        ids = dict(self._rows_in(query, (copies + 1).tolist()))
        facts = self.facts()
        ordered = zip(copies[order].tolist(), documents[order].tolist(), strict=True)
        return [Edition(facts[d].document_id, ids[place], facts[d].title) for place, d in ordered]

    def opening_clauses(self, number_keys: Collection[str]) -> list[str]:
        """The first clause of text of each document that bears one of these 文号, the best editions first."""
        query = (
            "SELECT min(c.ordinal), c.clause_id, d.edition FROM documents d JOIN clauses c USING (document_id) "
            "WHERE c.kind = 'text' AND d.number_key = ? GROUP BY d.document_id ORDER BY d.edition, d.position"
        )
        return [row[1] for key in number_keys for row in self._rows(query, [key])]

    def openings(self, document_ids: Collection[str]) -> list[str]:
        """The first clause of text of each of these documents, the newest document first."""
        query = (
            "SELECT c.clause_id, d.issued_on, d.position FROM documents d JOIN clauses c USING (document_id) "
            "WHERE c.ordinal = (SELECT min(t.ordinal) FROM clauses t WHERE t.document_id = d.document_id "
            "AND t.kind = 'text') AND d.document_id"
        )
        rows = sorted(self._rows_in(query, document_ids), key=lambda row: row[2])
        return [row[0] for row in sorted(rows, key=lambda row: row[1] or "", reverse=True)]

    def headings(self) -> list[tuple[str, int]]:
        """The headings under which clauses stand, with the number of documents that have them."""
        query = "SELECT path, count(DISTINCT document_id) FROM clauses WHERE path <> '[]' GROUP BY path"
        return [(json.loads(path)[-1], count) for path, count in self._rows(query)]

    def outgoing(self, document_id: str) -> list[Citation]:
        """What a document cites, in reading order."""
        query = f"SELECT {_CITATION} FROM citations WHERE document_id = ? ORDER BY rowid"
        return [_citation(row) for row in self._rows(query, [document_id])]

    def incoming(self, document_ids: Collection[str]) -> list[Citation]:
        """Where any of these documents (the editions of one work) is cited."""
        query = f"SELECT {_CITATION} FROM citations WHERE cited_document_id"
        return [_citation(row) for row in self._rows_in(query, document_ids)]

    def counts(self) -> tuple[int, int]:
        """How many documents and clauses there are."""
        row = self._rows("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM clauses)")[0]
        return int(row[0]), int(row[1])
