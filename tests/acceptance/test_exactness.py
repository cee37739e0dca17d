"""Nothing is lost in segmentation, and nothing is found that is not there: on every document of `corpus/`."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.model import Clause, Mode
from search.searcher import Searcher
from search.text.normalise import fold

SEED = 20161101
WHOLE = 2000


@pytest.fixture(scope="session")
def clauses(searcher: Searcher) -> list[Clause]:
    return [c for d in searcher.documents() for c in searcher.clauses(d.document_id)]


def found(searcher: Searcher, query: str) -> set[str]:
    """The clauses that a keyword search finds, and those that are folded under them."""
    page = searcher.search(query, mode=Mode.KEYWORD, limit=WHOLE)
    return {h.clause.clause_id for h in page.hits} | {e.clause_id for h in page.hits for e in h.also_in}


def parts(text: str, chance: random.Random) -> Iterator[str]:
    """Substrings of two or more letters that no punctuation divides, and that are no notation of a query."""
    for _ in range(3):
        start = chance.randrange(max(len(text) - 2, 1))
        part = text[start : start + chance.randint(2, 12)]
        if len(part) > 1 and part.isalnum():
            yield part


def test_every_part_of_every_clause_finds_that_clause(searcher: Searcher, clauses: Collection[Clause]) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a sample, always the same
    asked = 0
    for clause in clauses:
        for part in parts(clause.text, chance):
            asked += 1
            assert clause.clause_id in found(searcher, part), (part, clause.clause_id)
    assert asked > len(clauses)


@given(data=st.data())
def test_a_phrase_is_found_where_it_stands_and_nowhere_else(
    searcher: Searcher, clauses: list[Clause], data: st.DataObject
) -> None:
    clause = data.draw(st.sampled_from(clauses))
    start = data.draw(st.integers(0, max(len(clause.text) - 2, 0)))
    part = clause.text[start : data.draw(st.integers(start + 2, max(start + 2, min(len(clause.text), start + 40))))]
    phrase = " ".join(fold(part).replace('"', " ").split())
    if phrase != fold(part) or not any(c.isalnum() for c in phrase):
        return
    wanted = {c.clause_id for c in clauses if phrase in fold(c.text)}
    assert clause.clause_id in wanted
    assert found(searcher, f'"{part}"') == wanted


@pytest.mark.parametrize(
    ("query", "without"), [("招商 -公司", "公司"), ("银行 －民营", "民营"), ("民營銀行 -“我省”", "我省")]
)
def test_what_is_excluded_stands_in_no_hit(searcher: Searcher, query: str, without: str) -> None:
    page = searcher.search(query, mode=Mode.KEYWORD, limit=WHOLE)
    assert page.hits
    assert not any(without in fold(h.clause.text) for h in page.hits)


def test_what_only_sounds_alike_is_not_found(searcher: Searcher, clauses: list[Clause]) -> None:
    assert not any("经典" in c.text for c in clauses)
    assert found(searcher, "“经典”") == set()
    hits = searcher.search("景点", mode=Mode.KEYWORD, limit=WHOLE).hits
    assert all("景" in h.clause.text or "点" in h.clause.text for h in hits)
    assert not any(h.matched_terms == ("经典",) for h in hits)


def test_highlights_stand_where_they_say(searcher: Searcher) -> None:
    for query in ("ＰＰＰ模式", "民營銀行", "管服改", "三供一业", "２０２０年"):
        for hit in searcher.search(query, mode=Mode.KEYWORD).hits:
            for start, end in hit.highlights:
                marked = fold(hit.clause.text[start:end])
                assert marked
                assert any(term in marked or marked in term for term in hit.matched_terms)
