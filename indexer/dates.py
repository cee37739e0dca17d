"""Dates as documents write them: 2016年12月9日, 二〇〇六年五月二十三日, 2018-02-07."""

from __future__ import annotations

import re
from datetime import date

from search.text.numerals import NUMERAL, to_int

_YEAR = rf"(?:\d{{4}}|[{NUMERAL}]{{4}})"
_SMALL = rf"(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})"
WRITTEN_DATE = rf"{_YEAR}\s*年\s*{_SMALL}\s*月\s*{_SMALL}\s*日"
"""Pattern of a date in words, as it stands under a document."""
_WRITTEN = re.compile(rf"({_YEAR})\s*年\s*({_SMALL})\s*月\s*({_SMALL})\s*日")
_PLAIN = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def find_date(text: str) -> date | None:
    """The first date in a text that exists in the calendar and lies between 1900 and 2100."""
    text = text.translate(_FULL_WIDTH)
    for match in sorted([*_WRITTEN.finditer(text), *_PLAIN.finditer(text)], key=lambda m: m.start()):
        try:
            found = date(*(to_int(part) for part in match.groups()))
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return found
    return None
