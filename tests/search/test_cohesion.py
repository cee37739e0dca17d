"""Which words keep together, which short names documents introduce, and what is near a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.settings import Settings
from search.text.segment import Analyzer, Kind, Token
from search.understanding.cohesion import RunCounts
from search.understanding.coinages import nearest, short_names


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(Settings().cache)


def counted(analyzer: Analyzer, *texts: str) -> RunCounts:
    runs = RunCounts()
    for text in texts:
        runs.add(analyzer.words(text))
    return runs


def cut(text: str) -> list[Token]:
    """Words parted by |, side by side."""
    tokens, at = [], 0
    for word in text.split("|"):
        tokens.append(Token(word, at, at + len(word), Kind.WORD))
        at += len(word)
    return tokens


def test_words_that_are_always_together_are_one(analyzer: Analyzer) -> None:
    others = ["推动产业发展", "加快体制改革", "完善市场机制", "落实主体政策", "责任追究办法"] * 3
    texts = [f"{verb}主体责任" for verb in ("压实", "落实", "强化", "明确")] + others
    (found,) = (each for each in counted(analyzer, *texts).cohesive() if each.text == "主体责任")
    assert found.words == ("主体", "责任")
    assert found.count == 4
    assert 0.5 <= found.firmness <= 1


def test_neighbours_by_chance_and_what_is_rare_are_none(analyzer: Analyzer) -> None:
    assert counted(analyzer, "主体责任", "主体责任").cohesive() == []
    chance = [f"{a}{b}" for a in ("产业", "市场", "企业", "金融") for b in ("政策", "改革", "服务", "管理")]
    assert counted(analyzer, *chance).cohesive(least=1) == []


def test_what_stands_apart_is_not_together(analyzer: Analyzer) -> None:
    assert counted(analyzer, *["主体、责任", "主体“责任”", "主体 责任"] * 3).cohesive() == []


def test_a_part_of_a_longer_run_is_not_offered() -> None:
    runs = RunCounts()
    for text in [*["粮食|生产|功能"] * 5, *["改革|开放", "粮食|安全", "功能|定位"] * 4]:
        runs.add(cut(text))
    assert {each.text for each in runs.cohesive()} == {"粮食生产功能", "改革开放", "粮食安全", "功能定位"}


def test_one_character_beside_a_word_is_a_piece_and_characters_alone_are_a_word() -> None:
    runs = RunCounts()
    for text in [
        *["人|计划"] * 5,
        *["直|补|快|办"] * 5,
        *["放|管|服"] * 5,
        *["国务院|关于"] * 5,
        *["产业", "市场"] * 9,
    ]:
        runs.add(cut(text))
    assert {each.text for each in runs.cohesive()} == {"放管服", "直补快办"}


def test_both_scripts_and_widths_count_as_one(analyzer: Analyzer) -> None:
    runs = counted(analyzer, "主体责任", "主體責任", "「主体责任」", *["产业", "市场", "改革"] * 4)
    assert [(each.text, each.count) for each in runs.cohesive()] == [("主体责任", 3)]


@given(st.lists(st.text(alphabet="主体责任产业政策的、“” ａ1𠮷", max_size=20), max_size=30))
def test_firmness_is_a_share_and_counts_are_true(texts: list[str]) -> None:
    analyzer = Analyzer(Settings().cache)
    for each in counted(analyzer, *texts).cohesive(least=1):
        assert 0.5 <= each.firmness <= 1
        assert each.text == "".join(each.words)
        assert each.count <= sum("".join(text.split()).count(each.words[0]) for text in texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全国社会保障基金理事会（以下简称社保基金会）负责", [("社保基金会", "社会保障基金理事会")]),
        ("推进国家发展和改革委员会(以下简称“发展改革委”)职责", [("发展改革委", "发展和改革委员会")]),
        ("各部门、中国银行保险监督管理委员会（以下称“银保监会”）", [("银保监会", "银行保险监督管理委员会")]),
        ("《国务院关于某事的意见》（以下简称《意见》）", []),
        ("有关单位（以下简称“牵头方”）", []),
        ("特种设备安全监督管理的部门（以下统称特种设备安监部门）", []),
        ("依照《中华人民共和国民事诉讼法》（以下简称民事诉讼法）", []),
        ("自由貿易試驗區（以下簡稱自貿試驗區）", [("自貿試驗區", "自由貿易試驗區")]),
        ("民营银行（见附件）", []),
        ("（以下简称“”）", []),
    ],
)
def test_short_names_are_those_made_of_the_long_ones(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(short_names(text)) == expected


def test_what_is_near_shares_characters_and_stands_not_in_it() -> None:
    words = {"民营银行": 5, "银行": 50, "民营企业": 7, "水稻": 3, "民办银行": 1}
    assert nearest("民航銀行", words)[:2] == ["民营银行", "民办银行"]
    assert "银行" not in nearest("民航银行", words)
    assert nearest("火星移民签证", {"水稻": 3}) == []
    assert nearest("", words) == []
