"""Work beside other work: done once, in another thread where there are cores for it, and else where its result is wanted."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace

import pytest

from search.aside import Aside, Helpers
from search.errors import EmptyQuery
from search.model import Filters, Mode
from search.searcher import Searcher

SAID: ContextVar[str] = ContextVar("said", default="nothing")


def test_work_that_was_begun_runs_once_in_another_thread_and_in_the_same_context() -> None:
    seen: list[tuple[str, str]] = []

    def work() -> str:
        seen.append((threading.current_thread().name, SAID.get()))
        return "民营银行"

    token = SAID.set("民營銀行")
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="beside") as threads:
            aside = Aside(work, threads)
            aside.begin()
            aside.begin()
            assert (aside.result(), aside.result()) == ("民营银行", "民营银行")
    finally:
        SAID.reset(token)
    assert seen == [("beside_0", "民營銀行")]


def test_work_that_was_not_begun_or_has_no_helper_runs_where_it_is_wanted() -> None:
    here = threading.get_ident()
    with ThreadPoolExecutor(1) as threads:
        assert Aside(threading.get_ident, threads).result() == here
    alone = Aside(threading.get_ident, None)
    alone.begin()
    assert alone.result() == here


@pytest.mark.parametrize("begun", [True, False])
def test_what_the_work_raises_is_raised_where_its_result_is_wanted(begun: bool) -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise LookupError("没有")

    with ThreadPoolExecutor(1) as threads:
        aside = Aside(work, threads)
        if begun:
            aside.begin()
        for _ in range(2):
            with pytest.raises(LookupError, match="没有"):
                aside.result()
    assert calls == [1]


def test_a_search_has_help_while_two_cores_are_there_for_each() -> None:
    helpers = Helpers(cores=4)
    with helpers.search() as first, helpers.search() as second:
        assert first is second is not None
        with helpers.search() as third:
            assert third is None
        with helpers.search() as fourth:
            assert fourth is None
    with helpers.search() as again:
        assert again is first
    helpers.elsewhere = 2
    with helpers.search() as crowded:
        assert crowded is None
    helpers.close()
    with Helpers(cores=1).search() as single:
        assert single is None


@pytest.mark.parametrize(
    "query", ["民营银行", "民營銀航", "ＰＰＰ 项目", "东北哪些政策允许民间资本办银行？", "“民间资本” 办銀行"]
)
def test_an_answer_is_the_same_without_help(searcher: Searcher, query: str) -> None:
    helped = searcher.search(query)
    searcher.helpers.elsewhere = 1000
    try:
        alone = searcher.search(query)
    finally:
        searcher.helpers.elsewhere = 0
    assert replace(alone, took_ms=0) == replace(helped, took_ms=0)


@pytest.mark.parametrize(
    "query",
    [
        "2016年以来的民营银行",
        "二〇一六年至二〇一八年 银行",
        "國發〔2016〕62號",
        "“民间资本” -外资",
        "文号:吉政发〔2017〕7号 银行",
        "\ud800民营银行",
        "  民營　銀行  ",
        "1",
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_query_that_does_not_mean_what_it_says_is_answered_alike_with_help(
    searcher: Searcher, query: str, mode: Mode
) -> None:
    """It is embedded before it is read, and again where that was not what it means."""
    searcher.search("预热")  # the model is there
    helped = searcher.search(query, mode=mode, faceted=True, filters=Filters(issuer="国务院"))
    searcher.helpers.elsewhere = 1000
    try:
        alone = searcher.search(query, mode=mode, faceted=True, filters=Filters(issuer="国务院"))
    finally:
        searcher.helpers.elsewhere = 0
    assert replace(alone, took_ms=0) == replace(helped, took_ms=0)


def test_nothing_to_search_for_is_said_with_help_too(searcher: Searcher) -> None:
    searcher.search("预热")
    for query in ("", "，。", "“”", "〔〕", "_", "-银行"):
        with pytest.raises(EmptyQuery):
            searcher.search(query)
