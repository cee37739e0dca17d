"""Who asks which search process what: the processes that are free, and the questions that wait."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from typing import NamedTuple

from search.worker import Question, Told, Worker

TOGETHER = 4
"""Questions that a worker is asked at once, at most. With 8 it did not answer more of them in a second."""


class Nobody(Exception):
    """No worker became free in time."""


class Turn(NamedTuple):
    """A worker that has been asked a question, and those whose questions it was asked with it, behind it."""

    worker: Worker
    others: Sequence[Waiting] = ()

    def hand_out(self, answers: Sequence[bytes]) -> None:
        """Give the others their answers; those for whom there is none shall ask again."""
        for number, other in enumerate(self.others):
            other.given.put(answers[number] if number < len(answers) else None)


@dataclass(slots=True, eq=False)
class Waiting:
    """A question for which there was no worker, and those that shall not be asked it; None: any may, and others with it."""

    question: Question
    but: Collection[Worker] | None
    given: SimpleQueue[Turn | bytes | None] = field(default_factory=SimpleQueue)
    """Here comes the worker that was asked, or the answer from one that was asked this behind another question."""
    behind: bool = False

    def may_be_asked_of(self, worker: Worker) -> bool:
        return self.but is None or worker not in self.but


class Desk:
    """The workers that nobody is using, and the questions for which there is none. Safe for many threads.

    The last worker used has the warmest caches and is taken first; the question that has waited longest comes first. Whoever
    brings a worker back asks it that one: the thread that waits for the answer need not wake up before, which is time in
    which the worker had nothing to do. Where more wait than there are workers, it is asked several, which together are less
    work; the first one's thread then hands out the answers."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told
        self._free: list[Worker] = []
        self._waiting: list[Waiting] = []
        self._lock = Lock()

    def __len__(self) -> int:
        """Workers that nobody is using."""
        return len(self._free)

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return len(self._waiting)

    def ask(self, question: Question, seconds: float, but: Collection[Worker] | None = None) -> Turn | bytes | None:
        """A worker that has been asked; or the answer, where one was asked this behind another question, and None where that
        gave none. With `but` it is none of these, and asked this alone. Raises Nobody where there was none in so many seconds."""
        waiting = Waiting(question, but)
        with self._lock:
            worker = next((free for free in reversed(self._free) if waiting.may_be_asked_of(free)), None)
            if worker is None:
                self._waiting.append(waiting)
            else:
                self._free.remove(worker)
        if worker is None:
            return self._given(waiting, seconds)
        worker.ask(self._told(), [question])
        return Turn(worker)

    def _given(self, waiting: Waiting, seconds: float) -> Turn | bytes | None:
        try:
            return waiting.given.get(timeout=seconds)
        except Empty:
            with self._lock:
                if waiting in self._waiting:
                    self._waiting.remove(waiting)
                    raise Nobody from None
            if waiting.behind:
                raise Nobody from None
            return waiting.given.get()  # it is being asked at this moment

    def put(self, worker: Worker) -> None:
        """A worker that is free now, or is asked at once."""
        told = self._told()
        with self._lock:
            first = next((waiting for waiting in self._waiting if waiting.may_be_asked_of(worker)), None)
            if first is None:
                self._free.append(worker)
                return
            self._waiting.remove(first)
            others = self._others(told.elsewhere + 1) if first.but is None and worker.is_warm else []
        worker.ask(told, [waiting.question for waiting in (first, *others)])
        first.given.put(Turn(worker, others))

    def _others(self, workers: int) -> list[Waiting]:
        """What one of so many workers is asked at once with another question, no more than its share. For who holds the
        lock."""
        share = min(TOGETHER, -(-(len(self._waiting) + 1) // workers)) - 1
        others = [waiting for waiting in self._waiting if waiting.but is None][:share]
        for waiting in others:
            waiting.behind = True
            self._waiting.remove(waiting)
        return others
