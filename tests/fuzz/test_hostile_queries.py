"""The worst queries of 1,000 characters, in all modes: each is answered. `python benchmarks/hostile_queries.py` says how fast."""

from __future__ import annotations

import subprocess
import sys

import pytest

from search.errors import EmptyQuery
from search.model import Mode
from tests.conftest import ROOT
from tests.fuzz.hostile_queries import LENGTH, hostile_queries
from tests.fuzz.place import place

GUARD = 550
"""Seconds for all of them in one mode; they take some. One that goes on for ever is ended."""
ASK_ALL = """
import sys
from contextlib import suppress
from search.errors import EmptyQuery
from search.model import Mode
from tests.fuzz.hostile_queries import hostile_queries
from tests.fuzz.place import place
asked = 0
for name, query in hostile_queries().items():
    print(name, file=sys.stderr, flush=True)
    with suppress(EmptyQuery):
        place().searcher.search(query, mode=Mode(sys.argv[1]), explained=True, faceted=True)
    asked += 1
print(asked)
"""


@pytest.mark.parametrize("mode", Mode)
def test_every_one_is_answered_before_the_guard_ends_it(mode: Mode) -> None:
    command = [sys.executable, "-c", ASK_ALL, mode.value]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=GUARD, check=True)
    except subprocess.TimeoutExpired as late:
        last = (late.stderr or b"").decode().splitlines()[-1:]
        pytest.fail(f"still busy with {last}")
    assert int(done.stdout) == len(hostile_queries())


def test_they_are_as_long_as_a_query_may_be() -> None:
    queries = hostile_queries()
    assert len(queries) > 120
    assert all(
        len(query) >= LENGTH - 10 for name, query in queries.items() if not name.startswith(("150", "200", "500"))
    )
    assert all(len(query) <= place().settings.max_query_characters for query in queries.values())


def test_among_them_are_some_that_find_something_and_some_that_are_nothing() -> None:
    outcomes = set()
    for name in ("one word, parted", "quotes", "NUL", "document numbers"):
        try:
            outcomes.add(place().searcher.search(hostile_queries()[name], mode=Mode.KEYWORD).total > 0)
        except EmptyQuery:
            outcomes.add(None)
    assert {True, None} <= outcomes
