"""The page where editors judge results: what it shows and hides, what it saves, and from whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from fake_searcher import FakeSearcher
from flask.testing import FlaskClient

from search.evaluation.judgments import read_judgments
from search.settings import Settings
from web.app import create_app

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from search.searcher import Searcher

FIRST, SECOND = "opinion.1", "opinion.2"


@pytest.fixture
def judging(settings: Settings) -> Settings:
    return settings.model_copy(update={"judging": True})


@pytest.fixture
def editor(searcher: FakeSearcher, judging: Settings) -> Iterator[FlaskClient]:
    with create_app(judging, cast("Searcher", searcher)).test_client() as client:
        yield client


@pytest.fixture
def file(settings: Settings) -> Path:
    return settings.home / "judgments.jsonl"


def save(client: FlaskClient, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
    fields = {"q": "民营银行", **{name.replace("__", "-"): value for name, value in form.items()}}
    return client.post("/judge", data=fields, headers=headers or {})


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_without_the_setting_there_is_no_such_page(client: FlaskClient, file: Path) -> None:
    assert client.get("/judge?q=民营银行").status_code == 404
    assert client.get("/judge/judgments.jsonl").status_code == 404
    assert save(client, none="1").status_code == 404
    assert not file.exists()
    assert 'href="/judge"' not in client.get("/").text


def test_with_it_the_footer_leads_there(editor: FlaskClient) -> None:
    assert 'href="/judge"' in editor.get("/").text
    assert editor.get("/judge").status_code == 200


def test_each_pooled_clause_is_there_once_with_its_grades_and_without_its_rank(
    editor: FlaskClient, searcher: FakeSearcher
) -> None:
    page = editor.get("/judge", query_string={"q": "民营银行"}).text
    asked = [entry[1] for entry in searcher.asked if isinstance(entry, tuple)]
    assert {str(mode) for mode in asked} == {"hybrid", "keyword", "semantic"}
    for clause in (FIRST, SECOND):
        assert re.findall(rf'name="grade-{re.escape(clause)}" value="(\d?)"', page) == ["2", "1", "0", ""]
    assert "关键词第" not in page
    assert "语义第" not in page
    assert "<script>alert" not in page


def test_one_mode_can_be_judged_alone(editor: FlaskClient, searcher: FakeSearcher) -> None:
    editor.get("/judge", query_string={"q": "民营银行", "mode": "semantic"})
    assert [str(entry[1]) for entry in searcher.asked if isinstance(entry, tuple)] == ["semantic"]
    assert editor.get("/judge", query_string={"q": "民营银行", "mode": "magic"}).status_code == 400


def test_grades_are_saved_as_evaluate_reads_them_and_shown_again(editor: FlaskClient, file: Path) -> None:
    answer = save(editor, **{f"grade-{FIRST}": "2", f"grade-{SECOND}": "0", "class": "exact"})
    assert answer.status_code == 303
    (saved,) = read_judgments(file)
    assert (saved.query, saved.group) == ("民营银行", "exact")
    assert saved.judgments == {FIRST: 2, SECOND: 0}
    assert saved.references[SECOND] == "opinion.txt#（二）支持民营银行发展。"
    page = editor.get(answer.headers["Location"]).text
    assert "已保存" in page
    assert f'name="grade-{FIRST}" value="2" checked' in page
    assert f'name="grade-{SECOND}" value="0" checked' in page


def test_a_later_judgment_takes_the_place_of_an_earlier_one(editor: FlaskClient, file: Path) -> None:
    save(editor, **{f"grade-{FIRST}": "2", f"grade-{SECOND}": "1"})
    save(editor, q="“放管服”改革", none="1")
    save(editor, **{f"grade-{FIRST}": "", f"grade-{SECOND}": "2"})
    first, second = lines(file)
    assert first["judgments"] == {SECOND: 2}
    assert list(first["references"]) == [SECOND]
    assert second == {"query": "“放管服”改革", "judgments": {}}


@pytest.mark.parametrize(
    "query", ["民營銀行", "ＰＰＰ　模式", "“银政企保”", "国发〔2016〕62号", "<script>alert(1)</script>", "a&b=\"c'"]
)
def test_any_query_is_saved_as_it_was_typed(editor: FlaskClient, file: Path, query: str) -> None:
    answer = save(editor, q=query, none="1")
    assert lines(file)[0]["query"] == query
    page = editor.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_form_without_a_grade_saves_nothing(editor: FlaskClient, file: Path) -> None:
    answer = save(editor, **{f"grade-{FIRST}": "", f"grade-{SECOND}": ""})
    assert "未保存" in editor.get(answer.headers["Location"]).text
    assert not file.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(editor: FlaskClient, file: Path, headers: dict[str, str]) -> None:
    answer = save(editor, headers, none="1")
    assert answer.status_code == 403
    assert "另一个网站" in answer.text
    assert not file.exists()


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, {"Origin": "http://localhost"}]
)
def test_a_form_of_this_site_is_taken(editor: FlaskClient, file: Path, headers: dict[str, str]) -> None:
    assert save(editor, headers, none="1").status_code == 303
    assert file.exists()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({f"grade-{FIRST}": "3"}, 400),
        ({f"grade-{FIRST}": "好"}, 400),
        ({"class": "诗", f"grade-{FIRST}": "1"}, 400),
        ({"q": "   ", f"grade-{FIRST}": "1"}, 400),
        ({"q": "银" * 1001, f"grade-{FIRST}": "1"}, 400),
        ({"grade-没有这条": "1"}, 404),
        ({"none": "银" * 300_000}, 413),
    ],
)
def test_bad_forms_save_nothing(editor: FlaskClient, file: Path, form: dict[str, str], status: int) -> None:
    assert save(editor, **form).status_code == status
    assert not file.exists()


def test_the_file_can_be_taken_away(editor: FlaskClient, file: Path) -> None:
    assert editor.get("/judge/judgments.jsonl").status_code == 404
    save(editor, **{f"grade-{FIRST}": "2"})
    answer = editor.get("/judge/judgments.jsonl")
    assert answer.data == file.read_bytes()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert 'href="/judge/judgments.jsonl"' in editor.get("/judge").text


def test_the_page_is_there_in_english(editor: FlaskClient) -> None:
    page = editor.get("/judge", query_string={"q": "民营银行", "lang": "en"}).text
    assert "Judge results" in page
    assert "回答了" not in page
