"""The places of a text that name a document: 《…》, 文号, both as one, and full titles without 《》 where a 文号 beside them
or the corpus makes it certain. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexer.titles import ends_as_title
from search.text.numbers import DocumentNumber, find_document_numbers

MOST = 20_000
"""Titles, and as many 文号, that are read of one document; a text of a million 《》 is none."""
_TITLE = re.compile(r"《((?:[^《》\n]|《[^《》\n]{1,80}》){2,160})》")
# Folding a text to look for 文号 is slow, so that only what stands before a 62号 is looked at.
_NUMBER_END = re.compile(
    r"(?:[\]〕】］﹞)）〉>年令告-]|\d{4}(?=\s))[\s\u3000]*[（(\[〔]?第?[\s\u3000]*"
    r"(?:\d{1,5}|[一二三四五六七八九十百〇零○]{1,6})[\s\u3000]*号(?:令|公告)?|第\s*\d{1,4}\s*号令"
)
_NUMBER_LENGTH = 60
_BRACKET = re.compile(r"[\s\u3000]*[（(]([^（）()]{2,120}(?:[（(][^（）()]{1,40}[）)][^（）()]{0,60})?)[）)]")
_ALIAS = re.compile(r"(?:以下|下)(?:简称|称)为?[:：]?\s*[《“”\"'「]?([^》“”\"'」，；（）()]{2,40})")
_NUMBER_FIRST = re.compile(r"[\u4e00-\u9fff\s]{0,10}")
# 国务院令第123号公布的《城市绿化条例》: the 文号 is that of what it promulgates.
_PROMULGATES = re.compile(r"\s*(?:公布|发布|颁布|印发|修订)(?:施行|实施|修订)?的?\s*")
_PROMULGATED = re.compile(rf"{_PROMULGATES.pattern}(?<=的)([^《》，。；：:\n（）()“”、和及与的]{{4,40}})")
_NAMED = r"[^《》，。；：:\n（）()“”]"
# A title that begins behind such a word and names its issuer: 根据国务院关于促进企业兼并重组的意见（国发〔2010〕27号）.
_LEAD = r"(?:根据|按照|依照|依据|遵照|参照|违反|贯彻|落实|执行|符合|转发)(?:了|好)?"
_BEFORE_NUMBER = re.compile(rf"{_LEAD}([\u4e00-\u9fff]{{2,20}}?关于{_NAMED}{{4,80}})\s*[（(]\s*$")
_BARE = re.compile(rf"(中华人民共和国{_NAMED}{{1,40}})|{_LEAD}([\u4e00-\u9fff]{{2,20}}?关于{_NAMED}{{4,80}})")
_LONGER = re.compile(r"(?:的?实施|修正案|草案|施行|释义|的?解释|[（(](?:试行|暂行|草案))")
_BARE_LENGTH = 400
"""Before a 文号 no title of more characters is looked for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A citation at [start, end) of a text, before anybody knew which document it means."""

    start: int
    end: int
    title: str | None
    number: DocumentNumber | None
    alias: str | None = None
    """The short title that the text gives it here."""
    repealed: bool = False
    """Whether it stands in a list of what is repealed."""


def inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset lies in one of the [start, end), which are in order and apart from one another."""
    index = bisect_right(spans, (offset, len(spans) + offset + 1)) - 1
    return index >= 0 and spans[index][0] <= offset < spans[index][1]


def find_mentions(text: str, is_known: Callable[[str], bool]) -> list[Mention]:
    """The titles and 文号 of a text in order, a title and the 文号 with it as one. `is_known` tells whether the corpus has
    a document of such a full title."""
    numbers = list(_numbers(text))
    starts = [number.start for number in numbers]
    mentions = [_titled(text, match, numbers, starts) for match in islice(_TITLE.finditer(text), MOST)]
    covered = [(m.start, m.end) for m in mentions]
    alone = [_with_title(text, n) for n in numbers if not inside(n.start, covered)]
    mentions = _promulgated(text, sorted([*mentions, *alone], key=lambda m: m.start))
    covered = [(m.start, m.end) for m in mentions]
    bare = [m for m in _bare(text, is_known) if not inside(m.start, covered) and not inside(m.end - 1, covered)]
    return sorted([*mentions, *bare], key=lambda m: m.start)


def _numbers(text: str) -> Iterator[DocumentNumber]:
    """Every 文号, with offsets into the text, none inside another."""
    last = 0
    for match in islice(_NUMBER_END.finditer(text), MOST):
        begin = max(0, match.end() - _NUMBER_LENGTH)
        for number in find_document_numbers(text[begin : match.end()]):
            if number.end == match.end() - begin and number.start + begin >= last:
                last = match.end()
                yield replace(number, start=number.start + begin, end=match.end())


def _titled(text: str, match: re.Match[str], numbers: Sequence[DocumentNumber], starts: Sequence[int]) -> Mention:
    """A title with what the brackets behind it say."""
    bracket = _BRACKET.match(text, match.end())
    if bracket is None:
        return Mention(match.start(), match.end(), match[1], None)
    alias = _ALIAS.search(bracket[1])
    index = bisect_right(starts, bracket.start(1) - 1)
    number = numbers[index] if index < len(numbers) and starts[index] < bracket.end() else None
    if number and not _NUMBER_FIRST.fullmatch(text[bracket.start(1) : number.start]):
        number = None  # (…，已由国发〔2014〕28号废止)
    end = bracket.end() if number or alias else match.end()
    return Mention(match.start(), end, match[1], number, alias[1] if alias else None)


def _with_title(text: str, number: DocumentNumber) -> Mention:
    """A 文号 outside 《》, with the title before the bracket that it stands in, if any."""
    match = _BEFORE_NUMBER.search(text[max(0, number.start - _BARE_LENGTH) : number.start])
    if match is None or not ends_as_title(match[1]):
        return Mention(number.start, number.end, None, number, _alias_behind(text, number.end))
    start = number.start - len(match[0]) + match.start(1) - match.start()
    bracket = _BRACKET.match(text, start + len(match[1]))
    alias = _ALIAS.search(bracket[1]) if bracket else None
    return Mention(start, bracket.end() if bracket else number.end, match[1], number, alias[1] if alias else None)


def _alias_behind(text: str, end: int) -> str | None:
    bracket = _BRACKET.match(text, end)
    alias = _ALIAS.search(bracket[1]) if bracket else None
    return alias[1] if alias else None


def _promulgated(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, a 文号 that promulgates a title made one with it."""
    joined: list[Mention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        alone = before is not None and before.title is None and mention.title is not None and mention.number is None
        if before and alone and _PROMULGATES.fullmatch(text[before.end : mention.start]):
            joined[-1] = replace(mention, start=before.start, number=before.number)
        else:
            joined.append(mention)
    return [_with_promulgated(text, mention) for mention in joined]


def _with_promulgated(text: str, mention: Mention) -> Mention:
    """国务院令第100号公布的城市绿化条例 without 《》."""
    match = _PROMULGATED.match(text, mention.end) if mention.title is None else None
    end = _title_length(match[1], ends_as_title) if match else 0
    return replace(mention, end=match.start(1) + end, title=match[1][:end]) if match and end else mention


def _bare(text: str, is_known: Callable[[str], bool]) -> Iterator[Mention]:
    """Full titles of documents of the corpus without 《》: 根据中华人民共和国立法法."""
    for match in islice(_BARE.finditer(text), MOST):
        group = 1 if match[1] else 2
        length = _title_length(match[group], lambda title: ends_as_title(title) and is_known(title))
        end = match.start(group) + length
        if length and not _LONGER.match(text, end):
            yield Mention(match.start(group), end, match[group][:length], None)


def _title_length(text: str, is_title: Callable[[str], bool]) -> int:
    """The length of the longest beginning of a text that is a title, 0 where none is."""
    lengths = (n for n in range(len(text), 1, -1) if text[n - 1].isalnum() or text[n - 1] in "）)")
    return next((n for n in lengths if is_title(text[:n])), 0)
