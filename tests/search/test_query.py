"""What a person types, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import is_plain, parse


@pytest.mark.parametrize(
    "query", ["“民营银行”", "「民营银行」", "『民營銀行』", '"民营银行"', "＂民营银行＂", "〝民营银行〞"]
)
def test_exact_words_stand_in_quotation_marks_of_any_kind(query: str) -> None:
    assert parse(query).phrases == ("民营银行",)


@pytest.mark.parametrize(
    "number",
    [
        "国发〔2016〕62号",
        "国发[2016]62号",
        "国发（2016）62号",
        "国发【2016】62号",
        "国发 〔２０１６〕 62 号",
        "國發〔2016〕62號",
        "国发2016年62号",
        "国发[2016]62",
    ],
)
def test_a_document_number_is_one_in_every_notation(number: str) -> None:
    query = parse(number)
    assert query.document_numbers == ("国发[2016]62号",)
    assert query.is_lookup
    assert parse(f"{number} 民营银行").words == "民营银行"
    assert not parse(f"{number} 民营银行").is_lookup


def test_a_word_behind_a_minus_is_excluded_and_a_hyphen_is_not() -> None:
    assert parse("招商 -公司").excluded == ("公司",)
    assert parse("招商 －“有限公司”").excluded == ("有限公司",)
    assert parse("沈阳-大连").excluded == ()
    assert parse("招商 -公司").meaning == "招商"


def test_in_a_question_typographic_quotes_are_punctuation_and_straight_ones_are_not() -> None:
    assert parse("“三供一业”指什么？").phrases == ()
    assert "三供一业" in parse("“三供一业”指什么？").words
    assert parse('"三供一业"指什么？').phrases == ("三供一业",)
    assert parse("“什么是供给侧”").phrases == ("什么是供给侧",)


@pytest.mark.parametrize("query", ["", "   ", "　", "，。！？", "“”", "---", "\ufeff", "\ud800", "《》〔〕", "…… ——"])
def test_blank_and_punctuation_are_empty(query: str) -> None:
    assert parse(query).is_empty


@given(st.text())
def test_nothing_a_user_types_raises(query: str) -> None:
    parsed = parse(query)
    parsed.keyword()
    assert isinstance(parsed.is_lookup, bool)


@pytest.mark.parametrize(
    "query",
    ["民营银行", "民營　銀行", "ＰＰＰ 项目", "东北哪些政策允许民间资本办银行？", "《公司法》第六十条", "放管服"],
)
def test_a_plain_query_means_what_it_says(query: str) -> None:
    assert is_plain(query)
    assert parse(query).meaning == " ".join(query.split())


@pytest.mark.parametrize(
    "query",
    [
        "“民营银行”",
        "「民營銀行」改革",
        '"民间资本"',
        "＂资本＂",
        "〝资本〞",
        "银行 -外资",
        "银行 －外资",
        "文号:x",
        "发文机关：国务院",
        "国发〔2016〕62号",
        "２０１６年以来的银行",
        "",
        "，。",
        "_",
    ],
)
def test_a_query_that_may_mean_something_else_is_not_plain(query: str) -> None:
    assert not is_plain(query)
