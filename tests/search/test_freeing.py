"""Memory that was used once is not kept for ever."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
import tracemalloc
from multiprocessing import Pipe
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import pytest

from search import worker
from search.freeing import let_go, mapped
from search.text.segment import Analyzer

ROOT = Path(__file__).resolve().parents[2]
LONG = "关于进一步推动民营银行健康有序发展的若干意见，支持符合条件的民间资本依法发起设立中小型银行。" * 20
HELD = """
from search.freeing import give_back

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) // 1024

blocks = [bytes(60_000) for _ in range(2_000)]
blocks.append(bytes(1_000))  # keeps the heap from being given back from its end
del blocks[:-1]
before = resident()
give_back()
print(before - resident())
"""
MAPPED = """
import sys
from pathlib import Path
from search.freeing import let_go, mapped

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) // 1024

file = mapped(Path(sys.argv[1]), 64 << 20)
read = sum(file[at] for at in range(0, len(file), 4096))
before = resident()
let_go()
print(before - resident())
assert sum(file[at] for at in range(0, len(file), 4096)) == read > 0
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps memory back in this way")
def test_freed_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(done.stdout) > 50, "of 120 MB that were free"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_mapped_pages_are_let_go_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes("民营银行".encode() * (6 << 20))
    done = subprocess.run([sys.executable, "-c", MAPPED, path], cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(done.stdout) > 50, "of 64 MB that were read"


def test_what_is_closed_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b"12345678")
    closed, read = mapped(path, 4), mapped(path, 8)
    closed.close()
    let_go()
    assert read[:] == b"12345678"
    with pytest.raises(ValueError, match="length"):
        mapped(path, 9)


def test_a_worker_that_rests_lets_go_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Searcher:
        helpers = type("Helpers", (), {"elsewhere": 0})()

        def follow(self, serving: str) -> None:
            assert serving == "000001"

        def suggest(self, text: str) -> str:
            return text

    rested: SimpleQueue[None] = SimpleQueue()
    ours, its = Pipe()
    monkeypatch.setattr(worker, "_opened", lambda pipe: Searcher())
    monkeypatch.setattr(worker, "RESTING_SECONDS", 0.05)
    monkeypatch.setattr(worker, "let_go", lambda: rested.put(None))
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    received: list[object] = []

    def ask_between_rests() -> None:
        with ours:
            rested.get(timeout=20)
            ours.send((worker.Told("000001", 0), [("suggest", ("民营",), {})]))
            received.extend(map(worker.unpacked, ours.recv()))
            rested.get(timeout=20)
            time.sleep(0.3)

    Thread(target=ask_between_rests).start()
    worker._work(its)
    assert received == ["民营"]
    assert rested.empty(), "it rests once before a question, however long it waits"


def test_long_queries_are_not_kept_by_the_hundred(tmp_path: Path) -> None:
    analyzer = Analyzer(tmp_path)
    analyzer.query_tokens(LONG)
    tracemalloc.start()
    try:
        for number in range(60):
            analyzer.query_tokens(f"{number}{LONG}")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20e6, "bytes; all sixty would take more than 25 million"
