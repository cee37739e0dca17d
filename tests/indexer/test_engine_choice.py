"""Which engine keeps an index: chosen once, kept by later runs, changed without embedding again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.pipeline import build_index, index_needed
from search.embedding import Embedder
from search.generation import open_current
from search.model import Mode
from search.searcher import Searcher
from search.settings import Settings
from tests.conftest import ROOT


@pytest.fixture
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real model, loaded once."""
    embedder = Embedder.open(Settings(), progress=False)
    monkeypatch.setattr(Embedder, "open", lambda *_, **__: embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    text = "关于发展民营银行的意见\n\n一、支持设立民营银行，服务小微企业。\n二、推廣ＰＰＰ模式，优化“营商环境”。\n"
    (place / "意见.txt").write_text(text, "utf-8")
    return place


def _answers(settings: Settings) -> list[list[str]]:
    searcher = Searcher.open(settings)
    try:
        queries = ("民營銀行", "“营商环境”", "ppp模式", "-银行 模式")
        return [[hit.clause.clause_id for hit in searcher.search(query, mode=Mode.KEYWORD).hits] for query in queries]
    finally:
        searcher.close()


@pytest.mark.usefixtures("_model")
def test_an_index_moves_to_another_engine_and_stays_there(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    build_index(settings, [folder], progress=False)
    before = _answers(settings)
    assert all(before)

    moved = settings.model_copy(update={"engine": "tantivy"})
    assert not index_needed(settings, [folder])
    assert index_needed(moved, [folder])
    report = build_index(moved, [folder], progress=False)
    assert (report.embedded, open_current(settings.home).manifest.engine) == (0, "tantivy")
    assert _answers(settings) == before

    (folder / "通知.txt").write_text("关于消防检查的通知\n\n一、检查燃气管道。\n", "utf-8")
    build_index(settings, [folder], progress=False)
    assert open_current(settings.home).manifest.engine == "tantivy"
    build_index(settings.model_copy(update={"engine": "embedded"}), [folder], progress=False)
    assert open_current(settings.home).manifest.engine == "embedded"


def test_a_missing_package_is_one_line_that_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    without = "import sys; sys.modules['tantivy'] = None; from web.cli import main; sys.exit(main())"
    environment = os.environ | {"TIAOKUAN_HOME": str(tmp_path / "home")}
    run = subprocess.run(
        [sys.executable, "-c", without, "index", "--engine", "tantivy", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert "pip install 'tiaokuan[tantivy]'" in run.stderr
    assert not (tmp_path / "home" / "CURRENT").exists()
