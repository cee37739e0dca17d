"""The editors' page in a real browser: it breaks no rule of axe, and saves without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import pytest
from accessibility import scrolls_sideways, violations
from fake_searcher import HOSTILE, FakeSearcher, document
from playwright.sync_api import expect
from serving import served

from search.evaluation.judgments import JudgmentFile
from search.model import ClauseKind
from search.settings import Settings
from web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from search.searcher import Searcher


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("judging"), judging=True)


@pytest.fixture(scope="module")
def judged_site(judging: Settings) -> Iterator[str]:
    lines = [
        (ClauseKind.TEXT, ("一、改革", HOSTILE), f"（{n}）支持民营银行发展{HOSTILE}，第{n}项。") for n in range(1, 13)
    ]
    searcher = FakeSearcher([document("opinion", f"关于振兴东北的意见{HOSTILE}", lines)])
    with served(create_app(judging, cast("Searcher", searcher))) as origin:
        yield origin


@pytest.mark.parametrize("address", ["/judge", f"/judge?q={quote('民营银行')}", f"/judge?q={quote('没有')}&lang=en"])
@pytest.mark.parametrize("width", [320, 1100])
def test_the_page_breaks_no_rule(open_page: Callable[..., Page], judged_site: str, address: str, width: int) -> None:
    page = open_page(judged_site + address, viewport={"width": width, "height": 800})
    assert violations(page) == []
    assert not scrolls_sideways(page)


def test_judgments_are_saved_without_javascript(
    open_page: Callable[..., Page], judged_site: str, judging: Settings
) -> None:
    page = open_page(f"{judged_site}/judge?q={quote('民营银行')}", java_script_enabled=False)
    page.get_by_role("group", name="第 1 条").get_by_label("回答了", exact=True).check()
    page.get_by_label("查询的类别").select_option("everyday")
    page.get_by_role("button", name="保存评判").click()
    expect(page.get_by_role("status")).to_have_text("已保存。")
    (saved,) = JudgmentFile(judging.home).queries()
    assert (saved.query, saved.group, list(saved.judgments.values())) == ("民营银行", "everyday", [2])
