"""What a fuzzer runs: a name, what its inputs are made of, and a check that raises where something is not as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

from hypothesis.strategies import SearchStrategy

SLOW = 2.0
"""Seconds of this process's own time for one input; more is a finding. Most inputs take a few milliseconds."""


class Wrong(AssertionError):
    """What was promised does not hold."""


class TooSlow(Wrong):
    """One input kept the program busy for longer than `SLOW`."""


@dataclass(frozen=True, slots=True)
class Target:
    """`check` takes a value of `inputs`."""

    name: str
    inputs: SearchStrategy[Any]
    check: Callable[[Any], None]

    def timed(self, value: Any) -> None:
        """Check a value, and that it took no longer than anybody would wait. What loads something takes longer once."""
        for _ in range(2):
            began = process_time()
            self.check(value)
            took = process_time() - began
            if took <= SLOW:
                return
        raise TooSlow(f"{took:.1f} s")


def ensure(holds: bool, what: str) -> None:
    """Raises Wrong."""
    if not holds:
        raise Wrong(what)
