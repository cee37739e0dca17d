"""Tables of contents (目录): a run of headings without text, each of which the document repeats below, in the same order.
They are no clauses, or every heading would be one twice. Pure functions over texts of lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from indexer.markers import Level, line_marker
from search.text.normalise import letters

_MARK = re.compile(r"目[\s\u3000]*[录次][\s\u3000]*[:：]?")
_PAGE = re.compile(r"[\s.…·．]*+(?:[-—(（]\s*+)?(?:\d{1,4}+\s*+)?[-—)）]?$")
"""The dots and the number of a page behind an entry."""
_LEADERS = re.compile(r"[.…·．]{2,}|[\s\u3000]")
_ENTRY_LENGTH = 80
_PROSE = re.compile(r"[。；;，]|[:：]$")
_ARTICLE = re.compile(r"第[一二三四五六七八九十\d]{1,3}条")
_CHAPTERS = (Level.PART, Level.CHAPTER, Level.SECTION)
_FEW, _FEW_UNMARKED = 2, 3
"""Entries of the shortest contents, below the word 目录 and without it."""
_REPEATED = 0.8
"""Share of the entries that come again as they stand; the rest is worded otherwise below, or the title."""
_BETWEEN = 3
"""Lines between contents without the word 目录 and the first heading: the title once more."""
# 目录第一章总则第二章…附则第一章总则第一条: contents whose line breaks were lost.
_FLAT = re.compile(r"目[\s\u3000]*[录次][\s\u3000]*(?=第[\s\u3000]*[一1][\s\u3000]*[章编])")
_FIRST_ENTRY = re.compile(
    r"(第[\s\u3000]*[一1][\s\u3000]*[章编][^第。；，]{1,30}?)[\s\u3000]*第[\s\u3000]*[一二12][\s\u3000]*[章编节]"
)
_FLAT_LENGTH = 6000


def find_contents(texts: Sequence[str]) -> set[int]:
    """The indices of the lines that are tables of contents, with the word 目录 above them."""
    found: set[int] = set()
    places: Mapping[str, list[int]] | None = None
    index = 0
    while index < len(texts):
        length = 1 if _is_flat(texts, index) else 0
        if not length and _may_begin(texts, index):
            places = places if places is not None else _places(texts)
            length = _length(texts, index, places)
        found.update(range(index, index + length))
        index += length or 1
    return found


def begins_flat(text: str) -> bool:
    """Whether a line begins with contents whose line breaks were lost."""
    return bool(_FLAT.match(text))


def flat_contents(text: str) -> tuple[int, int] | None:
    """The [start, end) of contents within a line, as far as where their first entry comes again."""
    mark = _FLAT.search(text)
    first = _FIRST_ENTRY.match(text, mark.end()) if mark else None
    if mark is None or first is None:
        return None
    again = re.compile(r"\s*".join(map(re.escape, "".join(first[1].split())))).search(
        text, first.end(1), mark.end() + _FLAT_LENGTH
    )
    return (mark.start(), again.start()) if again and "。" not in text[mark.end() : again.start()] else None


def _is_flat(texts: Sequence[str], index: int) -> bool:
    """Whether a line is contents as `flat_contents` finds them, its first entry at the beginning of the next line."""
    mark = _FLAT.match(texts[index])
    first = _FIRST_ENTRY.match(texts[index], mark.end()) if mark else None
    following = texts[index + 1][:_ENTRY_LENGTH] if index + 1 < len(texts) else ""
    return first is not None and letters(following).startswith(letters(first[1]))


def _may_begin(texts: Sequence[str], index: int) -> bool:
    """Contents begin with the word, or with a first chapter that is not the next of a run of headings."""
    if _MARK.fullmatch(texts[index]):
        return True
    if index and not texts[index].startswith("第"):
        return False
    marker = line_marker(texts[index][:_ENTRY_LENGTH])
    if marker is None or (index and _is_entry(texts[index - 1]) and line_marker(texts[index - 1]) is not None):
        return False
    return (index == 0 or marker.level in _CHAPTERS) and _is_entry(texts[index])


def _is_entry(text: str) -> bool:
    return len(text) <= _ENTRY_LENGTH and not _PROSE.search(text) and not _MARK.fullmatch(text)


def _key(text: str) -> str:
    """What an entry and its heading have in common: not the page, nor the article that runs on from the heading."""
    opening = text[: 2 * _ENTRY_LENGTH]
    article = _ARTICLE.search(opening)
    opening = opening[: article.start()] if article else opening
    return letters(_LEADERS.sub("", _PAGE.sub("", opening)))


def _places(texts: Sequence[str]) -> Mapping[str, list[int]]:
    """Where each heading stands, in order."""
    places = defaultdict[str, list[int]](list)
    for index, text in enumerate(texts):
        key = _key(text)
        if len(key) <= _ENTRY_LENGTH:
            places[key].append(index)
    return places


def _next_place(places: Mapping[str, list[int]], key: str, start: int) -> int | None:
    where = places.get(key, []) if key else []
    at = bisect_left(where, start)
    return where[at] if at < len(where) else None


def _length(texts: Sequence[str], index: int, places: Mapping[str, list[int]]) -> int:
    """How many lines from `index` on are contents."""
    marked = bool(_MARK.fullmatch(texts[index]))
    first = index + marked
    if first >= len(texts) or not _is_entry(texts[first]):
        return 0
    again = _next_place(places, _key(texts[first]), first + 1)
    if again is None or not all(map(_is_entry, texts[first:again])):
        return 0
    at, repeated = again, list[int]()
    for entry in range(first, again):
        place = _next_place(places, _key(texts[entry]), at)
        if place is not None:
            at = place + 1
            repeated.append(entry)
    end = repeated[-1] + 1
    enough = len(repeated) >= (_FEW if marked else _FEW_UNMARKED) and len(repeated) >= _REPEATED * (end - first)
    return end - index if enough and (marked or again - end <= _BETWEEN) else 0
