"""Alive, ready, and whether searching by meaning works."""

from __future__ import annotations

from typing import cast

import pytest
from fake_searcher import FakeSearcher
from flask.testing import FlaskClient

from indexer.pipeline import build_index
from search.errors import IndexDamaged, IndexMismatch, ModelUnavailable, NoIndex
from search.model import Mode, Notice, ResultPage
from search.searcher import Searcher
from search.settings import Settings
from web.app import app_on, create_app
from web.opening import SearcherHolder, Semantic


class Broken(FakeSearcher):
    def __init__(self, problem: Exception) -> None:
        super().__init__([])
        self.problem = problem

    def status(self) -> dict[str, object]:
        raise self.problem


class WithoutModel(FakeSearcher):
    """Says what the real one says where the model cannot be loaded."""

    def search(self, query: str, *, mode: Mode = Mode.HYBRID, **options: object) -> ResultPage:
        if mode is Mode.SEMANTIC:
            raise ModelUnavailable(model="bundled", reason="没有模型")
        notices = (Notice("notice.semantic_unavailable", {"reason": "没有模型"}),) if mode is Mode.HYBRID else ()
        return ResultPage(query, mode, 0, [], 1.0, notices)

    def warm_up(self) -> None:
        raise ModelUnavailable(model="bundled", reason="没有模型")


def client_of(settings: Settings, searcher: FakeSearcher) -> FlaskClient:
    return create_app(settings, cast(Searcher, searcher)).test_client()


def test_healthz_says_what_is_searched(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {
        "status": "ok",
        "generation": "000001",
        "documents": 3,
        "clauses": 29,
        "semantic": "not_loaded",
    }


def test_readyz_is_200_with_an_index(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ready", "generation": "000001", "semantic": "not_loaded"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (NoIndex(home="data"), "no_index"),
        (IndexMismatch(what="schema", found=1, expected=2), "index_mismatch"),
        (IndexDamaged(file="catalogue.sqlite", reason="cut short"), "index_damaged"),
    ],
)
def test_without_a_usable_index_the_process_is_alive_and_not_ready(
    settings: Settings, problem: Exception, code: str
) -> None:
    client = client_of(settings, Broken(problem))
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz").get_json() == {"status": code, "semantic": "not_loaded"}
    refused = client.get("/readyz")
    assert refused.status_code == 503
    assert refused.get_json()["error"].keys() == {"code", "message", "remedy"}
    assert refused.get_json()["error"]["code"] == code


def test_a_surprise_is_not_ready_either_and_is_not_shown(settings: Settings) -> None:
    refused = client_of(settings, Broken(OSError("I/O error at /data/catalogue.sqlite"))).get("/readyz")
    assert refused.status_code == 503
    assert refused.get_json()["error"]["code"] == "internal_error"
    assert "catalogue" not in refused.text


def test_a_search_that_had_to_do_without_the_model_is_told_to_the_supervisor(settings: Settings) -> None:
    client = client_of(settings, WithoutModel([]))
    client.get("/api/v1/search?q=民营银行&mode=keyword")
    assert client.get("/readyz").get_json()["semantic"] == "not_loaded"
    client.get("/api/v1/search?q=民营银行")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["semantic"]) == (200, "unavailable")
    assert client.get("/healthz").get_json()["semantic"] == "unavailable"


def test_a_search_by_meaning_that_failed_is_told_too(settings: Settings) -> None:
    client = client_of(settings, WithoutModel([]))
    assert client.get("/api/v1/search?q=民营银行&mode=semantic").status_code == 503
    assert client.get("/healthz").get_json()["semantic"] == "unavailable"


def test_a_search_by_meaning_that_went_well_is_told(client: FlaskClient) -> None:
    client.get("/search?q=民营银行")
    assert client.get("/healthz").get_json()["semantic"] == "ok"


def test_warming_up_tells_whether_the_model_is_there(settings: Settings) -> None:
    holder = SearcherHolder(settings, cast(Searcher, WithoutModel([])))
    with pytest.raises(ModelUnavailable):
        holder.warm_up()
    assert app_on(settings, holder).test_client().get("/readyz").get_json()["semantic"] == "unavailable"


def test_a_real_index_is_ready_for_words_before_the_model_is_loaded(settings: Settings) -> None:
    corpus = settings.home.parent / "corpus"
    corpus.mkdir()
    (corpus / "意见.txt").write_text(
        "关于金融改革的意见\n\n一、至少设立一家民营银行。\n二、支持民营企业发展。\n", "utf-8"
    )
    shared = Settings(home=settings.home)
    build_index(shared, [corpus], progress=False)
    holder = SearcherHolder(shared)
    try:
        client = app_on(shared, holder).test_client()
        assert client.get("/readyz").get_json() == {
            "status": "ready",
            "generation": "000001",
            "semantic": "not_loaded",
        }
        assert client.get("/api/v1/search?q=民营银行&mode=keyword").get_json()["total"] >= 1
        assert holder.semantic is Semantic.NOT_LOADED
    finally:
        holder.close()
