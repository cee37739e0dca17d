"""The five documents that the project starts from, each with a trouble of its own, read as they are delivered."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from indexer.reading import ReadDocument, read_document
from indexer.sources import find_sources
from search.model import ClauseKind
from tests.conftest import CORPUS


@pytest.fixture(scope="module")
def read() -> dict[str, ReadDocument]:
    return {source.name[:3]: read_document(source) for source in find_sources([CORPUS])}


def test_the_five_documents_are_there_and_the_readme_is_none(read: dict[str, ReadDocument]) -> None:
    assert sorted(read) == ["000", "001", "002", "003", "004"]


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_nearly_all_of_the_body_lies_in_clauses(read: dict[str, ReadDocument], number: str) -> None:
    assert read[number].document.coverage >= 0.99


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_every_clause_is_cut_out_of_the_body_and_out_of_the_source(read: dict[str, ReadDocument], number: str) -> None:
    document = read[number].document
    source = next(CORPUS.glob(f"{number}_*")).read_text("utf-8")
    end = 0
    for clause in read[number].clauses:
        assert clause.start >= end
        assert document.body[clause.start : clause.end] == clause.text
        original = source[clause.source_start : clause.source_end]
        assert "".join(original.split()) == "".join(clause.text.split())
        end = clause.end


FACTS = {
    "000": ("中共中央 国务院关于全面振兴东北地区等老工业基地的若干意见", ("中共中央", "国务院"), None, None),
    "001": ("中共中央 国务院关于全面振兴东北地区等老工业基地的若干意见", ("中共中央", "国务院"), None, None),
    "002": (
        "吉林省人民政府印发贯彻落实国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措意见有关措施的通知",
        ("吉林省人民政府",),
        "吉政发〔2016〕41号",
        date(2016, 12, 9),
    ),
    "003": ("东北地区与东部地区部分省市对口合作工作方案", None, None, None),
    "004": (
        "国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措的意见",
        ("国务院",),
        "国发〔2016〕62号",
        date(2016, 11, 1),
    ),
}


@pytest.mark.parametrize("number", FACTS)
def test_facts(read: dict[str, ReadDocument], number: str) -> None:
    document = read[number].document
    title, issuers, document_number, issued_on = FACTS[number]
    assert document.title == title
    assert issuers is None or document.issuers == issuers
    assert document.document_number == document_number
    assert document.issued_on == issued_on


def test_a_page_date_is_no_date_of_issue(read: dict[str, ReadDocument]) -> None:
    assert read["000"].document.page_date == date(2018, 2, 7)
    assert read["003"].document.page_date == date(2017, 3, 19)
    assert read["002"].document.page_date == date(2017, 6, 2)


def test_the_source_and_the_site_are_named(read: dict[str, ReadDocument]) -> None:
    assert read["000"].document.source == "国务院办公厅"
    assert read["000"].document.site == "中共绥芬河市委员会、绥芬河市人民政府"
    assert read["003"].document.source == "国务院办公厅"


def test_navigation_and_footers_are_in_no_clause(read: dict[str, ReadDocument]) -> None:
    text = "\n".join(r.document.body for r in read.values())
    for junk in ("当前位置", "首页", "主办单位", "访问统计", "责任编辑", "qgy_admin", "文件编号"):
        assert junk not in text


def test_spaces_of_broken_lines_are_gone_and_editions_agree(read: dict[str, ReadDocument]) -> None:
    first, second = (read[n].clauses for n in ("000", "001"))
    assert len(first) == len(second)
    assert "把握引领经济发展新常态" in second[0].text
    assert "参照执行" in second[0].text


def test_a_body_that_stands_twice_is_indexed_once(read: dict[str, ReadDocument]) -> None:
    texts = [clause.text for clause in read["003"].clauses]
    assert len(texts) == len(set(texts))
    assert sum("对口合作框架下" in text for text in texts) == 1
    assert any(skipped.reason == "repeated" and skipped.characters > 5000 for skipped in read["003"].skipped)


def test_the_88_measures_are_88_clauses_with_their_bodies(read: dict[str, ReadDocument]) -> None:
    measures = [c for c in read["002"].clauses if re.match(r"\d+\.", c.text)]
    assert [int(c.text.split(".")[0]) for c in measures] == list(range(1, 89))
    bank = measures[11]
    assert bank.path == ("一、全面深化改革,激发内在活力", "(三)加快民营经济发展")
    assert bank.responsible == "省金融办、吉林银监局、省国资委等"


def test_a_heading_with_its_text_behind_a_full_stop_stays_one_clause(read: dict[str, ReadDocument]) -> None:
    clause = next(c for c in read["000"].clauses if c.text.startswith("(七)"))
    assert clause.kind is ClauseKind.TEXT
    assert clause.path == ("二、着力完善体制机制",)
    assert "支持在东北地区兴办民营银行" in clause.text


def test_in_the_flattened_table_paragraphs_get_the_heading_and_the_body_that_stand_behind_them(
    read: dict[str, ReadDocument],
) -> None:
    clauses = {c.text[:10]: c for c in read["004"].clauses}
    reform = clauses["2016年底前出台深"]
    assert reform.path == ("一、全面深化改革，激发内在活力", "（二）全面深化国有企业改革")
    assert reform.responsible == "国务院国资委牵头，国家发展改革委、财政部和三省人民政府分工负责"
    bank = clauses["2017年6月底前，"]
    assert bank.path == ("一、全面深化改革，激发内在活力",)  # its heading （三） is missing in the source
    assert bank.responsible == "银监会指导支持"


def test_the_closing_paragraph_is_not_under_the_last_heading(read: dict[str, ReadDocument]) -> None:
    for number, beginning in (
        ("000", "全面振兴东北地区等"),
        ("002", "各地、各有关部门要"),
        ("004", "加快推动东北地区经济"),
    ):
        assert next(c for c in read[number].clauses if c.text.startswith(beginning)).path == ()


def test_signatures_are_facts_and_no_clauses(read: dict[str, ReadDocument]) -> None:
    for number in ("002", "004"):
        assert not any(
            re.fullmatch(r"\s*(国务院|吉林省人民政府|2016年1\d月\d日)\s*", c.text) for c in read[number].clauses
        )


def test_clause_ids_survive_a_change_elsewhere_in_the_document(read: dict[str, ReadDocument], tmp_path: Path) -> None:
    original = next(CORPUS.glob("004_*"))
    changed = tmp_path / original.name
    changed.write_text(original.read_text("utf-8").replace("适时对东北振兴", "每年对东北振兴"), "utf-8")
    before = {c.clause_id for c in read["004"].clauses}
    after = {c.clause_id for c in read_document(find_sources([tmp_path])[0]).clauses}
    assert len(before - after) == 1
