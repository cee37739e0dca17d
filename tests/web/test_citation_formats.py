"""Citations: GB/T 7714—2015 as text, RIS, CSL-JSON and what a page tells Zotero, also where facts are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from search.model import Clause, ClauseKind, Document
from web.citation_formats import Cited, csl_json, gb_t_7714, page_metadata, place_of, ris

TODAY = date(2026, 11, 22)
ADDRESS = "https://example.gov.cn/documents/d1"
OPINION = Document(
    "d1",
    "d1.txt",
    "国务院关于振兴东北的意见",
    "",
    issuers=("国务院",),
    document_number="国发〔2016〕62号",
    issued_on=date(2016, 11, 1),
    kind="意见",
)


def cited(document: Document = OPINION, place: str = "") -> Cited:
    return Cited(document, ADDRESS, TODAY, place)


def clause(text: str, *path: str) -> Clause:
    return Clause("c", "d1", 0, ClauseKind.TEXT, path, text, 0, len(text), 0, len(text))


def test_a_document_with_all_its_facts() -> None:
    assert gb_t_7714(cited()) == (
        f"国务院. 国务院关于振兴东北的意见: 国发〔2016〕62号[A/OL]. (2016-11-01)[2026-11-22]. {ADDRESS}."
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = Document("d1", "d1.txt", "某项办法", "")
    assert gb_t_7714(cited(bare)) == f"某项办法[A/OL]. [2026-11-22]. {ADDRESS}."
    assert gb_t_7714(cited(bare, "第八条")) == f"某项办法[A/OL]. 第八条[2026-11-22]. {ADDRESS}."
    assert csl_json(cited(bare))[0].keys() == {"id", "type", "title", "accessed", "language", "URL"}
    assert [line[:2] for line in ris(cited(bare)).splitlines()] == ["TY", "TI", "LA", "UR", "Y2", "ER"]
    assert all(content for _, content in page_metadata(cited(bare)))


def test_the_day_of_the_page_stands_in_for_that_of_the_document() -> None:
    assert "(2017-01-02)[" in gb_t_7714(cited(replace(OPINION, issued_on=None, page_date=date(2017, 1, 2))))


def test_of_many_issuers_three_are_named() -> None:
    joint = replace(OPINION, issuers=("财政部", "税务总局", "海关总署"))
    assert gb_t_7714(cited(joint)).startswith("财政部, 税务总局, 海关总署. ")
    more = replace(OPINION, issuers=("财政部", "税务总局", "海关总署", "商务部"))
    assert gb_t_7714(cited(more)).startswith("财政部, 税务总局, 海关总署, 等. ")


def test_a_number_that_the_title_has_is_not_said_twice() -> None:
    assert gb_t_7714(cited(replace(OPINION, title="关于某事的批复（国发〔2016〕62号）"))).count("62号") == 1


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("1.设立民营银行。", ("一、深化改革", "（三）推进"), "一（三）1"),
        ("（二）支持民营银行。", ("一、深化改革",), "一（二）"),
        ("第八条 鼓励企业。", ("第二章 促进",), "第八条"),
        ("（一）自行实施；", ("第二章 促进", "第十二条 专利权人"), "第十二条（一）"),
        ("第二章 促进", (), "第二章"),
        ("没有编号的一段。", (), ""),
        ("2017年6月底前。", ("四、组织",), "四"),
    ],
)
def test_a_place_is_said_by_the_numbers_of_the_text(text: str, path: tuple[str, ...], place: str) -> None:
    assert place_of(clause(text, *path)) == place


def test_a_clause_is_cited_with_its_place() -> None:
    assert "(2016-11-01): 一（三）[2026-11-22]" in gb_t_7714(cited(place="一（三）"))
    assert "SE  - 一（三）\r\n" in ris(cited(place="一（三）"))
    assert csl_json(cited(place="一（三）"))[0]["section"] == "一（三）"


def test_a_record_for_reference_managers() -> None:
    assert ris(cited()) == (
        "TY  - GOVDOC\r\nAU  - 国务院\r\nTI  - 国务院关于振兴东北的意见\r\nSN  - 国发〔2016〕62号\r\nPY  - 2016\r\n"
        f"DA  - 2016/11/01\r\nM3  - 意见\r\nLA  - zh-CN\r\nUR  - {ADDRESS}\r\nY2  - 2026/11/22\r\nER  - \r\n"
    )
    (item,) = csl_json(cited())
    assert (item["author"], item["number"]) == ([{"literal": "国务院"}], "国发〔2016〕62号")
    assert (item["issued"], item["accessed"]) == (
        {"date-parts": [[2016, 11, 1]]},
        {"date-parts": [[2026, 11, 22]]},
    )


@given(st.text(), st.lists(st.text(), max_size=5), st.none() | st.text())
def test_no_fact_begins_a_line_of_its_own(title: str, issuers: list[str], number: str | None) -> None:
    odd = replace(OPINION, title=title, issuers=tuple(issuers), document_number=number)
    record = ris(cited(odd))
    assert record.count("\r\n") == len(record.splitlines()) == 9 + len(issuers) + bool(number)
    assert len(gb_t_7714(cited(odd)).splitlines()) == 1


def test_the_page_of_a_document_is_read_by_zotero_and_cited_by_people(client: FlaskClient) -> None:
    page = client.get("/documents/opinion").get_data(as_text=True)
    for name, content in (
        ("citation_title", "关于振兴东北的意见"),
        ("citation_author", "国务院"),
        ("citation_publication_date", "2016/11/01"),
        ("citation_technical_report_number", "国发〔2016〕62号"),
        ("DC.identifier", "http://localhost/documents/opinion"),
    ):
        assert f'<meta name="{name}" content="{content}">' in page
    assert f"国发〔2016〕62号[A/OL]. (2016-11-01)[{date.today()}]. http://localhost/documents/opinion." in page


def test_hostile_titles_stay_text_in_metadata_and_citations(client: FlaskClient) -> None:
    for address in ("/documents/copy", "/clauses/copy.0/cite"):
        page = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "转载&lt;script&gt;alert(1)&lt;/script&gt;[A/OL]" in page


def test_a_clause_has_a_page_to_cite_it(client: FlaskClient) -> None:
    page = client.get("/clauses/opinion.1/cite").get_data(as_text=True)
    assert f"(2016-11-01): 一（一）[{date.today()}]. http://localhost/documents/opinion#opinion.1." in page
    assert client.get("/clauses/nope/cite").status_code == 404


def test_records_are_files_named_by_the_number(client: FlaskClient) -> None:
    record, item = client.get("/documents/opinion.ris"), client.get("/documents/opinion.csl.json")
    assert record.content_type == "application/x-research-info-systems; charset=utf-8"
    assert record.get_data(as_text=True).startswith("TY  - GOVDOC\r\n")
    assert "filename*=UTF-8''%E5%9B%BD%E5%8F%91" in record.headers["Content-Disposition"]
    assert item.content_type == "application/vnd.citationstyles.csl+json"
    assert item.get_json(force=True)[0]["title"] == "关于振兴东北的意见"
    assert client.get("/documents/nope.ris").status_code == 404
