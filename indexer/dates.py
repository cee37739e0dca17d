"""Dates as documents write them: 2016年12月9日, 二〇〇六年五月二十三日, ２０１６年 １１ 月 １ 日, 2018-02-07."""

from __future__ import annotations

import re
from datetime import date

from search.text.numerals import NUMERAL, to_int

_GAP = r"[^\S\n]{0,3}"
"""A type-setter parts the digits of a date with a few spaces."""
_ZERO = "〇零○◯ＯOoｏ"
_DIGIT = rf"[\d{_ZERO}一二三四五六七八九]"
_YEAR = rf"{_DIGIT}(?:{_GAP}{_DIGIT}){{3}}"
_MONTH = rf"(?:\d(?:{_GAP}\d)?|元|[{NUMERAL}{_ZERO}]{{1,3}})"
_DAY = rf"(?:\d(?:{_GAP}\d)?|[{NUMERAL}{_ZERO}](?:{_GAP}[{NUMERAL}{_ZERO}]){{0,2}})"
WRITTEN_DATE = rf"{_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日"
"""Pattern of a date in words, as it stands under a document; no groups."""
_WRITTEN = re.compile(rf"({_YEAR})\s*年\s*({_MONTH})\s*月\s*({_DAY})\s*日")
_PLAIN = re.compile(rf"(?<!\d)(\d{{4}}){_GAP}[-./]{_GAP}(\d{{1,2}}){_GAP}[-./]{_GAP}(\d{{1,2}})(?!\d)")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－．／", "0123456789-./")
_AS_DIGITS = str.maketrans(dict.fromkeys(_ZERO, "0") | dict(zip("一二三四五六七八九", "123456789", strict=True)))


def find_date(text: str) -> date | None:
    """The first date in a text that exists in the calendar and lies between 1900 and 2100."""
    text = text.translate(_FULL_WIDTH)
    for match in sorted([*_WRITTEN.finditer(text), *_PLAIN.finditer(text)], key=lambda m: m.start()):
        year, month, day = ("".join(part.split()) for part in match.groups())
        try:
            found = date(int(year.translate(_AS_DIGITS)), _small(month), _small(day))
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return found
    return None


def _small(text: str) -> int:
    """The number of a month or a day; 元月 is the first month."""
    return 1 if text == "元" else to_int(re.sub(f"[{_ZERO}]", "〇", text))
