"""Engines against the one that looks at every clause, on texts, batches and questions drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from clause_making import EVERYTHING, RUNGS, clause, ids, unit

from search.engines import create_engine
from search.engines.memory import MemoryEngine
from search.engines.protocol import Candidate, ClauseEntry, KeywordQuery
from search.text.normalise import fold
from search.text.segment import Analyzer

WORDS = "民营银行 营商环境 混合所有制 改革 处理 待处理 中国农业发展银行 农业 東北振興 国发 支持 加强 优化 审批 服务"
PIECES = (
    *WORDS.split(),
    *"的了和税办不，。、（",
    "厂办大集体",
    "采煤沉陷区",
    "PPP",
    "3.5",
    "2016年",
    "a1",
    "〔2016〕",
    "internet+",
)


def _text(choose: random.Random, longest: int) -> str:
    return "".join(choose.choices(PIECES, k=choose.randint(0, longest)))


def _entry(choose: random.Random, number: int) -> ClauseEntry:
    rows = choose.randint(1, 3)
    return clause(
        _text(choose, 25),
        f"c{number}",
        ordinal=number,
        document_id=f"d{choose.randint(0, 5)}",
        title=_text(choose, 3),
        path=tuple(_text(choose, 3) for _ in range(choose.randint(0, 2))),
        document_number=choose.choice([None, "国发〔2016〕62号", "国发〔2016〕6号"]),
        vectors=unit(number, rows),
        windows=tuple((n, n + 5) for n in range(rows)),
    )


def _query(choose: random.Random) -> KeywordQuery:
    return KeywordQuery(
        fold(_text(choose, 4)),
        tuple(fold(_text(choose, 2)) for _ in range(choose.choice([0, 0, 0, 1, 2]))),
        tuple(fold(_text(choose, 1)) for _ in range(choose.choice([0, 0, 1]))),
        tuple(choose.sample(["国发[2016]62号", "国发[2016]6号", "x"], choose.choice([0, 0, 1, 2]))),
    )


def _agree(found: Sequence[Candidate], expected: Sequence[Candidate]) -> None:
    """The same clauses with the same scores; where scores are as good as equal, in any order."""
    assert set(ids(found)) == set(ids(expected))
    scores = {candidate.clause_id: candidate.score for candidate in expected}
    assert [c.score for c in found] == pytest.approx([scores[c.clause_id] for c in found], rel=1e-4, abs=1e-5)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", RUNGS)
def test_an_engine_answers_as_the_oracle_does(name: str, seed: int, analyzer: Analyzer, tmp_path: Path) -> None:
    choose = random.Random(seed)  # noqa: S311
    engine, oracle = create_engine(tmp_path / "index", analyzer, name=name), MemoryEngine(analyzer)
    for batch in range(3):
        entries = [_entry(choose, 30 * batch + n) for n in range(30)]
        gone = [f"c{choose.randint(0, 30 * batch)}" for _ in range(5)] if batch else []
        for each in (engine, oracle):
            with each.writer() as writer:
                writer.add(entries)
                writer.delete(gone)
    for turn in range(60):
        documents = None if turn % 2 else {f"d{n}" for n in choose.sample(range(6), 2)}
        query = _query(choose)
        _agree(engine.keyword(query, EVERYTHING, documents), oracle.keyword(query, EVERYTHING, documents))
        best = [c.score for c in oracle.keyword(query, 5, documents)]
        assert [c.score for c in engine.keyword(query, 5, documents)] == pytest.approx(best, rel=1e-4)
        vectors = unit(1000 + turn, choose.randint(1, 3))
        _agree(engine.semantic(vectors, 7, documents), oracle.semantic(vectors, 7, documents))
    engine.close()


@pytest.mark.parametrize("name", RUNGS)
def test_words_of_nearly_every_clause_cost_no_hit(name: str, analyzer: Analyzer, tmp_path: Path) -> None:
    """They add next to nothing to a score, and an engine may look for the others first."""
    choose = random.Random(7)  # noqa: S311
    texts = ["加强审批服务" + _text(choose, 12) for _ in range(400)]
    texts += ["加强审批服务", "设立民营银行", "设立民营银行，加强审批服务"]
    engine, oracle = create_engine(tmp_path / "index", analyzer, name=name), MemoryEngine(analyzer)
    for each in (engine, oracle):
        with each.writer() as writer:
            writer.add(clause(text, f"c{n}", ordinal=n, document_id=f"d{n % 3}") for n, text in enumerate(texts))
    for words in ("东北振兴", "民营银行 优化", "采煤沉陷区 internet+", "设立 民营银行", "没有的词"):
        query = KeywordQuery(fold(f"{words} 加强 审批 服务"))
        slight = min(engine.term_weights(query).values())
        assert slight < 0.02 * sum(engine.term_weights(query).values())
        for limit, documents in ((1, None), (10, None), (10, {"d1"}), (EVERYTHING, None)):
            best = oracle.keyword(query, limit, documents)
            found = engine.keyword(query, limit, documents)
            assert len(found) == len(best)
            assert [c.score for c in found] == pytest.approx([c.score for c in best], rel=1e-4)
    engine.close()
