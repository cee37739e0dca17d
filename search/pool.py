"""Searches in processes of their own: they use all cores though the interpreter runs one thread at a time, and a search
that takes too long, or a library that crashes, takes down its process only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from search.errors import SearchFailed, SearchTimeout, TiaokuanError
from search.live import Role
from search.model import ResultPage
from search.searcher import Searcher
from search.settings import Settings
from search.worker import START_SECONDS, Late, Lost, Question, Told, Worker, unpacked

_log = logging.getLogger("tiaokuan")
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


class Nobody(Exception):
    """No worker became free in time."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A question for which there was no worker, and those that shall not be asked it."""

    question: Question
    but: Collection[Worker]
    asked: SimpleQueue[Worker]
    """Here comes the one that was."""


class Desk:
    """The workers that nobody is using, and the questions for which there is none. Safe for many threads.

    The last worker used has the warmest caches and is taken first; the question that has waited longest comes first. Whoever
    brings a worker back asks it that one: the thread that waits for the answer need not wake up before, which is time in
    which the worker had nothing to do."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told
        self._free: list[Worker] = []
        self._waiting: list[_Waiting] = []
        self._lock = Lock()

    def __len__(self) -> int:
        """Workers that nobody is using."""
        return len(self._free)

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return len(self._waiting)

    def ask(self, question: Question, seconds: float, but: Collection[Worker] = ()) -> Worker:
        """A worker that has been asked, none of `but`. Raises Nobody where there was none in so many seconds."""
        with self._lock:
            worker = next((free for free in reversed(self._free) if free not in but), None)
            if worker is None:
                waiting = _Waiting(question, but, SimpleQueue())
                self._waiting.append(waiting)
            else:
                self._free.remove(worker)
        if worker is None:
            return self._asked(waiting, seconds)
        worker.ask(self._told(), question)
        return worker

    def _asked(self, waiting: _Waiting, seconds: float) -> Worker:
        try:
            return waiting.asked.get(timeout=seconds)
        except Empty:
            with self._lock:
                if waiting in self._waiting:
                    self._waiting.remove(waiting)
                    raise Nobody from None
            return waiting.asked.get()  # it is being asked at this moment

    def put(self, worker: Worker) -> None:
        """A worker that is free now, or is asked at once."""
        with self._lock:
            first = next((waiting for waiting in self._waiting if worker not in waiting.but), None)
            if first is None:
                self._free.append(worker)
                return
            self._waiting.remove(first)
        worker.ask(self._told(), first.question)
        first.asked.put(worker)


class Pool:
    """Processes that hold a searcher each. Safe for many threads; every one takes a worker for the time of its call.

    The first is started at once, the others after its first call: so it is there sooner, and with it the first answer."""

    def __init__(self, settings: Settings, count: int, serving: Callable[[], str], first: Worker | None = None) -> None:
        """`serving`: the generation to answer from; asked with every call. `first`: see PooledSearcher."""
        self._settings = settings
        self._serving = serving
        self._seconds = settings.search_seconds
        self._desk = Desk(self._told)
        self._latest = ""
        """What `serving` said last."""
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
        question = Question(method, arguments, options)
        for _ in range(2):
            with suppress(Lost):
                return self._call(deadline, question)
        raise SearchFailed

    def each(self, method: str) -> None:
        """Call it on every worker there is, one after the other, without a limit of time."""
        self._latest = self._serving()
        done: set[Worker] = set()
        try:
            for _ in range(self._count):
                worker = self._desk.ask(Question(method), START_SECONDS, but=done)
                done.add(worker)
                try:
                    answer = worker.receive(None)
                finally:
                    self._release(worker)
                unpacked(answer)
        except (Lost, Nobody):
            _log.warning("a search process was lost while it got ready")

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()

    def _call(self, deadline: float, question: Question) -> Any:
        self._latest = self._serving()
        try:
            worker = self._desk.ask(question, max(0.0, deadline - time.monotonic()))
        except Nobody:
            raise SearchTimeout(seconds=self._seconds) from None
        try:
            answer = worker.receive(deadline)
        except Late:
            _log.warning("a search took longer than %s s and was given up", self._seconds)
            worker.kill()
            raise SearchTimeout(seconds=self._seconds) from None
        finally:
            self._release(worker)
        return unpacked(answer)

    def _told(self) -> Told:
        return Told(self._latest, len(self._workers) - len(self._desk) - 1)

    def _release(self, worker: Worker) -> None:
        if worker.is_alive:
            self._desk.put(worker)
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
        self._desk.put(worker)
