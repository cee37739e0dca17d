"""Processes that are started for a program, and Ctrl-C, which a terminal sends to all of them."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

STARTS = """
import os, signal, time
from multiprocessing import get_context
from search.worker import start_quietly

if __name__ == "__main__":
    process = get_context("spawn").Process(target=time.sleep, args=(1,))
    start_quietly(process)
    while process.exitcode is None:
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.005)
    heard = signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    print(process.exitcode, heard)
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="the system knows no masks")
def test_what_is_started_never_hears_ctrl_c_and_who_starts_it_does() -> None:
    done = subprocess.run([sys.executable, "-c", STARTS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["0", "True"], "")
