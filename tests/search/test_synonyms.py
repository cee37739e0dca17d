"""Synonyms and abbreviations: the notation, the file that is read again, and what an expansion may find."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.engines.memory import MemoryEngine
from search.engines.protocol import ClauseEntry
from search.expansion import ask_keyword
from search.query import Query
from search.reading import QueryReader
from search.text.segment import Analyzer
from search.understanding.synonyms import SynonymBook, read_synonyms

CLAUSES = {
    "typed": "推广ＰＰＰ模式，引进社会资金",
    "meant": "推广政府和社会资本合作模式，引进社会资金",
    "loose": "政府支持社会各界合作，引进资本和资金",
    "whole": "深化简政放权、放管结合、优化服务改革",
    "turned": "以优化服务为目标，简政放权，坚持放管结合",
    "part": "深化简政放权改革",
    "short": "深化“放管服”改革",
}


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def reader(analyzer: Analyzer, tmp_path: Path) -> QueryReader:
    return QueryReader(analyzer, SynonymBook(tmp_path / "synonyms.txt"))


@pytest.fixture(scope="module")
def engine(analyzer: Analyzer) -> Iterator[MemoryEngine]:
    made = MemoryEngine(analyzer)
    row = np.ones((1, 1), np.float32)
    with made.writer() as writer:
        writer.add(
            ClauseEntry(name, "d1", i, "", (), text, None, row, ((0, len(text)),))
            for i, (name, text) in enumerate(CLAUSES.items())
        )
    yield made
    made.close()


def found(engine: MemoryEngine, query: Query) -> list[str]:
    return [c.clause_id for c in ask_keyword(engine, query, 100)]


@pytest.mark.parametrize("typed", ["PPP", "ｐｐｐ", "ppp"])
def test_the_typed_word_first_then_what_it_stands_for(reader: QueryReader, engine: MemoryEngine, typed: str) -> None:
    assert found(engine, reader.read(typed)) == ["typed", "meant"]


def test_an_expansion_of_several_parts_needs_them_all(reader: QueryReader, engine: MemoryEngine) -> None:
    order = found(engine, reader.read("放管服"))
    assert order[0] == "short"
    assert set(order) == {"short", "whole", "turned"}


def test_the_long_form_finds_the_short_one(reader: QueryReader, engine: MemoryEngine) -> None:
    assert found(engine, reader.read("政府和社會資本合作"))[0] == "meant"
    assert "typed" in found(engine, reader.read("政府和社會資本合作"))


def test_what_is_quoted_or_excluded_stands_for_itself(reader: QueryReader, engine: MemoryEngine) -> None:
    assert reader.read("“PPP”").expansions == ()
    assert found(engine, reader.read("“PPP”")) == ["typed"]
    assert found(engine, reader.read("PPP -政府")) == ["typed"]
    assert found(engine, reader.read("PPP “引进社会资金”")) == ["typed", "meant"]


@pytest.mark.parametrize("query", ["pppx", "appp", "集中考试", "民营银行", "", "。", "发文机关:国务院"])
def test_a_part_of_another_word_is_no_abbreviation(reader: QueryReader, query: str) -> None:
    assert reader.read(query).expansions == ()


def test_the_users_file_counts_at_once(analyzer: Analyzer, tmp_path: Path) -> None:
    file = tmp_path / "synonyms.txt"
    reader = QueryReader(analyzer, SynonymBook(file))
    assert reader.read("小马项目").expansions == ()
    file.write_text("\ufeff# 自己的\n小馬 ＝＞ 小型、马铃薯\nPPP =\n\n没有意义的一行\n= x\n", "utf-8")
    (expansion,) = reader.read("小马项目").expansions
    assert (expansion.typed, expansion.parts) == ("小马", ("小型", "马铃薯"))
    assert reader.read("PPP").expansions == ()
    file.write_text("小马 = 马驹\n", "utf-8")
    os.utime(file, (1, 1))
    assert [e.parts for e in reader.read("马驹").expansions] == [("小马",)]
    file.write_bytes(b"\xff\xfe\xff")
    assert reader.read("小马").expansions == ()
    file.unlink()
    assert reader.read("PPP").expansions


def test_every_shipped_line_says_something() -> None:
    text = Path("search/text/synonyms.txt").read_text("utf-8")
    synonyms = read_synonyms(text)
    assert synonyms.unread == ()
    assert len(synonyms.entries) >= 120
    assert all(typed not in parts for typed, others in synonyms.entries.items() for parts in others)


def test_a_line_that_says_nothing_is_named() -> None:
    assert read_synonyms("民营银行\n甲 = 乙\n银行 => 金融机构").unread == ("民营银行", "甲 = 乙")


def test_a_word_that_no_dictionary_knows_finds_old_clauses(engine: MemoryEngine, reader: QueryReader) -> None:
    assert found(engine, reader.read("资本合"))[0] == "meant"
    assert found(engine, replace(reader.read("管服"), expansions=()))[0] == "short"
