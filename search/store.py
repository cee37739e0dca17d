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

from search.model import Citation, Clause, ClauseKind, Document, Edition, Evidence, Filters, Relation
from search.text.numbers import document_number_key

_SCHEMA = """
CREATE TABLE documents (
    document_id TEXT PRIMARY KEY, position INTEGER NOT NULL, file TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    issuers TEXT NOT NULL, document_number TEXT, number_key TEXT, issued_on TEXT, page_date TEXT, source TEXT, site TEXT,
    kind TEXT, addressee TEXT, coverage REAL NOT NULL, clause_count INTEGER NOT NULL, same_work_as TEXT NOT NULL,
    edition INTEGER NOT NULL, region TEXT, subject TEXT, index_number TEXT, effective_on TEXT, expires_on TEXT,
    trial TEXT, repealed_by TEXT NOT NULL, evidence TEXT NOT NULL);
CREATE INDEX documents_number ON documents (number_key);
CREATE TABLE clauses (
    clause_id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents, ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    source_start INTEGER NOT NULL, source_end INTEGER NOT NULL, responsible TEXT, folded INTEGER NOT NULL);
CREATE INDEX clauses_document ON clauses (document_id, ordinal);
CREATE INDEX clauses_folded ON clauses (folded);
CREATE TABLE citations (
    clause_id TEXT NOT NULL REFERENCES clauses, document_id TEXT NOT NULL REFERENCES documents, sentence TEXT NOT NULL,
    relation TEXT NOT NULL, title TEXT, document_number TEXT, cited_document_id TEXT);
CREATE INDEX citations_document ON citations (document_id);
CREATE INDEX citations_cited ON citations (cited_document_id);
"""
_DOCUMENT = (
    "document_id, file, title, body, issuers, document_number, issued_on, page_date, source, site, kind, addressee, "
    "coverage, clause_count, same_work_as, region, subject, index_number, effective_on, expires_on, trial, repealed_by, evidence"
)
_CLAUSE = (
    'c.clause_id, c.document_id, c.ordinal, c.kind, c.path, c.text, c.start, c."end", c.source_start, c.source_end, '
    "c.responsible"
)
_CITATION = "clause_id, document_id, sentence, relation, title, document_number, cited_document_id"
_BATCH = 500  # SQLite's older builds take at most 999 parameters


@dataclass(frozen=True, slots=True)
class StoredClause:
    """A clause with the number of the text that it and its copies share, and its edition's rank (0 is the best)."""

    clause: Clause
    folded: int
    edition: int


def write_catalogue(
    file: Path,
    documents: Iterable[Document],
    clauses: Iterable[tuple[Clause, int]],
    edition: Mapping[str, int],
    citations: Iterable[Citation] = (),
) -> None:
    """Write a catalogue. `clauses` come with the number of the text they share with their copies; `edition` ranks each
    document among the editions of its work, the best 0."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(_SCHEMA)
        rows = (_document_row(d, i, edition[d.document_id]) for i, d in enumerate(documents))
        connection.executemany(f"INSERT INTO documents VALUES ({', '.join('?' * 26)})", rows)
        connection.executemany(
            f"INSERT INTO clauses VALUES ({', '.join('?' * 12)})", (_clause_row(c, number) for c, number in clauses)
        )
        connection.executemany(f"INSERT INTO citations VALUES ({', '.join('?' * 7)})", map(_citation_row, citations))


def _document_row(document: Document, position: int, edition: int) -> tuple[object, ...]:
    d = document
    key = document_number_key(d.document_number) if d.document_number else None
    facts = (d.source, d.site, d.kind, d.addressee, d.coverage, d.clause_count, json.dumps(d.same_work_as), edition)
    names = (d.document_id, position, d.file, d.title, d.body, json.dumps(d.issuers, ensure_ascii=False))
    return (*names, d.document_number, key, _iso(d.issued_on), _iso(d.page_date), *facts, *_more_facts(d))


def _more_facts(d: Document) -> tuple[object, ...]:
    evidence = json.dumps([[e.fact, e.sentence] for e in d.evidence], ensure_ascii=False)
    days = (_iso(d.effective_on), _iso(d.expires_on))
    return (d.region, d.subject, d.index_number, *days, d.trial, json.dumps(d.repealed_by), evidence)


def _citation_row(c: Citation) -> tuple[object, ...]:
    named = (c.title, c.document_number, c.cited_document_id)
    return (c.clause_id, c.document_id, c.sentence, c.relation.value, *named)


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
    for name in ("issuers", "same_work_as", "repealed_by"):
        d[name] = tuple(json.loads(d[name]))
    for name in ("issued_on", "page_date", "effective_on", "expires_on"):
        d[name] = _day(d[name])
    d["evidence"] = tuple(Evidence(*pair) for pair in json.loads(d["evidence"]))
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


def _passes(filters: Filters, issuers: Sequence[str], issued_on: date | None) -> bool:
    if filters.issuer and not any(filters.issuer in issuer for issuer in issuers):
        return False
    if filters.since and (issued_on is None or issued_on < filters.since):
        return False
    return not (filters.until and (issued_on is None or issued_on > filters.until))
