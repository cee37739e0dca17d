"""Chinese numerals, as clause numbers, dates and 文号 use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0, "O": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "〇零○一二三四五六七八九十百千两"
"""The characters that a Chinese numeral is written with."""


@lru_cache(maxsize=4096)
def to_int(numeral: str) -> int:
    """The value of 十二, 二十, 一百零五, 二〇一六 or 12 (full or half width); ValueError for anything else."""
    if numeral.isdecimal():
        return int(numeral)
    if not numeral or any(c not in _DIGITS and c not in _UNITS for c in numeral):
        raise ValueError(f"not a numeral: {numeral!r}")
    if not any(c in _UNITS for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit = 0, 0
    for c in numeral:
        if c in _UNITS:
            total += (digit or (0 if total % (_UNITS[c] * 10) else 1)) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


_UNIT = re.compile(rf"第\s*([{NUMERAL}]{{1,7}}|\d{{1,4}})\s*([编章节条款项])")


def units(text: str) -> Iterator[tuple[str, int, int]]:
    """The numbers of a law's parts in a text, in one notation: 第十二条 and 第12条 are 第12条; with [start, end)."""
    for match in _UNIT.finditer(text):
        yield f"第{to_int(match[1])}{match[2]}", match.start(), match.end()
