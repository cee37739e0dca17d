"""A document's clauses as CSV, JSON and DOCX."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import docx
import pytest
from fake_searcher import HOSTILE
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from search.model import Clause, ClauseKind, Document
from web.downloads import download, file_name
from web.exporting import CLAUSE_COLUMNS, clauses_csv, document_docx, guarded, table


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def clause(text: str, kind: ClauseKind = ClauseKind.TEXT, path: tuple[str, ...] = (), start: int = 0) -> Clause:
    return Clause(f"d-{start}", "d", start, kind, path, text, start, start + len(text), start, start + len(text))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "\r=1", "＠x"])
def test_a_cell_that_a_spreadsheet_would_run_becomes_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert read(table(["a"], [[cell]]))[1] == [f"'{cell}"]


def test_other_cells_are_as_they_are() -> None:
    assert [guarded(cell) for cell in ("一、总体要求", "1=1", 0, None)] == ["一、总体要求", "1=1", "0", ""]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_every_cell_can_be_read_again(rows: list[list[str]]) -> None:
    assert read(table(["甲", "乙"], rows)) == [["甲", "乙"], *([guarded(cell) for cell in row] for row in rows)]


def test_the_clauses_stand_one_a_row_with_their_path() -> None:
    first, second = (
        clause("一、总则", ClauseKind.HEADING),
        clause('=公式，"引号"\n换行', path=("一、总则", "（一）甲"), start=5),
    )
    names, *rows = read(clauses_csv([first, second]))
    assert tuple(names) == CLAUSE_COLUMNS
    assert rows == [
        ["d-0", "0", "heading", "", "一、总则", "", "0", "4"],
        ["d-5", "5", "text", "一、总则 › （一）甲", '\'=公式，"引号"\n换行', "", "5", "16"],
    ]


def test_word_gets_headings_paragraphs_and_tables() -> None:
    lines = [
        ("一、总则", ClauseKind.HEADING),
        ("正文。", ClauseKind.TEXT),
        ("项目\t金额\n甲\t1", ClauseKind.TABLE),
        ("乙\t2\t另", ClauseKind.TABLE),
    ]
    body, clauses = "", []
    for text, kind in lines:
        clauses.append(clause(text, kind, start=len(body)))
        body += f"{text}\n"
    made = document_docx(
        Document("d", "d.txt", "办法\x0b", f"{body}国务院"), clauses, [("文号", "国发〔2016〕62号")], "https://x/d"
    )
    word = docx.Document(BytesIO(made))
    styled = [(paragraph.style.name, paragraph.text) for paragraph in word.paragraphs if paragraph.style]
    assert styled == [
        ("Title", "办法"),
        ("Normal", "文号：国发〔2016〕62号"),
        ("Heading 1", "一、总则"),
        ("Normal", "正文。"),
        ("Normal", "国务院"),
        ("Normal", "https://x/d"),
    ]
    (grid,) = word.tables
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [
        ["项目", "金额", ""],
        ["甲", "1", ""],
        ["乙", "2", "另"],
    ]


def test_a_file_is_named_as_file_systems_allow() -> None:
    assert file_name("关于“A/B”的:通知\r\n", "csv", "d7") == "关于“A B”的 通知.csv"
    assert file_name("../..", "csv", "d7") == "d7.csv"
    assert file_name("长" * 300, "csv", "d7") == "长" * 60 + ".csv"


@given(st.text(max_size=40))
def test_a_file_of_any_name_can_be_sent(title: str) -> None:
    with Flask("app").test_request_context():
        header = download("正文", "text/plain", file_name(title, "txt", "d7")).headers["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()


def test_files_are_downloads_and_a_missing_document_is_none(client: FlaskClient) -> None:
    for form, begins in (("csv", b"\xef\xbb\xbfclause_id"), ("docx", b"PK"), ("json", b"{")):
        response = client.get(f"/documents/copy.{form}")
        assert response.status_code == 200
        assert response.data.startswith(begins)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "ETag" in response.headers or form == "docx"
        assert client.get(f"/documents/nope.{form}").status_code == 404
    assert "attachment" in client.get("/documents/copy.csv").headers["Content-Disposition"]
    assert client.get("/documents/copy.exe").status_code == 404


def test_the_json_file_is_the_apis_answer(client: FlaskClient) -> None:
    assert client.get("/documents/opinion.json").get_json() == client.get("/api/v1/documents/opinion").get_json()


def test_hostile_text_is_text_in_every_file(client: FlaskClient) -> None:
    assert any(HOSTILE in cell for row in read(client.get("/documents/copy.csv").data) for cell in row)
    word = docx.Document(BytesIO(client.get("/documents/copy.docx").data))
    assert any(HOSTILE in paragraph.text for paragraph in word.paragraphs)
