"""Keeps the index in step with folders: looks at them now and then, and indexes when they have been quiet for a while.

Looking is plain polling of names, sizes and times: it needs no library, and sees changes on network shares, of which the
operating system tells nobody. What is really different, the indexing itself finds out by content.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from indexer.sources import find_sources

RETRY_SECONDS = 60.0
"""A run that failed is tried again so much later, or at the next change."""

State = dict[str, tuple[int, int, int]]
"""File → size, time of change, inode."""


def state_of(paths: Sequence[Path]) -> State:
    """What stands in the folders now. Raises BadFolder."""
    found: State = {}
    for source in find_sources(paths):
        try:
            seen = source.path.stat()
        except OSError:
            found[source.name] = (-1, -1, -1)
        else:
            found[source.name] = (seen.st_size, seen.st_mtime_ns, seen.st_ino)
    return found


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two looks, and for how long nothing must change before indexing."""

    interval: float = 2.0
    quiet: float = 5.0


class Watch:
    """Calls `index` whenever `look` shows another state that has stood for a while; once at the beginning, too.

    `look` gives any value that differs when something changed, and may raise what `trouble` is told; `index` returns
    whether it went well. Nothing that they raise as `Exception` ends the watch.
    """

    def __init__(
        self,
        look: Callable[[], object],
        index: Callable[[], bool],
        trouble: Callable[[Exception], None],
        rhythm: Rhythm,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look, self._index, self._trouble = look, index, trouble
        self._rhythm, self._clock = rhythm, clock
        self._seen: object = None
        self._due: float | None = clock()
        self._said = ""

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set."""
        while not stop.is_set():
            self.step()
            stop.wait(self._rhythm.interval)

    def step(self) -> None:
        """Look once, and index if it is time."""
        now = self._clock()
        try:
            state = self._look()
        except Exception as error:  # such as a share that is away: it may come back
            self._tell(error)
            return
        if state != self._seen:
            first, self._seen = self._seen is None, state
            self._due = now if first else now + self._rhythm.quiet
        if self._due is None or now < self._due:
            return
        self._due = None if self._went_well() else self._clock() + RETRY_SECONDS

    def _went_well(self) -> bool:
        try:
            done = self._index()
        except Exception as error:
            self._tell(error)
            return False
        self._said = ""
        return done

    def _tell(self, error: Exception) -> None:
        """Each trouble once, as long as it stays the same."""
        if (said := f"{type(error).__name__}: {error}") != self._said:
            self._said = said
            self._trouble(error)
