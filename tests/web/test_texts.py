"""Both catalogues say the same things, and say nothing that nobody asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
CATALOGUES = {path.stem: json.loads(path.read_text("utf-8")) for path in (WEB / "locale").glob("*.json")}
# A quoted key; one that ends in a dot is the beginning of keys that are put together when running.
QUOTED = re.compile(r"""["']([a-z_]+(?:\.[a-z_]+)*\.?)["']""")
PUT_TOGETHER = re.compile(r"""f?["']((?:[a-z_]+\.)+)(?:\{|["'] ~)""")


def sources() -> str:
    files = [*WEB.rglob("*.py"), *WEB.rglob("*.html")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_both_languages_have_the_same_keys_and_places() -> None:
    zh, en = CATALOGUES["zh"], CATALOGUES["en"]
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(re.findall(r"\{(\w+)\}", zh[key])) == set(re.findall(r"\{(\w+)\}", en[key])), key


def test_every_text_is_used() -> None:
    source = sources()
    used, prefixes = set(QUOTED.findall(source)), tuple(PUT_TOGETHER.findall(source))
    assert [key for key in CATALOGUES["zh"] if key not in used and not key.startswith(prefixes)] == []


def test_every_text_that_is_used_exists() -> None:
    asked = re.findall(r"""\bt\(\s*["']([a-z_.]+)["'][,)]""", sources())
    asked += re.findall(r"""load_catalogue\("web"\)\.text\("([a-z_.]+)\"""", sources())
    asked += re.findall(r"""(?<!\.)\btexts?(?:\.text)?\("([a-z_]+\.[a-z_.]+)\"""", sources())
    assert len(asked) > 50
    assert [key for key in asked if key not in CATALOGUES["zh"]] == []
    codes = re.findall(r'code = "(\w+)"', (WEB / "errors.py").read_text("utf-8"))
    assert all(f"error.{code}.remedy" in CATALOGUES["zh"] for code in codes)
    problems = re.findall(r'bad_usage\("(\w+)"', sources())
    assert problems
    assert all(f"usage.{problem}" in CATALOGUES["zh"] for problem in problems)
