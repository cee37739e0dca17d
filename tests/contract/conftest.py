"""The engines under contract. Another engine is one more parameter of `door`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from clause_making import RUNGS, Door

from search.engines import create_engine, drop_leftovers, open_engine
from search.engines.memory import MemoryEngine
from search.engines.milvus_server import MilvusServer
from search.engines.protocol import Engine
from search.settings import Settings
from search.text.segment import Analyzer


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


APPROXIMATE = "tantivy, approximate"


@pytest.fixture(params=["memory", *RUNGS, APPROXIMATE])
def door(
    request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    name, folder = request.param, tmp_path / "index"
    if name == "memory":
        engine: Engine = MemoryEngine(analyzer)
        yield Door(engine, lambda: engine)  # keeps nothing on the disk
    else:
        if name == APPROXIMATE:
            name = "tantivy"
            monkeypatch.setattr("search.engines.faiss_vectors.APPROXIMATE_FROM", 1)
            monkeypatch.setattr("search.engines.faiss_vectors.FEW", 0)
        server = MilvusServer.of(Settings())  # a real one where TIAOKUAN_MILVUS_URI names it
        engine = create_engine(folder, analyzer, name=name, server=server)
        opened: list[Engine] = []

        def reopen() -> Engine:
            opened.append(open_engine(folder, analyzer, name=name, server=server))
            return opened[-1]

        yield Door(engine, reopen)
        for each in (engine, *opened):
            each.close()
        shutil.rmtree(folder)
        drop_leftovers(tmp_path, server)


@pytest.fixture
def engine(door: Door) -> Engine:
    return door.engine
