"""Who reads a generation says so by a shared lock of the operating system on its catalogue, so that nobody removes it
meanwhile. The lock of a process that died is free; file systems without locks do without."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_NICE = 10
"""Half of what a processor can give way: searches go first, and indexing still comes to an end."""


class Hold:
    """A file that is held until `release`. On Windows nobody can remove a file that is open, so nothing is done there."""

    def __init__(self, file: Path) -> None:
        self._descriptor: int | None = None
        try:
            import fcntl
        except ImportError:
            return
        with suppress(OSError):
            self._descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def release(self) -> None:
        """Let go of the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.release()


def give_way(file: Path) -> None:
    """Where somebody else reads a generation, let this process run when they leave the processor idle. There is no way
    back, so this is for a process of its own."""
    if hasattr(os, "setpriority") and is_held(file):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def is_held(file: Path) -> bool:
    """Whether any process, this one included, holds the file."""
    try:
        import fcntl
    except ImportError:
        return False
    with suppress(OSError), file.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
