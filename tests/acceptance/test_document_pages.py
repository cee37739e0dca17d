"""Of the five documents: finding within one, and the original beside the cleaned text."""

from __future__ import annotations

from typing import Any

import pytest

from search.errors import QueryTooLong
from search.searcher import Searcher
from web.original import REMOVED, passages


def found(searcher: Searcher, document_id: str, query: str) -> list[str]:
    """The passages that a query marks in a document, in order."""
    texts = {clause.clause_id: clause.text for clause in searcher.clauses(document_id)}
    marks = searcher.find_in(document_id, query)
    return [texts[clause_id][start:end] for clause_id, spans in marks.items() for start, end in spans]


def opinion(searcher: Searcher) -> str:
    return next(d.document_id for d in searcher.documents() if d.document_number == "国发〔2016〕62号")


def test_what_is_typed_is_found_wherever_it_stands(searcher: Searcher) -> None:
    body = searcher.document(opinion(searcher)).body
    assert found(searcher, opinion(searcher), "民营银行") == ["民营银行"] * body.count("民营银行") != []
    assert found(searcher, opinion(searcher), "东北") == ["东北"] * body.count("东北")


@pytest.mark.parametrize("typed", ["民營銀行", "“民营银行”", " 民营银行　", "民营 银行"])
def test_other_ways_of_writing_it_find_it_too(searcher: Searcher, typed: str) -> None:
    assert "民营银行" in "".join(found(searcher, opinion(searcher), typed))


def test_half_and_full_width_are_one(searcher: Searcher) -> None:
    assert set(found(searcher, opinion(searcher), "２０１７年6月")) == {"2017年6月"}


def test_a_question_marks_its_words(searcher: Searcher) -> None:
    assert "银行" in "".join(found(searcher, opinion(searcher), "东北哪些政策允许民间资本办银行？"))


@pytest.mark.parametrize("typed", ["", " ", "？？", "的", "NOT", '"', "量子计算机"])
def test_nothing_that_is_typed_fails(searcher: Searcher, typed: str) -> None:
    assert all(found(searcher, opinion(searcher), typed))


def test_a_passage_beyond_the_limit_is_refused(searcher: Searcher) -> None:
    with pytest.raises(QueryTooLong):
        searcher.find_in(opinion(searcher), "长" * 100_000)


def test_every_clause_is_a_part_of_the_original_and_nothing_of_it_is_lost(
    documents: dict[str, Any], searcher: Searcher
) -> None:
    for document in documents.values():
        original = searcher.original(document.document_id)
        shown = passages(document, searcher.clauses(document.document_id), original)
        for each in shown:
            if each.clause:
                kept = "".join(run.text for run in each.original if run.css != REMOVED)
                assert kept == each.cleaned == each.clause.text
        letters = sum(character.isalnum() for each in shown for run in each.original for character in run.text)
        assert letters == sum(character.isalnum() for character in original)
