"""Work that runs beside other work where there is a core for it, and else when its result is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock
from typing import Generic, TypeVar

from search.cores import usable_cores

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """One piece of work, done once. For one thread, which begins it and takes its result."""

    def __init__(self, work: Callable[[], Result], executor: Executor | None) -> None:
        """Without an executor nothing runs beside."""
        self._work = work
        self._executor = executor
        self._future: Future[Result] | None = None

    def begin(self) -> None:
        """Have it done in another thread, in this one's context; once."""
        if self._executor is not None and self._future is None:
            self._future = self._executor.submit(copy_context().run, self._work)

    def result(self) -> Result:
        """What the work gives. Raises what it raises."""
        if self._future is None:
            self._future = Future()
            try:
                self._future.set_result(self._work())
            except Exception as error:
                self._future.set_exception(error)
        return self._future.result()


class Helpers:
    """Threads that help searches, as long as there are two cores for every search under way. Where there are fewer, no work is
    handed over: that costs, and no core would be free to do it sooner."""

    def __init__(self, cores: int | None = None) -> None:
        """`cores`: None for as many as this process may use."""
        self._cores = cores or usable_cores()
        self._threads = ThreadPoolExecutor(self._cores, thread_name_prefix="beside")  # starts none before its use
        self._lock = Lock()
        self._under_way = 0
        self.elsewhere = 0
        """Searches under way in other processes, as far as somebody says so."""

    @contextmanager
    def search(self) -> Iterator[Executor | None]:
        """For the time of a search: who helps it, None where no core is left for that."""
        with self._lock:
            self._under_way += 1
            spare = 2 * (self._under_way + self.elsewhere) <= self._cores
        try:
            yield self._threads if spare else None
        finally:
            with self._lock:
                self._under_way -= 1

    def close(self) -> None:
        self._threads.shutdown()
