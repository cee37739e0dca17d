from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from fake_searcher import HOSTILE, FakeSearcher, FakeText, document
from flask.testing import FlaskClient

from indexer.reading import read_document
from indexer.sources import find_sources
from search.model import ClauseKind
from search.searcher import Searcher
from search.settings import Settings
from tests.conftest import CORPUS
from web import shapes
from web.app import create_app


@pytest.fixture(scope="module")
def texts() -> list[FakeText]:
    """The five real documents, named d000 to d004, and two hostile ones."""
    found = []
    for source in find_sources([CORPUS]):
        read, name = read_document(source), f"d{source.name[:3]}"
        facts = replace(read.document, document_id=name, same_work_as=("d001",) if name == "d000" else ())
        found.append(FakeText(facts, tuple(replace(clause, document_id=name) for clause in read.clauses)))
    lines = [[(ClauseKind.TEXT, (), f"设立{word}家民营银行{HOSTILE}，稳步推进改革。")] for word in ("一<b>", "两<i>")]
    return [*found, document("evil", f"甲{HOSTILE}", lines[0]), document("worse", f"乙{HOSTILE}", lines[1])]


@pytest.fixture
def client(texts: list[FakeText], settings: Settings) -> Iterator[FlaskClient]:
    with create_app(settings, cast("Searcher", FakeSearcher(texts))).test_client() as client:
        yield client


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_each_edition_on_a_document_page_has_its_link(client: FlaskClient) -> None:
    """文件页上每个版本旁有比较的链接。"""
    html = page(client, "/documents/d000")
    assert re.search(r'href="/documents/d000/compare/d001">与此版本比较</a>', html)
    assert "/compare/" not in page(client, "/documents/d002")


def test_two_editions_show_next_to_nothing_and_fold_what_is_the_same(client: FlaskClient) -> None:
    """两个版本的比较页几乎没有可看的，相同条款都收起。"""
    html = page(client, "/documents/d000/compare/d001")
    assert "53 条相同" in html
    assert html.count("<details") == 1
    assert html.count("<del>") == html.count("<ins>") == 1  # the legend


def test_with_all_asked_for_nothing_is_folded(client: FlaskClient) -> None:
    """要求全部时相同条款不收起。"""
    html = page(client, "/documents/d000/compare/d001?all=1")
    assert "<details" not in html
    assert html.count('<li class="same">') == 53


def test_any_two_documents_can_be_compared_in_both_languages(client: FlaskClient) -> None:
    """任意两个文件都可比较，两种语言。"""
    html = page(client, "/documents/d002/compare/d004")
    assert all(word in html for word in ("有改动", "仅本文件有", "仅对照文件有", "无对应条款"))
    assert html.count("<ins>") > 20
    assert "only in the other document" in page(client, "/documents/d002/compare/d004?lang=en")


def test_hostile_text_stays_text(client: FlaskClient) -> None:
    """恶意文字仍是文字。"""
    html = page(client, "/documents/evil/compare/worse")
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert "<del>一&lt;b</del>" in html
    assert "<ins>两&lt;i</ins>" in html


def test_the_api_gives_the_same_rows_in_the_described_shape(client: FlaskClient) -> None:
    """接口给出同样的行，与所述形状相符。"""
    response = client.get("/api/v1/documents/d002/compare/d004")
    shapes.ComparisonAnswer.model_validate_json(response.data)
    answer = response.get_json()
    assert sum(answer["counts"].values()) == len(answer["rows"])
    assert (answer["document"]["document_id"], answer["other"]["document_id"]) == ("d002", "d004")
    for row in answer["rows"]:
        for side in (row["here"], row["there"]):
            assert side is None or all(side["text"][start:end].strip() for start, end in side["differs"])
        assert bool(row["here"]) == (row["kind"] != "only_there")
        assert bool(row["there"]) == (row["kind"] != "only_here")


@pytest.mark.parametrize("pair", ["nope/compare/d000", "d000/compare/nope"])
def test_unknown_documents_are_answered_as_everywhere(client: FlaskClient, pair: str) -> None:
    """没有的文件，照例回答四百零四。"""
    assert client.get(f"/documents/{pair}").status_code == 404
    response = client.get(f"/api/v1/documents/{pair}")
    assert response.status_code == 404
    assert response.get_json()["error"]["code"] == "unknown_document"
