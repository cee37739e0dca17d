"""Periods of time as people write them: 2014-2016, >=2016, 2016年以来, 近三年, “十三五”期间.

In a query, a period limits the documents only where it says when they were issued. “到2020年的目标” and “2016年11月1日起施行”
are content, and so is a bare year. All texts here are folded.
"""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from search.text.numerals import to_int

_YEARS = range(1900, 2100)
_DIGITS = "〇零○一二三四五六七八九"
_YEAR = rf"(?:(?:19|20)\d\d|[一二][{_DIGITS}]{{3}})"
_DAY = rf"{_YEAR}年(?:\d{{1,2}}月(?:\d{{1,2}}[日号])?)?"
_TO = r"(?:\.\.+|~+|--|至|到)"
_PARTS = re.compile(rf"({_YEAR})(?:年?[-/.]?(\d{{1,2}})(?:月?[-/.]?(\d{{1,2}}))?)?[年月日号]?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_YEARS_APART = re.compile(rf"({_YEAR})年?-({_YEAR})年?")
_COMPARED = re.compile(r"([<>≥≤]=?)(.+)")


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both included; None where it is open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A period that limits the documents, and the [start, end) of the folded query that says so."""

    period: Period
    start: int
    end: int


def parse_period(text: str) -> Period | None:
    """The period that a field's value names: 2016, 2016-11, 2016年11月1日, 2014-2016, 2014..2016, 2016.., >=2016; else None."""
    text = "".join(text.split())
    compared = _COMPARED.fullmatch(text)
    if compared:
        return _compared(compared[1], compared[2])
    apart = _YEARS_APART.fullmatch(text)
    if apart:
        return _between(_day(apart[1]), _day(apart[2]))
    sides = re.split(_TO, text, maxsplit=1)
    if len(sides) == 1:
        return _day(text)
    first, last = (_day(side) if side else Period() for side in sides)
    return _between(first, last) if any(sides) else None


def _compared(sign: str, text: str) -> Period | None:
    day = _day(text)
    if day is None or day.since is None or day.until is None:
        return None
    if sign in {">=", "≥"}:
        return Period(since=day.since)
    if sign in {"<=", "≤"}:
        return Period(until=day.until)
    return Period(since=day.until + timedelta(1)) if sign == ">" else Period(until=day.since - timedelta(1))


def _between(first: Period | None, last: Period | None) -> Period | None:
    """The wrong way round is understood, too."""
    if first is None or last is None:
        return None
    if first.since and last.since and first.since > last.since:
        first, last = last, first
    return Period(first.since, last.until)


def _day(text: str) -> Period | None:
    """The year, month or day that a text names."""
    match = _COMPACT.fullmatch(text) or _PARTS.fullmatch(text)
    if not match:
        return None
    year, month, day = to_int(match[1]), *(int(part) if part else None for part in match.groups()[1:])
    with suppress(ValueError):  # no such day
        return _whole(year, month, day) if year in _YEARS else None
    return None


def _whole(year: int, month: int | None, day: int | None) -> Period:
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    return Period(first, date(year, last_month, day or monthrange(year, last_month)[1]))


_NUMBER = r"[一二两三四五六七八九十]|\d{1,2}"
_LIMITS = (
    rf"(?:从|自)?(?P<first>{_DAY}|{_YEAR}(?=年?(?:-|{_TO}){_YEAR}))(?:-|{_TO})(?P<last>{_DAY})(?:以?来|之?间|期间)?",
    rf"(?:从|自)?(?P<after>{_DAY})(?:[以之](?:后|来)|起|后)",
    rf"(?P<before>{_DAY})(?:[以之]前|前)",
    rf"(?:最近|近)(?P<recent>{_NUMBER})年(?:以?来|[以之]?内)?",
    r"(?P<relative>去年|上一?年|今年|本年|前年)",
    r"\"?(?P<plan>[七八九]五|十[一二三四五]五)\"?(?:规划)?(?:期间|时期)",
)
# Named groups repeat nowhere, so the patterns stand side by side.
_LIMIT = "|".join(_LIMITS)
_ISSUED = r"(?:国家|国务院|中央|我国)?新?(?:发布|出台|印发|公布|下发|颁布|制发|发文)(?:实施|施行)?(?:了|过|的)*"
# As a word of its own; before a verb that issues; at the head of a query that ends by asking for documents.
_ALONE = re.compile(rf"(?:^|(?<=\s))(?:{_LIMIT})的?(?=\s|$)")
_BEFORE_VERB = re.compile(rf"(?:{_LIMIT}),?{_ISSUED}")
_OF_DOCUMENTS = re.compile(
    rf"^(?!去年|上一?年|今年|本年|前年)(?:{_LIMIT})的?(?=[^\s?,。;]{{0,20}}(?:政策文件|政策|文件|法规|规章)(?:有哪些|有什么)?\??$)"
)
_BARE_YEAR = re.compile(rf"(?<![\d到至])({_YEAR})年(?!\d|[以之]?[前后内]|以?来|[至到起\-~间]|末|底|初)")
_QUOTED = re.compile(r'"[^"]*"')
_PLAN = re.compile('"(?:[七八九]五|十[一二三四五]五)"')
_FIRST_PLANNED = 1986
"""The 七五 plan's first year; the five-year plans after it follow without gaps."""


def find_limit(folded: str, today: date) -> Limit | None:
    """The first period in a query that says when the documents were issued, with its words; None where a date is
    content, or nothing else would be left to search for. What is quoted is content."""
    unquoted = _QUOTED.sub(lambda m: m[0] if _PLAN.fullmatch(m[0]) else "#" * len(m[0]), folded)
    for pattern in (_BEFORE_VERB, _ALONE, _OF_DOCUMENTS):
        match = pattern.search(unquoted)
        if match:
            period = _named(match, today)
            rest = folded[: match.start()] + folded[match.end() :]
            if period is not None and any(c.isalnum() for c in rest):
                return Limit(period, *match.span())
    return None


def named_year(folded: str) -> int | None:
    """The one year that a query names without limiting anything by it (2016年东北振兴), if it is one."""
    years = {to_int(match[1]) for match in _BARE_YEAR.finditer(folded)}
    year = years.pop() if len(years) == 1 else None
    return year if year in _YEARS else None


def _named(match: re.Match[str], today: date) -> Period | None:
    found = match.groupdict()
    if found["first"]:
        return _between(_day(found["first"]), _day(found["last"]))
    if found["after"]:
        day = _day(found["after"])
        return Period(since=day.since) if day else None
    if found["before"]:
        return _compared("<", found["before"])
    if found["recent"]:
        return Period(since=_years_ago(today, to_int(found["recent"].replace("两", "二"))))
    if found["plan"]:
        return _planned(found["plan"])
    back = {"去": 1, "上": 1, "前": 2}.get(found["relative"][0], 0)
    return _whole(today.year - back, None, None)


def _planned(plan: str) -> Period:
    number = to_int(plan.removesuffix("五"))
    first = _FIRST_PLANNED + 5 * (number - 7)
    return Period(date(first, 1, 1), date(first + 4, 12, 31))


def _years_ago(today: date, years: int) -> date:
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return date(today.year - years, 3, 1)
