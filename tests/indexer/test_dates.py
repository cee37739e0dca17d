"""Dates in every notation that documents use; impossible ones are none."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dates import WRITTEN_DATE, find_date

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
ZEROS = st.sampled_from("〇零○ＯO0")
GAPS = st.sampled_from(["", " ", "\u3000", "  "])
UNITS = "〇一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 99 in words: 十一, 三十, 二十九."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else UNITS[tens]) + ("十" if tens else "") + (UNITS[ones] if ones else "")


@given(DAYS, GAPS)
def test_arabic_digits_of_either_width_with_spaces(day: date, gap: str) -> None:
    plain = f"{day.year}年{day.month}月{day.day}日"
    parted = gap.join(plain)
    assert find_date(parted) == day
    assert find_date(parted.translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == day
    assert re.fullmatch(WRITTEN_DATE, parted)


@given(DAYS, ZEROS, GAPS)
def test_chinese_numerals_with_every_zero(day: date, zero: str, gap: str) -> None:
    year = "".join(zero if digit == "0" else UNITS[int(digit)] for digit in str(day.year))
    written = f"{year}{gap}年{gap}{chinese(day.month)}{gap}月{gap}{chinese(day.day)}{gap}日"
    assert find_date(f"某省人民政府{written}印发") == day
    assert re.fullmatch(WRITTEN_DATE, written)


@given(DAYS, st.sampled_from("-./－．／"))
def test_plain_dates(day: date, mark: str) -> None:
    assert find_date(f"时间：{day.year}{mark}{day.month:02}{mark}{day.day:02} 10:20") == day


@given(st.integers(1900, 2100), st.integers(0, 99), st.integers(0, 99))
def test_a_date_that_no_calendar_has_is_none(year: int, month: int, day: int) -> None:
    try:
        expected = date(year, month, day)
    except ValueError:
        expected = None
    assert find_date(f"{year}-{month:02}-{day:02}") == expected
    assert find_date(f"{year}年{month}月{day}日") == expected


@given(st.text(alphabet="0123456789０Ｏ〇零○一二三十百元年月日 \u3000\n-./第", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    found = find_date(text)
    assert found is None or date(1900, 1, 1) <= found < date(2100, 12, 31) + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-00-00", None),
        ("二〇一六年十一月一日", date(2016, 11, 1)),
        ("二○一六年十一月一日", date(2016, 11, 1)),
        ("二零一六年十一月一日", date(2016, 11, 1)),
        ("二ＯＯ四年十二月二十七日", date(2004, 12, 27)),
        ("二００六年三月二十九日", date(2006, 3, 29)),
        ("二○○○年二月十六日", date(2000, 2, 16)),
        ("2003年元月6日", date(2003, 1, 6)),
        ("２０ １６ 年 １ １ 月 ０ １ 日", date(2016, 11, 1)),
        ("2017年2月30日修改，2017年3月1日公布", date(2017, 3, 1)),
        ("1016年5月1日", None),
        ("", None),
    ],
)
def test_dates_as_they_come(text: str, day: date | None) -> None:
    assert find_date(text) == day
