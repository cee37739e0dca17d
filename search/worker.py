"""A process that searches, and the pipe to it. Little is imported here: who serves begins the process before all else, so that
it gets ready while the server does."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import resource_tracker
from threading import Lock
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from search.errors import TiaokuanError
from search.freeing import let_go
from search.model import Mode, ResultPage
from search.stages import Watch, listening, overheard

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from search.searcher import Searcher
    from search.settings import Settings

_THREADS = "OMP_NUM_THREADS"
_ENVIRONMENT = Lock()
START_SECONDS = 60.0
"""Time for a process to begin and to open the index."""
RESTING_SECONDS = 60.0
"""Without a question, after which a worker lets go of memory that it does not need for the next one."""


class Lost(Exception):
    """The worker's process has ended."""


class Late(Exception):
    """The worker has not answered in time."""


class Told(NamedTuple):
    """What a worker is told with each call: the generation to answer from, and how many other workers are searching."""

    serving: str
    elsewhere: int = 0


class Question(NamedTuple):
    """What is asked of a worker's searcher."""

    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})


class Worker:
    """A process with a searcher, and the pipe to it. One after the other: `ask`, then `receive`, be it by another thread.

    It begins at once with its imports, and opens what `open` names."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        self._pipe, end = context.Pipe()
        self._process = context.Process(target=_work, args=(end,), name="tiaokuan-search", daemon=True)
        with _one_thread_each():
            start_quietly(self._process)
        end.close()  # so that the pipe ends with the process
        self._ready = self._warm = self._warming = False

    @property
    def is_alive(self) -> bool:
        return not self._pipe.closed

    def open(self, settings: Settings, serving: str) -> None:
        """Let it open a generation; to be called once, before the first question. Does not wait for it."""
        with suppress(OSError):  # the process has ended, which the first call sees
            self._pipe.send((settings, serving))

    @property
    def is_warm(self) -> bool:
        """Whether it has answered by meaning before."""
        return self._warm

    def ask(self, told: Told, questions: Sequence[Question]) -> None:
        """Send it questions, which it answers together."""
        self._warming = any(question.options.get("mode") is not Mode.KEYWORD for question in questions)
        asked = [(method, arguments, dict(options)) for method, arguments, options in questions]
        with suppress(OSError):  # the process has ended, which `receive` sees
            self._pipe.send((told, asked))

    def answers_by(self, deadline: float) -> bool:
        """Whether there is something to be received until then (monotonic), be it that it is lost. Of one that is warm."""
        try:
            return self._pipe.poll(max(0.0, deadline - time.monotonic()))
        except OSError:
            return True

    def receive(self, deadline: float | None) -> list[bytes]:
        """The answers, for `unpacked`. Raises Late at the deadline (monotonic), Lost."""
        if deadline is not None and not self._warm:
            deadline += START_SECONDS  # opening the index and loading the model are not part of a search
        try:
            if not self._ready:
                unpacked(self._receive(deadline))
                self._ready = True
            answers: list[bytes] = pickle.loads(self._receive(deadline))  # noqa: S301 - of our own process
        except (EOFError, OSError) as error:
            self.kill()
            raise Lost from error
        self._warm = self._warm or self._warming
        return answers

    def kill(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self, deadline: float | None) -> bytes:
        if not self._pipe.poll(None if deadline is None else max(0.0, deadline - time.monotonic())):
            raise Late
        return self._pipe.recv_bytes()


def unpacked(answer: bytes) -> Any:
    """What a worker's searcher said. Raises what it raised."""
    found, error, watch = pickle.loads(answer)  # noqa: S301 - of our own process
    overheard(watch)
    if error is not None:
        raise error
    return found


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


def start_quietly(process: SpawnProcess) -> None:
    """Start a process that does not import the main module of this program again, of which it needs nothing, and is deaf to
    Ctrl-C from its first moment on: that is for this program, which then ends it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with _interrupts_held_back():
            process.start()
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """For this thread, and for ever in what it starts meanwhile; where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # to start its process, which the first start does else, ends with letting them in
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection) -> None:
    """What a worker does until its pipe ends, which is when the server stops or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for systems that know no masks
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(EOFError, KeyboardInterrupt):  # of the pipe
        searcher = _opened(pipe)
        while searcher is not None:
            if not pipe.poll(RESTING_SECONDS):
                let_go()
            told, questions = pipe.recv()
            searcher.follow(told.serving)
            searcher.helpers.elsewhere = told.elsewhere
            pipe.send([pickle.dumps(answer) for answer in _answers(searcher, questions)])


def _opened(pipe: Connection) -> Searcher | None:
    """A searcher on the generation that the leader names; None where there can be none, which the leader is told."""
    from search.live import Role
    from search.searcher import Searcher  # while the leader imports it, too, and chooses

    settings, serving = pipe.recv()
    try:
        searcher = Searcher(settings, Role.WORKER, serving)
        searcher.get_ready()
    except TiaokuanError as error:
        pipe.send((None, error, Watch()))
        return None
    pipe.send((None, None, Watch()))
    return searcher


def _answers(searcher: Searcher, questions: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What several have in common is done first; where the time for it went is heard with the first answer, and all of it is part of each
    page's."""
    if len(questions) == 1:
        return [_answered(searcher, *questions[0])]
    began = time.perf_counter()
    with listening() as together:
        _foresee(searcher, questions)
    milliseconds = (time.perf_counter() - began) * 1000
    answers = [_answered(searcher, *question) for question in questions]
    answers[0][-1].add_seconds(together)  # its caches were asked by all of them, each of which says so
    return [(_later(found, milliseconds), error, watch) for found, error, watch in answers]


def _later(found: Any, milliseconds: float) -> Any:
    """A page that took so much longer; anything else as it is."""
    return replace(found, took_ms=found.took_ms + milliseconds) if isinstance(found, ResultPage) else found


def _foresee(searcher: Searcher, questions: Sequence[tuple[Any, ...]]) -> None:
    queries = [
        arguments[0]
        for method, arguments, options in questions
        if method == "search" and options.get("mode") is not Mode.KEYWORD
    ]
    with suppress(Exception):  # that each of them meets on its own
        searcher.foresee(queries)


def _answered(searcher: Searcher, method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
    with listening() as watch:
        try:
            return getattr(searcher, method)(*arguments, **options), None, watch
        except TiaokuanError as error:
            return None, error, watch
        except Exception:  # not every exception can be sent
            return None, RuntimeError(traceback.format_exc()), watch
