"""Folding: what is found in a text must be found in the folded text, at a place that leads back."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.normalise import fold, fold_with_origin, is_cjk, letters

TEXTS = st.text(
    st.one_of(
        st.sampled_from("民营银行發展農業銀㈠①Ⅳ２０１６ＰＰＰ〔〕【】「」“”，。·•\u200b\ufeff\u3000 ﬁß"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)


@given(TEXTS, TEXTS)
def test_a_part_of_a_text_folds_to_the_same_part_of_the_folded_text(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


@given(TEXTS)
def test_every_folded_character_comes_from_one_that_folds_to_it(text: str) -> None:
    folded = fold_with_origin(text)
    assert folded.text == fold(text)
    assert list(folded.origin) == sorted(folded.origin)
    for offset, character in enumerate(folded.text):
        assert character in fold(text[folded.origin[offset]])


@given(TEXTS, st.data())
def test_a_folded_span_leads_back_to_a_span_that_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold_with_origin(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first < last <= len(text)
    assert folded.text[start:end] in fold(text[first:last])


def test_folding_twice_is_folding_once_for_every_character() -> None:
    characters = (chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)
    assert not [c for c in characters if fold(fold(c)) != fold(c)]


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("shown", "folded"),
    [
        ("２０１６年ＰＰＰ", "2016年ppp"),
        ("國務院關於農業發展", "国务院关于农业发展"),
        ("国发〔2016〕62号", "国发[2016]62号"),
        ("“放管服”「放管服」", '"放管服""放管服"'),
        ("㈠民营\u200b银行", "(一)民营银行"),
        ("一\u3000二\n三", "一 二 三"),
    ],
)
def test_width_case_region_and_typesetting_do_not_matter(shown: str, folded: str) -> None:
    assert fold(shown) == folded


def test_letters_keep_what_carries_meaning() -> None:
    assert letters("（一）民营银行，ＰＰＰ！") == "一民营银行ppp"


def test_chinese_characters_are_known_as_such() -> None:
    assert all(map(is_cjk, "民々〇㐀𠀀"))
    assert not any(map(is_cjk, "a1，。あ한 "))
