"""A text as the indexer splits it."""

from __future__ import annotations

from indexer.reading import ReadDocument, build_document
from search.model import ClauseKind


def read(text: str) -> ReadDocument:
    return build_document("d", "样例.txt", text)


def clauses(text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(c.path, c.text) for c in read(text).clauses]


def kinds(text: str) -> list[tuple[ClauseKind, str]]:
    return [(c.kind, c.text) for c in read(text).clauses]
