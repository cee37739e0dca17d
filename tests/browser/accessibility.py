"""axe-core on a page as it stands: what WCAG 2.2 AA demands and a program can see."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> str:
    """axe-core 4.12 (MPL-2.0), as the package axe-playwright-python carries it; nothing is downloaded."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Any) -> list[str]:
    """One line for each element that breaks a rule, shadow roots and frames included."""
    page.evaluate(_axe())  # not as a script element: the page's policy refuses those
    found = page.evaluate("(tags) => axe.run({runOnly: tags})", RULES)
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}" for each in found["violations"] for node in each["nodes"]
    ]


def scrolls_sideways(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
