"""Processes that are started for a program: Ctrl-C, which a terminal sends to all of them, and what they answer together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from search.errors import EmptyQuery
from search.model import Mode, ResultPage
from search.worker import _answers
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


def test_a_page_took_what_was_done_for_several_too() -> None:
    def foresee(queries: Sequence[str]) -> None:
        assert queries == ["民营银行", "，"]
        time.sleep(0.05)

    def search(query: str, mode: Mode = Mode.HYBRID) -> ResultPage:
        if query == "，":
            raise EmptyQuery
        return ResultPage(query, mode, 0, (), 1.0)

    searcher = SimpleNamespace(foresee=foresee, search=search, suggest=lambda text: [text])
    questions = [("search", ("民营银行",), {}), ("search", ("，",), {}), ("suggest", ("民营",), {})]
    (page, _, _), (nothing, error, _), (suggested, _, _) = _answers(searcher, questions)  # type: ignore[arg-type]
    assert page.took_ms > 50
    assert (nothing, type(error), suggested) == (None, EmptyQuery, ["民营"])
    assert _answers(searcher, questions[:1])[0][0].took_ms == 1.0, "what is answered alone"  # type: ignore[arg-type]
