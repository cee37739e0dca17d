"""From what a person or a program typed to typed parameters: one reading for the pages, the API and the command line.

A blank value counts as not given, because that is what an untouched form field sends.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from search.errors import BadParameter, UnknownMode
from search.i18n import LANGUAGES, load_catalogue
from search.model import Filters, Level, Mode, Sort, Validity

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_OFFSET = 10_000
PAGE_SIZE = 10
MOST_EXPORTED = 200
"""Hits in a file of a search's hits."""
MAX_PAGE = MAX_OFFSET // PAGE_SIZE + 1

FILTERS = ("issuer", "level", "since", "until", "kind", "region", "validity")
"""The parameters that say what a hit's document must be."""

_INTEGER = re.compile(r"[+-]?\d{1,9}")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

Values = Mapping[str, str]
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """All that a search is asked with."""

    query: str
    mode: Mode
    limit: int
    offset: int
    filters: Filters
    sort: Sort = Sort.RELEVANCE
    explained: bool = False


def search_parameters(values: Values, language: str) -> SearchParameters:
    """Read q, mode, limit, offset, sort, explain and the filters. Raises UnknownMode and BadParameter."""
    return SearchParameters(
        query=values.get("q", ""),
        mode=mode(values),
        limit=limit(values, language),
        offset=integer(values, "offset", 0, (0, MAX_OFFSET), language),
        filters=filters(values, language),
        sort=_one_of(Sort, values, "sort", language) or Sort.RELEVANCE,
        explained=switch(values, "explain", language),
    )


def mode(values: Values) -> Mode:
    """The mode asked for, hybrid when none is named."""
    name = _value(values, "mode") or Mode.HYBRID
    try:
        return Mode(name)
    except ValueError:
        raise UnknownMode(mode=name) from None


def limit(values: Values, language: str) -> int:
    """How many hits are asked for, 1 to 100."""
    return integer(values, "limit", DEFAULT_LIMIT, (1, MAX_LIMIT), language)


def page(values: Values, language: str) -> int:
    """The number of a page of results, from 1 to the last one that the offset's limit allows."""
    return integer(values, "page", 1, (1, MAX_PAGE), language)


def filters(values: Values, language: str) -> Filters:
    """issuer, level, since, until, kind, region and validity; `until` is the last day of the year or month it names."""
    since = _date(values, "since", language, last=False)
    until = _date(values, "until", language, last=True)
    if since and until and since > until:
        raise _bad("until", _value(values, "until"), load_catalogue("web").text("expected.after_since", language))
    return Filters(
        issuer=_value(values, "issuer") or None,
        since=since,
        until=until,
        kind=_value(values, "kind") or None,
        region=_value(values, "region") or None,
        validity=_one_of(Validity, values, "validity", language),
        level=_one_of(Level, values, "level", language),
    )


def suggestion_format(values: Values, language: str) -> str:
    """`opensearch` for the four lists that browsers ask for, else blank."""
    name = _value(values, "format")
    if name not in {"", "opensearch"}:
        raise _bad("format", name, load_catalogue("web").text("expected.format", language))
    return name


def feed_format(values: Values, language: str) -> str:
    """`rss`, or blank for Atom."""
    name = _value(values, "format")
    if name not in {"", "atom", "rss"}:
        raise _bad("format", name, load_catalogue("web").text("expected.feed_format", language))
    return name.removeprefix("atom")


def chosen_language(values: Values, language: str) -> str | None:
    """The language asked for by `lang`, or None. `language` is the one to complain in."""
    name = _value(values, "lang")
    if name and name not in LANGUAGES:
        raise _bad("lang", name, load_catalogue("web").text("expected.language", language))
    return name or None


def integer(values: Values, name: str, default: int, bounds: tuple[int, int], language: str) -> int:
    """A whole number within `bounds`, both included; BadParameter for anything else."""
    low, high = bounds
    value = _value(values, name)
    if not value:
        return default
    if _INTEGER.fullmatch(value) and low <= int(value) <= high:
        return int(value)
    raise _bad(name, value, load_catalogue("search").text("expected.range", language, low=low, high=high))


def switch(values: Values, name: str, language: str) -> bool:
    """1 for yes; 0 or nothing for no."""
    return bool(integer(values, name, 0, (0, 1), language))


def _one_of(choices: type[_Choice], values: Values, name: str, language: str) -> _Choice | None:
    """One of the words that a parameter may be, None for a blank."""
    value = _value(values, name)
    if value and value not in list(choices):
        raise _bad(name, value, load_catalogue("web").text("expected.one_of", language, choices=", ".join(choices)))
    return choices(value) if value else None


def _value(values: Values, name: str) -> str:
    return values.get(name, "").strip()


def _bad(name: str, value: str, expected: str) -> BadParameter:
    return BadParameter(name=name, value=value, expected=expected)


def _date(values: Values, name: str, language: str, *, last: bool) -> date | None:
    value = _value(values, name)
    if not value:
        return None
    try:
        return _day(value, last=last)
    except ValueError:
        raise _bad(name, value, load_catalogue("search").text("expected.date", language)) from None


def _day(value: str, *, last: bool) -> date:
    """The first (or last) day of the year, month or day that `value` names. ValueError when it names none."""
    match = _DATE.fullmatch(value)
    if not match:
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 - the pattern has no match without a year
    if month is None:
        return date(year, 12, 31) if last else date(year, 1, 1)
    if day is None:
        return date(year, month, monthrange(year, month)[1] if last else 1)
    return date(year, month, day)
