"""A small corpus and a cheap model: what is tested here is files, locks and checks, not what a model finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.kills import Place, act, cheap_model
from search.generation import Generation, open_current
from search.model import Mode
from search.searcher import Searcher
from search.settings import Settings
from web.cli import main


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_model():
        yield


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus and its index, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("indexed")
    made = Place(folder / "home", folder / "corpus", folder / "backup.zip", Settings().cache)
    made.write(1)
    act("index", made)
    return folder


@pytest.fixture
def place(tmp_path: Path, indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An index of four documents, version 1 of them, which the command line finds, too."""
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    made = Place(tmp_path / "home", tmp_path / "corpus", tmp_path / "backup.zip", Settings().cache)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIAOKUAN_HOME", str(made.home))
    monkeypatch.setenv("TIAOKUAN_CORPUS", str(made.corpus))
    return made


@pytest.fixture
def live(place: Place) -> Generation:
    return open_current(place.home)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tiaokuan(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line: exit status, what it printed, what it complained of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def found(searcher: Searcher, query: str = "“第1版執行”") -> int:
    """How many clauses a phrase finds, typed in traditional characters and Chinese quotes."""
    return searcher.search(query, mode=Mode.KEYWORD, limit=100).total


def flip(file: Path, at: int | None = None) -> None:
    """Flip one bit, in the middle unless told where."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 4
    file.write_bytes(bytes(data))
