"""Exact look-ups go before all ranking: whoever names an article of a law wants that article, not one that speaks of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from search.engines.protocol import Engine, KeywordQuery
from search.model import ChannelMatch, Notice
from search.query import Article
from search.ranked import Ranked, RankedList, Retrieved
from search.store import Catalogue
from search.text.normalise import fold
from search.text.numerals import units

_NATION = "中华人民共和国"
_NAMING = 200
"""Clauses that name a 文号 which are listed behind the document that bears it."""


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
    text = fold(named.text[:40])
    first = next(units(text), None)
    in_title = any(term == unit for term, _, _ in units(fold(named.title)))
    if in_title or (first is not None and first[0] == unit and not text[: first[1]].strip()):
        return 0
    return 1 if any(term == unit for step in named.path for term, _, _ in units(fold(step[:40]))) else None


def _name(title: str) -> str:
    """A law's name without the nation's and an article's number: 中华人民共和国公司法第六十条 → 公司法."""
    folded = fold(title)
    number = next(units(folded), None)
    return folded[: number[1] if number else None].removeprefix(_NATION).strip()


def _closeness(article: Article, named: Named) -> tuple[int, int] | None:
    name = _name(named.title)
    place = _own_number(named, article.unit)
    if place is None or not name or not (name in article.law or article.law in name):
        return None
    return abs(len(name) - len(article.law)), place


def articles_in(named: Sequence[Named], articles: Sequence[Article]) -> list[int]:
    """Where in a ranked list the articles stand that were asked for, the law of the closest name first."""
    wanted = {}
    for place, each in enumerate(named):
        found = [c for article in articles if (c := _closeness(article, each))]
        if found:
            wanted[place] = min(found)
    return sorted(wanted, key=wanted.__getitem__)


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
    return Retrieved(RankedList.of(ranked, catalogue.places_of([r.clause_id for r in ranked])), missing)
