"""A second run on a corpus that changed: what is the same is not embedded again, whatever happened to the run before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from indexer import vectors
from indexer.pipeline import build_index
from search.embedding import Embedder
from search.engines import open_engine
from search.errors import IndexBusy
from search.generation import CATALOGUE, current_name, open_current, writer_lock
from search.model import Mode
from search.searcher import Searcher
from search.settings import Settings
from search.store import Catalogue
from search.text.segment import Analyzer
from tests.conftest import ROOT

ARTICLES = [
    "支持设立民营银行，服务小微企业。",
    "加强监管，防范金融风险。",
    "推動農村信用社改革，完善公司治理。",
    "建立“首問負責制”，一次性告知所需材料。",
    "清理规范涉企收费，公布收费清单。",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.open(Settings(), progress=False)


@pytest.fixture(autouse=True)
def _loaded_once(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real model, loaded once for all runs of this file."""
    monkeypatch.setattr(Embedder, "open", lambda *_, **__: embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    write(place, "甲", *ARTICLES[:3])
    write(place, "乙", ARTICLES[3])
    return place


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def write(folder: Path, name: str, *articles: str) -> None:
    numbers = "一二三四五六七八九十"
    body = "\n".join(f"第{numbers[i]}条 {article}" for i, article in enumerate(articles))
    (folder / f"{name}.txt").write_text(f"{name}市金融工作条例\n{body}\n", "utf-8")


def vectors_of(settings: Settings) -> dict[str, np.ndarray]:
    """The first vector of every clause, by its text."""
    folder = open_current(settings.home).folder
    engine, catalogue = open_engine(folder, Analyzer(settings.cache)), Catalogue(folder / CATALOGUE)
    found = {text: engine.vectors(clause_id)[0] for clause_id, _, text in catalogue.texts()}
    engine.close()
    catalogue.close()
    return found


def test_only_what_is_new_is_embedded(folder: Path, home: Settings) -> None:
    first = build_index(home, [folder], progress=False)
    assert (first.embedded, first.reused) == (4, 0)
    write(folder, "乙", ARTICLES[3], ARTICLES[4])
    write(folder, "甲", ARTICLES[1], ARTICLES[2])  # one is gone, the others have other numbers
    second = build_index(home, [folder], progress=False)
    assert second.windows == second.embedded + second.reused
    assert second.reused == 1  # 第一条 建立… is still the same
    assert (second.as_dict()["embedded"], second.as_dict()["reused"]) == (3, 1)
    assert any("3" in line and "1" in line for line in list(second.lines("en"))[-1:])


def test_vectors_taken_over_are_those_that_would_be_computed(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    write(folder, "丙", ARTICLES[4])
    build_index(home, [folder], progress=False)
    taken = vectors_of(home)
    report = build_index(home, [folder], rebuild=True, progress=False)
    assert (report.embedded, report.reused) == (report.windows, 0)
    anew = vectors_of(home)
    assert taken.keys() == anew.keys()
    assert all(float(taken[text] @ anew[text]) > 0.999 for text in anew)
    assert len({row.tobytes() for row in taken.values()}) == len(taken)


def test_moved_and_copied_documents_need_no_model(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    (folder / "下级").mkdir()
    (folder / "甲.txt").rename(folder / "下级" / "甲.txt")
    (folder / "乙（副本）.txt").write_bytes((folder / "乙.txt").read_bytes())
    report = build_index(home, [folder], progress=False)
    assert (report.embedded, report.reused) == (0, 5)


def test_nothing_is_taken_over_from_a_damaged_generation(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    file = open_current(home.home).folder / "vectors.faiss"
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    assert build_index(home, [folder], progress=False).embedded == 4


@pytest.fixture
def stops_after_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model embeds one passage at a time, and the run is broken off at the third."""
    real, calls = Embedder.encode_passages, [0]

    def encode(self: Embedder, passages: list[str], progress: bool = True) -> object:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        return real(self, passages, progress)

    monkeypatch.setattr(vectors, "_SLICE", 1)
    monkeypatch.setattr(Embedder, "encode_passages", encode)


def test_a_run_that_was_broken_off_goes_on_where_it_was(folder: Path, home: Settings, stops_after_two: None) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_index(home, [folder], progress=False)
    assert current_name(home.home) is None
    assert (home.home / vectors.FOLDER).is_dir()
    report = build_index(home, [folder], progress=False)
    assert (report.embedded, report.reused) == (2, 2)
    assert not (home.home / vectors.FOLDER).exists()


def test_broken_leftovers_of_a_run_are_thrown_away(folder: Path, home: Settings, stops_after_two: None) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_index(home, [folder], progress=False)
    (left,) = (home.home / vectors.FOLDER).glob("*.sqlite")
    left.write_bytes(b"x" * 5000)
    assert build_index(home, [folder], progress=False).embedded == 4


HOLD = """
import sys, time
from pathlib import Path
from search.generation import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_writes_and_since_when_and_a_dead_one_holds_nothing(
    folder: Path, home: Settings
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOLD, str(home.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy) as refused:
            build_index(home, [folder], progress=False)
        for said in (refused.value.message("zh"), refused.value.message("en")):
            assert f"PID {other.pid}, {os.uname().nodename}, {time.strftime('%Y-')}" in said
        other.send_signal(signal.SIGKILL)
        other.wait()
    with writer_lock(home.home):
        pass


def test_a_generation_that_is_read_is_not_removed(folder: Path, tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home", keep_generations=1)
    build_index(home, [folder], progress=False)
    old = open_current(home.home).folder
    reader = Catalogue(old / CATALOGUE)
    for _ in range(2):
        build_index(home, [folder], progress=False)
        assert (old / "vectors.faiss").is_file()
    assert len(reader.documents()) == 2
    reader.close()
    build_index(home, [folder], progress=False)
    assert [path.name for path in (home.home / "generations").iterdir()] == [current_name(home.home)]


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from indexer.pipeline import build_index
from search.settings import Settings
def die():
    os.kill(os.getpid(), signal.SIGKILL)
threading.Timer(float(sys.argv[3]), die).start()
build_index(Settings(home=Path(sys.argv[1])), [Path(sys.argv[2])], progress=False)
die()
"""


@pytest.mark.parametrize("seconds", ["0.05", "2.5"])
def test_a_run_that_is_killed_leaves_the_old_index_serving(folder: Path, home: Settings, seconds: str) -> None:
    build_index(home, [folder], progress=False)
    write(folder, "丁", *ARTICLES)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, str(home.home), str(folder), seconds]
    assert subprocess.run(command, check=False, env=environment, capture_output=True).returncode == -signal.SIGKILL
    searcher = Searcher.open(home)
    assert searcher.search("民营银行", mode=Mode.KEYWORD).total
    searcher.close()
    build_index(home, [folder], progress=False)
    names = {path.name for path in (home.home / "generations").iterdir()}
    assert all(name.isdecimal() for name in names)
    manifest = json.loads((open_current(home.home).folder / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["documents"] == 3
