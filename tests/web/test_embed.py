"""The script's delivery, the framed box, feeds and the OpenAPI document."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import xml.etree.ElementTree as ET

import pytest
from fake_searcher import HOSTILE, FakeSearcher
from flask.testing import FlaskClient
from pydantic import BaseModel

from web import openapi, shapes

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_script_is_small_and_as_its_hash_says(client: FlaskClient) -> None:
    facts = client.get("/embed.json").get_json()
    plain, packed = client.get("/embed.js"), client.get("/embed.js", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) == facts["gzip_bytes"] <= 20_000
    assert facts["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(plain.data).digest()).decode()
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in client.get(facts["versioned"]).headers["Cache-Control"]
    assert "immutable" not in client.get("/embed.js?v=old").headers["Cache-Control"]


def test_the_script_inserts_text_only(client: FlaskClient) -> None:
    source = client.get("/embed.js").get_data(as_text=True)
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", source)
    assert not re.findall(r"https?://(?!HOST)", source)


def test_the_framed_box_takes_attributes_and_escapes_them(client: FlaskClient) -> None:
    page = client.get("/embed", query_string={"results": "panel", "placeholder": f'"{HOSTILE}', "onload": "x"}).data
    assert b'results="panel"' in page
    assert HOSTILE.encode() not in page
    assert b"onload" not in page


def test_the_help_page_shows_the_line_and_the_hash(client: FlaskClient) -> None:
    page = client.get("/help/embed").get_data(as_text=True)
    assert client.get("/embed.json").get_json()["integrity"] in page
    assert "&lt;tiaokuan-search&gt;&lt;form" in page


def test_the_demo_is_served_with_this_host(client: FlaskClient) -> None:
    page = client.get("/demo/").get_data(as_text=True)
    assert 'src="http://localhost/embed.js"' in page
    with client.get("/demo/portal.css") as style:
        assert style.mimetype == "text/css"
    assert client.get("/demo/../embed.py").status_code == 404


def test_a_feed_has_a_document_once_and_the_newest_first(client: FlaskClient) -> None:
    response = client.get("/feed?q=民营")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.data)  # noqa: S314 - our own
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["关于振兴东北的意见", f"转载{HOSTILE}"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2016-11-01T00:00:00+08:00"
    assert len(list(ET.fromstring(client.get("/feed").data).iter(f"{ATOM}entry"))) == 3  # noqa: S314


def test_a_feed_comes_as_rss_too(client: FlaskClient) -> None:
    response = client.get("/feed?q=民营&format=rss")
    assert response.content_type == "application/rss+xml; charset=utf-8"
    items = list(ET.fromstring(response.data).iter("item"))  # noqa: S314 - our own
    assert [item.findtext("title") for item in items] == ["关于振兴东北的意见", f"转载{HOSTILE}"]
    assert items[0].findtext("pubDate") == "Tue, 01 Nov 2016 00:00:00 +0800"
    assert items[0].findtext("link") == "http://localhost/documents/opinion#opinion.1"
    assert client.get("/feed?format=pdf").status_code == 400


def test_a_feed_of_all_documents_keeps_to_the_filters(client: FlaskClient, searcher: FakeSearcher) -> None:
    def titles(query: str) -> list[str | None]:
        feed = ET.fromstring(client.get(f"/feed?{query}").data)  # noqa: S314 - our own
        return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]

    assert titles("issuer=国务院") == ["关于振兴东北的意见"]
    assert titles("since=2017") == []
    client.get("/feed?q=民营&issuer=国务院")
    assert any("国务院" in str(asked) for asked in searcher.asked)


@pytest.mark.parametrize(
    "address", ["/opensearch.xml", "/sitemap.xml", "/feed?q=%00%0b<民", "/feed?format=rss&q=%00<民"]
)
def test_the_rest_is_xml_too(client: FlaskClient, address: str) -> None:
    assert len(list(ET.fromstring(client.get(address).data).iter())) > 3  # noqa: S314 - our own


def test_robots_and_pages_lead_to_them(client: FlaskClient) -> None:
    robots = client.get("/robots.txt").get_data(as_text=True).splitlines()
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert "Disallow: /search?*&" in robots
    assert "Disallow: /search" not in robots
    home = client.get("/").get_data(as_text=True)
    assert 'href="/opensearch.xml"' in home
    assert 'type="application/atom+xml"' in home


def test_every_route_of_the_api_is_described(client: FlaskClient) -> None:
    spec = client.get("/openapi.json").get_json()
    rules = {re.sub(r"<(\w+)>", r"{\1}", r.rule) for r in client.application.url_map.iter_rules() if "/v1/" in r.rule}
    assert set(spec["paths"]) == rules
    for operations in spec["paths"].values():
        assert all(operation["summary"] for operation in operations.values())
    named = set(re.findall(r'"#/components/schemas/(\w+)"', client.get("/openapi.json").get_data(as_text=True)))
    assert named == set(spec["components"]["schemas"])
    page = client.get("/api").get_data(as_text=True)
    assert all(path in page for path in rules)


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("/api/v1/search?q=民营银行", shapes.SearchAnswer),
        ("/api/v1/search?q=没有这样的话", shapes.SearchAnswer),
        ("/api/v1/facets?q=民营银行", shapes.FacetsAnswer),
        ("/api/v1/facets?q=没有这样的话&issuer=国务院", shapes.FacetsAnswer),
        ("/api/v1/suggest?q=民营", shapes.SuggestAnswer),
        ("/api/v1/documents", shapes.DocumentsAnswer),
        ("/api/v1/documents/opinion", shapes.DocumentAnswer),
        ("/api/v1/documents/copy", shapes.DocumentAnswer),
        ("/documents/opinion.json", shapes.DocumentAnswer),
        ("/api/v1/documents/opinion/citations", shapes.CitationsAnswer),
        ("/api/v1/clauses/opinion.1", shapes.ClauseAnswer),
        ("/api/v1/clauses/opinion.1/similar", shapes.SearchAnswer),
        ("/api/v1/documents/nope", shapes.ErrorAnswer),
    ],
)
def test_answers_have_the_shapes_that_are_described(client: FlaskClient, address: str, shape: type[BaseModel]) -> None:
    shape.model_validate_json(client.get(address).data)


def test_the_bounds_described_are_the_bounds_kept(client: FlaskClient, searcher: FakeSearcher) -> None:
    for endpoint, (parameters, _) in openapi.ENDPOINTS.items():
        if endpoint in {"api.search", "api.suggest"}:
            path = f"/api/v1/{endpoint.removeprefix('api.')}?q=民营"
            most = parameters["limit"]["maximum"]
            assert client.get(f"{path}&limit={most}").status_code == 200
            assert client.get(f"{path}&limit={most + 1}").status_code == 400
