from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading import ReadDocument, build_document, read_document
from indexer.sources import find_sources
from search.comparison import Comparison, RowKind, Side, compare
from search.model import Clause, ClauseKind
from tests.conftest import CORPUS


def clauses(document_id: str, *texts: str) -> list[Clause]:
    return [
        Clause(f"{document_id}.{n}", document_id, n, ClauseKind.TEXT, (), text, 0, len(text), 0, len(text))
        for n, text in enumerate(texts)
    ]


def compared(here: tuple[str, ...], there: tuple[str, ...]) -> Comparison:
    return compare(clauses("a", *here), clauses("b", *there))


def differing(side: Side | None) -> list[str]:
    assert side
    return [side.clause.text[start:end] for start, end in side.differs]


def kinds(found: Comparison) -> list[str]:
    return [str(row.kind) for row in found.rows]


@pytest.fixture(scope="module")
def read() -> dict[str, ReadDocument]:
    return {source.name[:3]: read_document(source) for source in find_sources([CORPUS])}


def test_two_reprints_that_differ_in_typesetting_only_are_the_same_throughout(read: dict[str, ReadDocument]) -> None:
    """两个转载版本只有排版之别，逐条相同。"""
    found = compare(read["000"].clauses, read["001"].clauses)
    assert {row.kind for row in found.rows} == {RowKind.SAME}
    assert found.equal == 1


def test_a_document_is_the_same_as_itself(read: dict[str, ReadDocument]) -> None:
    """文件与自身比较，处处相同。"""
    found = compare(read["003"].clauses, read["003"].clauses)
    assert (found.count(RowKind.SAME), found.equal) == (len(read["003"].clauses), 1)


def test_of_one_changed_character_only_that_one_is_marked() -> None:
    """改动一个字，只标出这个字。"""
    text = next(CORPUS.glob("004_*")).read_text("utf-8")
    assert text.count("至少设立一家民营银行") == 1
    here = build_document("a", "004.txt", text)
    there = build_document("b", "004.txt", text.replace("至少设立一家民营银行", "至少设立两家民营银行"))
    found = compare(here.clauses, there.clauses)
    (row,) = (row for row in found.rows if row.kind is not RowKind.SAME)
    assert (row.kind, differing(row.here), differing(row.there)) == (RowKind.CHANGED, ["一"], ["两"])
    assert 0.999 < found.equal < 1


def test_the_measures_of_a_province_stand_beside_those_they_carry_out(read: dict[str, ReadDocument]) -> None:
    """吉林措施与国务院意见，同一条措施对到一起。"""
    found = compare(read["002"].clauses, read["004"].clauses)
    pairs = [(row.here.clause.text, row.there.clause.text) for row in found.rows if row.here and row.there]
    for here, there in (
        ("13.推动“银政企保”合作", "推动“银政企保”合作"),
        ("59.争取设立综合保税区", "在符合条件的地区设立综合保税区"),
        ("68.组织有关城市、企业的管理和技术人员走出去", "东北三省要组织省内城市"),
    ):
        assert any(a.startswith(here) and b.startswith(there) for a, b in pairs), here
    assert min(found.count(kind) for kind in RowKind) > 0
    assert found.equal < 0.3


def test_documents_on_other_matters_hardly_meet(read: dict[str, ReadDocument]) -> None:
    """两个不相干的文件，几乎没有对上的条款。"""
    found = compare(read["000"].clauses, read["003"].clauses)
    assert found.count(RowKind.SAME) == 0
    assert found.count(RowKind.CHANGED) <= 3


def test_every_clause_appears_once_in_the_order_of_the_first_document(read: dict[str, ReadDocument]) -> None:
    """每个条款恰好出现一次，左边依原文次序。"""
    found = compare(read["002"].clauses, read["004"].clauses)
    assert [row.here.clause for row in found.rows if row.here] == list(read["002"].clauses)
    there = [row.there.clause for row in found.rows if row.there]
    assert sorted(there, key=lambda clause: clause.ordinal) == list(read["004"].clauses)


def test_typesetting_is_no_change() -> None:
    """全角空格标点繁简不算改动。"""
    found = compared(("（一）设立  民营银行，ＰＰＰ 模式。",), ("(一)設立民營銀行, PPP模式",))
    assert kinds(found) == ["same"]


@pytest.mark.parametrize(("here", "there"), [("1.5亿元", "15亿元"), ("10—20家", "1020家"), ("≥5%", "≤5%"), ("5%", "5")])
def test_points_and_signs_of_numbers_are_changes(here: str, there: str) -> None:
    """数字里的小数点和符号是实质差别。"""
    found = compared((f"补助不超过{here}资金",), (f"补助不超过{there}资金",))
    assert kinds(found) == ["changed"]


def test_added_and_removed_clauses_stand_behind_what_they_follow() -> None:
    """增删的条款排在它所跟随的条款之后。"""
    found = compared(
        ("甲乙丙丁。", "只在左边的话。", "戊己庚辛。"), ("开头新增内容。", "甲乙丙丁。", "戊己庚辛。", "末尾另加一条。")
    )
    assert kinds(found) == ["only_there", "same", "only_here", "same", "only_there"]


def test_empty_documents_can_be_compared() -> None:
    """空文件也能比较。"""
    assert compared((), ()).equal == 1
    assert kinds(compared(("甲",), ())) == ["only_here"]
    assert kinds(compared(("——",), ("……",))) == ["only_there", "only_here"]


words = st.lists(st.text(alphabet="甲乙丙1.- （）a", max_size=12), max_size=8).map(tuple)


@given(words, words)
def test_what_is_marked_lies_in_the_text_and_nothing_is_lost(here: tuple[str, ...], there: tuple[str, ...]) -> None:
    """标记之外的文字两边相同。"""
    found = compared(here, there)
    assert sum(row.here is not None for row in found.rows) == len(here)
    assert sum(row.there is not None for row in found.rows) == len(there)
    assert 0 <= found.equal <= 1
    for row in found.rows:
        for side in (row.here, row.there):
            for start, end in side.differs if side else ():
                assert side
                assert 0 <= start < end <= len(side.clause.text)
        if row.kind is RowKind.CHANGED:
            assert differing(row.here) + differing(row.there)


def test_hostile_repetition_stays_within_bounds() -> None:
    """恶意的重复文字也在限时之内。"""
    began = time.perf_counter()
    compared(("甲乙" * 20_000,), ("乙甲" * 20_000 + "丙",))
    compared(tuple(f"第{n}项发展产业的措施" for n in range(3000)), tuple(f"第{n}项发展产业的办法" for n in range(3000)))
    assert time.perf_counter() - began < 15
