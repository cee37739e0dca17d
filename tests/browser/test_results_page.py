"""The page of a search in a browser: what narrows it, its order, its files, and the comforts that need script."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from accessibility import scrolls_sideways, violations
from fake_searcher import FakeSearcher, FakeText, document
from playwright.sync_api import Page, expect
from serving import served

from search.model import ClauseKind
from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

Open = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
PAGES = (
    "/search?q=创新&mode=keyword",
    "/search?q=创新&mode=keyword&level=central&since=2014&until=2016&sort=newest",
    "/search?q=“没有这样的话” -公司&mode=keyword&kind=意见&since=2016",
)


@pytest.fixture(scope="module")
def dated_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a site with documents of several years."""
    texts = []
    for year in (2012, 2014, 2014, 2017):
        made = document(f"d{len(texts)}", f"{year}年的意见", [(ClauseKind.TEXT, (), f"推进{year}年的创新。")])
        texts.append(FakeText(replace(made.facts, issued_on=date(year, 5, 1)), made.clauses))
    settings = Settings(home=tmp_path_factory.mktemp("dated"))
    with served(create_app(settings, cast(Searcher, FakeSearcher(texts)))) as origin:
        yield origin


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_with_all_unfolded(real_site: str, open_page: Open, address: str, theme: str) -> None:
    page = open_page(real_site + address, color_scheme=theme, viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("script", [True, False])
def test_a_facet_narrows_and_its_chip_widens(real_site: str, open_page: Open, script: bool) -> None:
    page = open_page(f"{real_site}/search?q=创新&mode=keyword", java_script_enabled=script)
    facet = page.get_by_role("region", name="发文机关")
    link = facet.get_by_role("link").filter(has_text="国务院").first
    count = (link.locator(".n").text_content() or "").strip()
    link.click()
    assert asked(page)["issuer"] == ["国务院"]
    expect(page.get_by_role("status").first).to_contain_text(f"{count} 条")
    page.get_by_role("link", name="去掉条件：发文机关 国务院").click()
    assert "issuer" not in asked(page)
    page.go_back()
    assert asked(page)["issuer"] == ["国务院"]


def test_a_year_is_chosen_without_script(dated_site: str, open_page: Open) -> None:
    page = open_page(f"{dated_site}/search?q=创新&mode=keyword", java_script_enabled=False)
    for script_only in page.locator(".keys, .drag").all():
        expect(script_only).to_be_hidden()
    page.locator("a[data-year='2017']").click()
    assert (asked(page)["since"], asked(page)["until"]) == (["2017"], ["2017"])
    expect(page.locator("a.in")).to_have_attribute("data-year", "2017")
    page.get_by_text("逐年列出").click()
    page.locator(".years li").get_by_role("link").filter(has_text="2014").click()
    assert (asked(page)["since"], asked(page)["until"]) == (["2014"], ["2014"])
    expect(page.locator(".hit")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_chart(dated_site: str, open_page: Open, theme: str) -> None:
    page = open_page(f"{dated_site}/search?q=创新&since=2014", color_scheme=theme)
    page.get_by_text("逐年列出").click()
    assert violations(page) == []


def test_years_are_chosen_by_dragging(dated_site: str, open_page: Open) -> None:
    page = open_page(f"{dated_site}/search?q=创新&mode=keyword&page=1")
    chart = page.locator(".years svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    column, middle = box["width"] / 6, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 4.5 * column, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 1.5 * column, middle, steps=5)
    expect(page.locator(".ends output")).to_have_text("2013–2016")
    page.mouse.up()
    page.wait_for_url("**since=2013&until=2016")
    assert asked(page) == {"q": ["创新"], "mode": ["keyword"], "since": ["2013"], "until": ["2016"]}
    expect(page.locator(".hit")).to_have_count(2)


def test_the_order_goes_along(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/search?q=创新&mode=keyword")
    page.get_by_role("link", name="最新在前").click()
    days = [each.get_attribute("datetime") or "" for each in page.locator(".hit time").all()]
    assert days == sorted(days, reverse=True) != []
    field = page.get_by_role("combobox", name="检索条款")
    field.fill("改革")
    field.press("Enter")
    page.wait_for_url("**sort=newest*")
    assert asked(page) == {"q": ["改革"], "mode": ["keyword"], "sort": ["newest"]}


def test_the_hits_are_taken_away_as_a_table(real_site: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"{real_site}/search?q=民营银行&mode=keyword&issuer=吉林省人民政府")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV 表格").click()
    assert download.value.suggested_filename == "民营银行.csv"
    download.value.save_as(tmp_path / "hits.csv")
    with (tmp_path / "hits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["发文机关"] for row in rows} == {"吉林省人民政府"}


def test_a_slip_leads_to_what_was_meant(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/search?q=民营银航&mode=keyword")
    meant = page.get_by_text("您是不是要找").get_by_role("link")
    expect(meant).to_have_text("民营银行")
    meant.click()
    assert asked(page) == {"q": ["民营银行"], "mode": ["keyword"]}
    expect(page.locator(".hit").first).to_contain_text("民营银行")


def test_where_nothing_is_found_each_limit_can_be_dropped(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/search?q=“民营量子银行”&mode=keyword&kind=方案")
    expect(page.locator(".none")).to_contain_text("查找了 5 篇文件中符合条件的 1 篇")
    page.get_by_role("link", name="去掉条件：文种 方案").last.click()
    assert asked(page) == {"q": ["“民营量子银行”"], "mode": ["keyword"]}
    page.get_by_role("link", name="不要求逐字一致：民营量子银行").click()
    assert asked(page) == {"q": ["民营量子银行"], "mode": ["keyword"]}
    expect(page.locator(".hit").first).to_contain_text("银行")


def test_keys_lead_to_the_field_and_from_hit_to_hit_until_they_are_switched_off(
    real_site: str, open_page: Open
) -> None:
    page = open_page(f"{real_site}/search?q=创新&mode=keyword")
    titles = page.locator(".hit h2 a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="检索条款")
    expect(field).to_be_focused()
    field.press("End")
    field.press("j")
    expect(field).to_have_value("创新j")
    page.get_by_text("键盘", exact=True).click()
    page.get_by_label("使用单键快捷键").uncheck()
    page.reload()
    page.keyboard.press("j")
    expect(titles.nth(0)).not_to_be_focused()
