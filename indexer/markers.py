"""The numbers that clauses begin with: 第三章, 第十二条, 一、, （一）, 1., （1）, ①, ——."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from search.text.normalise import is_cjk
from search.text.numerals import NUMERAL, to_int


class Level(IntEnum):
    """Kinds of numbers, outermost first, as documents nest them where they mix several."""

    ATTACHMENT = 0
    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    CHINESE = 5
    CHINESE_BRACKETS = 6
    ARABIC = 7
    ARABIC_BRACKETS = 8
    CIRCLED = 9
    DASH = 10


@dataclass(frozen=True, slots=True)
class Marker:
    """A number at [start, end) of a line. A dash counts as number 0."""

    level: Level
    number: int
    start: int
    end: int


_CN = rf"[{NUMERAL}]{{1,7}}"
_N = rf"(?:\d{{1,3}}|{_CN})"
# A reference to an article is no heading: 第十二条规定的, 第三条、第四条, 第五条第一款, 第一条至第三条.
_NO_REFERENCE = r"(?!\s*(?:第[一二三四五六七八九十百\d]+[款项条]|[、，,；;。]|至|到|和第|及第|或者?第|与第|的(?:规定|要求|情形|处罚)|之规定|所列|所称的|规定(?:的|处|予|给|进行|执行|办理|，|,)|中的|中，|修改为|改为|中“|中增加|删去|增加))"
_PATTERNS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.PART, re.compile(rf"第\s*({_N})\s*(?:分)?编(?=[\s\u3000]|[^的中、，。；规])")),
    (Level.CHAPTER, re.compile(rf"第\s*({_N})\s*章(?=[\s\u3000]|$|[^的中、，。；规])")),
    (Level.SECTION, re.compile(rf"第\s*({_N})\s*节(?=[\s\u3000]|$|[^的中、，。；规])")),
    (
        Level.ARTICLE,
        re.compile(rf"第\s*({_N})\s*条(?:之({_CN}))?(?=[\s\u3000]|$|[^的中]){_NO_REFERENCE}[\s\u3000:：]*"),
    ),
    (Level.CHINESE, re.compile(rf"({_CN})\s*[、．.](?!\d)")),
    (
        Level.CHINESE_BRACKETS,
        re.compile(rf"[（(〔]\s*({_CN})\s*[）)〕](?!\s*(?:至|到|、|和|或|及|项|款)\s*[（(第项款])[、.．]?"),
    ),
    (Level.ARABIC, re.compile(r"(\d{1,3})\s*(?:[.．](?!\d)|、)")),
    (
        Level.ARABIC_BRACKETS,
        re.compile(r"(?:[（(]\s*(\d{1,3})\s*[）)]|(?<![\d（(])(\d{1,3})[）)])(?!\s*(?:至|、|和|项))[、.．]?"),
    ),
    (Level.CIRCLED, re.compile(r"([\u2460-\u2473])")),
    (Level.DASH, re.compile(r"()(?:——|--|──|─|—(?=[^—]))")),
)


def _number(match: re.Match[str]) -> int:
    digits = next((group for group in match.groups() if group), "")
    if digits and "\u2460" <= digits <= "\u2473":
        return ord(digits) - 0x245F
    try:
        return to_int(digits) if digits else 0
    except ValueError:
        return 0


def line_marker(text: str) -> Marker | None:
    """The number that a line begins with, if it begins with one."""
    for level, pattern in _PATTERNS:
        match = pattern.match(text)
        if match:
            return Marker(level, _number(match), match.start(), match.end())
    return None


_INLINE = tuple(
    (level, pattern) for level, pattern in _PATTERNS if level not in (Level.PART, Level.DASH, Level.SECTION)
)
_SENTENCE_END = '。；：！？;:）)”"】]　 '


def inline_markers(text: str) -> Iterator[Marker]:
    """Numbers inside a line that begin clauses whose line breaks were lost, in order.

    One alone proves nothing (其他情形见第三条). What counts is a chain: 一、 … 二、 … of at least two, counting up by one,
    each behind the end of a sentence; only a first 一、 or （一） may run on from a heading whose break was lost too.
    """
    found: list[Marker] = []
    for level, pattern in _INLINE:
        chain: list[Marker] = []
        for match in pattern.finditer(text):
            marker = Marker(level, _number(match), match.start(), match.end())
            free = marker.start == 0 or text[marker.start - 1] in _SENTENCE_END
            if chain and free and marker.number == chain[-1].number + 1:
                chain.append(marker)
            elif free or (marker.number == 1 and level in _MAY_BE_GLUED and not _glued(text, marker)):
                found.extend(chain if len(chain) > 1 else ())
                chain = [marker]
        found.extend(chain if len(chain) > 1 else ())
    return iter(sorted((m for m in found if m.start), key=lambda marker: marker.start))


_MAY_BE_GLUED = (Level.CHINESE, Level.CHINESE_BRACKETS)


def _glued(text: str, marker: Marker) -> bool:
    """Whether the character before a first number makes another word of it: 统一、, 之一、, 第一、."""
    before = text[marker.start - 1]
    return before in "统之唯第单同专万逐划合任某每其惟件表图款项条" or before in NUMERAL or not is_cjk(before)
