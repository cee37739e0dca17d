"""The catalogue of one generation: documents and clauses as they are shown, in SQLite. Written once, then read-only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from search.model import Clause, ClauseKind, Document, Edition, Filters
from search.text.numbers import document_number_key

_SCHEMA = """
CREATE TABLE documents (
    document_id TEXT PRIMARY KEY, position INTEGER NOT NULL, file TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    issuers TEXT NOT NULL, document_number TEXT, number_key TEXT, issued_on TEXT, page_date TEXT, source TEXT, site TEXT,
    kind TEXT, addressee TEXT, coverage REAL NOT NULL, clause_count INTEGER NOT NULL, same_work_as TEXT NOT NULL,
    edition INTEGER NOT NULL);
CREATE INDEX documents_number ON documents (number_key);
CREATE TABLE clauses (
    clause_id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    source_start INTEGER NOT NULL, source_end INTEGER NOT NULL, responsible TEXT, folded INTEGER NOT NULL);
CREATE INDEX clauses_document ON clauses (document_id, ordinal);
CREATE INDEX clauses_folded ON clauses (folded);
"""
_DOCUMENT = (
    "document_id, file, title, body, issuers, document_number, issued_on, page_date, source, site, kind, addressee, "
    "coverage, clause_count, same_work_as"
)
_CLAUSE = (
    'c.clause_id, c.document_id, c.ordinal, c.kind, c.path, c.text, c.start, c."end", c.source_start, c.source_end, '
    "c.responsible"
)
_BATCH = 500  # SQLite's older builds take at most 999 parameters


@dataclass(frozen=True, slots=True)
class StoredClause:
    """A clause with the number of the text that it and its copies share, and its edition's rank (0 is the best)."""

    clause: Clause
    folded: int
    edition: int


def write_catalogue(
    file: Path, documents: Iterable[Document], clauses: Iterable[tuple[Clause, int]], edition: Mapping[str, int]
) -> None:
    """Write a catalogue. `clauses` come with the number of the text they share with their copies; `edition` ranks each
    document among the editions of its work, the best 0."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(_SCHEMA)
        rows = (_document_row(d, i, edition[d.document_id]) for i, d in enumerate(documents))
        connection.executemany(f"INSERT INTO documents VALUES ({', '.join('?' * 18)})", rows)
        connection.executemany(
            f"INSERT INTO clauses VALUES ({', '.join('?' * 12)})", (_clause_row(c, number) for c, number in clauses)
        )


def _document_row(document: Document, position: int, edition: int) -> tuple[object, ...]:
    d = document
    key = document_number_key(d.document_number) if d.document_number else None
    facts = (d.source, d.site, d.kind, d.addressee, d.coverage, d.clause_count, json.dumps(d.same_work_as), edition)
    names = (d.document_id, position, d.file, d.title, d.body, json.dumps(d.issuers, ensure_ascii=False))
    return (*names, d.document_number, key, _iso(d.issued_on), _iso(d.page_date), *facts)


def _clause_row(c: Clause, folded: int) -> tuple[object, ...]:
    path = json.dumps(c.path, ensure_ascii=False)
    places = (c.start, c.end, c.source_start, c.source_end)
    return (c.clause_id, c.document_id, c.ordinal, c.kind.value, path, c.text, *places, c.responsible, folded)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _document(row: Sequence[Any]) -> Document:
    d = dict(zip(_DOCUMENT.split(", "), row, strict=True))
    for name in ("issuers", "same_work_as"):
        d[name] = tuple(json.loads(d[name]))
    for name in ("issued_on", "page_date"):
        d[name] = _day(d[name])
    return Document(**d)


def _clause(row: Sequence[Any]) -> Clause:
    return Clause(row[0], row[1], row[2], ClauseKind(row[3]), tuple(json.loads(row[4])), *row[5:11])


class Catalogue:
    """Reads one catalogue; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        # immutable: a generation never changes, so readers need neither locks nor a journal
        self._connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = Lock()

    def close(self) -> None:
        self._connection.close()

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

    def documents_by_id(self, document_ids: Collection[str]) -> dict[str, Document]:
        rows = self._rows_in(f"SELECT {_DOCUMENT} FROM documents WHERE document_id", document_ids)
        return {row[0]: _document(row) for row in rows}

    def document_ids(self, filters: Filters) -> frozenset[str]:
        """The documents that a filter lets through. One without a date of issue passes no filter by date."""
        rows = self._rows("SELECT document_id, issuers, issued_on FROM documents")
        return frozenset(row[0] for row in rows if _passes(filters, json.loads(row[1]), _day(row[2])))

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

    def copies(self, folded: Collection[int]) -> dict[int, list[tuple[int, Edition]]]:
        """Everywhere that a text stands: its number → (rank of the edition, where)."""
        query = "SELECT folded, edition, document_id, clause_id, title FROM clauses JOIN documents USING (document_id) WHERE folded"
        found: dict[int, list[tuple[int, Edition]]] = {}
        for number, edition, document_id, clause_id, title in self._rows_in(query, folded):
            found.setdefault(number, []).append((edition, Edition(document_id, clause_id, title)))
        return found

    def opening_clauses(self, number_keys: Collection[str]) -> list[str]:
        """The first clause of text of each document that bears one of these 文号, the best editions first."""
        query = (
            "SELECT min(c.ordinal), c.clause_id, d.edition FROM documents d JOIN clauses c USING (document_id) "
            "WHERE c.kind = 'text' AND d.number_key = ? GROUP BY d.document_id ORDER BY d.edition, d.position"
        )
        return [row[1] for key in number_keys for row in self._rows(query, [key])]

    def counts(self) -> tuple[int, int]:
        """How many documents and clauses there are."""
        row = self._rows("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM clauses)")[0]
        return int(row[0]), int(row[1])


def _passes(filters: Filters, issuers: Sequence[str], issued_on: date | None) -> bool:
    if filters.issuer and not any(filters.issuer in issuer for issuer in issuers):
        return False
    if filters.since and (issued_on is None or issued_on < filters.since):
        return False
    return not (filters.until and (issued_on is None or issued_on > filters.until))
