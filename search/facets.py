"""Counts of hits by what their documents are: level, issuer, year, kind, region, validity. Pure.

A count is what the filter of that value keeps, so 意见 counts 指导意见, too, and 河北省 its cities; a hit that stands in
several documents counts once. A facet's own filter is left aside, so that one value can be changed for another. Counted is
what a search finds within its depth (search.retrieval): with the filter it looks deeper into fewer documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from search.filtering import holds, names_organ
from search.levels import level_of
from search.model import Document, FacetCount, Facets, Filters

NAMES = ("level", "issuer", "year", "kind", "region", "validity")
MOST_VALUES = 50
"""Values of one facet at most, those of the most hits; years are all there."""

Found = Sequence[Sequence[Document]]
"""For each hit the documents that have it."""

_Facts = Callable[[Document, date], Iterable[str | None]]
_FACTS: Mapping[str, _Facts] = {
    "level": lambda d, today: (level_of(d.region),),
    "issuer": lambda d, today: d.issuers,
    "year": lambda d, today: (str(d.issued_on.year) if d.issued_on else None,),
    "kind": lambda d, today: (d.kind,),
    "region": lambda d, today: (d.region,),
    "validity": lambda d, today: (d.validity(today),),
}
_ADMITS: Mapping[str, Callable[[str, str], bool]] = {"issuer": names_organ, "kind": holds, "region": holds}
"""Facets whose filter keeps more than the very value: (value, fact) → whether it does."""
_OWN_FILTERS: Mapping[str, tuple[str, ...]] = {"year": ("since", "until")}


def count_facets(filters: Filters, found: Callable[[Filters], Found], today: date) -> Facets:
    """All facets of what `found` gives for the filters; it is asked again without the filter of each facet that has one."""
    hits = found(filters)
    facets = {}
    for name in NAMES:
        relaxed = without(filters, name)
        facets[name] = count(name, hits if relaxed == filters else found(relaxed), today)
    return facets


def without(filters: Filters, name: str) -> Filters:
    """The filters but for the one of a facet."""
    unset: dict[str, Any] = dict.fromkeys(_OWN_FILTERS.get(name, (name,)))
    return replace(filters, **unset)


def count(name: str, found: Found, today: date) -> tuple[FacetCount, ...]:
    """The values of one facet, those of the most hits first, years in their order. What is not known has no value."""
    facts = _FACTS[name]
    having: dict[str, set[int]] = {}
    for number, documents in enumerate(found):
        for value in {str(fact) for document in documents for fact in facts(document, today) if fact}:
            having.setdefault(value, set()).add(number)
    if name == "year":
        return tuple(FacetCount(year, len(having[year])) for year in sorted(having))
    plain = Counter({value: len(hits) for value, hits in having.items()})
    counted = [FacetCount(value, _kept(name, value, having)) for value, _ in plain.most_common(MOST_VALUES)]
    return tuple(sorted(counted, key=lambda each: (-each.count, each.value)))


def _kept(name: str, value: str, having: Mapping[str, set[int]]) -> int:
    admits = _ADMITS.get(name)
    if admits is None:
        return len(having[value])
    return len(set().union(*(hits for fact, hits in having.items() if fact == value or admits(value, fact))))
