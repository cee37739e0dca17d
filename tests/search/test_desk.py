"""Who is asked what, when more ask than there are search processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

import pytest

from search.desk import TOGETHER, Desk, Nobody, Turn
from search.worker import Question, Told, Worker


class _Asked:
    """Stands where a worker stands at the desk, and knows what it was asked, and by which thread."""

    def __init__(self, *, warm: bool = False) -> None:
        self.is_warm = warm
        self.questions: list[list[str]] = []
        self.threads: list[str] = []

    def ask(self, told: Told, questions: Sequence[Question]) -> None:
        self.questions.append([question.method for question in questions])
        self.threads.append(threading.current_thread().name)


def _put(desk: Desk, worker: _Asked) -> None:
    desk.put(cast("Worker", worker))


def _desk(workers: int = 1) -> Desk:
    return Desk(lambda: Told("000001", workers - 1))


def _waiting(threads: ThreadPoolExecutor, desk: Desk, *methods: str) -> list[Future[Turn | bytes | None]]:
    """Questions that wait, in this order."""
    begun = []
    for method in methods:
        before = desk.waiting
        begun.append(threads.submit(desk.ask, Question(method), 60.0))
        while desk.waiting == before:
            time.sleep(0.001)
    return begun


def test_who_brings_a_worker_back_asks_it_what_has_waited_longest() -> None:
    desk, worker = _desk(), _Asked()
    with ThreadPoolExecutor(2) as threads:
        first, second = _waiting(threads, desk, "民营银行", "民營銀行")
        _put(desk, worker)
        assert (first.result(), worker.questions) == (Turn(cast("Worker", worker), []), [["民营银行"]])
        assert not second.done()
        _put(desk, worker)
        assert (second.result(), worker.questions) == (Turn(cast("Worker", worker), []), [["民营银行"], ["民營銀行"]])
    assert set(worker.threads) == {threading.current_thread().name}
    _put(desk, worker)
    assert (len(desk), desk.waiting) == (1, 0)


def test_a_question_that_waited_in_vain_is_never_asked() -> None:
    desk, worker = _desk(), _Asked()
    with pytest.raises(Nobody):
        desk.ask(Question("〔2016〕62号"), 0.01)
    _put(desk, worker)
    assert (worker.questions, len(desk), desk.waiting) == ([], 1, 0)
    assert desk.ask(Question("ＰＰＰ"), 0.01) == Turn(cast("Worker", worker))


def test_a_question_for_another_worker_lets_this_one_go_to_the_next() -> None:
    desk, one, other = _desk(), _Asked(warm=True), _Asked(warm=True)
    with ThreadPoolExecutor(2) as threads:
        picky = threads.submit(desk.ask, Question("warm_up"), 60.0, [cast("Worker", one)])
        while not desk.waiting:
            time.sleep(0.001)
        _put(desk, one)
        assert (len(desk), one.questions) == (1, [])
        assert desk.ask(Question("search"), 0.0) == Turn(cast("Worker", one))
        (waiting,) = _waiting(threads, desk, "民营银行")
        _put(desk, other)
        assert (picky.result(), other.questions) == (Turn(cast("Worker", other), []), [["warm_up"]])
        _put(desk, other)
        waiting.result()


def test_a_warm_worker_is_asked_its_share_of_what_waits() -> None:
    """Each other one then has as much, and none more than is good."""
    for workers, waiting, share in ((1, 3, 3), (2, 3, 2), (2, 5, 3), (3, 3, 1), (1, 9, TOGETHER)):
        desk, worker = _desk(workers), _Asked(warm=True)
        with ThreadPoolExecutor(waiting) as threads:
            begun = _waiting(threads, desk, *map(str, range(waiting)))
            _put(desk, worker)
            turn = begun[0].result()
            assert worker.questions == [[str(number) for number in range(share)]]
            assert desk.waiting == waiting - share
            assert isinstance(turn, Turn)
            turn.hand_out([b"1", b"2", b"3"])
            assert [each.result() for each in begun[1:share]] == [b"1", b"2", b"3"][: share - 1]
            for _ in begun[share:]:
                worker.is_warm = False
                _put(desk, worker)


def test_who_gets_no_answer_is_told() -> None:
    desk, worker = _desk(), _Asked(warm=True)
    with ThreadPoolExecutor(3) as threads:
        first, second, third = _waiting(threads, desk, "民营银行", "ＰＰＰ", "国发〔2016〕62号")
        _put(desk, worker)
        turn = first.result()
        assert isinstance(turn, Turn)
        turn.hand_out([b"PPP"])
        assert (second.result(), third.result()) == (b"PPP", None)


def test_who_was_asked_behind_another_waits_no_longer_than_he_said() -> None:
    desk, worker = _desk(), _Asked(warm=True)
    with ThreadPoolExecutor(2) as threads:
        (first,) = _waiting(threads, desk, "民营银行")
        hasty = threads.submit(desk.ask, Question("民營銀行"), 0.3)
        while desk.waiting < 2:
            time.sleep(0.001)
        _put(desk, worker)
        with pytest.raises(Nobody):
            hasty.result()
        turn = first.result()
        assert isinstance(turn, Turn)
        turn.hand_out([b"late"])
    assert worker.questions == [["民营银行", "民營銀行"]]
