"""Lists of what is repealed: 下列文件同时废止：1.《…》 2.…, and 废止的规范性文件目录 with an item to a line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from indexer.titles import ends_as_title
from search.text.numbers import DocumentNumber, find_document_numbers

_REPEALED = r"(?:废止|失效)"
# 下列文件同时废止： and 现将废止的文件公布如下：
_LEAD = re.compile(
    rf"(?:下列|以下|下述)[^。；\n：:]{{0,60}}{_REPEALED}[^。；\n：:]{{0,30}}[：:]|{_REPEALED}[^。；\n：:]{{0,30}}如下[：:]"
)
_LIST_NAME = r"[^，。；：:\n]{0,24}(?:目录|清单|一览表|列表)(?:[（(][^）)\n]{1,30}[）)])?"
_DIRECTORY = re.compile(rf"[^，。；\n]{{0,30}}{_REPEALED}{_LIST_NAME}")
_OTHER_DIRECTORY = re.compile(rf"[^，。；\n]{{0,30}}(?:保留|有效|修改|修订|修正|暂停){_LIST_NAME}")
_HEADING_LENGTH = 60
_MARKER = r"\s*(?:[（(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,5})\s*[）)]?\s*[.．、）)\s]|[①-⑳⑴-⒇⒈-⒛])?\s*"
_ITEM = re.compile(
    rf"{_MARKER}(?P<title>[^《》\n；。：:]{{6,120}}?)\s*(?:[（(](?P<bracket>[^《》\n]{{3,80}})[）)])?\s*[；;。]?"
)
_ITEM_LENGTH = 300
"""Characters: a number, a title and a bracket are no longer, and a line of blanks would take long."""
_ITEM_START = re.compile(
    r"\s*(?:[（(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,5})\s*[）)]?\s*[.．、）)\s]|[①-⑳⑴-⒇⒈-⒛]|《)"
)
_NUMBER_LINE = re.compile(r"[^：:]{0,12}(?:文\s*号|字号|编号)\s*[:：]")
_NEAR = 5
"""So many lines below an item its 文号 may stand."""
# What an entry says about the item: it names what took its place.
_EXPLAINS = re.compile(
    r"(?:说明|备注|理由|依据|原因)\s*[:：]|已?(?:被|由)[^，。；\n]{0,30}$|代替|替代|取代|根据|按照|适用"
)
_EXPLAINED_NEAR = 400
_SUPPLEMENT = re.compile(r"的?[^《》\n（(]{0,12}(?:补充|修改|通知|决定|说明|函|细则|规定|办法)")
_MOST = 5_000
"""Lines of a directory that are read."""


@dataclass(frozen=True, slots=True)
class Zone:
    """[start, end) of a text in which a list of what is repealed stands, behind the words that say so."""

    start: int
    end: int
    lead: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item without 《》: its title, the 文号 that stands with it, and the [start, end) of both."""

    spans: tuple[tuple[int, int], ...]
    title: str
    number: DocumentNumber | None


def repeal_zones(text: str) -> list[Zone]:
    """The lists of a text, in order and apart from one another."""
    if not re.search(_REPEALED, text):
        return []
    zones: list[Zone] = []
    for zone in sorted([*_led(text), *_directories(text)], key=lambda z: z.start):
        if not zones or zone.start >= zones[-1].end:
            zones.append(zone)
    return zones


def _led(text: str) -> Iterator[Zone]:
    """The lists behind a colon: in the same line, and in the lines below it as long as they are items."""
    for match in _LEAD.finditer(text):
        end = _line_end(text, match.end())
        rest = text[match.end() : end]
        if rest.strip():
            stop = rest.find("。")
            end = match.end() + stop if 0 <= stop < len(rest.rstrip()) - 1 else end
        while end < len(text) and text[end] == "\n":
            following = text[end + 1 : _line_end(text, end + 1)]
            if not following.strip() or not _is_item(following):
                break
            end += 1 + len(following)
        lead = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
        yield Zone(match.end(), end, lead[-120:].strip())


def _item(line: str) -> re.Match[str] | None:
    return _ITEM.fullmatch(line) if len(line) <= _ITEM_LENGTH else None


def _is_item(line: str) -> bool:
    item = _item(line)
    return bool(_ITEM_START.match(line)) and ("《" in line or (item is not None and ends_as_title(item["title"])))


def _directories(text: str) -> Iterator[Zone]:
    """The lists below a heading of their own, each up to the heading of another or the end."""
    start, lead = None, ""
    for at, line in _lines(text):
        if len(line) > _HEADING_LENGTH:
            continue
        heading = line.strip()
        other = _OTHER_DIRECTORY.fullmatch(heading)
        begins = _DIRECTORY.fullmatch(heading)
        if start is not None and (begins or other):
            yield Zone(start, at, lead)
            start = None
        if begins:
            start, lead = at + len(line), heading
    if start is not None:
        yield Zone(start, len(text), lead)


def items(text: str, zone: Zone) -> Iterator[Item]:
    """The items of a list that bear a title without 《》."""
    lines = list(islice(_lines(text[zone.start : zone.end]), _MOST))
    for index, (at, line) in enumerate(lines):
        match = _item(line)
        if match is None or not ends_as_title(match["title"]) or _EXPLAINS.search(line):
            continue
        number = next(find_document_numbers(match["bracket"] or ""), None)
        if number is None and not _ITEM_START.match(line):
            continue  # a line without a marker is an item only where a 文号 stands with it
        spans = [(zone.start + at + match.start("title"), zone.start + at + len(line))]
        below = _number_line(lines[index + 1 : index + 1 + _NEAR]) if number is None else None
        if below:
            number = next(find_document_numbers(below[1]), None)
            spans.append((zone.start + below[0], zone.start + below[0] + len(below[1])))
        yield Item(tuple(spans), match["title"], number)


def _number_line(lines: list[tuple[int, str]]) -> tuple[int, str] | None:
    """The line below an item that gives its 文号."""
    for at, line in lines:
        if _ITEM_START.match(line):
            return None
        if _NUMBER_LINE.match(line):
            return at, line
    return None


def is_repealed(text: str, start: int, end: int, zone: Zone) -> bool:
    """Whether what a list names at [start, end) is an item of it: not what it says of an item, nor part of the item's
    title (《…办法》的补充规定)."""
    if _SUPPLEMENT.match(text, end):
        return False
    line = text.rfind("\n", 0, start) + 1
    return _EXPLAINS.search(text, max(zone.start, line, start - _EXPLAINED_NEAR), start) is None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)
