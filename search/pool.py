"""Searches in processes of their own: they use all cores though the interpreter runs one thread at a time, and a search
that takes too long, or a library that crashes, takes down its process only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from threading import Condition, Lock, Thread
from typing import Any

from search.errors import SearchFailed, SearchTimeout, TiaokuanError
from search.live import Role
from search.model import ResultPage
from search.searcher import Searcher
from search.settings import Settings
from search.worker import START_SECONDS, Late, Lost, Told, Worker

_log = logging.getLogger("tiaokuan")
_LOOKING_SECONDS = 0.02
_AGAIN_SECONDS = 5.0
"""Between two tries to start a worker that could not open the index."""


class PooledSearcher(Searcher):
    """A searcher whose searches run in `workers` processes; what only reads the catalogue is answered here. So is decided
    here which generation is served: the checksums of one are compared once, not by each process.

    What takes longer than `settings.search_seconds`, waiting for a free worker included, is given up as SearchTimeout."""

    def __init__(self, settings: Settings, workers: int, first: Worker | None = None) -> None:
        """`first`: one that was begun before, which is the pool's from now on. Raises as `Searcher.open`, and then
        it is still the caller's."""
        super().__init__(settings, Role.LEADER)
        self._pool = Pool(settings, workers, self._live.serving, first)

    def search(self, query: str, **options: Any) -> ResultPage:
        """As Searcher's. Raises SearchTimeout, too."""
        self._check_length(query)
        return self._answer("search", query, **options)

    def similar(self, clause_id: str, **options: Any) -> ResultPage:
        """As Searcher's. Raises SearchTimeout, too."""
        return self._answer("similar", clause_id, **options)

    def similar_to_text(self, text: str, **options: Any) -> ResultPage:
        """As Searcher's. Raises SearchTimeout, too."""
        self._check_length(text)
        return self._answer("similar_to_text", text, **options)

    def warm_up(self) -> None:
        """One worker after the other, so that there is always one that answers; then what is answered here. Searching by
        words comes first: the model is loaded when all can do that."""
        self._pool.each("get_ready")
        self._pool.each("warm_up")
        self.suggest("预热", 1)

    def close(self) -> None:
        """Stop the workers and let go of the index's files."""
        self._pool.close()
        super().close()

    def _answer(self, method: str, *arguments: Any, **options: Any) -> ResultPage:
        page: ResultPage = self._pool.call(method, *arguments, **options)
        return replace(page, notices=page.notices + self._live.notices())


class _Nobody(Exception):
    """No worker became free in time."""


class _Idle:
    """The workers that nobody is using: the last one used has the warmest caches and is taken first."""

    def __init__(self) -> None:
        self._workers: list[Worker] = []
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._workers)

    def put(self, worker: Worker) -> None:
        with self._changed:
            self._workers.append(worker)
            self._changed.notify()  # one worker, one who waits: to wake all took as long as a tenth of a search

    def take(self, seconds: float) -> Worker:
        """Raises _Nobody after so many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._workers, seconds):
                raise _Nobody
            return self._workers.pop()

    def take_other(self, seconds: float, but: Collection[Worker]) -> Worker:
        """One that is none of `but`, in no hurry. Raises _Nobody after so many seconds."""
        end = time.monotonic() + seconds
        while True:
            with self._changed:
                if free := [worker for worker in self._workers if worker not in but]:
                    self._workers.remove(free[-1])
                    return free[-1]
            if time.monotonic() > end:
                raise _Nobody
            time.sleep(_LOOKING_SECONDS)


class Pool:
    """Processes that hold a searcher each. Safe for many threads; every one takes a worker for the time of its call.

    The first is started at once, the others after its first call: so it is there sooner, and with it the first answer."""

    def __init__(self, settings: Settings, count: int, serving: Callable[[], str], first: Worker | None = None) -> None:
        """`serving`: the generation to answer from; asked with every call. `first`: see PooledSearcher."""
        self._settings = settings
        self._serving = serving
        self._seconds = settings.search_seconds
        self._idle = _Idle()
        self._lock = Lock()
        self._workers: set[Worker] = set()
        self._closed = False
        self._count, self._promised = count, 1
        """Workers that are wanted; and that there are, or that are being started."""
        self._add(first)

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """What the method of a worker's searcher says; its errors are raised here. A worker that is lost on the way is
        replaced and another asked, once. Raises SearchTimeout, SearchFailed."""
        deadline = time.monotonic() + self._seconds
        for _ in range(2):
            with suppress(Lost):
                return self._call(deadline, method, arguments, options)
        raise SearchFailed

    def each(self, method: str) -> None:
        """Call it on every worker there is, one after the other, without a limit of time."""
        done: set[Worker] = set()
        try:
            for _ in range(self._count):
                worker = self._idle.take_other(START_SECONDS, done)
                done.add(worker)
                try:
                    worker.call(None, Told(self._serving()), method)
                finally:
                    self._release(worker)
        except (Lost, _Nobody):
            _log.warning("a search process was lost while it got ready")

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()

    def _call(self, deadline: float, method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        serving = self._serving()
        try:
            worker = self._idle.take(max(0.0, deadline - time.monotonic()))
        except _Nobody:
            raise SearchTimeout(seconds=self._seconds) from None
        try:
            told = Told(serving, len(self._workers) - len(self._idle) - 1)
            return worker.call(deadline, told, method, *arguments, **options)
        except Late:
            _log.warning("a search took longer than %s s and was given up", self._seconds)
            worker.kill()
            raise SearchTimeout(seconds=self._seconds) from None
        finally:
            self._release(worker)

    def _release(self, worker: Worker) -> None:
        if worker.is_alive:
            self._idle.put(worker)
        else:
            with self._lock:
                self._workers.discard(worker)
                self._promised -= 1
            worker.kill()
        with self._lock:
            missing = self._count - self._promised
            self._promised = self._count
        for _ in range(missing):
            Thread(target=self._start, name="search-process", daemon=True).start()

    def _start(self) -> None:
        while not self._closed:
            try:
                self._add()
            except (OSError, TiaokuanError) as problem:
                _log.warning("a search process could not be started: %s", problem)
                time.sleep(_AGAIN_SECONDS)
            else:
                return

    def _add(self, begun: Worker | None = None) -> None:
        serving = self._serving()
        worker = begun or Worker()
        worker.open(self._settings, serving)
        with self._lock:
            if self._closed:
                worker.kill()
                return
            self._workers.add(worker)
        self._idle.put(worker)
