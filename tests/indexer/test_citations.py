"""Who quotes whom: on the five documents all that a reader finds, then the ways of quoting one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from indexer.citations import cite
from indexer.reading import ReadDocument, build_document, read_document
from indexer.relations import relation_of
from indexer.sources import find_sources
from indexer.spool import Spool, pack
from indexer.works import find_works
from search.model import Citation, Relation
from tests.conftest import CORPUS

ROUND_TWO = "国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措的意见"
# Read by hand: every 《…》 and 文号 of another document, in reading order. 000 and 001 quote nothing.
BY_HAND = [
    ("002", "贯彻落实", ROUND_TWO, "国发〔2016〕62号", "004"),
    ("002", "贯彻落实", "中共中央国务院关于深化投融资体制改革的意见", "中发〔2016〕18号", None),
    ("003", "依据", ROUND_TWO, "国发〔2016〕62号", "004"),
    ("004", "贯彻落实", "中共中央国务院关于全面振兴东北地区等老工业基地的若干意见", None, "000"),
    ("004", "贯彻落实", "国务院关于近期支持东北振兴若干重大政策举措的意见", "国发〔2014〕28号", None),
]


def citations(*texts: str) -> list[Citation]:
    """The citations among documents given as texts; their ids are 0, 1, …"""
    return citations_of([build_document(str(i), f"{i}.txt", text) for i, text in enumerate(texts)])


def citations_of(read: Sequence[ReadDocument]) -> list[Citation]:
    """The citations among documents, editions of one work known as such."""
    with TemporaryDirectory() as folder, Spool(Path(folder, "spool")) as spool:
        for each in read:
            spool.add(pack(each))
        works = find_works(spool, spool.heads)
    same = {i: document.same_work_as for i, document in works.documents.items()}
    documents = [replace(r.document, same_work_as=same[r.document.document_id]) for r in read]
    return cite(documents, {r.document.document_id: r.clauses for r in read}, works.ranks)


def found(*texts: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(str(c.relation), c.title, c.document_number, c.cited_document_id) for c in citations(*texts)]


def notice(body: str, title: str = "某省人民政府关于某项工作的通知") -> str:
    return f"{title}\n各市人民政府：\n{body}\n某省人民政府\n2020年5月1日\n"


def test_on_the_five_documents_program_and_reader_find_the_same() -> None:
    read = [read_document(source) for source in find_sources([CORPUS])]
    name = {r.document.document_id: r.document.file[:3] for r in read}
    clauses = {r.document.document_id: r.clauses for r in read}
    all_found = citations_of(read)
    assert [
        (name[c.document_id], str(c.relation), c.title, c.document_number, name.get(c.cited_document_id or ""))
        for c in all_found
    ] == BY_HAND
    text = {clause.clause_id: clause.text for own in clauses.values() for clause in own}
    assert all((c.title or "") in text[c.clause_id] and (c.title or "") in c.sentence for c in all_found)


def test_a_title_and_the_number_behind_it_are_one_citation() -> None:
    body = "根据《国务院关于促进企业兼并重组的意见》（国发〔2010〕27号）和国办发〔2015〕50号文件，现通知如下。"
    assert found(notice(body)) == [
        ("依据", "国务院关于促进企业兼并重组的意见", "国发〔2010〕27号", None),
        ("依据", None, "国办发〔2015〕50号", None),
    ]


def test_a_short_title_counts_from_its_definition() -> None:
    body = (
        "为贯彻《国务院关于促进企业兼并重组的意见》（国发〔2010〕27号，以下简称《若干意见》），现通知如下。\n"
        "一、各地要按照《若干意见》要求抓好工作。\n二、《办法》另行印发。"
    )
    assert [c.title for c in citations(notice(body))] == ["国务院关于促进企业兼并重组的意见"] * 2


def test_a_number_as_short_title() -> None:
    body = "一、根据《国务院关于某事的意见》（国发〔2016〕62号，以下简称“62号文”）办理。\n二、落实62号文的要求。"
    assert [(str(c.relation), c.document_number) for c in citations(notice(body))] == [
        ("依据", "国发〔2016〕62号"),
        ("贯彻落实", "国发〔2016〕62号"),
    ]


def test_titles_within_titles() -> None:
    body = (
        "根据《国务院办公厅关于印发〈减税降费工作方案〉的通知》和《河北省实施<中华人民共和国档案法>办法》，通知如下。"
    )
    titles = [c.title for c in citations(notice(body))]
    assert titles == ["国务院办公厅关于印发〈减税降费工作方案〉的通知", "河北省实施<中华人民共和国档案法>办法"]


@pytest.mark.parametrize(
    "body",
    [
        "现将《某项工作管理办法》印发给你们，请认真执行。",
        "《某项工作管理办法》已经省政府同意，现印发给你们，请认真执行。",
        "本办法自发布之日起施行，本意见由某省人民政府解释。",
        "请填写《申请表》并按《意见》办理。",
        "《某省人民政府关于某项工作的通知》由我厅解释。",
    ],
)
def test_what_a_document_prints_or_is_itself_is_no_citation(body: str) -> None:
    assert found(notice(body)) == []


@pytest.mark.parametrize(
    ("before", "after", "relation"),
    [
        ("根据", "，结合本省实际，制定本办法。", Relation.BASED_ON),
        ("依照", "的规定处罚。", Relation.BASED_ON),
        ("这是", "的明确要求。", Relation.BASED_ON),
        ("为深入贯彻落实", "精神，", Relation.CARRIES_OUT),
        ("现转发", "，请执行。", Relation.FORWARDS),
        ("国务院决定对", "作如下修改：", Relation.AMENDS),
        ("决定废止", "。", Relation.REPEALS),
        ("2009年3月1日公布的", "同时废止。", Relation.REPEALS),
        ("《甲办法》（省政府令第3号）和", "、《乙办法》同时废止。", Relation.REPEALS),
        ("", "第三条同时废止。", Relation.AMENDS),
        ("", "中有关收费的规定同时废止。", Relation.AMENDS),
        ("参照", "执行。", Relation.FOLLOWS),
        ("根据有关规定，制定了", "。", Relation.MENTIONS),
        ("违反", "的，", Relation.MENTIONS),
    ],
)
def test_the_words_around_say_the_relation(before: str, after: str, relation: Relation) -> None:
    assert relation_of(before, after) is relation


def test_a_document_is_found_by_its_title_without_the_issuer_and_by_what_it_issues() -> None:
    cited = (
        "国务院关于促进企业兼并重组的意见\n国发〔2010〕27号\n各省人民政府：\n现提出如下意见。\n国务院\n2010年8月28日\n"
    )
    issued = (
        "某省科学技术厅关于印发《技术合同办法》的通知\n各市科技局：\n现印发给你们。\n某省科学技术厅\n2019年1月1日\n"
    )
    body = "落实《关于促进企业兼并重组的意见》《技术合同办法》和国发【2010】27号文件精神。"
    assert [c.cited_document_id for c in citations(cited, issued, notice(body))] == ["0", "1"]


def test_another_number_or_another_issuer_is_another_document() -> None:
    cited = (
        "国务院关于促进企业兼并重组的意见\n国发〔2010〕27号\n各省人民政府：\n现提出如下意见。\n国务院\n2010年8月28日\n"
    )
    body = "落实《国务院关于促进企业兼并重组的意见》（国发〔2014〕14号）和《某省人民政府关于促进企业兼并重组的意见》。"
    assert [c.cited_document_id for c in citations(cited, notice(body))] == [None, None]


def test_a_law_on_trial_is_not_the_law_of_today() -> None:
    law = "中华人民共和国民事诉讼法\n（2021年12月24日全国人民代表大会常务委员会通过）\n第一条 内容。\n第二条 内容。"
    assert found(law, notice("《中华人民共和国民事诉讼法（试行）》同时废止。"))[0][3] is None


def test_a_million_titles_are_read_within_bounds() -> None:
    assert len(citations(notice("《某某条例》" * 200_000))) < 100
