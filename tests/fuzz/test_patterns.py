"""No regular expression of the packages is kept busy by a text made for that. Time may grow with the square of the length,
which for lines and queries is nothing; with its cube, or faster, it may not."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from tests.conftest import ROOT
from tests.fuzz.patterns import Texts, all_patterns

LENGTH = 1000
"""Characters: the longest query. With their square the slowest expression takes 0.2 s, with their cube they took over 1 s."""
SECONDS = 0.8
"""Of the process's own time, for one expression and one text."""
UNKNOWN = {
    "indexer.citations: pattern",
    "indexer.contents: '\\\\s*'.join(map(re.escape, ''.join(first[1].split())))",
    "indexer.head: pattern",
    "indexer.head: p.pattern.replace('\\\\s*', '')",
    "indexer.titles: '[^。》]*(?=》)' if quoted else '[^。；，：:》]*'",
    "search.understanding.places: names",
}
"""Expressions that are put together as they are used, and were looked at by people."""


def test_no_expression_is_kept_busy() -> None:
    command = [sys.executable, "-m", "tests.fuzz.pattern_times", str(LENGTH), str(SECONDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=570)
    times = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(times) == len(all_patterns()[0]) > 250
    assert [each for each in times if each[1] >= SECONDS] == []


def test_expressions_are_found_wherever_they_are() -> None:
    found, unknown = all_patterns()
    places = {each.where for each in found}
    assert {"search.text.numbers._BRACKETED", "indexer.cleaning._JUNK_WHOLE", "web.params._DATE"} <= places
    assert any(place.startswith("indexer.markers.") for place in places)  # in a tuple of pairs
    assert any(place.startswith("indexer.organs:") for place in places)  # in a function
    assert set(unknown) == UNKNOWN


def test_the_texts_would_find_what_blows_up() -> None:
    """The expressions that this project had, and their like: each takes more than the square of the length."""
    blown = (
        r"\s*第?\s*年?\s*\d{1,4}\s*号",
        r"(?:[（〔].{1,30}[）〕])*$",
        r"[（(〔][^（）]*(?:[（(][^（）]*[）)][^（）]*)*[）)〕]",
    )
    for pattern in blown:
        command = [sys.executable, "-c", BUSY, pattern]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=120)
        assert done.stdout.strip() == "busy", (pattern, done.stderr)


BUSY = """
import re, signal, sys
from tests.fuzz import pattern_times
from tests.fuzz.patterns import Found
signal.signal(signal.SIGVTALRM, pattern_times._give_up)
seconds, _ = pattern_times.worst_of(Found(re.compile(sys.argv[1]), "here", ("search",)), 2000, 1.0)
print("busy" if seconds >= 1.0 else seconds)
"""


def test_texts_are_made_of_what_an_expression_matches() -> None:
    texts = list(Texts(re.compile(r"第(\d{1,3}|[一二])条"), 30))
    assert any(set(text) <= {"8"} for text in texts)
    assert any("第" in text and text.endswith("。") for text in texts)
