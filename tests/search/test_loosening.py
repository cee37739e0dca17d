from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.loosening import looser

TODAY = date(2026, 1, 1)


def forms(text: str) -> dict[str, str]:
    return {each.leaves_out: each.query for each in looser(text, TODAY)}


@pytest.mark.parametrize("quoted", ["“民营银行”", '"民营银行"', "「民營銀行」", "＂民营银行＂"])
def test_a_phrase_is_offered_without_its_quotation_marks(quoted: str) -> None:
    assert forms(f"{quoted} 设立") == {"phrase": f"{quoted[1:-1]} 设立"}


def test_what_is_ruled_out_is_offered_to_be_let_in() -> None:
    assert forms('银行 -公司 -"外资 银行"') == {"excluded": "银行"}


def test_quotation_marks_of_exclusions_and_fields_are_no_phrases() -> None:
    assert forms("“民营银行” -“外资 银行” 标题:“意 见”") == {
        "phrase": "民营银行 -“外资 银行” 标题:“意 见”",
        "excluded": "“民营银行” 标题:“意 见”",
        "fields": "“民营银行” -“外资 银行”",
    }


def test_a_limit_in_words_is_left_out() -> None:
    assert forms("2016年以来 民营银行")["period"] == "民营银行"


@pytest.mark.parametrize("text", ["民营银行", "", "“”", "-公司", "发文机关:国务院"])
def test_nothing_is_offered_where_nothing_would_be_left_to_ask(text: str) -> None:
    assert forms(text) == {}


@given(st.text(alphabet='民营银行 “”"「」-:：标题2016年以来', max_size=30))
def test_no_text_is_too_odd_to_loosen(text: str) -> None:
    assert all(any(c.isalnum() for c in each.query) for each in looser(text, TODAY))
