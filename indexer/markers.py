"""The numbers that clauses begin with: 第三章, 第十二条, 一、, （一）, 1., 1.1, （1）, ①, ——."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
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
    DECIMAL = 8
    DECIMAL_3 = 9
    DECIMAL_4 = 10
    ARABIC_BRACKETS = 11
    CIRCLED = 12
    DASH = 13


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
# Nor is a reference to an item: （一）项规定的, （一）、（二）项, （一）至（三）.
_NO_ITEM = (
    rf"(?!\s*(?:(?:至|到|、|和|或|及|项|款)\s*[（(第项款]|[（(]\s*{_CN}\s*[）)]|[项款](?:$|[规所的之、，,中至和或情]|除外)"
    r"|目(?:$|规定|所列)))"
)
_NEXT = re.compile(rf"({_CN}|\d{{1,3}})(?:、|类|级|期|批|等奖|产业|线|号(?!召))")
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
        re.compile(rf"(?:[（(〔﹙]\s*({_CN})\s*[）)〕﹚]|([㈠-㈩])){_NO_ITEM}[、.．]?"),
    ),
    (Level.ARABIC, re.compile(r"(?:(\d{1,3})\s*(?:[.．](?!\d)|、)|([⒈-⒛]))")),
    (
        Level.ARABIC_BRACKETS,
        re.compile(
            rf"(?:[（(﹙]\s*(\d{{1,3}})\s*[）)﹚]|(?<![\d（(])(\d{{1,3}})[）)]|([⑴-⒇]))(?!\s*(?:至|、|和|项)){_NO_ITEM}[、.．]?"
        ),
    ),
    (Level.CIRCLED, re.compile(r"([①-⑳㉑-㉟㊱-㊿❶-❿])")),
    (Level.DASH, re.compile(r"()(?:——|--|──|─|—(?=[^—]))")),
)


def _number(match: re.Match[str]) -> int:
    digits = next((group for group in match.groups() if group), "")
    if len(digits) == 1 and not digits.isdecimal() and digits not in NUMERAL:
        return int(unicodedata.numeric(digits, 0))
    try:
        return to_int(digits) if digits else 0
    except ValueError:
        return 0


def _marker(level: Level, match: re.Match[str]) -> Marker | None:
    """The number, unless it begins a series: 一、二类企业, 1、2、3号楼."""
    marker = Marker(level, _number(match), match.start(), match.end())
    if level in (Level.CHINESE, Level.ARABIC) and match[0].endswith("、"):
        following = _NEXT.match(match.string, match.end())
        if following and to_int(following[1]) == marker.number + 1:
            return None
    return marker


def line_marker(text: str) -> Marker | None:
    """The number that a line begins with, if it begins with one."""
    for level, pattern in _PATTERNS:
        match = pattern.match(text)
        marker = _marker(level, match) if match else None
        if marker:
            return marker
    return None


_DECIMAL = re.compile(
    r"(\d{1,2})((?:[.．]\d{1,2}){1,3})[.．]?(?![\d%％‰])(?:[\s\u3000]+|(?![万亿元倍米吨亩级年个折版天度公千平]))"
    r"(?=[\u4e00-\u9fff“《（(])"
)
_MAJOR = re.compile(r"(\d{1,2})[\s\u3000]*(?=[\u4e00-\u9fff])[^，。；：、,;:\d]{2,20}")
_DECIMAL_LEVELS = (Level.DECIMAL, Level.DECIMAL_3, Level.DECIMAL_4)


def decimal_markers(texts: Sequence[str]) -> dict[int, Marker]:
    """The numbers 1 › 1.1 › 1.1.1 that lines begin with, by line. A single 3.15 is a figure or a day; what counts is a
    document that has 1.1 and another one of the kind, and then 1 总则 is a heading too."""
    matches = {i: m for i, text in enumerate(texts) if text[:1].isdecimal() and (m := _DECIMAL.match(text))}
    numbers = {_parts(m) for m in matches.values()}
    majors = {number[0] for number in numbers if number[1] == 1}
    if len(numbers) < 2 or not majors:
        return {}
    found = {i: _decimal(m) for i, m in matches.items() if _counts_up(m, numbers)}
    for i, text in enumerate(texts):
        major = _MAJOR.fullmatch(text) if i not in found and text[:1].isdecimal() else None
        if major and int(major[1]) <= max(majors) + 3:
            found[i] = Marker(Level.ARABIC, int(major[1]), 0, major.end(1))
    return found


def _parts(match: re.Match[str]) -> tuple[int, ...]:
    return (int(match[1]), *map(int, re.findall(r"\d+", match[2])))


def _counts_up(match: re.Match[str], numbers: Collection[tuple[int, ...]]) -> bool:
    *above, last = _parts(match)
    return last == 1 or (*above, last - 1) in numbers


def _decimal(match: re.Match[str]) -> Marker:
    parts = _parts(match)
    return Marker(_DECIMAL_LEVELS[len(parts) - 2], parts[-1], 0, match.end())


_INLINE = tuple(
    (level, pattern) for level, pattern in _PATTERNS if level not in (Level.PART, Level.DASH, Level.SECTION)
)
_SENTENCE_END = '。；：！？;:）)”"】]　 '
# A number holds one of these; a line with fewer than two of them has no chain, and most lines have none.
_SIGNS = {
    Level.CHAPTER: "章",
    Level.ARTICLE: "条",
    Level.CHINESE: "、．.",
    Level.CHINESE_BRACKETS: "）)〕﹚㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩",
    Level.ARABIC: "、．.⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    Level.ARABIC_BRACKETS: "）)﹚⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
}


_RUN_IN = re.compile(
    rf"(?:^|(?<=[。；]))\s*(?=第\s*{_N}\s*[章节])(?:第\s*{_N}\s*[章节][^，。；：、第]{{1,24}}){{1,2}}(?=$|(第\s*{_N}\s*条))"
)


def _run_in(text: str) -> Iterator[Marker]:
    """Chapters at the end of the article above them, and articles at the end of their chapter's heading:
    …颁发证书。第八章附则, 第八章附则第五十四条本规则自…"""
    for match in _RUN_IN.finditer(text):
        for start in (match.start(), match.start(1)):
            marker = line_marker(text[start : start + 40]) if start > 0 else None
            if marker:
                yield Marker(marker.level, marker.number, start, start + marker.end)


def inline_markers(text: str) -> Iterator[Marker]:
    """Numbers inside a line that begin clauses whose line breaks were lost, in order.

    One alone proves nothing (其他情形见第三条). What counts is a chain: 一、 … 二、 … of at least two, counting up by one,
    each behind the end of a sentence; only a first 一、 or （一） may run on from a heading whose break was lost too.
    """
    found: list[Marker] = list(_run_in(text)) if "章" in text or "节" in text else []
    run_in = {marker.start for marker in found}
    for level, pattern in _INLINE:
        if level in _SIGNS and sum(map(text.count, _SIGNS[level])) < 2:
            continue
        chain: list[Marker] = []
        for marker in filter(None, (_marker(level, match) for match in pattern.finditer(text))):
            free = marker.start == 0 or text[marker.start - 1] in _SENTENCE_END or marker.start in run_in
            if chain and free and marker.number == chain[-1].number + 1:
                chain.append(marker)
            elif free or (marker.number == 1 and level in _MAY_BE_GLUED and not _glued(text, marker)):
                found.extend(chain if len(chain) > 1 else ())
                chain = [marker]
        found.extend(chain if len(chain) > 1 else ())
    return iter(sorted({m.start: m for m in found if m.start}.values(), key=lambda marker: marker.start))


_MAY_BE_GLUED = (Level.CHINESE, Level.CHINESE_BRACKETS)


def _glued(text: str, marker: Marker) -> bool:
    """Whether the character before a first number makes another word of it: 统一、, 之一、, 第一、."""
    before = text[marker.start - 1]
    return before in "统之唯第单同专万逐划合任某每其惟件表图款项条" or before in NUMERAL or not is_cjk(before)
