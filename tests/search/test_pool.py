"""Searching in processes of their own gives what searching here gives, and outlives what goes wrong there."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest

from indexer.report import IndexReport
from search.errors import BadParameter, EmptyQuery, QueryTooLong, SearchTimeout, UnknownClause
from search.model import Filters, Mode, ResultPage
from search.pool import Desk, Nobody, PooledSearcher
from search.searcher import Searcher
from search.settings import Settings
from search.stages import listening
from search.worker import Question, Told, Worker

QUERIES = [
    "民营银行",
    "民營銀行",
    "国发〔2016〕62号",
    "国发[2016]62号",
    "ＰＰＰ",
    "“民营银行”",
    "东北哪些政策允许民间资本办银行？",
]


@pytest.fixture(scope="module")
def pooled(settings: Settings, report: IndexReport) -> Iterator[PooledSearcher]:
    opened = PooledSearcher(settings, 1)
    yield opened
    opened.close()


def _timeless(page: ResultPage) -> ResultPage:
    return replace(page, took_ms=0)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("mode", list(Mode))
def test_same_answers(searcher: Searcher, pooled: PooledSearcher, query: str, mode: Mode) -> None:
    """Everything of an answer comes over whole: hits, reasons, counts, notices."""
    options = {"mode": mode, "explained": True, "faceted": True, "filters": Filters(issuer="国务院")}
    assert _timeless(pooled.search(query, **options)) == _timeless(searcher.search(query, **options))


def test_similar_clauses(searcher: Searcher, pooled: PooledSearcher) -> None:
    """By clause and by text."""
    clause = searcher.search("民营银行").hits[0].clause
    assert _timeless(pooled.similar(clause.clause_id)) == _timeless(searcher.similar(clause.clause_id))
    assert pooled.similar_to_text(clause.text).hits[0].clause.text == clause.text


def test_errors_come_back_as_they_are(pooled: PooledSearcher) -> None:
    """With their parameters, so that they can be said in either language."""
    with pytest.raises(EmptyQuery):
        pooled.search("，。")
    with pytest.raises(QueryTooLong):
        pooled.search("民" * 1001)
    with pytest.raises(UnknownClause) as caught:
        pooled.similar("没有〔这〕条")
    assert caught.value.parameters == {"clause_id": "没有〔这〕条"}
    assert "没有〔这〕条" in caught.value.message("en")


def test_stages_are_heard(pooled: PooledSearcher) -> None:
    """Where the time went is known though it went elsewhere."""
    with listening() as watch:
        pooled.search("民营银行", mode=Mode.KEYWORD)
    assert watch.seconds["keyword"] > 0


def test_a_killed_process_is_replaced(pooled: PooledSearcher) -> None:
    """Whoever asks meanwhile waits for the next one."""
    before = _children()
    for process in before:
        os.kill(process, signal.SIGKILL)
    assert pooled.search("民营银行").hits
    assert _children().isdisjoint(before)


def test_late_searches_are_given_up(settings: Settings, report: IndexReport) -> None:
    """The process that was busy with one is gone, and the next search has another."""
    hasty = PooledSearcher(settings.model_copy(update={"search_seconds": 1e-6}), 1)
    try:
        hasty.warm_up()
        before = _children()
        with pytest.raises(SearchTimeout):
            hasty.search("民营银行")
        assert before - _children()  # the one that was busy is gone
        assert [d.document_id for d in hasty.documents()]
        assert _at_last(hasty).hits
    finally:
        hasty.close()


def test_nothing_is_left_behind(settings: Settings, report: IndexReport) -> None:
    """Closing ends the processes."""
    before = _children()
    opened = PooledSearcher(settings, 2)
    opened.warm_up()
    began = _children() - before
    opened.close()
    assert len(began) == 2
    assert began.isdisjoint(_children())


def test_a_process_that_was_begun_before_is_the_first(settings: Settings, report: IndexReport) -> None:
    """It is the pool's from then on, and ends with it."""
    before = _children()
    first = Worker()
    begun = _children() - before
    opened = PooledSearcher(settings, 1, first)
    try:
        assert opened.search("民营银行", mode=Mode.KEYWORD).hits
        assert _children() - before == begun
    finally:
        opened.close()
    assert begun.isdisjoint(_children())


def test_one_that_was_lost_before_there_was_an_index_is_replaced(settings: Settings, report: IndexReport) -> None:
    """Nobody had asked it anything, so nobody had seen that."""
    before = _children()
    first = Worker()
    for process in _children() - before:
        os.kill(process, signal.SIGKILL)
    opened = PooledSearcher(settings, 1, first)
    try:
        assert opened.search("民营银行", mode=Mode.KEYWORD).hits
    finally:
        opened.close()


def test_every_error_can_be_sent() -> None:
    """Parameters and all."""
    error = BadParameter(name="limit", value="十", expected="1–50")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), again.parameters, str(again)) == (BadParameter, error.parameters, str(error))


def _at_last(pooled: PooledSearcher) -> ResultPage:
    """What the next process says, which has time until it has answered once; before it is there, none is free."""
    while True:
        with suppress(SearchTimeout):
            return pooled.search("民营银行")


def _children() -> set[int]:
    return {process.pid or 0 for process in multiprocessing.active_children() if process.name == "tiaokuan-search"}


def test_who_waits_for_a_process_gets_one_whoever_else_waits(settings: Settings, report: IndexReport) -> None:
    """More callers than processes, and one that wants each process, at the same time."""
    opened = PooledSearcher(settings, 2)
    try:
        with ThreadPoolExecutor(8) as threads:
            warming = threads.submit(opened.warm_up)
            pages = list(threads.map(lambda _: opened.search("民营银行", mode=Mode.KEYWORD), range(24)))
            warming.result()
        assert {page.total for page in pages} == {pages[0].total}
        assert pages[0].total
    finally:
        opened.close()


class _Asked:
    """Stands where a worker stands at the desk, and knows what it was asked, and by which thread."""

    is_alive = True

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.threads: list[str] = []

    def ask(self, told: Told, question: Question) -> None:
        self.questions.append(question.method)
        self.threads.append(threading.current_thread().name)


def _desk() -> Desk:
    return Desk(lambda: Told("000001"))


def _waiting(threads: ThreadPoolExecutor, desk: Desk, *methods: str) -> list[Future[Worker]]:
    """Questions that wait, in this order."""
    begun = []
    for number, method in enumerate(methods, 1):
        begun.append(threads.submit(desk.ask, Question(method), 60.0))
        while desk.waiting < number:
            time.sleep(0.001)
    return begun


def test_who_brings_a_worker_back_asks_it_what_has_waited_longest() -> None:
    desk, worker = _desk(), _Asked()
    with ThreadPoolExecutor(2) as threads:
        first, second = _waiting(threads, desk, "民营银行", "民營銀行")
        desk.put(cast("Worker", worker))
        assert (first.result(), worker.questions) == (worker, ["民营银行"])
        assert not second.done()
        desk.put(cast("Worker", worker))
        assert (second.result(), worker.questions) == (worker, ["民营银行", "民營銀行"])
    assert set(worker.threads) == {threading.current_thread().name}
    desk.put(cast("Worker", worker))
    assert (len(desk), desk.waiting) == (1, 0)


def test_a_question_that_waited_in_vain_is_never_asked() -> None:
    desk, worker = _desk(), _Asked()
    with pytest.raises(Nobody):
        desk.ask(Question("〔2016〕62号"), 0.01)
    desk.put(cast("Worker", worker))
    assert (worker.questions, len(desk), desk.waiting) == ([], 1, 0)
    assert desk.ask(Question("ＰＰＰ"), 0.01) is cast("Worker", worker)


def test_a_question_for_another_worker_lets_this_one_go_to_the_next() -> None:
    desk, one, other = _desk(), _Asked(), _Asked()
    with ThreadPoolExecutor(2) as threads:
        picky = threads.submit(desk.ask, Question("warm_up"), 60.0, [cast("Worker", one)])
        while not desk.waiting:
            time.sleep(0.001)
        desk.put(cast("Worker", one))
        assert (len(desk), one.questions) == (1, [])
        assert desk.ask(Question("search"), 0.0) is cast("Worker", one)
        desk.put(cast("Worker", other))
        assert (picky.result(), other.questions) == (other, ["warm_up"])
