"""Memory that is given back to the system: what the C library keeps of what was freed, and files' pages that nobody asked for of late."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

_MAPPED: WeakSet[mmap.mmap] = WeakSet()


def give_back() -> None:
    """Give the memory that is free within glibc's heaps back to the system; nothing where the C library is another.

    To be called after work that took much and happens seldom: each of its threads may have had a heap of its own, which
    would otherwise stay as large as it ever was (malloc_trim(3))."""
    with suppress(AttributeError, OSError, TypeError):  # no such function; no such library; Windows has no CDLL(None)
        ctypes.CDLL(None).malloc_trim(0)


def mapped(file: Path, size: int) -> mmap.mmap:
    """The first bytes of a file, read as they are needed. Raises OSError, ValueError (where there are not so many)."""
    with file.open("rb") as stream:
        read_only = mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
    _MAPPED.add(read_only)
    return read_only


def let_go() -> None:
    """Let go of all pages of mapped files, which the system may still have when they are needed again, and `give_back`.

    Each page that is read brings its neighbours with it, so that a few dozen searches map nearly all of an index: that is
    counted as memory of the process, though the system may take it at any time. Afterwards, the first searches take some milliseconds longer."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for read_only in list(_MAPPED):
            with suppress(ValueError):  # it has been closed
                read_only.madvise(mmap.MADV_DONTNEED)
    give_back()
