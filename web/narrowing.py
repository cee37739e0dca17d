"""What narrows a search, for its page: the values to choose from with their counts, and what is chosen already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from search.model import FacetCount, Facets, Filters, ResultPage
from web.answers import value_label
from web.histogram import Bar, bars
from web.language import language, text

SHOWN = 6
"""Values of a facet that are shown at once; the others unfold."""
LISTS = ("level", "issuer", "kind", "region", "validity")

Link = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is in force, and the address of the search without it."""

    name: str
    value: str
    link: str


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a filter can have. `link` chooses it, or where it is chosen already takes it away."""

    label: str
    count: int
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one facet: some shown, more to unfold."""

    name: str
    shown: Sequence[Option]
    more: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Years:
    """The histogram of years, each with its address."""

    bars: Sequence[tuple[Bar, str]]
    first: int
    last: int


def chips(filters: Filters, link: Link) -> list[Chip]:
    """One for each filter; since and until are one."""
    values = {name: getattr(filters, name) for name in LISTS}
    found = [
        Chip(name, value_label(name, str(value), language()), link(**{name: ""}))
        for name, value in values.items()
        if value
    ]
    if filters.since or filters.until:
        found.append(Chip("year", period(filters), link(since="", until="")))
    return found


def period(filters: Filters) -> str:
    """The days between which a document must have been issued, in words; whole years as years."""
    since, until = filters.since, filters.until
    first = str(since.year if since and since == date(since.year, 1, 1) else since)
    last = str(until.year if until and until == date(until.year, 12, 31) else until)
    if since and until:
        return first if first == last else text("filter.between", since=first, until=last)
    return text("filter.from", since=first) if since else text("filter.up_to", until=last)


def groups(page: ResultPage, filters: Filters, link: Link) -> list[Group]:
    """The facets that can change the hits: those with a choice, and those with a filter, above all where it leaves none."""
    facets = page.facets or {}
    found = []
    for name in LISTS:
        options = _options(name, facets.get(name, ()), getattr(filters, name), page.total, link)
        if any(option.chosen or option.count != page.total for option in options):
            found.append(Group(name, options[:SHOWN], options[SHOWN:]))
    return found


def years(facets: Facets | None, filters: Filters, link: Link) -> Years | None:
    """The histogram, where the hits are of more years than one."""
    since = filters.since.year if filters.since else None
    until = filters.until.year if filters.until else None
    drawn = bars((facets or {}).get("year", ()), since, until)
    if len(drawn) < 2:
        return None
    linked = [(bar, link(since=bar.year, until=bar.year)) for bar in drawn]
    return Years(linked, drawn[0].year, drawn[-1].year)


def _options(name: str, counts: Sequence[FacetCount], wanted: object, total: int, link: Link) -> list[Option]:
    options = []
    for each in counts:
        chosen = each.value == wanted
        target = link(**{name: "" if chosen else each.value})
        # A search goes only so deep; with the filter it goes deeper among fewer documents, and that is what is shown.
        count = total if chosen else each.count
        options.append(Option(value_label(name, each.value, language()), count, target, chosen))
    return sorted(options, key=lambda option: not option.chosen)
