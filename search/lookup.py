"""Exact look-ups go before all ranking: whoever names an article of a law wants that article, not one that speaks of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from search.engines.columns import Candidates
from search.engines.protocol import Engine, KeywordQuery
from search.law_names import distance, name_of
from search.model import ChannelMatch, Notice
from search.query import Article, Query
from search.ranked import Ranked, RankedList, Retrieved
from search.store import Catalogue
from search.text.normalise import fold
from search.text.numerals import units

_NAMING = 200
"""Clauses that name a 文号 which are listed behind the document that bears it."""
_PARTS = 200
"""Clauses of the law that name an article, of which it and its parts are some."""


class Naming(Protocol):
    """Gives for clauses, by their places in the catalogue, what they and their documents name; without `texts` their own path
    and text are left out."""

    def __call__(self, places: Sequence[int], *, texts: bool = True) -> Sequence[Named]: ...


class Named(NamedTuple):
    """What tells which article a clause is, the provinces (`as_bits`) that it and its document name, and what the facts of its
    document are, where they are known."""

    title: str
    path: tuple[str, ...]
    text: str
    provinces: int = 0
    issuers: tuple[str, ...] = ()
    year: int | None = None


def _own_number(named: Named, unit: str) -> int | None:
    """0 where the clause is the article itself, 1 where it is a part of it, None otherwise."""
    in_title = any(term == unit for term, _, _ in units(fold(named.title)))
    if in_title or _begins_with(unit, fold(named.text[:40])):
        return 0
    return 1 if any(_begins_with(unit, fold(step[:40])) for step in named.path) else None


def _begins_with(unit: str, folded: str) -> bool:
    """Whether a text's own number is this one: 第十四条 本法第十二条所列事项 is article 14, not 12."""
    first = next(units(folded), None)
    return first is not None and first[0] == unit and not folded[: first[1]].strip()


def _closeness(article: Article, named: Named) -> tuple[int, int] | None:
    far = distance(name_of(named.title), article.law)
    place = None if far is None else _own_number(named, article.unit)
    return None if far is None or place is None else (far, place)


def articles_in(named: Sequence[Named], ordinals: Sequence[int], articles: Sequence[Article]) -> list[int]:
    """Where in a ranked list the articles stand that were asked for, the law of the closest name first, an article ahead of its
    parts, and these as they are read: `ordinals` are the clauses' places in the catalogue."""
    wanted = {}
    for place, (each, ordinal) in enumerate(zip(named, ordinals, strict=True)):
        found = [c for article in articles if (c := _closeness(article, each))]
        if found:
            wanted[place] = (*min(found), ordinal)
    return sorted(wanted, key=wanted.__getitem__)


def articles_first(
    engine: Engine, named: Naming, bearing: Callable[[str], Collection[str]], ranked: RankedList, query: Query
) -> tuple[RankedList, Sequence[int]]:
    """A ranked list, and ahead of it the articles that the query names, be they in it or not: those of the law of the closest
    name, in all its editions; with their places in the catalogue. `bearing` gives the documents that bear the name."""
    clauses: dict[int, str] = {}
    for article in query.articles:
        asked = KeywordQuery(article.unit, query.phrases, query.excluded)
        naming = Candidates.of(engine.keyword(asked, _PARTS, bearing(article.law)))
        clauses |= {ordinal: naming.clause_id(rank) for rank, ordinal in enumerate(naming.ordinals.tolist())}
    ordinals = list(clauses)
    first = [ordinals[place] for place in articles_in(named(ordinals), ordinals, query.articles)]
    return ranked.led_by({ordinal: clauses[ordinal] for ordinal in first}), first


def find_numbers(
    catalogue: Catalogue, engine: Engine, numbers: Sequence[str], documents: Collection[str] | None
) -> Retrieved:
    """For bare 文号: the opening clauses of the documents that bear them, then the clauses that name them."""
    openings = catalogue.opening_clauses(numbers)
    stored = catalogue.stored(openings)
    openings = [i for i in openings if documents is None or stored[i].clause.document_id in documents]
    naming = [
        candidate.clause_id
        for number in numbers
        for candidate in engine.keyword(KeywordQuery(number, (number,)), _NAMING, documents)
    ]
    ranked = [
        Ranked(clause_id, round(1 / rank, 4), {"keyword": ChannelMatch(rank, 1 / rank, share=round(1 / rank, 4))})
        for rank, clause_id in enumerate(dict.fromkeys([*openings, *naming]), 1)
    ]
    missing = () if openings else tuple(Notice("notice.number_not_found", {"number": n}) for n in numbers)
    return Retrieved(RankedList.of(ranked, catalogue.places_of([r.clause_id for r in ranked])), notices=missing)
