"""Memory that the C library keeps back."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give the memory that is free within glibc's heaps back to the system; nothing where the C library is another.

    To be called after work that took much and happens seldom: each of its threads may have had a heap of its own, which
    would otherwise stay as large as it ever was (malloc_trim(3))."""
    with suppress(AttributeError, OSError, TypeError):  # no such function; no such library; Windows has no CDLL(None)
        ctypes.CDLL(None).malloc_trim(0)
