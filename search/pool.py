"""Searches in processes of their own: they use all cores though the interpreter runs one thread at a time, and a search
that takes too long, or a library that crashes, takes down its process only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Lock, Thread
from typing import Any

from search.desk import Desk, Nobody, Turn
from search.errors import SearchFailed, SearchTimeout, TiaokuanError
from search.live import Role
from search.model import ResultPage
from search.searcher import Searcher
from search.settings import Settings
from search.worker import START_SECONDS, Late, Lost, Question, Told, Worker, unpacked

_log = logging.getLogger("tiaokuan")
_AGAIN_SECONDS = 5.0
"""Between two tries to start a worker that could not open the index."""
_PATIENCE = 0.25
"""The share of the time for a search after which questions that were asked together are asked one by one: one of them takes so
long, and nobody shall be late for another's sake."""


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
        for again in (False, True):
            with suppress(Lost):
                return self._call(deadline, question, alone=again)
        raise SearchFailed

    def each(self, method: str) -> None:
        """Call it on every worker there is, one after the other, without a limit of time."""
        self._latest = self._serving()
        done: set[Worker] = set()
        try:
            for _ in range(self._count):
                turn = self._desk.ask(Question(method), START_SECONDS, but=done)
                assert isinstance(turn, Turn)  # noqa: S101 - it was asked alone
                done.add(turn.worker)
                try:
                    answers = turn.worker.receive(None)
                finally:
                    self._release(turn.worker)
                unpacked(answers[0])
        except (Lost, Nobody):
            _log.warning("a search process was lost while it got ready")

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()

    def _call(self, deadline: float, question: Question, *, alone: bool) -> Any:
        self._latest = self._serving()
        try:
            turn = self._desk.ask(question, max(0.0, deadline - time.monotonic()), but=() if alone else None)
        except Nobody:
            raise SearchTimeout(seconds=self._seconds) from None
        if turn is None:
            raise Lost
        return unpacked(self._answer_of(turn, deadline) if isinstance(turn, Turn) else turn)

    def _answer_of(self, turn: Turn, deadline: float) -> bytes:
        """The answer to the first question of a turn; the others are handed theirs. Raises Lost, SearchTimeout."""
        answers: list[bytes] = []
        patient = time.monotonic() + _PATIENCE * self._seconds
        try:
            if turn.others and patient < deadline and not turn.worker.answers_by(patient):
                Thread(target=self._finish, args=(turn.worker, deadline), daemon=True).start()
                raise Lost
            answers = self._received(turn.worker, deadline)
        except Late:
            raise SearchTimeout(seconds=self._seconds) from None
        finally:
            turn.hand_out(answers[1:])
        return answers[0]

    def _received(self, worker: Worker, deadline: float) -> list[bytes]:
        """What a worker answers, which is free then. Raises Lost, Late."""
        try:
            return worker.receive(deadline)
        except Late:
            _log.warning("a search took longer than %s s and was given up", self._seconds)
            worker.kill()
            raise
        finally:
            self._release(worker)

    def _finish(self, worker: Worker, deadline: float) -> None:
        """Wait for answers that nobody wants any more."""
        with suppress(Late, Lost):
            self._received(worker, deadline)

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
