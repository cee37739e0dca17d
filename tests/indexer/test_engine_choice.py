"""Which engine keeps an index: chosen once, kept by later runs, changed without embedding again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.pipeline import build_index, index_needed
from indexer.removing import remove_documents
from search.backup import write_backup
from search.doctor import examine
from search.embedding import Embedder
from search.errors import EngineUnreachable, IndexDamaged, NotInBackups
from search.generation import open_current
from search.model import Document, Mode
from search.rollback import roll_back
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


def _documents(settings: Settings) -> list[Document]:
    searcher = Searcher.open(settings)
    try:
        return list(searcher.documents())
    finally:
        searcher.close()


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


@pytest.mark.usefixtures("_model")
def test_an_index_moves_to_milvus_and_back(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite", reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite")
    from search.engines.milvus_client import Milvus
    from search.engines.milvus_server import MilvusServer

    (folder / "通知.txt").write_text("关于消防检查的通知\n\n一、检查燃气管道。\n", "utf-8")
    settings = Settings(home=tmp_path / "home", keep_generations=1)
    build_index(settings, [folder], progress=False)
    before = _answers(settings)

    def collections() -> list[str]:
        client = Milvus(MilvusServer.beside(settings.home / "generations" / "any"))
        try:
            return client.names("")
        finally:
            client.close()

    for turn in range(2):  # the second time from Milvus to Milvus
        report = build_index(settings.model_copy(update={"engine": "milvus"}), [folder], progress=False)
        assert (report.embedded, open_current(settings.home).manifest.engine) == (0, "milvus"), turn
        assert _answers(settings) == before
        assert len(collections()) == 2

    assert examine(settings).healthy
    with pytest.raises(NotInBackups):
        write_backup(settings, tmp_path / "backup.zip")
    remove_documents(settings, [next(d for d in _documents(settings) if "消防" in d.title).document_id])
    assert len(collections()) == 4  # what was live was read meanwhile, and goes with the next run

    report = build_index(
        settings.model_copy(update={"engine": "embedded"}), [folder], progress=False, restore_removed=True
    )
    assert open_current(settings.home).manifest.engine == "embedded"
    assert report.embedded == 1  # the notice that was away
    assert _answers(settings) == before
    assert collections() == []


@pytest.mark.usefixtures("_model")
def test_one_goes_back_to_a_generation_on_milvus_while_its_collections_are_there(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite", reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite")
    from search.engines.milvus_client import Milvus
    from search.engines.milvus_server import MilvusServer

    settings = Settings(home=tmp_path / "home")
    first = build_index(settings.model_copy(update={"engine": "milvus"}), [folder], progress=False).generation
    before = _answers(settings)
    second = build_index(settings.model_copy(update={"engine": "tantivy"}), [folder], progress=False).generation
    assert roll_back(settings, first)[1].name == first
    assert _answers(settings) == before

    roll_back(settings, second)
    client = Milvus(MilvusServer.beside(settings.home / "generations" / first))
    for name in client.names(""):
        client.drop(name)
    client.close()
    with pytest.raises(IndexDamaged):
        roll_back(settings, first)
    assert open_current(settings.home).name == second
    assert "earlier_damaged" in {finding.code for finding in examine(settings).findings}


@pytest.mark.usefixtures("_model")
def test_a_server_that_is_away_is_one_clear_error_and_nothing_is_embedded_again(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite", reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite")
    settings = Settings(home=tmp_path / "home", engine="milvus")
    name = build_index(settings, [folder], progress=False).generation
    away = settings.model_copy(update={"milvus_uri": "http://127.0.0.1:9"})
    for attempt in (
        lambda: build_index(away, [folder], progress=False),
        lambda: build_index(away.model_copy(update={"engine": "embedded"}), [folder], progress=False),
        lambda: Searcher.open(away),
    ):
        with pytest.raises(EngineUnreachable, match=re.escape("127.0.0.1:9")):
            attempt()
    assert open_current(settings.home).name == name
    assert "engine_unreachable" in {finding.code for finding in examine(away).findings}
    assert _answers(settings)[0]


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
