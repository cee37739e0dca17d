"""From clauses in their order to hits as they are shown: with their documents, marked words, and reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.errors import IndexDamaged
from search.explain import explain, explain_likeness
from search.generation import CATALOGUE
from search.highlight import find_terms
from search.lookup import Named
from search.model import Clause, Document, Edition, Explanation, Factor, Hit
from search.text.normalise import fold

if TYPE_CHECKING:
    from search.folding import Folded
    from search.store import Catalogue
    from search.text.segment import Analyzer
    from search.understanding.synonyms import Expansion


@dataclass(frozen=True, slots=True)
class Asked:
    """What hits are shown with: the terms to highlight, what they also stand for, the terms' weights where the hits are
    to be explained, and the text that they were compared with. Copies are named in the documents `within` (None: in all)
    but for those `without`."""

    terms: Sequence[str] = ()
    expansions: Sequence[Expansion] = ()
    weights: Mapping[str, float] | None = None
    compared: str | None = None
    within: Collection[str] | None = None
    without: Collection[str] = ()

    def terms_in(self, text: str) -> Sequence[str]:
        """The terms, and the synonyms all of whose parts a text has."""
        if not self.expansions:
            return self.terms
        folded = fold(text)
        parts = [p for e in self.expansions if all(part in folded for part in e.parts) for p in e.parts]
        return [*self.terms, *parts]


def show_hits(catalogue: Catalogue, analyzer: Analyzer, folded: Sequence[Folded], asked: Asked) -> list[Hit]:
    """The hits, in the order given, with the facts of their documents: no bodies, and no evidence. Raises IndexDamaged."""
    clauses, facts = clauses_of(catalogue, folded), catalogue.facts()
    also_in = [_also_in(f, catalogue, asked) for f in folded]
    found = zip(folded, clauses, also_in, strict=True)
    return [_hit(f, clause, facts[f.document], others, asked, analyzer) for f, clause, others in found]


def clauses_of(catalogue: Catalogue, folded: Sequence[Folded]) -> list[Clause]:
    """The clauses that stand for the texts. Raises IndexDamaged where the engine takes other clauses to be there."""
    clauses = catalogue.at([f.place for f in folded])
    for f in folded:
        if f.place not in clauses or clauses[f.place].clause_id != f.ranked.clause_id:
            raise IndexDamaged(file=CATALOGUE, reason=f"clause {f.ranked.clause_id} is not at {f.place}")
    return [clauses[f.place] for f in folded]


def documents_having(
    catalogue: Catalogue, texts: Sequence[int], within: Collection[str] | None
) -> list[list[Document]]:
    """For each text the documents that have it, those `within` only (None: all)."""
    places, facts = catalogue.places, catalogue.facts()
    having = [[facts[d] for d in set(places.documents[places.having(text)].tolist())] for text in texts]
    if within is None:
        return having
    return [[document for document in documents if document.document_id in within] for documents in having]


def _also_in(folded: Folded, catalogue: Catalogue, asked: Asked) -> tuple[Edition, ...]:
    if len(catalogue.places.having(folded.text)) == 1:
        return ()
    within, without = asked.within, asked.without
    return tuple(
        edition
        for edition in catalogue.copies(folded.text)
        if edition.clause_id != folded.ranked.clause_id
        and (within is None or edition.document_id in within)
        and edition.document_id not in without
    )


def _hit(  # noqa: PLR0913, PLR0917
    folded: Folded, clause: Clause, document: Document, also_in: tuple[Edition, ...], asked: Asked, analyzer: Analyzer
) -> Hit:
    ranked = folded.ranked
    terms = asked.terms_in(clause.text)
    spans, found = find_terms(clause.text, terms) if terms else ((), ())
    why = _explanation(clause, document, ranked.factors, asked, analyzer)
    return Hit(clause, document, ranked.score, dict(ranked.matched_by), spans, found, also_in, why)


def _explanation(
    clause: Clause, document: Document, factors: Sequence[Factor], asked: Asked, analyzer: Analyzer
) -> Explanation | None:
    if asked.compared is not None:
        return explain_likeness(clause, asked.compared, factors)
    return None if asked.weights is None else explain(clause, document, asked.weights, factors, analyzer)


def named(catalogue: Catalogue, places: Sequence[int], *, texts: bool = True) -> list[Named]:
    """What tells which articles clauses are, by their places, and what they and their documents name; without `texts` their
    own words are left out, which takes no look into the catalogue."""
    if not places:
        return []
    columns, facts = catalogue.places, catalogue.facts()
    clauses = catalogue.at(places) if texts else {}
    about = zip(places, columns.documents[places].tolist(), columns.provinces[places].tolist(), strict=True)
    return [_named(facts[position], provinces, clauses.get(place)) for place, position, provinces in about]


def _named(document: Document, provinces: int, clause: Clause | None) -> Named:
    year = document.issued_on.year if document.issued_on else None
    path, text = (clause.path, clause.text) if clause else ((), "")
    return Named(document.title, path, text, provinces, document.issuers, year)
