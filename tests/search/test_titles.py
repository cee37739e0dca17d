"""A query that is (nearly) a title."""

from __future__ import annotations

import pytest

from search.understanding.titles import is_title

TITLE = "国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措的意见"


@pytest.mark.parametrize(
    "query",
    [
        TITLE,
        f"《{TITLE}》",
        "關於深入推進實施新一輪東北振興戰略加快推動東北地區經濟企穩向好若干重要舉措的意見",
        "关于深入推进实施新一轮东北振兴战略 加快推动东北地区经济企稳向好若干重要举措的意见",
        "深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措",
        "国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重大举措的意见",
        f"{TITLE}全文",
    ],
)
def test_a_title_is_one_in_every_notation(query: str) -> None:
    assert is_title(query, TITLE)


@pytest.mark.parametrize(
    "query",
    ["", "意见", "东北振兴", "新一轮东北振兴战略", "国务院", f"吉林省人民政府印发贯彻落实{TITLE}的实施意见和分工方案"],
)
def test_words_of_a_title_are_no_title(query: str) -> None:
    assert not is_title(query, TITLE)


def test_a_law_is_known_without_the_nations_name() -> None:
    assert is_title("民法典", "中华人民共和国民法典")
    assert not is_title("民法", "中华人民共和国民法典")
