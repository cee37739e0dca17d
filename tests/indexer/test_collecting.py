"""The interpreter looks for garbage less often while an index is written, and as before afterwards."""

from __future__ import annotations

import gc
import weakref

import pytest

from indexer.collecting import seldom_collecting


class _Clause:
    """Refers to itself: only the collector finds it."""

    def __init__(self) -> None:
        self.itself = self


def test_it_is_as_before_also_after_an_error() -> None:
    before = gc.get_threshold()

    @seldom_collecting()
    def fail() -> None:
        assert gc.get_threshold() > before
        assert gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_blocks_may_stand_in_each_other() -> None:
    before = gc.get_threshold()
    with seldom_collecting():
        with seldom_collecting():
            pass
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before


def test_garbage_of_the_block_is_found_in_it_when_there_is_much() -> None:
    with seldom_collecting():
        seen = weakref.ref(_Clause())
        kept = [[] for _ in range(120_000)]
        assert seen() is None
    assert kept


def test_garbage_of_before_is_found_afterwards() -> None:
    gc.disable()
    try:
        seen = weakref.ref(_Clause())
        with seldom_collecting():
            gc.collect()
            assert seen() is not None
    finally:
        gc.enable()
    gc.collect()
    assert seen() is None
