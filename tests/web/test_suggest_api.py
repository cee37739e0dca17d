"""/api/v1/suggest, ETags, and which other sites may read the API."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from fake_searcher import FakeSearcher
from flask.testing import FlaskClient
from pydantic import ValidationError

from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

ALLOWED, OTHER = "https://www.example.gov.cn", "https://evil.example"


def client_for(tmp_path: Path, searcher: FakeSearcher, *origins: str) -> FlaskClient:
    return create_app(Settings(home=tmp_path, embed_origins=origins), cast(Searcher, searcher)).test_client()


def test_suggestions_say_what_they_are_and_where_they_lead(client: FlaskClient) -> None:
    answer = client.get("/api/v1/suggest?q=民營&limit=3").get_json()
    assert answer["query"] == "民營"
    assert answer["suggestions"][0] == {
        "text": "民营银行",
        "kind": "term",
        "highlights": [[0, 2]],
        "document_id": None,
        "url": "/search?q=%E6%B0%91%E8%90%A5%E9%93%B6%E8%A1%8C",
    }
    (title,) = client.get("/api/v1/suggest?q=振兴东北").get_json()["suggestions"]
    assert (title["kind"], title["url"]) == ("title", "/documents/opinion")


def test_browsers_get_the_four_lists(client: FlaskClient) -> None:
    response = client.get("/api/v1/suggest?format=opensearch&q=振兴")
    assert response.mimetype == "application/x-suggestions+json"
    typed, texts, kinds, urls = response.get_json(force=True)
    assert (typed, texts, kinds) == ("振兴", ["关于振兴东北的意见"], ["title"])
    assert urls == ["http://localhost/documents/opinion"]


@pytest.mark.parametrize("address", ["/api/v1/suggest", "/api/v1/suggest?q=", "/api/v1/suggest?q=%00%22"])
def test_nothing_typed_is_no_error(client: FlaskClient, address: str) -> None:
    assert client.get(address).get_json()["suggestions"] == []


@pytest.mark.parametrize("parameter", ["limit=21", "limit=0", "format=xml"])
def test_a_parameter_out_of_its_bounds_is_an_error(client: FlaskClient, parameter: str) -> None:
    assert client.get(f"/api/v1/suggest?q=a&{parameter}").get_json()["error"]["code"] == "bad_parameter"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/suggest?q=民",
        "/api/v1/search?q=民营银行",
        "/api/v1/documents",
        "/api/v1/documents/opinion",
        "/api/v1/clauses/opinion.1/similar",
        "/openapi.json",
        "/embed.json",
        "/embed.js",
        "/feed?q=民营",
        "/opensearch.xml",
        "/sitemap.xml",
    ],
)
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.headers["Cache-Control"]
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, second.status_code, second.data) == (200, 304, b"")
    assert client.get(address, headers={"If-None-Match": '"else"'}).status_code == 200


def test_errors_are_not_kept(client: FlaskClient) -> None:
    response = client.get("/api/v1/documents/nope")
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_no_other_site_may_read_answers_unless_named(tmp_path: Path, searcher: FakeSearcher) -> None:
    closed, some, every = (client_for(tmp_path, searcher, *o) for o in ((), (ALLOWED,), ("*",)))
    address = "/api/v1/suggest?q=民"
    header = "Access-Control-Allow-Origin"
    assert header not in closed.get(address, headers={"Origin": ALLOWED}).headers
    allowed = some.get(address, headers={"Origin": ALLOWED})
    assert (allowed.headers[header], "Origin" in allowed.headers["Vary"]) == (ALLOWED, True)
    assert header not in some.get(address, headers={"Origin": OTHER}).headers
    assert header not in some.get(address, headers={"Origin": "null"}).headers
    assert every.get(address, headers={"Origin": OTHER}).headers[header] == "*"
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    failed = some.get("/api/v1/search?q=", headers={"Origin": ALLOWED})
    assert (failed.status_code, failed.headers[header]) == (400, ALLOWED)
    again = some.get(address, headers={"Origin": ALLOWED, "If-None-Match": allowed.headers["ETag"]})
    assert (again.status_code, again.headers[header]) == (304, ALLOWED)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://a.example.gov.cn", True),
        ("https://a.b.example.gov.cn", True),
        ("https://example.gov.cn", False),
        ("https://evilexample.gov.cn", False),
        ("http://a.example.gov.cn", False),
        ("https://a.example.gov.cn.evil.example", False),
        ("https://a.example.gov.cn:8443", False),
    ],
)
def test_a_star_stands_for_hosts_below(tmp_path: Path, searcher: FakeSearcher, origin: str, allowed: bool) -> None:
    client = client_for(tmp_path, searcher, "https://*.example.gov.cn")
    answer = client.get("/embed.json", headers={"Origin": origin})
    assert answer.get_json()["allowed"] is allowed
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_origins_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOKUAN_EMBED_ORIGINS", f"{ALLOWED}/, https://*.EXAMPLE.cn:8443")
    assert Settings().embed_origins == (ALLOWED, "https://*.example.cn:8443")


@pytest.mark.parametrize("wrong", ["example.gov.cn", "https://a.cn/path", "https://a.cn;script-src *", "https://*"])
def test_what_is_no_origin_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(embed_origins=(wrong,))


def test_only_allowed_sites_may_frame_the_box(tmp_path: Path, searcher: FakeSearcher) -> None:
    client = client_for(tmp_path, searcher, ALLOWED)
    frame, page = client.get("/embed"), client.get("/")
    assert f"frame-ancestors 'self' {ALLOWED}" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
