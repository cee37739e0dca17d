"""The stopwatch over a search: what it hears, of whom, and that nobody else is disturbed."""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread

import pytest

from search.model import Mode
from search.searcher import Searcher
from search.stages import STAGES, Watch, cache_asked, listen, listening, stage, stop_listening


def test_nobody_listens_and_nothing_is_kept() -> None:
    with stage("keyword"):
        cache_asked("postings")
    with listening() as watch:
        pass
    with stage("keyword"):
        cache_asked("postings")
    assert (watch.seconds, watch.asked) == ({}, {})


def test_a_stage_within_another_counts_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr("search.stages.time.perf_counter", lambda: next(clock))
    with listening() as watch, stage("facets"), stage("keyword"):
        pass
    assert watch.seconds == {"keyword": 2.0, "facets": 5.0}


def test_a_stage_that_fails_is_timed_and_the_next_one_is_not_within_it() -> None:
    with listening() as watch:
        with pytest.raises(ValueError, match="坏"), stage("keyword"):
            raise ValueError("坏")
        with stage("fusion"):
            pass
    assert list(watch.seconds) == ["keyword", "fusion"]


def test_threads_are_heard_where_the_context_goes_along_and_not_elsewhere() -> None:
    def work() -> None:
        with stage("vectors"):
            cache_asked("postings")

    with listening() as watch:
        for target in (work, lambda: None):
            thread = Thread(target=target)
            thread.start()
            thread.join()
        assert watch.seconds == {}
        thread = Thread(target=copy_context().run, args=(work,))
        thread.start()
        thread.join()
    assert set(watch.seconds) == {"vectors"}
    assert watch.asked == {"postings": 1}


def test_listening_without_a_block_ends_when_it_is_told() -> None:
    watch = listen()
    with stage("reading"):
        pass
    stop_listening()
    with stage("keyword"):
        pass
    assert set(watch.seconds) == {"reading"}


def heard(searcher: Searcher, query: str, mode: Mode, *, faceted: bool = False) -> Watch:
    with listening() as watch:
        searcher.search(query, mode=mode, faceted=faceted)
    return watch


def test_a_real_search_passes_through_its_stages(searcher: Searcher) -> None:
    words = heard(searcher, "民營銀行“产业转型”", Mode.KEYWORD)
    assert {"reading", "keyword", "fusion", "folding", "showing"} <= set(words.seconds)
    assert not {"embedding", "vectors"} & set(words.seconds)
    meaning = heard(searcher, "冬天用风力发电取暖", Mode.SEMANTIC)
    assert {"embedding", "vectors", "folding", "showing"} <= set(meaning.seconds)
    assert "keyword" not in meaning.seconds
    both = heard(searcher, "国发〔2016〕62号　民营银行", Mode.HYBRID, faceted=True)
    assert {"keyword", "vectors", "facets"} <= set(both.seconds)
    assert set(words.seconds) | set(meaning.seconds) | set(both.seconds) <= set(STAGES)


def test_what_is_asked_again_comes_from_the_caches(searcher: Searcher) -> None:
    first = heard(searcher, "从未问过的水稻旱育", Mode.HYBRID)
    again = heard(searcher, "从未问过的水稻旱育", Mode.HYBRID)
    assert first.missed["query_vectors"] == 1
    assert again.asked["query_vectors"] == 1
    assert again.missed["query_vectors"] == 0
    assert again.asked["postings"] > again.missed["postings"] == 0
