"""One mistyped character is offered right, and what is right is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.text.normalise import fold
from search.text.segment import Analyzer
from search.understanding.spelling import Speller, is_doubtful

TERMS = [
    "发展",
    "民营银行",
    "金融监管",
    "营商环境",
    "采煤沉陷区",
    "对口合作",
    "经济",
    "民间资本",
    "银行业",
    "办法",
    "体制",
    "银行",
]
TEXT = "。".join([*TERMS, "的是在设立了怎么有什么规定支持政策"])


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


def corrected(analyzer: Analyzer, query: str) -> str | None:
    folded = fold(query)
    found = Speller(TERMS).correction(folded, analyzer.words(folded), lambda part: part in TEXT)
    if found is None:
        return None
    assert is_doubtful(folded, analyzer.words(folded), lambda part: part in TEXT)
    return folded.replace(found.typed, found.meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("民营银航", "民营银行"),
        ("民營銀航", "民营银行"),
        ("民赢银行", "民营银行"),
        ("金融监官", "金融监管"),
        ("营商环竟", "营商环境"),
        ("采煤沉限区", "采煤沉陷区"),
        ("对口和作", "对口合作"),
        ("民间资夲", "民间资本"),
        ("经剂发展", "经济发展"),
        ("支持民营银航的政策", "支持民营银行的政策"),
    ],
)
def test_a_character_that_sounds_or_looks_alike_is_put_right(analyzer: Analyzer, typed: str, meant: str) -> None:
    assert corrected(analyzer, typed) == meant


@pytest.mark.parametrize(
    "query",
    [
        "民营银行",
        "银行卡",
        "红烧肉的做法",
        "具体指什么",
        "asdfqwer zxcv",
        "",
        "行",
        "绝地求生职业联赛赛程",
        "民营行银",
        "景点",
        "2016年",
    ],
)
def test_what_is_right_or_beyond_guessing_is_left_alone(analyzer: Analyzer, query: str) -> None:
    assert corrected(analyzer, query) is None


def test_the_dictionary_of_sounds_is_loaded_for_doubt_only(tmp_path: Path) -> None:
    analyzer = Analyzer(tmp_path)
    words = analyzer.words("民营银行")
    assert not is_doubtful("民营银行", words, lambda part: part in TEXT)
