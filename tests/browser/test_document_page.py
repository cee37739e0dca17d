"""A document's page as a reader uses it: finding step by step, the outline, similar clauses of a passage, citations."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from accessibility import violations
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
SELECT = """([from, to]) => {
  const nodes = (id) => document.getElementById(id).firstChild;
  getSelection().setBaseAndExtent(nodes(from), 0, nodes(to), 12);
}"""


def test_what_is_typed_is_marked_counted_and_stepped_through(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion")
    field, said = page.get_by_role("searchbox", name="在本文件中查找"), page.locator(".find output")
    field.press_sequentially("民营銀行")
    expect(said).to_have_text("8 处")
    expect(page.locator(".body mark")).to_have_text(["民营银行"] * 8)
    assert page.url.endswith("?q=%E6%B0%91%E8%90%A5%E9%8A%80%E8%A1%8C")
    field.press("Enter")
    expect(said).to_have_text("第 1 处，共 8 处")
    page.get_by_role("button", name="下一处").click()
    expect(said).to_have_text("第 2 处，共 8 处")
    expect(page.locator("[id='opinion.1'] mark.current")).to_be_in_viewport()
    field.press("Shift+Enter")
    page.get_by_role("button", name="上一处").click()
    expect(said).to_have_text("第 8 处，共 8 处")
    expect(page.locator("[id='opinion.7'] mark.current")).to_be_in_viewport()
    assert violations(page) == []


def test_escape_takes_the_marks_away(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion?q=民营银行")
    expect(page.locator(".find output")).to_have_text("8 处")
    page.get_by_role("searchbox", name="在本文件中查找").press("Escape")
    expect(page.locator(".body mark")).to_have_count(0)
    expect(page.locator(".find output")).to_be_empty()
    assert page.url == f"{site}/documents/opinion"


def test_what_is_not_there_is_said(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion")
    page.get_by_role("searchbox", name="在本文件中查找").fill("量子")
    expect(page.locator(".find output")).to_have_text("没有找到")
    expect(page.get_by_role("button", name="下一处")).to_be_hidden()


def test_the_end_of_a_composition_finds_and_its_keys_do_not(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion")
    field = page.get_by_role("searchbox", name="在本文件中查找")
    field.focus()
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "minying", "selectionStart": 7, "selectionEnd": 7})
    page.wait_for_timeout(400)
    expect(page.locator(".find output")).to_be_empty()
    client.send("Input.insertText", {"text": "民营"})
    expect(page.locator(".find output")).to_have_text("8 处")


def test_without_script_the_form_finds_too(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion", java_script_enabled=False)
    field = page.get_by_role("searchbox", name="在本文件中查找")
    field.fill("第3项")
    field.press("Enter")
    page.wait_for_url("**/documents/opinion?q=*")
    expect(page.locator(".find output")).to_have_text("1 处 到第一处")
    page.get_by_role("link", name="到第一处").click()
    expect(page.locator("[id='opinion.2'] mark")).to_be_in_viewport()
    expect(page.get_by_role("button", name="下一处")).to_be_hidden()
    expect(page.get_by_role("button", name="复制")).to_be_hidden()


def test_the_outline_follows_the_reader(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion", viewport={"width": 1100, "height": 400})
    current = page.locator(".outline [aria-current='location']")
    expect(current).to_have_count(0)
    page.locator("[id='opinion.1']").evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 90)")
    expect(current).to_have_text(re.compile("^（2）"))
    page.keyboard.press("End")
    expect(current).to_have_text(re.compile("^（8）"))
    expect(current).to_be_in_viewport()


def test_a_selected_passage_leads_to_similar_clauses_by_keyboard(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion")
    page.locator("[id='opinion.1']").click(click_count=3, position={"x": 60, "y": 10})
    link = page.get_by_role("link", name="查找相似条款")
    expect(link).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/similar?text=*")
    expect(page.get_by_label("粘贴一段文字")).to_have_value("（2）支持民营银行发展，第2项。")


def test_a_passage_over_several_clauses_has_no_words_of_the_page(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion")
    page.evaluate(SELECT, ["opinion.1", "opinion.2"])
    link = page.get_by_role("link", name="查找相似条款")
    expect(link).to_be_visible()
    address = link.evaluate("e => new URL(e.href).searchParams.get('text')")
    assert address == "（2）支持民营银行发展，第2项。 （3）支持民营银行发展，"
    page.keyboard.press("Escape")
    expect(link).to_have_count(0)


def test_a_citation_is_copied(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion", permissions=["clipboard-read", "clipboard-write"])
    page.locator("summary", has_text="引用本文件").click()
    assert violations(page) == []
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("关于振兴东北的意见[A/OL]. [")


@pytest.mark.parametrize("path", ["/documents/copy?q=民营", "/documents/copy/original", "/clauses/copy.0/cite"])
def test_hostile_text_runs_nowhere(site: str, open_page: Open, path: str) -> None:
    page = open_page(site + path)
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main script, main img").count() == 0


def test_finding_again_takes_hostile_text_as_text(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/copy")
    page.get_by_role("searchbox", name="在本文件中查找").fill("<script>")
    expect(page.locator(".body mark")).to_have_text(["<script>"])
    assert page.locator(".body script, .body img").count() == 0


def test_on_paper_only_the_document_is_left(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/documents/opinion?q=民营银行")
    page.emulate_media(media="print")
    for part in (".find", ".downloads", ".cite", ".tools", "aside"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".body")).to_be_visible()
