"""The documents that people read name what the program has, and lead nowhere wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from search.settings import Settings
from web.cli import cli

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
SCALING = ("docs/scaling.md", "docs/scaling.zh-CN.md")
OPERATION = ("SECURITY.md", "docs/operation.md", "docs/operation.zh-CN.md")
PAGES = (*READMES, *OPERATION, *SCALING, "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/decisions.md")
FOLDERS = ("search/", "indexer/", "web/", "tests/", "docs/")


def read(file: str) -> str:
    return (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize("file", READMES)
@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_row_in_both_readmes(file: str, name: str) -> None:
    assert f"| `TIAOKUAN_{name.upper()}` |" in read(file)


@pytest.mark.parametrize("file", READMES)
def test_the_readmes_name_no_setting_that_is_not_there(file: str) -> None:
    rows = re.findall(r"^\| `TIAOKUAN_(\w+)` \|", read(file), re.MULTILINE)
    assert {name.lower() for name in rows} == set(Settings.model_fields)


@pytest.mark.parametrize("file", READMES)
@pytest.mark.parametrize("command", cli.commands)
def test_every_subcommand_is_described_in_both_readmes(file: str, command: str) -> None:
    assert re.search(rf"\*\*`tiaokuan {command}\b", read(file))


@pytest.mark.parametrize("file", PAGES)
def test_links_lead_to_files_that_are_there(file: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", read(file))
    assert [target for target in targets if not (ROOT / file).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("file", PAGES)
def test_paths_that_are_named_are_there(file: str) -> None:
    named = [name for name in re.findall(r"`([\w./-]+)`", read(file)) if name.startswith(FOLDERS)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_screenshots_are_small() -> None:
    sizes = {shot.name: shot.stat().st_size for shot in (ROOT / "docs/screenshots").glob("*.png")}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 250_000} == {}
