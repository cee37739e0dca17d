"""Searches in processes of their own: they use all cores though the interpreter runs one thread at a time, and a search
that takes too long, or a library that crashes, takes down its process only."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from threading import Condition, Lock, Thread
from typing import Any

from search.errors import SearchFailed, SearchTimeout, TiaokuanError
from search.live import Role
from search.model import Mode, ResultPage
from search.searcher import Searcher
from search.settings import Settings
from search.stages import Watch, listening, overheard

_log = logging.getLogger("tiaokuan")
_THREADS = "OMP_NUM_THREADS"
_ENVIRONMENT = Lock()
_START_SECONDS = 60.0
_AGAIN_SECONDS = 5.0
"""Between two tries to start a worker that could not open the index."""


class PooledSearcher(Searcher):
    """A searcher whose searches run in `workers` processes; what only reads the catalogue is answered here. So is decided
    here which generation is served: the checksums of one are compared once, not by each process.

    What takes longer than `settings.search_seconds`, waiting for a free worker included, is given up as SearchTimeout."""

    def __init__(self, settings: Settings, workers: int) -> None:
        super().__init__(settings, Role.LEADER)
        self._pool = Pool(settings, workers, self._live.serving)

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


class _Lost(Exception):
    """The worker's process has ended."""


class _Late(Exception):
    """The worker has not answered in time."""


class _Nobody(Exception):
    """No worker became free in time."""


class _Idle:
    """The workers that nobody is using: the last one used has the warmest caches and is taken first."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._changed = Condition()

    def put(self, worker: _Worker) -> None:
        with self._changed:
            self._workers.append(worker)
            self._changed.notify_all()

    def take(self, seconds: float, but: Collection[_Worker] = ()) -> _Worker:
        """One that is none of `but`. Raises _Nobody after so many seconds."""
        with self._changed:
            free = self._changed.wait_for(lambda: [w for w in self._workers if w not in but], seconds)
            if not free:
                raise _Nobody
            self._workers.remove(free[-1])
            return free[-1]


class Pool:
    """Processes that hold a searcher each. Safe for many threads; every one takes a worker for the time of its call.

    The first is started at once, the others after its first call: so it is there sooner, and with it the first answer."""

    def __init__(self, settings: Settings, count: int, serving: Callable[[], str]) -> None:
        """`serving`: the generation to answer from; asked with every call."""
        self._settings = settings
        self._serving = serving
        self._seconds = settings.search_seconds
        self._idle = _Idle()
        self._lock = Lock()
        self._workers: set[_Worker] = set()
        self._closed = False
        self._count, self._promised = count, 1
        """Workers that are wanted; and that there are, or that are being started."""
        self._add()

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """What the method of a worker's searcher says; its errors are raised here. A worker that is lost on the way is
        replaced and another asked, once. Raises SearchTimeout, SearchFailed."""
        deadline = time.monotonic() + self._seconds
        for _ in range(2):
            with suppress(_Lost):
                return self._call(deadline, method, arguments, options)
        raise SearchFailed

    def each(self, method: str) -> None:
        """Call it on every worker there is, one after the other, without a limit of time."""
        done: set[_Worker] = set()
        try:
            for _ in range(self._count):
                worker = self._idle.take(_START_SECONDS, but=done)
                done.add(worker)
                try:
                    worker.call(None, self._serving(), method)
                finally:
                    self._release(worker)
        except (_Lost, _Nobody):
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
            return worker.call(deadline, serving, method, *arguments, **options)
        except _Late:
            _log.warning("a search took longer than %s s and was given up", self._seconds)
            worker.kill()
            raise SearchTimeout(seconds=self._seconds) from None
        finally:
            self._release(worker)

    def _release(self, worker: _Worker) -> None:
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

    def _add(self) -> None:
        worker = _Worker(self._settings, self._serving())
        with self._lock:
            if self._closed:
                worker.kill()
                return
            self._workers.add(worker)
        self._idle.put(worker)


class _Worker:
    """A process with a searcher, and the pipe to it. One caller at a time."""

    def __init__(self, settings: Settings, serving: str) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        self._pipe, end = context.Pipe()
        self._process = context.Process(
            target=_work, args=(end, settings, serving), name="tiaokuan-search", daemon=True
        )
        with _one_thread_each():
            self._process.start()
        end.close()  # so that the pipe ends with the process
        self._ready = self._warm = False

    @property
    def is_alive(self) -> bool:
        return not self._pipe.closed

    def call(self, deadline: float | None, serving: str, method: str, *arguments: Any, **options: Any) -> Any:
        """What the searcher says from the generation `serving`. Raises what it raises, _Late at the deadline (monotonic),
        _Lost."""
        if deadline is not None and not self._warm:
            deadline += _START_SECONDS  # opening the index and loading the model are not part of a search
        try:
            if not self._ready:
                self._receive(deadline)
                self._ready = True
            self._pipe.send((serving, method, arguments, options))
            answer = self._receive(deadline)
            self._warm = self._warm or options.get("mode") is not Mode.KEYWORD
            return answer
        except (EOFError, OSError) as error:
            self.kill()
            raise _Lost from error

    def kill(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self, deadline: float | None) -> Any:
        if not self._pipe.poll(None if deadline is None else max(0.0, deadline - time.monotonic())):
            raise _Late
        answer, error, watch = self._pipe.recv()
        overheard(watch)
        if error is not None:
            raise error
        return answer


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """For what is started meanwhile: one thread in OpenBLAS and Faiss. Theirs wait for the next task by spinning, so that
    processes with several each take the cores from one another, and half of the searches a second with them. Both read
    it when they are loaded, which is before a worker's first line."""
    with _ENVIRONMENT:
        before = os.environ.get(_THREADS)
        os.environ.setdefault(_THREADS, "1")
        try:
            yield
        finally:
            if before is None:
                del os.environ[_THREADS]


def _work(pipe: Connection, settings: Settings, serving: str) -> None:
    """What a worker does until its pipe ends, which is when the server stops or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        searcher = Searcher(settings, Role.WORKER, serving)
        searcher.get_ready()
    except TiaokuanError as error:
        pipe.send((None, error, Watch()))
        return
    pipe.send((None, None, Watch()))
    while True:
        try:
            serving, method, arguments, options = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        searcher.follow(serving)
        pipe.send(_answered(searcher, method, arguments, options))


def _answered(searcher: Searcher, method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
    with listening() as watch:
        try:
            return getattr(searcher, method)(*arguments, **options), None, watch
        except TiaokuanError as error:
            return None, error, watch
        except Exception:  # not every exception can be sent
            return None, RuntimeError(traceback.format_exc()), watch
