"""One file → one document with its clauses: read, clean, describe, split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import PurePosixPath

from indexer.clauses import Draft, split_clauses
from indexer.cleaning import Skipped, clean
from indexer.layout import BodyLine, lay_out
from indexer.lines import Body
from indexer.metadata import describe
from indexer.readers import ENDINGS, read_bytes
from indexer.readers.kinds import REASONS
from indexer.readers.repairs import Repair
from indexer.readers.unreadable import Unreadable
from indexer.sources import Source
from indexer.units import body_lines
from indexer.validity import add_facts
from search.model import Clause, Document
from search.text.normalise import letters

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. A file of this size is no policy document; reading it would take the memory of the others."""
LONGEST_TEXT = 4_000_000
"""Characters. The longest of 4,284 laws and policy pages has 112,000; so many in one line are read in some seconds."""
MOST_LINES = 200_000
"""The longest has 6,300; so many take 300 MB."""
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as it came out of its file. `original` is the decoded text that the source offsets point into."""

    document: Document
    clauses: tuple[Clause, ...]
    skipped: tuple[Skipped, ...]
    original: str
    repairs: tuple[Repair, ...] = ()


def read_document(source: Source) -> ReadDocument:
    """Raises Unreadable with a reason for the report."""
    ending = source.path.suffix.lower()
    if ending not in ENDINGS:
        raise Unreadable(REASONS.get(ending, "format"))
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
    decoded = read_bytes(ending, data)
    return build_document(source.document_id, source.name, decoded.text, decoded.repairs)


def build_document(document_id: str, name: str, text: str, repairs: tuple[Repair, ...] = ()) -> ReadDocument:
    """A document from its decoded text. Raises Unreadable: `too_large`, or `no_text` where nothing of a document is in
    it."""
    if len(text) > LONGEST_TEXT or sum(map(text.count, _LINE_ENDS)) > MOST_LINES:
        raise Unreadable("too_large")
    cleaned = clean(text)
    if not any(c.isalnum() for line in cleaned.lines for c in line.text):
        raise Unreadable("no_text")
    layout = lay_out(cleaned, PurePosixPath(name).stem)
    lines = body_lines(layout.shown)
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
    return ReadDocument(document, clauses, cleaned.skipped, text, repairs)


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
    """Share of the body's characters that lie in a clause; white space, signatures and contents do not count."""
    total = sum(len(_solid(line.line.text)) for line in lines if not line.role.is_outside)
    covered = sum(len(_solid(body.text[draft.start : draft.end])) for draft in drafts)
    return covered / total if total else 0.0


def _solid(text: str) -> str:
    return "".join(text.split())
