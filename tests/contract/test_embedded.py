"""What the engines in a folder keep beside the contract."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clause_making import RUNGS, ask, clause, put, unit

from search.engines import check_engine, create_engine, open_engine
from search.errors import EngineUnavailable, IndexBusy, IndexDamaged
from search.text.segment import Analyzer


@pytest.fixture(params=RUNGS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_one_writer_at_a_time(name: str, tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.engines.whoosh_keyword._LOCK_SECONDS", 0.0)
    engine = create_engine(tmp_path / "index", analyzer, name=name)
    with engine.writer(), pytest.raises(IndexBusy):
        engine.writer()
    put(engine, clause("民营银行"))
    assert ask(engine, "民营银行") == ["c1"]


@pytest.mark.parametrize("before", [0, 1])
def test_a_batch_whose_vectors_cannot_be_written_leaves_what_was_there(
    name: str, tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Also where postings are committed at the same time, since there was nothing before; and the next batch succeeds."""
    if name == "milvus":
        pytest.skip("its vectors are no files")
    engine = create_engine(tmp_path / "index", analyzer, name=name)
    if before:
        put(engine, clause("民營銀行", "c0"))
    with monkeypatch.context() as patch:
        patch.setattr("search.engines.faiss_vectors._save_table", _no_space)
        with pytest.raises(OSError, match="No space left"):
            put(engine, clause("民营银行", "c1"), clause("国发〔2016〕62号", "c2"))
    there = ["c0"][:before]
    for each in (engine, open_engine(tmp_path / "index", analyzer, name=name)):
        assert ask(each, "民营银行") == there
        assert {channel: list(found) for channel, found in each.clause_ids().items()} == {
            "keyword": there,
            "semantic": there,
        }
    assert not list(tmp_path.rglob("*.new"))
    put(engine, clause("民营银行", "c1"))
    assert sorted(ask(engine, "民营银行")) == [*there, "c1"]


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_without_an_index_says_so(name: str, tmp_path: Path, analyzer: Analyzer) -> None:
    with pytest.raises(IndexDamaged):
        open_engine(tmp_path, analyzer, name=name)


def test_an_engine_that_is_not_there_says_so() -> None:
    with pytest.raises(EngineUnavailable, match="lucene"):
        check_engine("lucene")


@pytest.mark.parametrize("broken", ["table.npz", "parts.terms", "parts.weights", "texts.utf8", "tantivy/meta.json"])
def test_a_broken_table_says_so(tmp_path: Path, analyzer: Analyzer, broken: str) -> None:
    put(create_engine(tmp_path, analyzer, name="tantivy"), clause("民营银行"))
    (tmp_path / "keyword" / broken).write_bytes(b"x")
    with pytest.raises(IndexDamaged):
        open_engine(tmp_path, analyzer, name="tantivy")


@pytest.mark.parametrize("broken", ["vectors.faiss", "vectors.npz"])
def test_broken_vectors_say_so(tmp_path: Path, analyzer: Analyzer, broken: str) -> None:
    put(create_engine(tmp_path, analyzer), clause("民营银行"))
    (tmp_path / broken).write_bytes(b"x")
    engine = open_engine(tmp_path, analyzer)
    assert ask(engine, "民营银行") == ["c1"]
    with pytest.raises(IndexDamaged):
        engine.semantic(unit(0), 1)


def test_a_keyword_search_loads_neither_faiss_nor_torch_and_says_nothing(
    name: str, tmp_path: Path, analyzer: Analyzer
) -> None:
    engine = create_engine(tmp_path / "index", analyzer, name=name)
    put(engine, clause("民营银行"))
    engine.close()
    heavy = {"faiss", "torch", "sentence_transformers", "whoosh.qparser"}
    if name == "milvus":
        heavy.remove("faiss")  # milvus-lite is a server in this process, with FAISS; a cluster is elsewhere
    code = (
        "import sys; from pathlib import Path; from search.engines import open_engine\n"
        "from search.engines.protocol import KeywordQuery; from search.text.segment import Analyzer\n"
        f"engine = open_engine(Path({str(tmp_path / 'index')!r}), Analyzer(Path({str(tmp_path / 'cache')!r})), name={name!r})\n"
        "print(engine.keyword(KeywordQuery('银行'), 9)[0].clause_id)\n"
        f"assert not {heavy} & sys.modules.keys()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "c1\n", "")
