"""The search box as a person meets it: suggestions, keys, an input method, two boxes, hostile titles, no script."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from accessibility import violations
from fake_searcher import HOSTILE
from playwright.sync_api import Error, Page, expect
from serving import Portal

Open = Callable[..., Page]


def script(site: str, more: str = "") -> str:
    return f'<script src="{site}/embed.js" {more}></script>'


def box(site: str, attributes: str = "") -> str:
    form = f'<form action="{site}/search"><input name="q" aria-label="检索"><button>检索</button></form>'
    return f"<tiaokuan-search {attributes}>{form}</tiaokuan-search>"


def field(page: Page, number: int = 0) -> Any:
    return page.get_by_role("combobox").nth(number)


def test_a_suggestion_is_chosen_by_keyboard(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)))
    field(page).press_sequentially("民营")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text(re.compile("2 条建议"))
    keys = {"ArrowDown": 0, "End": 1, "Home": 0, "ArrowUp": None}
    for key, chosen in keys.items():
        field(page).press(key)
        if chosen is None:
            expect(page.locator("[aria-selected=true]")).to_have_count(0)
            assert field(page).get_attribute("aria-activedescendant") is None
        else:
            expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
            expect(field(page)).to_have_attribute("aria-activedescendant", f"option-{chosen}")
    assert violations(page) == []
    field(page).press("Escape")
    expect(options).to_have_count(0)
    expect(field(page)).to_have_value("民营")
    field(page).press("ArrowDown")
    field(page).press("ArrowDown")
    field(page).press("Enter")
    page.wait_for_url(f"{site}/search?q=*")
    assert page.url.endswith("q=%E6%B0%91%E8%90%A5%E9%93%B6%E8%A1%8C")


def test_a_title_leads_to_its_document(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)))
    field(page).press_sequentially("振兴")
    page.get_by_role("option").click()
    page.wait_for_url(f"{site}/documents/opinion")


def test_an_input_methods_enter_neither_submits_nor_chooses(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    field(page).press_sequentially("民营")
    expect(page.get_by_role("option")).to_have_count(2)
    field(page).press("ArrowDown")
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "yin hang", "selectionStart": 8, "selectionEnd": 8})
    before = len(asked)
    field(page).press("Enter")
    page.wait_for_timeout(300)
    assert (page.url, asked[before:]) == (f"{portal.origin}/", [])
    method.send("Input.insertText", {"text": "银行"})
    expect(field(page)).to_have_value("民营银行")
    # Safari ends the composition first; then only the key's code 229 tells.
    taken = field(page).evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )
    assert taken  # not prevented: the key is the input method's
    assert page.url == f"{portal.origin}/"
    field(page).press("Enter")
    page.wait_for_url(f"{site}/search?q=*")


def test_results_are_shown_in_a_panel_and_walked_by_keyboard(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site, 'results="panel" limit="3"'), script=script(site)))
    field(page).fill("民营银行")
    field(page).press("Enter")
    expect(page.get_by_role("status")).to_have_text("找到 8 条条款")
    links = page.locator(".panel").get_by_role("link")
    expect(links).to_have_count(4)
    expect(links.nth(3)).to_have_text("查看全部 8 条结果")
    assert violations(page) == []
    field(page).press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(field(page)).to_be_focused()
    expect(links).to_have_count(0)


def test_hostile_titles_stay_text(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site, 'results="panel"'), script=script(site)))
    field(page).press_sequentially("转载")
    expect(page.get_by_role("option")).to_contain_text(f"转载{HOSTILE}")
    field(page).fill(f"民营{HOSTILE}")
    field(page).press("Enter")
    panel = page.locator(".panel")
    expect(panel).to_contain_text("<img src=x onerror=alert(2)>𠀀𠀀银行")
    expect(panel.locator("mark")).to_have_text(f"民营{HOSTILE}")
    field(page).fill("𠀀银行")
    field(page).press("Enter")
    expect(panel.locator("mark")).to_have_text("𠀀银行")  # offsets count characters, though this one has two units
    assert (
        page.evaluate("document.querySelector('tiaokuan-search').shadowRoot.querySelectorAll('script, img').length")
        == 0
    )


def test_two_boxes_on_one_page_do_not_disturb_each_other(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site, 'label="甲"') + box(site, 'label="乙" lang="en"'), script=script(site)))
    field(page, 0).press_sequentially("民营")
    expect(page.get_by_role("option")).to_have_count(2)
    field(page, 1).press_sequentially("振兴")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(field(page, 0)).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    expect(page.get_by_role("status").nth(1)).to_contain_text("1 suggestion;")
    assert violations(page) == []


def test_without_script_a_plain_form_remains(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)), java_script_enabled=False)
    page.get_by_role("textbox", name="检索").fill("民营银行")
    page.get_by_role("button", name="检索").click()
    page.wait_for_url(f"{site}/search?q=*")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("关于振兴东北的意见")


def test_a_strict_policy_and_an_integrity_hash_are_enough(site: str, portal: Portal, open_page: Open) -> None:
    facts = open_page(f"{site}/embed.json").evaluate("JSON.parse(document.body.innerText)")
    policy = f"default-src 'none'; script-src {site}; connect-src {site}; require-trusted-types-for 'script'"
    attributes = f'integrity="{facts["integrity"]}" crossorigin="anonymous"'
    page = open_page("about:blank")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(portal.show(box(site, 'results="panel"'), script=script(site, attributes), policy=policy))
    field(page).press_sequentially("民营")
    expect(page.get_by_role("option")).to_have_count(2)
    look = page.get_by_role("button").evaluate("e => getComputedStyle(e).backgroundColor")
    assert look == "rgb(143, 29, 33)"
    assert said == []


def test_a_script_that_was_changed_leaves_the_plain_form(site: str, portal: Portal, open_page: Open) -> None:
    wrong = (
        'integrity="sha384-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" crossorigin="anonymous"'
    )
    page = open_page(portal.show(box(site), script=script(site, wrong)))
    expect(page.get_by_role("textbox", name="检索")).to_be_visible()


def test_a_site_that_is_not_allowed_is_told_so_and_can_still_open_the_results(
    site: str, stranger: Portal, open_page: Open
) -> None:
    page = open_page(stranger.show(box(site, 'results="panel"'), script=script(site)))
    field(page).press_sequentially("民营银行")
    note = page.locator(".note")
    expect(note).to_contain_text(f"尚未允许本网站（{stranger.origin}）")
    expect(page.get_by_role("option")).to_have_count(0)
    assert violations(page) == []
    field(page).press("Enter")
    page.wait_for_url(f"{site}/search?q=*")


def test_a_server_out_of_reach_is_said_plainly(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site, 'results="panel" host="http://127.0.0.1:9"'), script=script(site)))
    field(page).fill("民营银行")
    field(page).press("Enter")
    expect(page.locator(".note")).to_contain_text("连不上检索服务")


def test_an_error_of_the_server_is_passed_on(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site, 'results="panel" since="soon"'), script=script(site)))
    field(page).fill("民营银行")
    field(page).press("Enter")
    expect(page.locator(".note")).to_contain_text("since")


def test_a_late_answer_does_not_replace_a_newer_one(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)))
    held: list[Any] = []

    def hold(route: Any) -> None:
        if "E6%8C%AF" in route.request.url:  # 振
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/v1/suggest?*", hold)
    field(page).fill("振")
    page.wait_for_timeout(400)
    field(page).fill("民营")
    expect(page.get_by_role("option")).to_have_count(2)
    assert len(held) == 1
    with suppress(Error):  # the box has given the request up
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_role("option").first).to_contain_text("民营")


def test_nothing_moves_when_the_box_comes_to_life(site: str, portal: Portal, open_page: Open) -> None:
    style = "<style>tiaokuan-search { display: block; min-height: 2.75em }</style>"
    page = open_page(portal.show(box(site) + "<p>下面的文字</p>", script=style + script(site, "async")))
    expect(field(page)).to_be_visible()
    field(page).press_sequentially("民营")
    expect(page.get_by_role("option")).to_have_count(2)
    shifts = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) =>
             done(list.getEntries().reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0)))
             .observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 300))"""
    )
    assert shifts == 0


def test_a_host_page_can_take_the_search_over(site: str, portal: Portal, open_page: Open) -> None:
    page = open_page(portal.show(box(site), script=script(site)))
    page.evaluate(
        "addEventListener('tiaokuan-search', (e) => { e.preventDefault(); document.title = e.detail.query; })"
    )
    field(page).fill("民营")
    field(page).press("Enter")
    expect(page).to_have_title("民营")
    assert page.url == f"{portal.origin}/"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_box_follows_the_pages_colours(site: str, portal: Portal, open_page: Open, theme: str) -> None:
    look = "e => getComputedStyle(e).backgroundColor"
    page = open_page(portal.show(box(site), script=script(site)), color_scheme=theme)
    assert field(page).evaluate(look) == "rgb(255, 255, 255)"  # a page that knows no dark stays light
    style = "<style>:root { color-scheme: light dark }</style>"
    page = open_page(portal.show(box(site), script=style + script(site)), color_scheme=theme)
    assert field(page).evaluate(look) == ("rgb(22, 22, 20)" if theme == "dark" else "rgb(255, 255, 255)")


def test_only_an_allowed_site_can_frame_the_box(site: str, portal: Portal, stranger: Portal, open_page: Open) -> None:
    frame = f'<iframe src="{site}/embed?results=panel" title="检索" width="600" height="420"></iframe>'
    page = open_page(portal.show(frame, script=""))
    inside = page.frame_locator("iframe")
    inside.get_by_role("combobox").press_sequentially("振兴")
    inside.get_by_role("option").click()
    page.wait_for_url(f"{site}/documents/opinion")  # the whole window, not the frame
    page = open_page(stranger.show(frame, script=""))
    page.wait_for_timeout(500)
    expect(page.frame_locator("iframe").get_by_role("combobox")).to_have_count(0)
