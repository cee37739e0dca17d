"""Searching in processes of their own gives what searching here gives, and outlives what goes wrong there."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from indexer.report import IndexReport
from search.errors import BadParameter, EmptyQuery, QueryTooLong, SearchTimeout, UnknownClause
from search.model import Filters, Mode, ResultPage
from search.pool import PooledSearcher
from search.searcher import Searcher
from search.settings import Settings
from search.stages import Watch, listening
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


QUESTIONS = [
    f"{query}{number}" for number in range(4) for query in ("民营银行", "民營銀行", "“工业用地”", "如何支持ＰＰＰ")
]


def _all_at_once(pooled: PooledSearcher, queries: list[str]) -> list[tuple[Watch, ResultPage]]:
    def search(query: str) -> tuple[Watch, ResultPage]:
        with listening() as watch:
            return watch, pooled.search(query)

    with ThreadPoolExecutor(len(queries)) as threads:
        return list(threads.map(search, queries))


def test_who_asks_together_with_others_gets_what_he_would_alone(
    settings: Settings, report: IndexReport, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last digit: several queries are embedded at once, which shall make no difference to any."""
    together: list[int] = []
    ask = Worker.ask
    opened = PooledSearcher(settings, 2)
    try:
        opened.warm_up()
        monkeypatch.setattr(
            Worker, "ask", lambda self, told, asked: (together.append(len(asked)), ask(self, told, asked))[1]
        )
        watches, pages = zip(*_all_at_once(opened, QUESTIONS), strict=True)
    finally:
        opened.close()
    assert [_timeless(page) for page in pages] == [_timeless(searcher.search(query)) for query in QUESTIONS]
    assert all(watch.asked["query_vectors"] == 1 for watch in watches)
    assert all(watch.missed[name] <= asked for watch in watches for name, asked in watch.asked.items())
    assert sum(watch.seconds["embedding"] for watch in watches) > 0
    assert max(together) > 1
    assert sum(together) == len(QUESTIONS)


def test_an_error_is_his_whose_question_it_was(settings: Settings, report: IndexReport) -> None:
    opened = PooledSearcher(settings, 1)
    try:
        opened.warm_up()
        with ThreadPoolExecutor(9) as threads:
            begun = [threads.submit(opened.search, query) for query in ["民营银行", "，。", "“”", "民營銀行"] * 3]
        assert [type(each.exception()) for each in begun] == [type(None), EmptyQuery, EmptyQuery, type(None)] * 3
    finally:
        opened.close()


def test_nobody_is_late_for_what_takes_long_beside_him(
    settings: Settings, report: IndexReport, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stands still with several questions, longer than anybody waits for others. They are asked one by one then,
    and what it answers at last disturbs nobody."""
    ask, asked, before = Worker.ask, list[int](), _children()
    opened = PooledSearcher(settings.model_copy(update={"search_seconds": 8.0}), 1)

    def asking(self: Worker, told: Told, questions: Sequence[Question]) -> None:
        if len(questions) > 1 and max(asked) == 1:
            (process,) = began
            os.kill(process, signal.SIGSTOP)
            threading.Timer(3.0, os.kill, (process, signal.SIGCONT)).start()
        asked.append(len(questions))
        ask(self, told, questions)

    try:
        opened.warm_up()
        began = _children() - before
        monkeypatch.setattr(Worker, "ask", asking)
        pages = [page for _, page in _all_at_once(opened, QUESTIONS[:5])]
    finally:
        opened.close()
    assert [_timeless(page) for page in pages] == [_timeless(searcher.search(query)) for query in QUESTIONS[:5]]
    assert max(asked) > 1
    assert sum(asked) == 5 + max(asked)  # those were asked twice
