"""A folder that is watched: indexed once it is quiet, also after trouble."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from benchmarks.kills import Place
from indexer.watching import RETRY_SECONDS, Rhythm, Watch, state_of
from search.errors import BadFolder
from tests.conftest import ROOT


class Scene:
    """A watch with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.state: object = "甲"
        self.trouble: list[str] = []
        self.runs: list[float] = []
        self.outcomes: list[bool | Exception] = []
        self.watch = Watch(
            self._look, self._index, lambda e: self.trouble.append(str(e)), Rhythm(1, 5), lambda: self.now
        )

    def _look(self) -> object:
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    def _index(self) -> bool:
        self.runs.append(self.now)
        outcome = self.outcomes.pop(0) if self.outcomes else True
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def until(self, end: float) -> Scene:
        while self.now < end:
            self.watch.step()
            self.now += 1
        return self


def test_it_indexes_at_the_beginning_and_then_only_after_a_change_that_stood_for_a_while() -> None:
    scene = Scene().until(20)
    assert scene.runs == [0]
    scene.state = "乙"
    scene.until(22).state = "丙"  # still being written
    scene.until(40)
    assert scene.runs == [0, 27]


def test_a_change_while_indexing_is_indexed_too() -> None:
    scene = Scene()
    real = scene._index
    scene.watch._index = lambda: setattr(scene, "state", "乙") or real()
    scene.until(20)
    assert scene.runs == [0, 6]


def test_it_goes_on_after_a_failed_run_and_tries_again_later_or_at_a_change() -> None:
    scene = Scene()
    scene.outcomes = [False, RuntimeError("坏了"), True]
    scene.until(2 * RETRY_SECONDS + 10)
    assert scene.runs == [0, RETRY_SECONDS, 2 * RETRY_SECONDS]
    assert scene.trouble == ["坏了"]
    scene.outcomes = [False]
    scene.state = "乙"
    scene.until(scene.now + 10).state = "丙"
    scene.until(scene.now + 10)
    assert len(scene.runs) == 5


def test_a_folder_that_is_away_is_said_once_and_never_indexed_as_empty() -> None:
    scene = Scene().until(3)
    scene.state = BadFolder(folder="/mnt/共享", reason="away")
    scene.until(100)
    assert (len(scene.runs), len(scene.trouble)) == (1, 1)
    scene.state = "甲"
    scene.until(120)
    assert len(scene.runs) == 1  # as it was


def test_a_state_differs_when_a_file_is_written_moved_or_replaced(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text("民营银行", "utf-8")
    seen = [state_of([tmp_path])]
    os.utime(file, ns=(1, 1))
    seen.append(state_of([tmp_path]))
    other = tmp_path / ".新.txt"
    other.write_text("民營銀行", "utf-8")
    os.utime(other, ns=(1, 1))
    assert state_of([tmp_path]) == seen[-1]  # hidden
    other.replace(file)
    seen.append(state_of([tmp_path]))
    file.rename(tmp_path / "意见.txt")
    seen.append(state_of([tmp_path]))
    assert all(one != other for at, one in enumerate(seen) for other in seen[:at])


def test_a_watch_ends_when_it_is_told_to() -> None:
    scene, stop = Scene(), Event()
    stop.set()
    scene.watch.run(stop)
    assert scene.runs == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_follows_a_folder_and_stops_cleanly(place: Place, number: int) -> None:
    """The real command, whose run is refused while somebody else writes, and goes on."""
    command = [
        sys.executable,
        "-m",
        "web.cli",
        "watch",
        "--json",
        "--interval",
        "0.1",
        "--quiet",
        "0",
        str(place.corpus),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as watch:
        assert watch.stdout is not None
        assert json.loads(watch.stdout.readline()) == {"watching": [str(place.corpus)]}
        assert json.loads(watch.stdout.readline()) == {"up_to_date": True}
        for file in place.corpus.glob("*.txt"):
            file.rename(place.corpus.parent / file.name)
        assert watch.stderr is not None
        assert "没有可索引的文件" in watch.stderr.readline()
        watch.send_signal(number)
        deadline = time.monotonic() + 60
        assert watch.wait(timeout=max(1, deadline - time.monotonic())) == 0
