"""Work in a process of its own: its result, its errors, and its end."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from indexer.apart import Ended, GivenUp, done_apart
from search.errors import CannotWrite
from tests.conftest import ROOT

LEFT_ALONE = """
import multiprocessing, threading, time
from indexer.apart import done_apart

def say():
    while not multiprocessing.active_children():
        time.sleep(0.01)
    print(multiprocessing.active_children()[0].pid, flush=True)

if __name__ == "__main__":
    threading.Thread(target=say, daemon=True).start()
    done_apart(time.sleep, 60, given_up=threading.Event())
"""


def cannot_write(name: str) -> None:
    """A user's error, with its parameters."""
    raise CannotWrite(file=name, reason="磁盘已满")


def cannot_be_sent() -> None:
    """An error that no pipe takes."""
    raise ValueError(lambda: None)


def test_its_result_comes_back() -> None:
    assert done_apart(str.upper, "abc〔2016〕号", given_up=Event()) == "ABC〔2016〕号"
    assert not multiprocessing.active_children()


def test_its_error_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        done_apart(os.mkdir, str(tmp_path / "没有" / "有"), given_up=Event())
    assert (missing.value.errno, missing.value.filename) == (errno.ENOENT, str(tmp_path / "没有" / "有"))
    with pytest.raises(CannotWrite) as refused:
        done_apart(cannot_write, "目录.sqlite", given_up=Event())
    assert refused.value.parameters == {"file": "目录.sqlite", "reason": "磁盘已满"}
    with pytest.raises(RuntimeError, match="in cannot_be_sent"):
        done_apart(cannot_be_sent, given_up=Event())


def test_its_own_end_is_said() -> None:
    with pytest.raises(Ended, match=r"^3$"):
        done_apart(os._exit, 3, given_up=Event())


def test_it_ends_when_it_is_given_up() -> None:
    given_up, began = Event(), time.monotonic()
    Timer(0.5, given_up.set).start()
    with pytest.raises(GivenUp):
        done_apart(time.sleep, 60, given_up=given_up)
    assert time.monotonic() - began < 30
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for the process in /proc")
def test_it_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    (script := tmp_path / "waits.py").write_text(LEFT_ALONE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    waits = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    assert waits.stdout is not None
    child = int(waits.stdout.readline())
    time.sleep(2)  # it is at work
    assert Path(f"/proc/{child}").exists()
    waits.send_signal(signal.SIGKILL)
    waits.wait()
    waits.stdout.close()
    end = time.monotonic() + 20
    while Path(f"/proc/{child}/exe").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}/exe").exists()


def test_the_catalogues_process_begins_without_what_it_does_not_need() -> None:
    """Settings, models and readers take longer to import than all that it needs."""
    check = "import sys, indexer.cataloguing; print(*sorted({'pydantic', 'indexer.reading', 'indexer.vectors'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
