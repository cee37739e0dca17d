"""Runs every expression against the texts made for it, in a process that its parent may end: what takes too long is told
by what it was given, not by a clock that other work slows down (the time is this process's own)."""

from __future__ import annotations

import json
import signal
import sys
from time import process_time

from tests.fuzz.patterns import Found, Texts, all_patterns

BOUNDED = {
    "indexer.titles._RUN_ON": 400,  # _RUN_ON_LENGTH
    "indexer.repeal_lists._ITEM": 300,  # _ITEM_LENGTH
}
"""Expressions that are only ever given so many characters."""


class _TooLong(Exception):
    pass


def _give_up(*_: object) -> None:
    raise _TooLong


def worst_of(found: Found, length: int, seconds: float) -> tuple[float, str]:
    """The seconds that the worst text took (of this process's own time; none goes on for longer), and its beginning."""
    worst = (0.0, "")
    for text in Texts(found.pattern, min(length, BOUNDED.get(found.where, length))):
        began = process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            for method in found.methods:
                getattr(found.pattern, method)(text)
            if "search" in found.methods:
                sum(1 for _ in found.pattern.finditer(text))
        except _TooLong:
            return seconds, text[:40]
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        worst = max(worst, (process_time() - began, text[:40]))
    return worst


def main() -> None:
    """For each expression a line of JSON: where it is, seconds, the worst text's beginning."""
    length, seconds = int(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGVTALRM, _give_up)
    for found in all_patterns()[0]:
        print(json.dumps([found.where, *worst_of(found, length, seconds), found.pattern.pattern[:120]]), flush=True)


if __name__ == "__main__":
    main()
