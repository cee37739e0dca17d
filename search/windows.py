"""Windows of a clause: what is embedded. A long clause has several and counts by its best, for a vector of many
sentences says nothing sharply."""

from __future__ import annotations

import re
from collections.abc import Iterable

from search.text.normalise import simplify

WINDOW = 120
"""A window is filled with whole sentences up to about so many characters. Longer ones blur: of the source clauses of
Jilin's measures, windows of 120 found 98 % among the first three, of 240 93 %, whole clauses 89 %
(benchmarks/windows.py)."""
NAME_LENGTH = 20
"""Characters up to which a title is a name, 中华人民共和国 not counted."""
SCHEME = f"name-{NAME_LENGTH}-text-{WINDOW}"
"""What is embedded, and in which windows; an index of another scheme must be built anew."""
_SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;\n]+[”’」』）)】]*|[^。！？；;\n]+$")


def windows(text: str, size: int = WINDOW) -> tuple[tuple[int, int], ...]:
    """The windows of a text as [start, end): whole sentences, in order, without overlap, at least one."""
    if len(text) <= size:
        return ((0, len(text)),)
    cuts, filled = [0], 0
    for match in _SENTENCE.finditer(text):
        length = match.end() - match.start()
        if filled and filled + length > size:
            cuts.append(match.start())
            filled = 0
        filled += length
    return tuple(zip(cuts, [*cuts[1:], len(text)], strict=True))


def passages(title: str, text: str) -> tuple[str, ...]:
    """What is embedded of a clause: its windows in simplified characters, each behind the title where that is a name.

    A short title says what the text is about (电力法: nDCG@10 on questions to statutes, with 4,000 other articles, .55 →
    .58 in one trial); a long one (国务院关于…的意见) makes all clauses of its document alike, and so do headings: on
    everyday questions to `corpus/` the mean reciprocal rank of the first right answer sank from .94 to .84 with headings
    and .77 with title and headings (benchmarks/windows.py). Both are fields of the keyword channel anyway."""
    return tuple(map(simplify, named(title, text, windows(text))))


def named(title: str, text: str, spans: Iterable[tuple[int, int]]) -> list[str]:
    """The passages of a clause as they stand in its document, for who has its `windows` and simplifies many at once."""
    if not title or len(title.removeprefix("中华人民共和国")) > NAME_LENGTH:
        return [text[start:end] for start, end in spans]
    return [f"{title}\n{text[start:end]}" if end > start else title for start, end in spans]
