"""Lines that a fixed width broke, joined again. Pure functions over lines.

What shows that a text is wrapped: none of its lines is long, and those that are about as long as lines get there end in
the middle of a sentence. Each line is then judged by its neighbour: a wrapped one is followed by one that is no longer
than itself (all but the last are filled to the width), and a heading by one that is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.lines import Line
from indexer.markers import Level, line_marker
from search.text.normalise import is_cjk
from search.text.numerals import NUMERAL

_WIDEST = 60
"""Characters. Longer lines are paragraphs."""
_NARROWEST, _FEW = 16, 8
"""Texts of fewer lines show less: there lines are only full from half as much again."""
_FULL = 0.7
"""Share of the width from which a line counts as filled: type-setters fill with half-width digits and leave gaps."""
_SLACK = 3
"""Characters by which filled lines of one paragraph differ: indents, 避头尾 (no line begins with a comma)."""
_BROKEN = 0.6
"""Share of the filled lines that end inside a sentence, from which on a text is wrapped."""
_PROSE = 0.4
"""Share of the filled lines with a comma or the like in them; lists of names have none."""
_ENDS = frozenset("。；：！？;:!?)）…")
_NEVER_FIRST = frozenset("，。；：、！？．》〉”’】〕％%")
"""No line begins with these, unless it is the rest of one."""
_INNER = re.compile("[，、。；,;]")
_WIDE = re.compile("[\u2e80-\uffef“”‘’—…]")
_BEFORE_REFERENCE = re.compile(r"(?:依照|按照|依据|根据|违反|本法|条例|办法|规定|[、和及或与至》])$")
_HEADING_LENGTH = 30
_OPEN_HEADING = re.compile(r"第[\s\u3000]*[一二三四五六七八九十百\d]{1,4}[\s\u3000]*[章编][\s\u3000]*[总附分]$")
_HEADING = re.compile(r"第[\s\u3000]*[一二三四五六七八九十百\d]{1,4}[\s\u3000]*[章编节][\s\u3000]*[^，。；：:]{1,24}")
_LATIN = re.compile(r"[A-Za-z]$")


def unwrap(lines: Sequence[Line]) -> list[Line]:
    """The lines, with those joined that a width broke; the same objects where nothing did. Empty lines part blocks."""
    width = _width(lines)
    joined: list[Line] = []
    rest: list[Line] = []  # the pieces of the line under way
    for line in lines:
        if rest and (_is_rest(line, rest[-1]) or (width and _goes_on(rest[-1], line, width))):
            rest.append(line)
            continue
        joined += [_join(rest)] if rest else []
        rest = [line]
    return joined + ([_join(rest)] if rest else [])


def _join(pieces: Sequence[Line]) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    return Line("".join(piece.text for piece in pieces), [at for piece in pieces for at in piece.origin])


def _is_rest(line: Line, previous: Line) -> bool:
    if not line.text or not previous.text:
        return False
    return line.text[0] in _NEVER_FIRST or _ends_heading(line.text, previous.text)


def _ends_heading(text: str, heading: str) -> bool:
    """Whether a line is the rest of a chapter's heading: 第一章　总 / 则, 第五章　法律责 / 任."""
    if text[0] == "则" and _OPEN_HEADING.search(heading[-_HEADING_LENGTH:]):
        return True
    return len(text) == 1 and is_cjk(text) and bool(_HEADING.fullmatch(heading)) and text not in NUMERAL


def _width(lines: Sequence[Line]) -> int:
    """About how many characters the lines are filled with, or 0 where lines are paragraphs."""
    lengths = sorted(len(line.text) for line in lines if line.text)
    if len(lengths) < 2:
        return 0
    width = lengths[min(int(len(lengths) * 0.95), len(lengths) - 1)]
    narrowest = _NARROWEST if len(lengths) >= _FEW else _NARROWEST * 3 // 2
    if not narrowest <= width <= _WIDEST:
        return 0
    texts = [*(line.text for line in lines), ""]
    filled = [i for i, (text, following) in enumerate(pairwise(texts)) if len(text) >= _FULL * width and following]
    broken = sum(_is_open(texts[i]) and _keeps_width(*texts[i : i + 3]) for i in filled)
    prose = sum(bool(_INNER.search(texts[i])) for i in filled)
    return width if filled and broken >= _BROKEN * len(filled) and prose >= _PROSE * len(filled) else 0


def _is_open(text: str) -> bool:
    """Whether a line ends inside a sentence."""
    return text[-1] not in _ENDS


def _keeps_width(text: str, following: str, third: str) -> bool:
    """Whether the line below an open one is filled as well, or is the last of its paragraph; lists go up and down."""
    near = abs(len(text) - len(following)) <= _SLACK or abs(_columns(text) - _columns(following)) <= _SLACK
    return near or not _is_open(following) or not third


def _goes_on(line: Line, following: Line, width: int) -> bool:
    """Whether a width broke the text between two lines."""
    text, rest = line.text, following.text
    if not text or not rest or len(text) < _FULL * width or not _is_open(text) or "\t" in text + rest:
        return False
    if _LATIN.search(text) and rest[0].isascii() and rest[0].isalpha():
        return False  # the space between two English words is not in the lines
    marker = line_marker(rest)
    if marker and not (marker.level is Level.ARTICLE and _BEFORE_REFERENCE.search(text)):
        return False
    return len(rest) <= len(text) + _SLACK or _columns(rest) <= _columns(text) + _SLACK


def _columns(text: str) -> float:
    """How wide a text is set, in Chinese characters."""
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide) / 2
