"""A search's hits as CSV and DOCX."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import docx
import pytest
from fake_searcher import FakeSearcher, FakeText, document
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from search.model import ClauseKind

FORMULA = '=HYPERLINK("http://x","民营")'
ODD = "民营\x0b“银行”〔2016〕,\n\t=1+1<b>𠀀"


@pytest.fixture
def searcher() -> FakeSearcher:
    lines = [(ClauseKind.TEXT, ("一、总则",), "支持民营银行，“放管服”〔2016〕改革。"), (ClauseKind.TEXT, (), FORMULA)]
    lines += [(ClauseKind.TEXT, (), ODD), *((ClauseKind.TEXT, (), f"民营第{n}项") for n in range(250))]
    made = document("opinion", "@关于民营的意见", lines)
    return FakeSearcher([FakeText(replace(made.facts, issuers=("国务院",)), made.clauses)])


def table(client: FlaskClient, **asked: str) -> list[dict[str, str]]:
    response = client.get("/search.csv", query_string=asked)
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")  # or Excel takes it for GBK
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_a_row_has_the_clause_and_where_it_stands(client: FlaskClient) -> None:
    (row,) = table(client, q="放管服")
    assert row == {
        "序号": "1",
        "标题": "'@关于民营的意见",
        "发文机关": "国务院",
        "文号": "",
        "成文日期": "",
        "路径": "一、总则",
        "条款": "支持民营银行，“放管服”〔2016〕改革。",
        "另见": "",
        "命中原因": "关键词第 1（放管服） · 语义第 2（相近度 0.88）",
        "链接": "http://localhost/documents/opinion#opinion.0",
    }


def test_no_cell_is_a_formula_and_odd_text_survives(client: FlaskClient) -> None:
    texts = [row["条款"] for row in table(client, q="民营")]
    assert texts[1:3] == [f"'{FORMULA}", ODD]
    assert len(texts) == 200


def test_the_filters_count_and_the_columns_speak_the_readers_language(client: FlaskClient) -> None:
    assert table(client, q="民营", issuer="吉林省") == []
    assert "Issued by" in table(client, q="放管服", lang="en")[0]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("“放管服”改革", "“放管服”改革.csv"),
        ("../民营/\r\n:*?", "民营.csv"),
        ("<>", "search.csv"),
        ("国发〔2016〕62号", None),
    ],
)
def test_the_file_is_named_after_the_query(client: FlaskClient, query: str, name: str | None) -> None:
    response = client.get("/search.csv", query_string={"q": query})
    kind, options = parse_options_header(response.headers["Content-Disposition"])
    assert (kind, options["filename"]) == ("attachment", name or f"{query}.csv")


def test_word_shows_the_hits_with_their_words_in_bold(client: FlaskClient) -> None:
    response = client.get("/search.docx", query_string={"q": "放管服", "issuer": "国务院", "mode": "keyword"})
    word = docx.Document(BytesIO(response.data))
    lines = [paragraph.text for paragraph in word.paragraphs]
    assert lines[0] == "“放管服”的检索结果"
    assert "检索方式：关键词" in lines
    assert "发文机关：国务院" in lines
    assert "1. @关于民营的意见" in lines
    assert "支持民营银行，“放管服”〔2016〕改革。" in lines
    bold = "".join(run.text for paragraph in word.paragraphs for run in paragraph.runs if run.bold)
    assert bold == "放管服"


def test_word_gets_by_on_text_that_xml_has_no_place_for(client: FlaskClient) -> None:
    word = docx.Document(BytesIO(client.get("/search.docx", query_string={"q": "民营\x0b"}).data))
    assert word.paragraphs[0].text == "“民营”的检索结果"
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "“银行”〔2016〕" in text
    assert "<b>𠀀" in text


def test_a_blank_query_or_a_wrong_parameter_is_refused(client: FlaskClient) -> None:
    for form in ("csv", "docx"):
        assert client.get(f"/search.{form}?q=%20").status_code == 400
        assert client.get(f"/search.{form}?q=民营&sort=x").status_code == 400


def test_the_page_leads_to_the_files_as_it_was_asked(client: FlaskClient) -> None:
    page = client.get("/search?q=民营&issuer=国务院&sort=newest&page=2&explain=1").get_data(as_text=True)
    for form in ("csv", "docx"):
        assert (
            f'href="/search.{form}?q=%E6%B0%91%E8%90%A5&amp;issuer=%E5%9B%BD%E5%8A%A1%E9%99%A2&amp;sort=newest"' in page
        )
