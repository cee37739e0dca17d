"""Windows of a clause: what is embedded. A long clause has several and counts by its best, for a vector of many
sentences says nothing sharply."""

from __future__ import annotations

import re
from collections.abc import Sequence

from search.text.normalise import simplify

WINDOW = 120
"""A window is filled with whole sentences up to about so many characters."""
_SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;\n]+[”’」』）)】]*|[^。！？；;\n]+$")


def windows(text: str, size: int = WINDOW) -> tuple[tuple[int, int], ...]:
    """The windows of a text as [start, end): whole sentences, in order, without overlap, at least one."""
    cuts, filled = [0], 0
    for match in _SENTENCE.finditer(text):
        length = match.end() - match.start()
        if filled and filled + length > size:
            cuts.append(match.start())
            filled = 0
        filled += length
    return tuple(zip(cuts, [*cuts[1:], len(text)], strict=True))


def passage(title: str, path: Sequence[str], text: str) -> str:
    """What is embedded for a window: its text behind the headings and the title it stands under."""
    return simplify("\n".join(part for part in (" › ".join([title, *path]), text) if part))
