"""The engines under contract. Another engine is one more parameter of `door`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from clause_making import Door

from search.engines import ENGINES, create_engine, open_engine
from search.engines.memory import MemoryEngine
from search.engines.protocol import Engine
from search.text.segment import Analyzer


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


APPROXIMATE = "tantivy, approximate"


@pytest.fixture(params=["memory", *ENGINES, APPROXIMATE])
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
        engine = create_engine(folder, analyzer, name=name)
        yield Door(engine, lambda: open_engine(folder, analyzer, name=name))
    engine.close()


@pytest.fixture
def engine(door: Door) -> Engine:
    return door.engine
