"""Where the time of a search goes, and what caches save: a stopwatch that whoever is interested lays under a call.

    with listening() as watch:
        searcher.search("民营银行")
    watch.seconds  # {"reading": 0.0004, "keyword": 0.0011, …}

Nobody listening, a stage costs one look at a context variable. Listening goes by context, so that threads do not mix; work
that is handed to other threads is only seen where the context goes along (`contextvars.copy_context().run`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, Token
from types import TracebackType

STAGES = ("reading", "embedding", "keyword", "vectors", "fusion", "folding", "reranking", "facets", "showing")
"""Reading the query; its vector; the two channels; merging them; copies and editions; the cross-encoder; counts; the hits
as they are shown."""


class Watch:
    """What was heard: `seconds` of each stage, without those of stages within it; how often each cache was `asked`, and how
    often it did not have what was wanted (`missed`)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.asked: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()

    def add_seconds(self, other: Watch) -> None:
        """Where the time went that another heard of."""
        for name, seconds in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds


class _Stage:
    """One stage under way."""

    __slots__ = ("_before", "_began", "_name", "_token", "_watch", "inner")

    def __init__(self, name: str, watch: Watch) -> None:
        self._name, self._watch = name, watch
        self.inner = 0.0

    def __enter__(self) -> None:
        self._before: _Stage | None = _running.get()
        self._token: Token[_Stage | None] = _running.set(self)
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = time.perf_counter() - self._began
        _running.reset(self._token)
        if self._before is not None:
            self._before.inner += took
        own = max(0.0, took - self.inner)  # stages within it may have run side by side
        self._watch.seconds[self._name] = self._watch.seconds.get(self._name, 0.0) + own


_watching: ContextVar[Watch | None] = ContextVar("tiaokuan_watch", default=None)
_running: ContextVar[_Stage | None] = ContextVar("tiaokuan_stage", default=None)
_SILENT: AbstractContextManager[None] = nullcontext()


def stage(name: str) -> AbstractContextManager[None]:
    """Time what is done within; `name` is one of STAGES."""
    watch = _watching.get()
    return _SILENT if watch is None else _Stage(name, watch)


def cache_asked(name: str) -> None:
    """Say that a cache was asked."""
    if (watch := _watching.get()) is not None:
        watch.asked[name] += 1


def cache_missed(name: str) -> None:
    """Say that it did not have what was wanted; said after `cache_asked`."""
    if (watch := _watching.get()) is not None:
        watch.missed[name] += 1


def overheard(other: Watch) -> None:
    """Add what was heard elsewhere, in another process."""
    if (watch := _watching.get()) is not None:
        watch.add_seconds(other)
        watch.asked.update(other.asked)
        watch.missed.update(other.missed)


@contextmanager
def listening() -> Iterator[Watch]:
    """A watch on all that this context does meanwhile."""
    watch = Watch()
    token = _watching.set(watch)
    try:
        yield watch
    finally:
        _watching.reset(token)


def listen() -> Watch:
    """The same where no `with` can be laid around the work: until the next `listen` or `stop_listening`."""
    watch = Watch()
    _watching.set(watch)
    _running.set(None)
    return watch


def stop_listening() -> None:
    """The end of `listen`."""
    _watching.set(None)
