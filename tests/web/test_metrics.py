"""The numbers for Prometheus, read by Prometheus' own parser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from fake_searcher import FakeSearcher
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from search.errors import NoIndex
from search.searcher import Searcher
from search.settings import Settings
from search.stages import cache_asked, cache_missed, stage
from web.app import create_app
from web.keys import KeyFile, Role

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def numbers(client: FlaskClient) -> Numbers:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def of(found: Numbers, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def test_requests_are_counted_by_route_and_not_by_path(client: FlaskClient) -> None:
    for address in ("/documents/opinion", "/documents/copy", "/documents/没有", "/乱写", "/%0a/../x"):
        client.get(address)
    client.open("/", method="乱写".encode().decode("latin-1"))
    found = numbers(client)
    count = "tiaokuan_http_request_seconds_count"
    assert of(found, count, method="GET", route="/documents/<document_id>", status="200") == 2
    assert of(found, count, method="GET", route="/documents/<document_id>", status="404") == 1
    assert of(found, count, method="GET", route="-", status="404") == 2
    assert {dict(labels)["method"] for name, labels in found if name == count} == {"GET", "other"}


def test_searches_hits_and_empty_searches_are_counted_by_mode(client: FlaskClient) -> None:
    for address in (
        "/api/v1/search?q=民营银行",
        "/search?q=民营银行",
        "/api/v1/search?q=没有这种说法",
        "/api/v1/search?q=民营银行&mode=keyword",
        "/api/v1/search?q=",
    ):
        client.get(address)
    found = numbers(client)
    assert of(found, "tiaokuan_search_seconds_count", mode="hybrid") == 3
    assert of(found, "tiaokuan_search_seconds_sum", mode="hybrid") == pytest.approx(3 * 0.00125)
    assert of(found, "tiaokuan_search_hits_total", mode="hybrid") == 4
    assert of(found, "tiaokuan_searches_without_hits_total", mode="hybrid") == 1
    assert of(found, "tiaokuan_searches_without_hits_total", mode="keyword") == 0


def test_the_index_is_described(settings: Settings) -> None:
    class Aged(FakeSearcher):
        def status(self) -> dict[str, object]:
            created = datetime.now(UTC) - timedelta(hours=1)
            return {"generation": "000012", "created": created.isoformat(), "documents": 5, "clauses": 212}

    found = numbers(create_app(settings, cast(Searcher, Aged([]))).test_client())
    assert of(found, "tiaokuan_ready") == 1
    assert of(found, "tiaokuan_generation") == 12
    assert of(found, "tiaokuan_documents") == 5
    assert of(found, "tiaokuan_clauses") == 212
    assert of(found, "tiaokuan_model_loaded") == 0
    assert of(found, "tiaokuan_generation_age_seconds") >= 3600


def test_without_an_index_there_are_numbers_nevertheless(settings: Settings) -> None:
    client = create_app(settings).test_client()
    found = numbers(client)
    assert of(found, "tiaokuan_ready") == 0
    assert client.get("/healthz").get_json()["status"] == NoIndex.code
    assert of(found, "process_open_fds") > 0


def test_the_model_counts_as_loaded_once_it_has_answered(client: FlaskClient) -> None:
    client.get("/api/v1/search?q=民营银行")
    assert of(numbers(client), "tiaokuan_model_loaded") == 1


def test_two_apps_count_for_themselves(client: FlaskClient, client_with: Callable[..., FlaskClient]) -> None:
    client.get("/api/v1/search?q=民营银行")
    other = numbers(client_with())
    assert [name for name, labels in other if name == "tiaokuan_search_seconds_count"] == []


def test_who_is_elsewhere_needs_a_key_or_the_setting(
    client_with: Callable[..., FlaskClient], settings: Settings
) -> None:
    outside = client_with("203.0.113.77")
    assert outside.get("/metrics").status_code == 401
    assert outside.get("/metrics").get_json()["error"]["code"] == "key_required"
    secret = KeyFile(settings.home).add("监控", Role.READ)
    assert outside.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client_with("203.0.113.77", public_metrics=True).get("/metrics").status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_a_proxy_on_this_machine_is_not_this_machine(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.77"}).status_code == 401


def test_stages_and_caches_are_counted_by_mode(
    client: FlaskClient, searcher: FakeSearcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = searcher.search

    def staged(query: str, **options: object) -> object:
        for asked in range(3):
            cache_asked("postings")
            if not asked:
                cache_missed("postings")
        with stage("keyword"), stage("vectors"):
            return plain(query, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(searcher, "search", staged)
    client.get("/search?q=民營銀行&mode=keyword")
    client.get("/api/v1/search?q=“民营银行”")
    client.get("/api/v1/search?q=")
    found = numbers(client)
    count = "tiaokuan_search_stage_seconds_count"
    stages = {
        (dict(labels)["stage"], dict(labels)["mode"]): value for (name, labels), value in found.items() if name == count
    }
    assert stages == {(name, mode): 1 for name in ("keyword", "vectors") for mode in ("keyword", "hybrid")}
    assert of(found, "tiaokuan_cache_requests_total", cache="postings", outcome="miss") == 3
    assert of(found, "tiaokuan_cache_requests_total", cache="postings", outcome="hit") == 6


def test_open_files_and_memory_are_told(client: FlaskClient) -> None:
    found = numbers(client)
    assert of(found, "process_open_fds") > 3
    assert of(found, "process_resident_memory_bytes") > 1_000_000
