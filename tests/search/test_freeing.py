"""Memory that was used once is not kept for ever."""

from __future__ import annotations

import platform
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps memory back in this way")
def test_freed_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(done.stdout) > 50, "of 120 MB that were free"


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
