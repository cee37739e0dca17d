"""From clauses in their order to hits as they are shown: with their documents, marked words, and reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.explain import explain, explain_likeness
from search.highlight import find_terms
from search.lookup import Named
from search.model import Clause, Document, Explanation, Hit
from search.text.normalise import fold

if TYPE_CHECKING:
    from search.folding import Folded
    from search.store import Catalogue
    from search.text.segment import Analyzer
    from search.understanding.synonyms import Expansion


@dataclass(frozen=True, slots=True)
class Asked:
    """What hits are shown with: the terms to highlight, what they also stand for, the terms' weights where the hits are
    to be explained, and the text that they were compared with."""

    terms: Sequence[str] = ()
    expansions: Sequence[Expansion] = ()
    weights: Mapping[str, float] | None = None
    compared: str | None = None

    def terms_in(self, text: str) -> Sequence[str]:
        """The terms, and the synonyms all of whose parts a text has."""
        if not self.expansions:
            return self.terms
        folded = fold(text)
        parts = [p for e in self.expansions if all(part in folded for part in e.parts) for p in e.parts]
        return [*self.terms, *parts]


def show_hits(catalogue: Catalogue, analyzer: Analyzer, folded: Sequence[Folded], asked: Asked) -> list[Hit]:
    """The hits, in the order given."""
    documents = catalogue.documents_by_id({f.stored.clause.document_id for f in folded})
    return [_hit(f, documents[f.stored.clause.document_id], asked, analyzer) for f in folded]


def _hit(folded: Folded, document: Document, asked: Asked, analyzer: Analyzer) -> Hit:
    clause, ranked = folded.stored.clause, folded.ranked
    terms = asked.terms_in(clause.text)
    spans, found = find_terms(clause.text, terms) if terms else ((), ())
    why = _explanation(folded, document, asked, analyzer)
    return Hit(clause, document, ranked.score, ranked.matched_by, spans, found, folded.also_in, why)


def _explanation(folded: Folded, document: Document, asked: Asked, analyzer: Analyzer) -> Explanation | None:
    clause, factors = folded.stored.clause, folded.ranked.factors
    if asked.compared is not None:
        return explain_likeness(clause, asked.compared, factors)
    return None if asked.weights is None else explain(clause, document, asked.weights, factors, analyzer)


def named(catalogue: Catalogue, clause_ids: Collection[str]) -> Mapping[str, Named]:
    """What tells which articles clauses are, and what they and their documents name."""
    clauses = {i: s.clause for i, s in catalogue.stored(clause_ids).items()}
    facts = catalogue.facts_by_id({c.document_id for c in clauses.values()})
    return {i: _named(c, facts[c.document_id]) for i, c in clauses.items()}


def _named(clause: Clause, document: Document) -> Named:
    year = document.issued_on.year if document.issued_on else None
    return Named(document.title, clause.path, clause.text, document.region, document.issuers, year)
