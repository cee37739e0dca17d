"""Citations as a page shows them: one entry per document that is cited or that cites, with the places below it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from search.model import Citation, Document, Relation

SENTENCE = 120
"""Characters of the sentence that are shown of a place; the clause is one click away."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document and the places of one relation to it. `document` is None for one that the index does not hold."""

    relation: Relation
    name: str
    document_number: str | None
    document: Document | None
    places: tuple[Citation, ...]

    @property
    def carries_out(self) -> bool:
        """Whether one document is there to carry out the other, as a province's plan carries out the State Council's."""
        return self.relation is Relation.CARRIES_OUT


def cited(citations: Iterable[Citation], documents: Mapping[str, Document]) -> list[Entry]:
    """What a document cites, in the order in which it first does."""
    return _entries(citations, documents, incoming=False)


def citing(citations: Iterable[Citation], documents: Mapping[str, Document]) -> list[Entry]:
    """Who cites a document, those first that carry it out."""
    return sorted(_entries(citations, documents, incoming=True), key=lambda entry: not entry.carries_out)


def _entries(citations: Iterable[Citation], documents: Mapping[str, Document], *, incoming: bool) -> list[Entry]:
    groups: dict[tuple[str, Relation], list[Citation]] = {}
    for each in citations:
        other = each.document_id if incoming else each.cited_document_id
        key = other or f"{each.title}\n{each.document_number}"
        groups.setdefault((key, each.relation), []).append(each)
    return [_entry(tuple(places), relation, documents.get(key)) for (key, relation), places in groups.items()]


def _entry(places: tuple[Citation, ...], relation: Relation, document: Document | None) -> Entry:
    first = places[0]
    if document is None:
        return Entry(relation, first.title or first.document_number or "", first.document_number, None, places)
    return Entry(relation, document.title, document.document_number, document, places)
