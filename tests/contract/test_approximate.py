"""Vectors of which there are too many to compare all: what is found is nearly what a comparison of all would find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clause_making import DIMENSION, clause, ids, put, unit

from search.engines import create_engine, open_engine
from search.engines.protocol import ClauseEntry, Engine
from search.errors import IndexDamaged
from search.text.segment import Analyzer

MANY = 12_000


@pytest.fixture
def _approximate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.engines.faiss_vectors.APPROXIMATE_FROM", 1)


@pytest.fixture(scope="module")
def entries() -> list[ClauseEntry]:
    """Rows around some hundred centres, as those of texts are; each document has rows of many."""
    dice = np.random.default_rng(1)
    rows = unit(2, 300)[dice.integers(300, size=MANY)] + 0.15 * dice.standard_normal((MANY, DIMENSION), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [clause("", f"c{n}", ordinal=n, document_id=f"d{n % 10}", vectors=row[None]) for n, row in enumerate(rows)]


@pytest.fixture(scope="module")
def many(entries: list[ClauseEntry], analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("many") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.engines.faiss_vectors.APPROXIMATE_FROM", MANY)
        put(create_engine(folder, analyzer, name="tantivy"), *entries)
    assert (folder / "vectors.rows").stat().st_size > 2 * (folder / "vectors.faiss").stat().st_size
    assert not list(folder.glob("*.new"))
    return open_engine(folder, analyzer, name="tantivy")


@pytest.mark.parametrize("documents", [None, {"d3"}, {f"d{n}" for n in range(8)}])
def test_nearly_all_of_the_best_are_found(many: Engine, entries: list[ClauseEntry], documents: set[str] | None) -> None:
    within = [e for e in entries if documents is None or e.document_id in documents]
    rows = np.concatenate([e.vectors for e in within])
    found = best = 0
    for seed in range(100):
        query = unit(10_000 + seed)
        products = rows @ query[0]
        expected = np.argsort(-products)[:10]
        candidates = many.semantic(query, 10, documents)
        assert len(candidates) == 10
        assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)
        found += len(set(ids(candidates)) & {within[i].clause_id for i in expected})
        best += candidates[0].score == pytest.approx(products.max(), rel=1e-5)
    assert found >= 980
    assert best >= 98


def test_all_are_found_where_all_are_asked_for(many: Engine, entries: list[ClauseEntry]) -> None:
    assert len(many.semantic(unit(5), MANY)) == MANY
    assert len(many.semantic(unit(5), MANY, {f"d{n}" for n in range(9)})) == MANY * 9 // 10
    assert np.array_equal(many.vectors("c77"), entries[77].vectors)


@pytest.mark.usefixtures("_approximate")
@pytest.mark.parametrize("dimension", [6, 7, 8])
def test_vectors_may_have_any_number_of_numbers(tmp_path: Path, analyzer: Analyzer, dimension: int) -> None:
    """Only of four at a time the codes fill whole bytes, and are looked up."""
    rows = np.random.default_rng(3).standard_normal((200, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    engine = create_engine(tmp_path / "index", analyzer, name="tantivy")
    put(engine, *[clause("", f"c{n}", ordinal=n, vectors=row[None]) for n, row in enumerate(rows)])
    assert (tmp_path / "index" / "vectors.rows").exists()
    assert [ids(engine.semantic(row[None], 1)) for row in rows] == [[f"c{n}"] for n in range(200)]


@pytest.mark.usefixtures("_approximate")
@pytest.mark.parametrize("broken", ["vectors.faiss", "vectors.rows"])
def test_broken_vectors_say_so(tmp_path: Path, analyzer: Analyzer, broken: str) -> None:
    put(create_engine(tmp_path, analyzer), clause("民营银行"))
    (tmp_path / broken).write_bytes(b"x" * 4 * DIMENSION * 2)
    with pytest.raises(IndexDamaged):
        open_engine(tmp_path, analyzer).semantic(unit(0), 1)
