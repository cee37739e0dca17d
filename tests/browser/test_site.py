"""The site's own pages in a browser: no rule of accessibility broken, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from accessibility import scrolls_sideways, violations
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from search.searcher import Searcher

Open = Callable[..., Page]
PAGES = (
    "/",
    "/documents",
    "/search?q=民营银行",
    "/search?q=",
    "DOCUMENT",
    "ORIGINAL",
    "SIMILAR",
    "CITE",
    "/demo/",
    "/help/embed",
    "/api",
    "/nope",
)


def address(page: str, searcher: Searcher) -> str:
    """A page of the real corpus."""
    document = searcher.documents()[0].document_id
    clause = searcher.search("民营银行", limit=1).hits[0].clause.clause_id
    return {
        "DOCUMENT": f"/documents/{document}?q=民营银行",
        "ORIGINAL": f"/documents/{document}/original",
        "SIMILAR": f"/clauses/{clause}/similar",
        "CITE": f"/clauses/{clause}/cite",
    }.get(page, page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page_name", PAGES)
def test_axe_finds_nothing_and_a_phone_scrolls_one_way(
    real_site: str, searcher: Searcher, open_page: Open, page_name: str, theme: str
) -> None:
    page = open_page(
        real_site + address(page_name, searcher), color_scheme=theme, viewport={"width": 390, "height": 844}
    )
    assert violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_suggestions_on_the_sites_own_pages(real_site: str, open_page: Open, lang: str) -> None:
    page = open_page(f"{real_site}/?lang={lang}")
    field = page.get_by_role("combobox")
    field.press_sequentially("国发2016")
    option = page.get_by_role("option")
    expect(option).to_have_text("国发〔2016〕62号" + ("文号" if lang == "zh" else "number"))
    assert violations(page) == []
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/documents/*")


def test_the_filters_of_a_search_go_along_with_new_words(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/search?q=民营银行&mode=keyword&since=2016")
    field = page.get_by_role("combobox", name="检索条款")
    expect(field).to_have_value("民营银行")
    field.fill("创新")
    field.press("Enter")
    page.wait_for_url("**/search?q=%E5%88%9B%E6%96%B0&mode=keyword&since=2016")


def test_the_demo_answers_in_its_panel_on_a_phone(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/demo/", viewport={"width": 390, "height": 844}, color_scheme="dark")
    field = page.get_by_role("combobox")
    field.fill("东北哪些政策允许民间资本办银行？")
    field.press("Enter")
    expect(page.locator(".panel a").first).to_contain_text("银行")
    assert violations(page) == []
    assert not scrolls_sideways(page)


def test_the_checker_sees_into_the_box(real_site: str, open_page: Open) -> None:
    page = open_page(f"{real_site}/demo/")
    page.get_by_role("combobox").evaluate("e => { e.removeAttribute('aria-label'); e.placeholder = ''; }")
    page.evaluate("document.querySelector('h2').style.color = '#eee'")
    assert {line.split(":")[0] for line in violations(page)} == {"color-contrast", "label"}
