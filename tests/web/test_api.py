from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

import pytest
from fake_searcher import FakeSearcher
from flask.testing import FlaskClient

from search.errors import NoIndex
from search.model import Citation, Citations, Document, Relation
from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app


def test_an_answer_has_the_shape_that_scripts_rely_on(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search", query_string={"q": "民营银行", "limit": "1"}).get_json()
    (hit,) = answer.pop("hits")
    assert answer == {"query": "民营银行", "mode": "hybrid", "took_ms": 1.2, "total": 2, "notices": []}
    text = hit.pop("text")
    assert hit.pop("highlights") == [[text.index("民营银行"), text.index("民营银行") + 4]]
    assert hit == {
        "clause_id": "opinion.1",
        "document_id": "opinion",
        "title": "关于振兴东北的意见",
        "issuer": "国务院",
        "document_number": "国发〔2016〕62号",
        "issued_on": "2016-11-01",
        "path": ["一、全面深化改革"],
        "score": 1.0,
        "matched_by": {
            "keyword": {"rank": 1, "score": 9.1},
            "semantic": {"rank": 2, "score": 0.876, "window": [0, len(text) // 2]},
        },
        "also_in": [{"document_id": "copy", "clause_id": "copy.0", "title": "转载<script>alert(1)</script>"}],
        "url": "/documents/opinion#opinion.1",
    }


def test_a_channel_that_did_not_find_the_clause_is_absent(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=民营银行").get_json()
    assert list(answer["hits"][1]["matched_by"]) == ["keyword"]


def test_chinese_is_sent_as_chinese(client: FlaskClient) -> None:
    response = client.get("/api/v1/documents")
    assert "关于振兴东北的意见".encode() in response.data
    assert response.content_type == "application/json; charset=utf-8"


def test_documents_carry_their_facts(client: FlaskClient) -> None:
    documents = client.get("/api/v1/documents").get_json()["documents"]
    facts = documents[0]
    assert (facts["document_id"], facts["clauses"], facts["same_work_as"]) == ("opinion", 3, ["copy"])
    assert (facts["issued_on"], documents[1]["issued_on"]) == ("2016-11-01", None)


def test_the_offsets_of_clauses_point_into_the_body(client: FlaskClient) -> None:
    answer = client.get("/api/v1/documents/opinion").get_json()
    assert answer["coverage"] == 1.0
    for clause in answer["clauses"]:
        assert answer["body"][clause["start"] : clause["end"]] == clause["text"]


def test_one_clause_comes_with_its_document(client: FlaskClient) -> None:
    clause = client.get("/api/v1/clauses/opinion.1").get_json()
    assert (clause["path"], clause["url"]) == (["一、全面深化改革"], "/documents/opinion#opinion.1")
    assert (clause["document"]["document_number"], clause["citations"]) == ("国发〔2016〕62号", [])
    assert client.get("/api/v1/clauses/nope").get_json()["error"]["code"] == "unknown_clause"


def test_citations_go_both_ways(client: FlaskClient, searcher: FakeSearcher) -> None:
    out = Citation("opinion.1", "opinion", "落实国发〔2014〕28号。", Relation.CARRIES_OUT, None, "国发〔2014〕28号")
    back = Citation("many.0", "many", "贯彻本意见。", Relation.CARRIES_OUT, "意见", None, "opinion")
    searcher.texts["opinion"].citations = Citations((out,), (back,))
    answer = client.get("/api/v1/documents/opinion/citations").get_json()
    assert [each["document_number"] for each in answer["outgoing"]] == ["国发〔2014〕28号"]
    assert [(each["document_id"], each["relation"]) for each in answer["incoming"]] == [("many", "贯彻落实")]
    assert client.get("/api/v1/clauses/opinion.1").get_json()["citations"] == answer["outgoing"]
    assert client.get("/api/v1/clauses/opinion.2").get_json()["citations"] == []
    assert client.get("/api/v1/documents/nope/citations").status_code == 404


def test_similar_clauses_are_an_answer_too(client: FlaskClient) -> None:
    answer = client.get("/api/v1/clauses/opinion.1/similar?limit=2").get_json()
    assert [hit["document_id"] for hit in answer["hits"]] == ["copy", "many"]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/search", 400, "empty_query"),
        ("/api/v1/search?q=%20", 400, "empty_query"),
        ("/api/v1/search?q=a&mode=fuzzy", 400, "unknown_mode"),
        ("/api/v1/search?q=a&limit=-1", 400, "bad_parameter"),
        ("/api/v1/search?q=a&since=x", 400, "bad_parameter"),
        ("/api/v1/search?q=a&lang=fr", 400, "bad_parameter"),
        ("/api/v1/documents/nope", 404, "unknown_document"),
        ("/api/v1/clauses/nope/similar", 404, "unknown_clause"),
        ("/api/v1/nope", 404, "unknown_page"),
        ("/api/nope?lang=fr", 400, "bad_parameter"),
    ],
)
def test_every_error_has_the_one_shape(client: FlaskClient, address: str, status: int, code: str) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.get_json()["error"].keys() == {"code", "message", "remedy"}
    assert response.get_json()["error"]["code"] == code
    assert all(response.get_json()["error"].values())


def test_a_method_that_is_not_served_says_which_are(client: FlaskClient) -> None:
    response = client.post("/api/v1/search")
    assert response.status_code == 405
    assert response.get_json()["error"]["code"] == "method_not_allowed"
    assert "GET" in response.headers["Allow"]


def test_errors_speak_the_language_asked_for(client: FlaskClient) -> None:
    assert client.get("/api/v1/nope?lang=en").get_json()["error"]["message"] == "there is no such page"


class Broken(FakeSearcher):
    def __init__(self, fail: Callable[[], Exception]) -> None:
        super().__init__([])
        self.fail = fail

    def facts(self) -> list[Document]:
        raise self.fail()


def app_with(settings: Settings, searcher: FakeSearcher) -> FlaskClient:
    return create_app(settings, cast(Searcher, searcher)).test_client()


def test_a_surprise_is_logged_and_not_shown(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    client = app_with(settings, Broken(lambda: RuntimeError("secret path /etc")))
    with caplog.at_level(logging.ERROR):
        answer, page = client.get("/api/v1/documents"), client.get("/")
    assert (answer.status_code, page.status_code) == (500, 500)
    assert answer.get_json()["error"]["code"] == "internal_error"
    assert b"secret" not in answer.data + page.data
    assert "secret path" in caplog.text


def test_without_a_usable_index_the_answer_is_409(settings: Settings) -> None:
    client = app_with(settings, Broken(lambda: NoIndex(home="data")))
    assert client.get("/api/v1/documents").status_code == 409
    assert client.get("/").status_code == 409
