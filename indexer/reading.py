"""One file → one document with its clauses: read, clean, describe, split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import PurePosixPath

from indexer.clauses import Draft, body_lines, split_clauses
from indexer.cleaning import Skipped, clean
from indexer.layout import BodyLine, Role, lay_out
from indexer.lines import Body
from indexer.metadata import describe
from indexer.readers import READERS
from indexer.readers.unreadable import Unreadable
from indexer.sources import Source, is_readable
from indexer.validity import add_facts
from search.model import Clause, Document
from search.text.normalise import letters

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. A text of this size is no policy document; reading it would take the memory of the others."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as it came out of its file."""

    document: Document
    clauses: tuple[Clause, ...]
    skipped: tuple[Skipped, ...]


def read_document(source: Source) -> ReadDocument:
    """Raises Unreadable with a reason for the report."""
    if not is_readable(source):
        raise Unreadable("format")
    if source.leads_out:
        raise Unreadable("outside")
    try:
        if not source.path.is_file():
            raise Unreadable("no_file")
        if source.path.stat().st_size > LARGEST_FILE:
            raise Unreadable("too_large")
        data = source.path.read_bytes()
    except PermissionError as error:
        raise Unreadable("permission") from error
    except OSError as error:
        raise Unreadable("io") from error
    text = READERS[source.path.suffix.lower()](data)
    return build_document(source.document_id, source.name, text)


def build_document(document_id: str, name: str, text: str) -> ReadDocument:
    """A document from its decoded text. Raises Unreadable (`no_text`) where nothing of a document is in it."""
    cleaned = clean(text)
    if not any(c.isalnum() for line in cleaned.lines for c in line.text):
        raise Unreadable("no_text")
    layout = lay_out(cleaned, PurePosixPath(name).stem)
    lines = body_lines(layout.body)
    body = Body(tuple(line.line for line in lines))
    drafts = split_clauses(lines)
    clauses = _clauses(document_id, drafts, body)
    facts = describe(layout, cleaned.site)
    document = Document(
        document_id=document_id,
        file=name,
        body=body.text,
        coverage=_coverage(lines, body, drafts),
        clause_count=len(clauses),
        **{fact.name: getattr(facts, fact.name) for fact in fields(facts)},
    )
    document = add_facts(document, layout.head)
    return ReadDocument(document, clauses, cleaned.skipped)


def _clauses(document_id: str, drafts: list[Draft], body: Body) -> tuple[Clause, ...]:
    """Gives clauses their ids. An id comes from the clause's own text, so that it outlives changes elsewhere in the
    document: a link to a clause stays good."""
    seen: Counter[str] = Counter()
    clauses = []
    for ordinal, draft in enumerate(drafts):
        text = body.text[draft.start : draft.end]
        key = sha256(letters(text).encode()).hexdigest()[:8]
        seen[key] += 1
        clause_id = f"{document_id}-{key}" + (f"-{seen[key]}" if seen[key] > 1 else "")
        span = body.source_span(draft.start, draft.end)
        places = (draft.start, draft.end, *span)
        clauses.append(
            Clause(
                clause_id, document_id, ordinal, draft.kind, draft.path, text, *places, responsible=draft.responsible
            )
        )
    return tuple(clauses)


def _coverage(lines: list[BodyLine], body: Body, drafts: list[Draft]) -> float:
    """Share of the body's characters that lie in a clause; white space and signatures (they are facts) do not count."""
    total = sum(len(_solid(line.line.text)) for line in lines if line.role is not Role.SIGNATURE)
    covered = sum(len(_solid(body.text[draft.start : draft.end])) for draft in drafts)
    return covered / total if total else 0.0


def _solid(text: str) -> str:
    return "".join(text.split())
