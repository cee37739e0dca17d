"""The dashboard in a browser: without script, for screen readers and keyboards, on a phone, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

import pytest
from accessibility import scrolls_sideways, violations
from fake_searcher import FakeSearcher
from playwright.sync_api import Page, expect
from serving import Portal, served

from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app
from web.keys import KeyFile, Role

Open = Callable[..., Page]
PAGES = ("", "/documents", "/generations", "/queries", "/words", "/documents/opinion/remove")


class Desk(NamedTuple):
    """Where the dashboard is, and the key to it."""

    origin: str
    key: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, fake: FakeSearcher) -> Iterator[Desk]:
    settings = Settings(home=tmp_path_factory.mktemp("desk"))
    key = KeyFile(settings.home).add("编辑部", Role.EDIT)
    (settings.home / "synonyms.txt").write_text("幼兒園 => 学前教育\n", "utf-8")
    with served(create_app(settings, cast(Searcher, fake))) as origin:
        yield Desk(origin, key)


def enter(desk: Desk, open_page: Open, **options: object) -> Page:
    page = open_page(f"{desk.origin}/dashboard", **options)
    page.get_by_label("编辑密钥").fill(desk.key)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{desk.origin}/dashboard")
    return page


def test_a_person_gets_in_works_and_leaves_without_script(desk: Desk, open_page: Open) -> None:
    page = enter(desk, open_page, java_script_enabled=False)
    page.get_by_role("link", name="词典建议").click()
    page.get_by_label("检索的词").fill("放管服")
    page.locator(".take.new").get_by_label("也找").fill("简政放权、放管结合")
    page.locator(".take.new").get_by_role("button", name="加入").click()
    expect(page.get_by_role("status")).to_have_text("已加入词典，立即生效。")
    expect(page.locator(".own")).to_contain_text("放管服 => 简政放权、放管结合")
    page.get_by_role("button", name="移除：放管服").click()
    expect(page.locator(".own")).not_to_contain_text("放管服")
    page.get_by_role("link", name="文件", exact=True).click()
    page.get_by_role("link", name="移除：关于振兴东北的意见").click()
    expect(page.get_by_role("button", name="确认移除")).to_be_visible()
    page.get_by_role("link", name="取消").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录管理台")).to_be_visible()
    page.goto(f"{desk.origin}/dashboard/words")
    expect(page.get_by_role("heading", name="登录管理台")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("127.0.0.1", "另一个网站"),
        ("localhost", "尚未登录"),
    ],  # the same site by another port; another site: no cookie comes
)
def test_a_form_of_another_origin_changes_nothing(
    desk: Desk, open_page: Open, portal: Portal, name: str, refusal: str
) -> None:
    page = enter(desk, open_page)
    body = f'<form method="post" action="{desk.origin}/dashboard/queries/clear"><button>领奖</button></form>'
    page.goto(portal.show(body, script="").replace("127.0.0.1", name))
    page.get_by_role("button", name="领奖").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(refusal)
    page.goto(f"{desk.origin}/dashboard")
    expect(page.get_by_text("已登录：编辑部")).to_be_visible()


@pytest.mark.parametrize("width", [1100, 390, 320])
def test_everybody_can_use_it_and_nothing_scrolls_sideways(desk: Desk, open_page: Open, width: int) -> None:
    page = open_page(f"{desk.origin}/dashboard/sign-in", viewport={"width": width, "height": 800})
    assert violations(page) == []
    page = enter(desk, open_page, viewport={"width": width, "height": 800})
    page.goto(f"{desk.origin}/search?q=没有这种说法")
    for language in ("zh", "en"):
        for each in PAGES:
            page.goto(f"{desk.origin}/dashboard{each}?lang={language}&done=added")
            assert violations(page) == [], each
            assert not scrolls_sideways(page), each


def test_dark_has_contrast_too(desk: Desk, open_page: Open) -> None:
    page = enter(desk, open_page, color_scheme="dark")
    for each in PAGES:
        page.goto(f"{desk.origin}/dashboard{each}")
        assert violations(page) == [], each
