"""The engine on Milvus beside the contract: adapter logic, tried on milvus-lite. What a cluster does is not tried here."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clause_making import EVERYTHING, RUNGS, ask, clause, ids, put, unit

pytest.importorskip("pymilvus", reason=RUNGS[-1].marks[0].kwargs["reason"])
pytest.importorskip("milvus_lite", reason=RUNGS[-1].marks[0].kwargs["reason"])

from search.engines import check_present, create_engine, drop_leftovers, open_engine
from search.engines.milvus import MilvusEngine
from search.engines.milvus_client import Milvus
from search.engines.milvus_server import MilvusServer
from search.engines.protocol import ClauseEntry, KeywordQuery
from search.errors import EngineUnreachable, IndexDamaged
from search.settings import Settings
from search.text.normalise import fold
from search.text.segment import Analyzer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path, analyzer: Analyzer) -> Iterator[MilvusEngine]:
    engine = create_engine(folder, analyzer, name="milvus")
    assert isinstance(engine, MilvusEngine)
    yield engine
    engine.close()


@pytest.fixture
def milvus(folder: Path) -> Iterator[Milvus]:
    """A connection of our own to what the engine is connected to."""
    client = Milvus(MilvusServer.beside(folder))
    yield client
    client.close()


def _collection(folder: Path) -> str:
    return str(json.loads((folder / "milvus.json").read_text("utf-8"))["collection"])


# Collections


def test_each_commit_is_in_collections_of_its_own(engine: MilvusEngine, folder: Path, milvus: Milvus) -> None:
    put(engine, clause("民营银行"))
    first = _collection(folder)
    put(engine, clause("营商环境", "c2"))
    assert _collection(folder) != first
    put(engine, clause("优化审批", "c3"))
    assert not milvus.names(first)
    assert len(milvus.names("")) == 4  # what is read, and what was read until now


def test_leftovers_of_killed_writers_go_and_what_is_named_stays(
    engine: MilvusEngine, folder: Path, milvus: Milvus, analyzer: Analyzer
) -> None:
    put(engine, clause("民营银行"))
    killed = engine.writer()
    killed.add([clause("营商环境", "c2")])  # and nothing more is heard of it
    milvus.create_windows("somebody_elses", 4)
    assert len(milvus.names("tiaokuan_")) == 3
    drop_leftovers(folder.parent)
    assert sorted(milvus.names("")) == sorted(
        [f"{_collection(folder)}_clauses", f"{_collection(folder)}_windows", "somebody_elses_windows"]
    )
    killed.__exit__(RuntimeError, None, None)
    assert ask(engine, "民营银行") == ["c1"]
    shutil.rmtree(folder)
    drop_leftovers(folder.parent)
    assert milvus.names("") == ["somebody_elses_windows"]


@pytest.mark.parametrize("when", ["create_clauses", "seal_windows"])
def test_a_writer_that_is_killed_leaves_the_old_state_and_the_next_one_tidies_up(
    folder: Path, analyzer: Analyzer, tmp_path: Path, when: str
) -> None:
    engine = create_engine(folder, analyzer, name="milvus")
    put(engine, clause("民营银行"))
    engine.close()  # milvus-lite is for one process at a time
    code = (
        f"import os, signal, sys; from pathlib import Path; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from clause_making import clause, put; from search.engines import open_engine\n"
        "from search.engines.milvus_client import Milvus; from search.text.segment import Analyzer\n"
        f"Milvus.{when} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"engine = open_engine(Path({str(folder)!r}), Analyzer(Path({str(tmp_path / 'cache')!r})), name='milvus')\n"
        "put(engine, clause('营商环境', 'c2'))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL
    engine = open_engine(folder, analyzer, name="milvus")
    milvus = Milvus(MilvusServer.beside(folder))
    assert ask(engine, "营商环境") == []
    assert ask(engine, "民營銀行") == ids(engine.semantic(unit(0), 9)) == ["c1"]
    assert len(milvus.names("")) > 2
    drop_leftovers(folder.parent)
    assert len(milvus.names("")) == 2
    put(engine, clause("营商环境", "c2"))
    assert ask(engine, "营商环境") == ["c2"]
    milvus.close()
    engine.close()


def test_a_copy_of_an_installation_drops_nothing_of_the_first(
    engine: MilvusEngine, folder: Path, tmp_path: Path, milvus: Milvus
) -> None:
    put(engine, clause("民营银行"))
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(folder.parent / "milvus.id", copy)
    drop_leftovers(copy, MilvusServer.beside(folder))
    assert len(milvus.names(_collection(folder))) == 2
    create_engine(copy / "index", engine._analyzer, name="milvus", server=MilvusServer.beside(folder)).close()
    assert ask(engine, "民營銀行") == ["c1"]


@pytest.mark.parametrize("lost", ["_clauses", "_windows"])
def test_a_collection_that_is_gone_says_so(
    engine: MilvusEngine, folder: Path, milvus: Milvus, analyzer: Analyzer, lost: str
) -> None:
    put(engine, clause("民营银行"))
    check_present(folder, analyzer, "milvus")
    milvus.drop(_collection(folder) + lost)
    for attempt in (check_present, lambda folder, analyzer, name: open_engine(folder, analyzer, name=name)):
        with pytest.raises(IndexDamaged, match=_collection(folder)):
            attempt(folder, analyzer, "milvus")


def test_rows_that_are_gone_are_noticed(engine: MilvusEngine, folder: Path, milvus: Milvus, analyzer: Analyzer) -> None:
    put(engine, clause("民营银行"), clause("营商环境", "c2"))
    milvus._client.delete(_collection(folder) + "_windows", filter="row == 0")
    assert engine.stats().windows == 1
    assert set(engine.clause_ids()["semantic"]) < set(engine.clause_ids()["keyword"])
    with pytest.raises(IndexDamaged):
        check_present(folder, analyzer, "milvus")


def test_a_collection_that_somebody_released_is_loaded_again(
    engine: MilvusEngine, folder: Path, milvus: Milvus
) -> None:
    put(engine, clause("民营银行"))
    for which in ("_clauses", "_windows"):
        milvus._client.release_collection(_collection(folder) + which)
    assert ask(engine, "民营银行") == ids(engine.semantic(unit(0), 1)) == ["c1"]


@pytest.mark.parametrize("broken", ["milvus.json", "milvus.npz"])
def test_a_broken_file_says_so(engine: MilvusEngine, folder: Path, analyzer: Analyzer, broken: str) -> None:
    put(engine, clause("民营银行"))
    (folder / broken).write_bytes(b"x")
    with pytest.raises(IndexDamaged):
        open_engine(folder, analyzer, name="milvus")


# The server


def test_a_server_that_does_not_answer_is_one_error_without_the_password(folder: Path, analyzer: Analyzer) -> None:
    server = MilvusServer("http://user:geheim@127.0.0.1:9", "user:geheim")
    with pytest.raises(EngineUnreachable) as caught:
        create_engine(folder, analyzer, name="milvus", server=server)
    for language in ("zh", "en"):
        said = caught.value.message(language) + caught.value.remedy(language)
        assert "http://127.0.0.1:9" in said
        assert "milvus_uri" in said
        assert "geheim" not in said
        assert "\n" not in said


def test_lite_serves_one_process_at_a_time(engine: MilvusEngine, folder: Path, tmp_path: Path) -> None:
    put(engine, clause("民营银行"))
    code = (
        "import sys; from pathlib import Path; from search.engines import open_engine; from search.errors import *\n"
        "from search.text.segment import Analyzer\n"
        f"try: open_engine(Path({str(folder)!r}), Analyzer(Path({str(tmp_path / 'cache')!r})), name='milvus')\n"
        "except EngineUnreachable as error: print(error.remedy('en'))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "one process at a time" in run.stdout
    assert run.stderr == ""


def test_the_settings_name_the_server_and_hide_the_token() -> None:
    assert MilvusServer.of(Settings()) is None
    settings = Settings(milvus_uri="https://milvus.example:19530/laws", milvus_token="user:geheim")  # type: ignore[arg-type]  # noqa: S106
    assert "geheim" not in repr(settings)
    server = MilvusServer.of(settings)
    assert server is not None
    assert (server.token, server.address, server.is_lite) == ("user:geheim", "https://milvus.example:19530/laws", False)


# Searches


def _many(count: int) -> list[ClauseEntry]:
    return [
        clause(f"第{n}条 民营银行{'，改革' * (n % 7)}", f"c{n}", ordinal=n, document_id=f"d{n % 10}", vectors=unit(n))
        for n in range(count)
    ]


@pytest.mark.parametrize("documents", [{f"d{n}" for n in range(9)}, {"d3", "d4", "d5", "d8"}, {"d1", "x", "y", "z"}])
def test_more_documents_than_an_expression_takes(
    engine: MilvusEngine, monkeypatch: pytest.MonkeyPatch, documents: set[str]
) -> None:
    put(engine, *_many(300))
    query = KeywordQuery("银行改革")
    numbered = KeywordQuery("银行", (fold("民營銀行"),))

    def answers() -> list[list[str]]:
        keyword = [
            ids(engine.keyword(each, limit, documents)) for each in (query, numbered) for limit in (5, EVERYTHING)
        ]
        return [*keyword, *(ids(engine.semantic(unit(8), limit, documents)) for limit in (5, EVERYTHING))]

    expected = answers()
    assert all(expected)
    monkeypatch.setattr("search.engines.milvus_search.DOCUMENTS", 3)
    assert answers() == expected
    monkeypatch.setattr(
        "search.engines.milvus_search.MOST", 60
    )  # then what is best may lie beyond what one search gives
    monkeypatch.setattr("search.engines.milvus_client.MOST", 60)
    assert answers()[0::2] == expected[0::2]


def test_nearly_all_of_the_best_vectors_are_found_and_compared_exactly(
    engine: MilvusEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.engines.milvus_writer.APPROXIMATE_FROM", 1)
    entries = _many(2_000)
    put(engine, *entries)
    rows = np.concatenate([entry.vectors for entry in entries])
    found = 0
    for seed in range(30):
        query = unit(50_000 + seed)
        products = rows @ query[0]
        hits = engine.semantic(query, 10)
        assert [hit.score for hit in hits] == pytest.approx(
            [products[int(hit.clause_id[1:])] for hit in hits], abs=1e-6
        )
        found += len({int(hit.clause_id[1:]) for hit in hits} & set(np.argsort(-products)[:10].tolist()))
    assert found >= 0.98 * 300


def test_rows_asked_for_one_after_the_other_are_those_of_each(engine: MilvusEngine) -> None:
    entries = _many(50)
    put(engine, *entries)
    for order in (entries, entries[::-1], entries[::7] + entries[::3]):
        for entry in order:
            assert np.array_equal(engine.vectors(entry.clause_id), entry.vectors)
    with pytest.raises(KeyError):
        engine.vectors("c50")


def test_no_text_of_a_user_is_part_of_an_expression(engine: MilvusEngine) -> None:
    odd = '〔2016〕" or row >= 0 or clause == "c1" \\ \' {d}'
    put(engine, clause("民营银行", document_id=odd, document_number=odd), clause("民营银行", "c2", ordinal=1))
    assert ids(engine.keyword(KeywordQuery("银行"), EVERYTHING, {odd})) == ["c1"]
    assert ids(engine.keyword(KeywordQuery("银行"), EVERYTHING, {odd + " "})) == []
    assert ids(engine.keyword(KeywordQuery("", document_numbers=(odd,)), EVERYTHING)) == []
    assert ask(engine, phrases=(odd,)) == []
