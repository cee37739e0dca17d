"""What is listed rather than searched for: the documents that fields alone ask for, and the one whose title was typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from search.model import ChannelMatch, ClauseKind
from search.query import Query
from search.ranked import Ranked, RankedList, Retrieved
from search.store import Catalogue
from search.text.normalise import fold, letters
from search.understanding.titles import is_form

_LISTED = (ClauseKind.TEXT, ClauseKind.TABLE)
LISTED = 1000
"""Documents that a query of fields alone lists at most, the newest."""
_TITLES = 100
"""Clauses from the top whose documents' titles are compared with the query: a title's words find its own clauses."""


def list_documents(catalogue: Catalogue, documents: Collection[str], excluded: Sequence[str]) -> Retrieved:
    """All clauses of one work in reading order, or the opening clauses of several, the newest first; none that has a
    text that the query rules out."""
    facts = {d.document_id: d for d in catalogue.facts() if d.document_id in documents}
    works = {frozenset({i, *d.same_work_as}) for i, d in facts.items()}
    if len(works) == 1:
        best = min(facts)
        ids = [c.clause_id for i in sorted(facts, key=lambda i: i != best) for c in catalogue.clauses(i)]
    else:
        newest = sorted(facts, key=lambda i: str(facts[i].issued_on or ""), reverse=True)
        ids = catalogue.openings(newest[:LISTED])
    stored = catalogue.stored(ids)
    kept = [i for i in ids if stored[i].clause.kind in _LISTED and not _has_any(stored[i].clause.text, excluded)]
    ranked = [_listed(clause_id, rank) for rank, clause_id in enumerate(kept, 1)]
    return Retrieved(RankedList.of(ranked, catalogue.places_of(kept)))


def _has_any(text: str, excluded: Sequence[str]) -> bool:
    return bool(excluded) and any(words in fold(text) for words in excluded)


def _listed(clause_id: str, rank: int) -> Ranked:
    score = round(1 / rank, 4)
    return Ranked(clause_id, score, {"keyword": ChannelMatch(rank, score, share=score)})


def titled_first(catalogue: Catalogue, found: Retrieved, query: Query) -> Retrieved:
    """What was found, and ahead of it the opening clauses of the documents whose title the query is."""
    ranked = found.ranked
    if not ranked or query.phrases or query.excluded or query.document_numbers:
        return found
    positions = catalogue.places.documents[ranked.ordinals[:_TITLES]]
    typed, facts = letters(query.meaning), catalogue.facts()
    first_documents = [facts[position] for position in dict.fromkeys(positions.tolist())]
    titled = [d.document_id for d in first_documents if is_form(typed, d.title)]
    if not titled:
        return found
    openings = catalogue.openings(titled)
    clauses = dict(zip(catalogue.places_of(openings), openings, strict=True))
    return replace(found, ranked=ranked.led_by(clauses))
