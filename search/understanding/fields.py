"""`字段:值` in a query: 发文机关:国务院, 年份:2014-2016, -类型:通知, issuer:国务院. Names that are no field's stay words, and so
does a colon in ordinary text (通知：关于…, 12:30, https://…)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from search.model import Filters, Validity
from search.text.normalise import fold_with_origin
from search.text.numbers import find_document_numbers
from search.understanding.periods import parse_period

_VALIDITIES = {
    Validity.IN_FORCE: "现行有效 有效 现行 in_force valid",
    Validity.NOT_YET: "尚未施行 尚未生效 未施行 未生效 not_yet",
    Validity.EXPIRED: "失效 已失效 过期 已过期 expired",
    Validity.REPEALED: "废止 已废止 repealed",
    Validity.UNSTATED: "未载明 未说明 不详 unstated",
}
_VALIDITY_OF = {name: validity for validity, names in _VALIDITIES.items() for name in names.split()}


def _period(value: str) -> Filters | None:
    period = parse_period(value)
    return Filters(since=period.since, until=period.until) if period else None


def _validity(value: str) -> Filters | None:
    return Filters(validity=_VALIDITY_OF[value]) if value in _VALIDITY_OF else None


_READERS: dict[str, Callable[[str], Filters | None]] = {
    "发文机关 发文机构 发文单位 发布机关 发布机构 发布单位 制定机关 issuer": lambda v: Filters(issuer=v),
    "文号 发文字号 number": lambda v: Filters(number=v),
    "标题 title": lambda v: Filters(title=v),
    "类型 文种 kind": lambda v: Filters(kind=v),
    "地区 region": lambda v: Filters(region=v),
    "效力 时效 时效性 validity": _validity,
    "年份 年度 year": _period,
    "日期 成文日期 发文日期 date": _period,
}
_READER_OF = {name: reader for names, reader in _READERS.items() for name in names.split()}
_NUMBERED = frozenset({"文号", "发文字号", "number"})
_NAME = "|".join(sorted(_READER_OF, key=len, reverse=True))
# What is quoted is no field; where a value is quoted, its field is found before the quotation mark.
_FIELD = re.compile(rf"\"[^\"]*\"|(?:^|(?<=[\s,;。(]))(?P<minus>-?)(?P<name>{_NAME}) ?: ?")
_VALUE = re.compile(r"\"(?P<quoted>[^\"]+)\"|[<《](?P<title>[^<>《》]+)[>》]|(?P<bare>[^\s,;。?!\"《]+)")
_LONGEST_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Fielded:
    """A query without its fields, blanks in their place, and what they ask of documents."""

    rest: str
    filters: Filters


def take_fields(text: str) -> Fielded:
    """Take the fields out of a query as typed. A field whose value cannot be read (年份:abc) is left where it is."""
    folded = fold_with_origin(text)
    also: list[Filters] = []
    excluded: list[Filters] = []
    rest, at = text, 0
    while match := _FIELD.search(folded.text, at):
        if not match["name"]:
            at = match.end()
            continue
        value, at = _value(folded.text, match.end(), match["name"])
        found = _READER_OF[match["name"]](value) if any(c.isalnum() for c in value) else None
        if found:
            (excluded if match["minus"] else also).append(found)
            start, end = folded.span(match.start(), at)
            rest = rest[:start] + " " * (end - start) + rest[end:]
    return Fielded(rest, _all_of(also, excluded))


def _value(folded: str, at: int, name: str) -> tuple[str, int]:
    """A field's value and where it ends. A 文号 may have blanks inside."""
    if name in _NUMBERED:
        number = next(find_document_numbers(folded[at : at + _LONGEST_NUMBER]), None)
        if number and not number.start:
            return number.text, at + number.end
    match = _VALUE.match(folded, at)
    if not match:
        return "", at
    return next(part for part in match.groups() if part is not None).strip(), match.end()


def _all_of(also: list[Filters], excluded: list[Filters]) -> Filters:
    if len(also) == 1 and not excluded:
        return also[0]
    return Filters(also=tuple(also), excluded=tuple(excluded))
