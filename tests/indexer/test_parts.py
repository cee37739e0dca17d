"""Embedding shared out among machines: each part knows nothing of the others, and the index is as one machine makes it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from indexer.parts import Part, embed_part
from indexer.pipeline import build_index
from indexer.sources import digest_of, find_sources
from search.embedding import Embedder
from search.engines import open_engine
from search.errors import BadVectors
from search.generation import open_current
from search.settings import Settings
from search.text.segment import Analyzer
from tests.conftest import CORPUS
from web.cli import main

SAME = 0.99
"""Cosine from which two vectors are of one passage: what else is in a batch changes the last digits."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The real model, loaded once."""
    return Embedder.open(Settings(), progress=False)


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    monkeypatch.setattr(Embedder, "open", lambda *_, **__: embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    for number in range(6):
        text = f"关于发展民营银行的第{number}号意见\n\n一、支持设立民营银行{number}家。\n二、推廣ＰＰＰ模式，优化“营商环境”。\n"
        (place / f"意见{number}.txt").write_text(text, "utf-8")
    return place


def _vectors(settings: Settings) -> dict[str, np.ndarray]:
    generation = open_current(settings.home)
    engine = open_engine(generation.folder, Analyzer(settings.cache), name=generation.manifest.engine)
    try:
        return {clause_id: engine.vectors(clause_id) for clause_id in engine.clause_ids()["semantic"]}
    finally:
        engine.close()


def test_every_document_belongs_to_one_part() -> None:
    digests = [digest_of(source) for source in find_sources([CORPUS])]
    for count in (1, 2, 3, 8):
        parts = [Part(number, count) for number in range(1, count + 1)]
        assert all(sum(part.has(digest) for part in parts) == 1 for digest in digests)


@pytest.mark.parametrize("written", ["", "0/2", "3/2", "2", "1/0", "-1/2", "一/二", "1/2/3"])
def test_what_is_no_part_is_one_line(
    written: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIAOKUAN_HOME", str(tmp_path / "home"))
    assert main(["index", "--part", written or " ", str(folder)]) == 2
    assert "--part" in capsys.readouterr().err
    assert not (tmp_path / "home" / "CURRENT").exists()


def test_parts_of_several_machines_make_the_index_of_one(folder: Path, tmp_path: Path) -> None:
    alone = Settings(home=tmp_path / "alone")
    whole = build_index(alone, [folder], progress=False)
    files = []
    for number in (1, 2, 3):
        elsewhere = tmp_path / f"machine{number}"
        shutil.copytree(folder, elsewhere / "mounted")  # at another place
        report = embed_part(Settings(home=elsewhere), [elsewhere / "mounted"], Part(number, 3), progress=False)
        assert not (elsewhere / "CURRENT").exists()
        files.append(report.file)
    together = Settings(home=tmp_path / "together")
    report = build_index(together, [folder], progress=False, vectors=files)
    assert (report.embedded, report.clauses) == (0, whole.clauses)
    expected, found = _vectors(alone), _vectors(together)
    assert found.keys() == expected.keys()
    for clause_id, rows in expected.items():
        assert (found[clause_id] * rows).sum(axis=1).min() > SAME


def test_what_a_part_lacks_is_embedded(folder: Path, tmp_path: Path) -> None:
    first = embed_part(Settings(home=tmp_path / "first"), [folder], Part(1, 2), progress=False)
    report = build_index(Settings(home=tmp_path / "home"), [folder], progress=False, vectors=[first.file])
    assert report.embedded > 0
    assert report.reused >= first.passages


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "model", "short"])
def test_a_file_that_does_not_fit_is_refused_and_nothing_changes(folder: Path, tmp_path: Path, kind: str) -> None:
    file = embed_part(Settings(home=tmp_path / "part"), [folder], Part(1, 1), progress=False).file
    if kind == "missing":
        file.unlink()
    elif kind == "text":
        file.write_text("民营银行", "utf-8")
    elif kind == "cut":
        file.write_bytes(file.read_bytes()[:3000])
    else:
        with sqlite3.connect(file) as connection:
            if kind == "model":
                connection.execute("UPDATE made_with SET facts = replace(facts, 'revision', 'old')")
            else:
                connection.execute("UPDATE vectors SET vector = x'00000000'")
        connection.close()
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(BadVectors):
        build_index(settings, [folder], progress=False, vectors=[file])
    assert not (settings.home / "CURRENT").exists()
