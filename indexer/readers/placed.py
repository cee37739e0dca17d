"""Lines that stand at places of pages (PDF, OFD) → the text: page numbers and running heads dropped, paragraphs rejoined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.markers import line_marker

_N = r"[\d一二三四五六七八九十百]{1,5}"
_PAGE_NUMBER = re.compile(
    rf"[-—–－_~·•]+\s*\d{{1,4}}\s*[-—–－_~·•]+|[-—–－\s]*第\s*{_N}\s*页(?:\s*[,，/]?\s*共\s*{_N}\s*页)?[-—–－\s]*|"
    r"(?:Page|P\.)\s*\d{1,4}(?:\s*of\s*\d{1,4})?",
    re.I,
)
_BARE_NUMBER = re.compile(r"(\d{1,4})(?:\s*/\s*\d{1,4})?")
_DIGITS = re.compile(r"\d+")
_EDGE_LINES = 2
"""Running heads and page numbers are among so many lines at the top and at the bottom of a page."""
_OFTEN = 0.6
_NARROW = 12
"""Lines of fewer letters are entries of a list or table and not broken by the page's width."""
_SENTENCE_END = "。；：！？;:!?"


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of a page: where it begins and ends, its distance from the top, the height of its letters; one unit for all."""

    text: str
    left: float
    right: float
    top: float
    size: float


Page = Sequence[PlacedLine]


def join_pages(pages: Sequence[Page]) -> list[str]:
    """The paragraphs of pages whose lines are in reading order."""
    lines = [line for page in _without_furniture(pages) for line in page]
    if not lines:
        return []
    left, right = _left_edge(lines), _right_edge(lines)
    indents = _indents(lines, left)
    paragraphs = [lines[0].text]
    for before, line in pairwise(lines):
        if _runs_on(before, line, left, right, indents):
            paragraphs[-1] = _glue(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
    return paragraphs


def _edges(page: Page) -> set[int]:
    return {i for i in range(len(page)) if i < _EDGE_LINES or i >= len(page) - _EDGE_LINES}


def _key(line: PlacedLine) -> tuple[str, int]:
    return _DIGITS.sub("#", "".join(line.text.split())), round(line.top / max(line.size, 1.0))


def _without_furniture(pages: Sequence[Page]) -> Iterator[list[PlacedLine]]:
    """Pages without page numbers and without the lines that stand at the same place of most of them."""
    seen = Counter(key for page in pages for key in {_key(page[i]) for i in _edges(page)})
    repeated = {key for key, count in seen.items() if count >= max(2, _OFTEN * len(pages))}
    first = _first_number(pages)
    for index, page in enumerate(pages):
        edges = _edges(page)
        yield [
            line
            for i, line in enumerate(page)
            if i not in edges
            or not (
                _PAGE_NUMBER.fullmatch(line.text.strip())
                or _bare_number(line) == first + index
                or (_key(line) in repeated and _bare_number(line) is None)
            )
        ]


def _bare_number(line: PlacedLine) -> int | None:
    match = _BARE_NUMBER.fullmatch(line.text.strip())
    return int(match[1]) if match else None


def _first_number(pages: Sequence[Page]) -> int:
    """The number of the first page, if pages are numbered without dashes or words; a number may also be a table's entry."""
    firsts = Counter(
        number - index
        for index, page in enumerate(pages)
        for number in {_bare_number(page[i]) for i in _edges(page)}
        if number is not None
    )
    (first, count), *_ = firsts.most_common(1) or [(0, 0)]
    return first if count >= max(2, _OFTEN * (len(pages) - 2)) else -(10**6)


def _right_edge(lines: Sequence[PlacedLine]) -> float:
    """Where full lines end. Few of them are enough: in a document of tables most lines are short."""
    ends = sorted((line.right for line in lines), reverse=True)
    return ends[min(len(ends) - 1, max(1, len(ends) // 50))]


def _left_edge(lines: Sequence[PlacedLine]) -> float:
    """Where lines begin that go on from the one before: the leftmost place that is no exception."""
    starts = sorted(line.left for line in lines)
    return starts[int(0.1 * (len(starts) - 1))]


def _indents(lines: Sequence[PlacedLine], left: float) -> bool:
    """Whether paragraphs begin with an indent: then a line without one goes on with what is above it."""
    return sum(0.8 * line.size < line.left - left <= 3 * line.size for line in lines) >= max(1, 0.03 * len(lines))


def _runs_on(before: PlacedLine, line: PlacedLine, left: float, right: float, indents: bool) -> bool:
    """Whether a line goes on with the paragraph of the one before: that one is full, and this one not indented."""
    size = max(before.size, line.size, 1.0)
    # Marks may not begin a line and words are not broken, so that lines in the middle of a sentence end earlier.
    slack = 1.6 if before.text[-1:] in _SENTENCE_END else 4.0
    full = before.right >= right - slack * size
    flush = line.left <= left + 0.8 * size and before.left <= left + 3 * size
    alike = abs(before.size - line.size) <= 0.25 * size
    if not (full and flush and alike) or right - left < _NARROW * size:
        return False
    return indents or (line_marker(line.text) is None and before.text[-1:] not in _SENTENCE_END)


def _glue(before: str, after: str) -> str:
    """Words of Latin letters were parted by a space where the line broke."""
    parted = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha() and after[:1].isalpha()
    return f"{before} {after}" if parted else before + after
