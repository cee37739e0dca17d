"""文号 and numerals, as texts write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.numbers import document_number_key, find_document_numbers
from search.text.numerals import to_int


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("根据国发〔2014〕28号和中发【2016】18号文件", ["国发〔2014〕28号", "中发〔2016〕18号"]),
        ("《…的意见》（国发〔2016〕62号）精神", ["国发〔2016〕62号"]),
        ("冀政办字〔2023〕122号各市（含定州、辛集市）人民政府", ["冀政办字〔2023〕122号"]),
        ("中华人民共和国国务院令第364号公布", ["国务院令第364号"]),
        ("国令第706号", ["国务院令第706号"]),
        ("2016年12月9日起施行", []),
        ("该办法第62号修正案", []),
        ("国办发2016年5月1日前", []),
        ("的通知冀工信科〔2021〕264号", ["冀工信科〔2021〕264号"]),
    ],
)
def test_document_numbers_are_found_without_the_words_before_them(text: str, numbers: list[str]) -> None:
    found = list(find_document_numbers(text))
    assert [number.text for number in found] == numbers
    for number in found:
        assert document_number_key(text[number.start : number.end]) == number.key


@given(st.text(alphabet="国发令号第〔〕[]（）(2016) 62年根据", max_size=40))
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    ends = 0
    for number in find_document_numbers(text):
        assert ends <= number.start < number.end <= len(text)
        ends = number.end


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("八十八", 88),
        ("一百零五", 105),
        ("一百一十", 110),
        ("二〇一六", 2016),
        ("一千零一", 1001),
        ("１２", 12),
    ],
)
def test_numerals(numeral: str, value: int) -> None:
    assert to_int(numeral) == value


@pytest.mark.parametrize("numeral", ["", "甲", "一甲", "-1", "1.5"])
def test_what_is_no_numeral_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match=r"numeral|invalid"):
        to_int(numeral)
