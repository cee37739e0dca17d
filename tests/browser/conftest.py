"""Debian's Chromium, driven by Playwright. Without it these tests are skipped, but not in CI."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

sys.path.append(str(Path(__file__).parents[1] / "web"))  # the hand-built searcher is shared with tests/web
sys.path.append(str(Path(__file__).parent))

from fake_searcher import HOSTILE, FakeSearcher, FakeText, document
from serving import Portal, served

from search.model import ClauseKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# No GPU, no sandbox for root, and none of the browser's own errands, which a closed network would refuse one by one.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_IN_CI = os.environ.get("CI") == "true"
_WHERE = "Debian: apt-get install chromium fonts-noto-cjk; TIAOKUAN_CHROMIUM names another"


if find_spec("playwright") is None:
    if _IN_CI:
        raise pytest.UsageError("playwright is not installed: in CI the browser tests must run")
    print("tests/browser: left out, since playwright is not installed (pip install -e .[dev])", file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


def _missing(reason: str) -> None:
    if _IN_CI:
        pytest.fail(f"{reason}: in CI the browser tests must run", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    program = os.environ.get("TIAOKUAN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        _missing(f"no Chromium on this machine ({_WHERE})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser of its own; whatever a page throws fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_at(address: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1100, "height": 800})
        context = browser.new_context(locale="zh-CN", **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []


def _fake() -> FakeSearcher:
    path = ("一、全面深化改革",)
    lines = [
        (ClauseKind.TEXT, path, f"（{n}）支持民营银行发展，第{n}项。{'稳步推进。' * 60 * (n == 1)}")
        for n in range(1, 9)
    ]
    hostile = [(ClauseKind.TEXT, (HOSTILE,), f"民营{HOSTILE}<img src=x onerror=alert(2)>𠀀𠀀银行")]
    texts: list[FakeText] = [
        document("opinion", "关于振兴东北的意见", lines),
        document("copy", f"转载{HOSTILE}", hostile),
    ]
    return FakeSearcher(texts)


@pytest.fixture(scope="session")
def fake() -> FakeSearcher:
    """The small hand-built corpus with hostile titles."""
    return _fake()


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """A site whose origin is allowed."""
    yield from _portal()


@pytest.fixture(scope="session")
def stranger() -> Iterator[Portal]:
    """A site whose origin is not."""
    yield from _portal()


def _portal() -> Iterator[Portal]:
    portal = Portal()
    with served(portal.app) as portal.origin:
        yield portal


@pytest.fixture(scope="session")
def site(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of the site, on a small hand-built corpus with hostile titles."""
    home = Settings(home=tmp_path_factory.mktemp("site"), embed_origins=(portal.origin,))
    with served(create_app(home, cast(Searcher, _fake()))) as origin:
        yield origin


@pytest.fixture(scope="session")
def real_site(settings: Settings, searcher: Searcher) -> Iterator[str]:
    """The origin of the site on the real corpus."""
    with served(create_app(settings, searcher)) as origin:
        yield origin
