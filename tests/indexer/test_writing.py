"""The catalogue is written beside the engine: together they fail, and together they are whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer import vectors, writing
from indexer.reading_all import read_one
from indexer.sources import find_sources
from indexer.spool import Packed, Spool
from indexer.vectors import PassageVectors
from indexer.writing import Progress, Written, write_generation
from search.embedding import EmbedderFingerprint
from search.engines import open_engine
from search.engines.protocol import KeywordQuery
from search.errors import CannotWrite
from search.generation import CATALOGUE
from search.text.normalise import fold
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

CORPUS = Path(__file__).parents[2] / "corpus"


class _Embedder:
    """Gives every passage one vector; fails where it is told to."""

    fingerprint = EmbedderFingerprint("none", "1", 4, "", "", "float32")

    def __init__(self, fail: Callable[[], None]) -> None:
        self._fail = fail

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        self._fail()
        return np.full((len(passages), 4), 0.5, np.float32)


def write(folder: Path, engine: str, fail: Callable[[], None] = lambda: None) -> Written:
    """A generation of the project's documents."""
    (folder / "generation").mkdir(exist_ok=True)
    analyzer = Analyzer(folder / "cache")
    with Spool(folder / "spool") as spool:
        for result in map(read_one, find_sources([CORPUS])):
            assert isinstance(result, Packed)
            spool.add(result)
        with PassageVectors(_Embedder(fail), folder / "home", analyzer, anew=True) as given:
            show = Progress("zh", shown=False)
            return write_generation(folder / "generation", analyzer, spool, given, show, engine)


@pytest.fixture(params=["thread", "process"])
def beside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who writes the catalogue: both do for the same few documents."""
    way: str = request.param
    monkeypatch.setattr(writing, "MANY", 0 if way == "process" else 1_000_000)
    monkeypatch.setattr(writing, "usable_cores", lambda: 2)
    return way


def rows_of(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a catalogue holds, by table."""
    with closing(sqlite3.connect(folder / "generation" / CATALOGUE)) as catalogue:
        tables = [name for (name,) in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        selects = {name: f"SELECT * FROM {name} ORDER BY rowid" for name in tables}  # noqa: S608 - our own tables
        return {name: catalogue.execute(select).fetchall() for name, select in selects.items()}


@pytest.mark.parametrize("engine", ["embedded", "tantivy"])
def test_catalogue_and_engine_hold_the_same_clauses(tmp_path: Path, engine: str, beside: str) -> None:
    written = write(tmp_path, engine)
    clause_ids = [row[0] for row in rows_of(tmp_path)["clauses"]]
    opened = open_engine(tmp_path / "generation", Analyzer(tmp_path / "cache"), name=engine)
    held = opened.clause_ids()
    assert list(held["keyword"]) == list(held["semantic"]) == clause_ids
    assert written.clauses == len(clause_ids)
    assert opened.keyword(KeywordQuery(fold("民營銀行")), 3)
    opened.close()


def test_another_process_writes_the_same_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "usable_cores", lambda: 2)
    found = []
    for many in (1_000_000, 0):
        monkeypatch.setattr(writing, "MANY", many)
        (folder := tmp_path / str(many)).mkdir()
        written = write(folder, "tantivy")
        found.append((written, rows_of(folder)))
    assert found[0] == found[1]
    assert found[0][1]["citations"]


@pytest.mark.parametrize("engine", ["embedded", "tantivy"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_in_between_ends_all(tmp_path: Path, engine: str, error: BaseException, beside: str) -> None:
    def fail() -> None:
        raise error

    before = set(threading.enumerate())
    with pytest.raises(type(error)):
        write(tmp_path, engine, fail)
    assert set(threading.enumerate()) <= before
    assert not multiprocessing.active_children()


def test_a_catalogue_that_cannot_be_written_ends_all(tmp_path: Path, beside: str) -> None:
    (tmp_path / "generation" / CATALOGUE).mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError, match="unable to open database file"):
        write(tmp_path, "tantivy")


def test_one_line_says_that_the_process_was_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def kill() -> None:
        while not asked and not multiprocessing.active_children():
            time.sleep(0.01)
        for child in multiprocessing.active_children():
            asked.append(child.pid or 0)
            os.kill(asked[-1], signal.SIGKILL)

    monkeypatch.setattr(writing, "MANY", 0)
    monkeypatch.setattr(writing, "usable_cores", lambda: 2)
    with pytest.raises(CannotWrite, match=r"catalogue\.sqlite.*-9"):
        write(tmp_path, "tantivy", kill)


def test_what_the_catalogue_cannot_do_is_said_before_the_last_passage(
    tmp_path: Path, beside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_SLICE", 8)
    asked: list[float] = []

    def wait() -> None:
        asked.append(time.monotonic())
        time.sleep(2 if len(asked) == 1 else 0)

    (tmp_path / "generation" / CATALOGUE).mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError):
        write(tmp_path, "tantivy", wait)
    assert len(asked) < 10, "of some forty times"
