"""What narrows a search: facets and filters on the page and in the API, the histogram, the order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_searcher import FakeSearcher, FakeText, document
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from search.model import ClauseKind, FacetCount, Filters
from search.searcher import Searcher
from search.settings import Settings
from web import narrowing
from web.app import create_app
from web.histogram import HEIGHT, WIDTH, bars

HOSTILE = '"><script>alert(1)</script>〔2016〕“局”'


def text(document_id: str, **facts: object) -> FakeText:
    made = document(document_id, f"关于{document_id}的文件", [(ClauseKind.TEXT, (), f"（一）推进{document_id}创新。")])
    return FakeText(replace(made.facts, **facts), made.clauses)  # type: ignore[arg-type]


@pytest.fixture
def searcher() -> FakeSearcher:
    central = {"issuers": ("国务院",), "region": "全国", "kind": "意见"}
    return FakeSearcher(
        [
            text("甲", **central, issued_on=date(2014, 8, 1), effective_on=date(2014, 9, 1)),
            text("乙", **central, issued_on=date(2016, 11, 1)),
            text("丙", issuers=("吉林省人民政府",), region="吉林省", kind="通知", issued_on=date(2016, 12, 30)),
            text("丁", issuers=(HOSTILE,), kind="通知"),
        ]
    )


def page_of(client: FlaskClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def links(page: str, label: str) -> list[dict[str, list[str]]]:
    """The addresses of the links whose text begins with a label, as their parameters."""
    pattern = rf'<a href="(/search\?[^"]*)"[^>]*>(?:<span[^>]*>)?{label}'
    return [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(pattern, page)]


def test_facets_are_counted_and_labelled(client: FlaskClient) -> None:
    answer = client.get("/api/v1/facets?q=创新").get_json()
    assert (answer["query"], answer["mode"], answer["total"]) == ("创新", "hybrid", 4)
    assert answer["facets"]["level"] == [
        {"value": "central", "label": "中央", "count": 2},
        {"value": "provincial", "label": "省级", "count": 1},
    ]
    assert [(each["value"], each["count"]) for each in answer["facets"]["year"]] == [("2014", 1), ("2016", 2)]
    assert {"value": HOSTILE, "label": HOSTILE, "count": 1} in answer["facets"]["issuer"]


def test_facets_in_english_have_english_labels(client: FlaskClient) -> None:
    validity = client.get("/api/v1/facets?q=创新&lang=en").get_json()["facets"]["validity"]
    assert {each["label"] for each in validity} == {"in force", "not stated"}


def test_the_filters_of_the_api_narrow_and_the_order_is_as_asked(client: FlaskClient) -> None:
    def found(**parameters: str) -> list[str]:
        hits = client.get("/api/v1/search", query_string={"q": "创新", **parameters}).get_json()["hits"]
        return [hit["document_id"] for hit in hits]

    assert found(level="central") == ["甲", "乙"]
    assert found(kind="通知", region="吉林") == ["丙"]
    assert found(validity="in_force") == ["甲"]
    assert found(sort="newest") == ["丙", "乙", "甲", "丁"]
    assert found(issuer=HOSTILE) == ["丁"]


def test_a_facet_on_the_page_is_a_link_and_its_filter_a_chip(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&mode=keyword&page=1")
    assert links(page, "中央") == [{"q": ["创新"], "mode": ["keyword"], "level": ["central"]}]
    assert 'class="chips"' not in page
    narrowed = page_of(client, "/search?q=创新&level=central&kind=意见&since=2014&until=2014")
    chips = narrowed[narrowed.index('class="chips"') : narrowed.index('class="hits"')]
    assert re.findall(r'aria-label="去掉条件：([^"]+)"', chips) == ["发文层级 中央", "文种 意见", "成文日期 2014"]
    removed = [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'href="([^"]+)"', chips)]
    assert {"q": ["创新"], "level": ["central"], "kind": ["意见"]} in removed
    assert {"q": ["创新"]} in removed


def test_a_value_that_is_chosen_is_marked_and_another_can_take_its_place(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&kind=意见")
    assert re.search(r'aria-current="true"><span lang="zh-CN">意见', page)
    assert links(page, "通知") == [{"q": ["创新"], "kind": ["通知"]}]
    assert links(page, "意见") == [{"q": ["创新"]}]


def test_where_a_filter_leaves_nothing_its_other_values_are_offered(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&kind=条例&region=全国")
    assert "没有找到相应的条款" in page
    assert links(page, "意见") == [{"q": ["创新"], "kind": ["意见"], "region": ["全国"]}]


def test_where_the_filters_let_no_document_through_only_they_are_offered(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&kind=条例")
    offered = page[page.index('class="none"') :]
    assert "没有找到相应的条款" in page
    assert "符合条件的 0 篇" in offered
    assert "去掉条件：文种 条例" in offered
    assert "改用" not in offered


def test_the_years_are_links_without_script(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&kind=意见")
    assert len(re.findall(r"<a [^>]*data-year=", page)) == 3  # 2015 has its place, too
    assert links(page, "2016") == [{"q": ["创新"], "kind": ["意见"], "since": ["2016"], "until": ["2016"]}]
    assert " style=" not in page


def test_hostile_issuers_stay_text_and_keep_their_link(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新")
    assert "<script>alert" not in page
    assert {"q": ["创新"], "issuer": [HOSTILE]} in links(page, "&#34;&gt;")


def test_the_order_and_the_filters_survive_a_change_of_mode(client: FlaskClient) -> None:
    page = page_of(client, "/search?q=创新&sort=newest&region=吉林省&level=provincial")
    expected = {"q": ["创新"], "mode": ["keyword"], "sort": ["newest"], "region": ["吉林省"], "level": ["provincial"]}
    assert links(page, "关键词") == [expected]
    assert re.search(r'<input type="hidden" name="region" value="吉林省">', page)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(since=date(2016, 1, 1), until=date(2016, 12, 31)), "2016"),
        (Filters(since=date(2014, 1, 1), until=date(2016, 12, 31)), "2014 至 2016"),
        (Filters(since=date(2016, 11, 1)), "2016-11-01 起"),
        (Filters(until=date(2016, 12, 31)), "至 2016"),
    ],
)
def test_a_period_is_said_as_people_say_it(settings: Settings, filters: Filters, said: str) -> None:
    app = create_app(settings, cast(Searcher, FakeSearcher([])))
    with app.test_request_context("/search"):
        assert narrowing.period(filters) == said


@given(st.dictionaries(st.integers(1949, 2030), st.integers(1, 5000), max_size=30), st.none() | st.integers(1949, 2030))
def test_bars_fill_the_chart_and_stay_in_it(counts: dict[int, int], since: int | None) -> None:
    drawn = bars([FacetCount(str(year), counts[year]) for year in sorted(counts)], since, None)
    assert [bar.year for bar in drawn] == list(range(min(counts, default=0), max(counts, default=-1) + 1))
    assert {bar.year: bar.count for bar in drawn if bar.count} == counts
    for bar in drawn:
        assert 0 <= bar.left <= bar.x
        assert bar.x + bar.bar_width <= bar.left + bar.width + 0.02 <= WIDTH + 0.04
        assert 0 <= bar.y <= HEIGHT
        assert (bar.height > 0) == (bar.count > 0)
        assert bar.chosen == (since is None or bar.year >= since)


def test_pages_load_no_bodies(client_with: Callable[..., FlaskClient], searcher: FakeSearcher) -> None:
    def refuse() -> list[object]:
        raise AssertionError("all documents were loaded")

    searcher.documents = refuse  # type: ignore[method-assign, assignment]
    client = client_with()
    for address in ("/", "/documents", "/search?q=创新", "/api/v1/documents", "/feed", "/sitemap.xml"):
        assert client.get(address).status_code == 200, address
