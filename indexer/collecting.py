"""How often the interpreter looks for garbage that refers to itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW = 100_000
"""Objects that come and stay before it looks; the interpreter's own number is a handful of clauses."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """In the block, or decorated function: seldom, and not among what was there before. A batch of clauses is tens of thousands of
    objects, none of them such garbage, and the interpreter would look at all of them again and again."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
