"""The engines under contract. Another engine is one more parameter of `door`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from clause_making import Door

from search.engines import create_engine, open_engine
from search.engines.memory import MemoryEngine
from search.engines.protocol import Engine
from search.text.segment import Analyzer


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


@pytest.fixture(params=["memory", "embedded"])
def door(request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer) -> Iterator[Door]:
    if request.param == "memory":
        engine: Engine = MemoryEngine(analyzer)
        yield Door(engine, lambda: engine)  # keeps nothing on the disk
    else:
        engine = create_engine(tmp_path / "index", analyzer)
        yield Door(engine, lambda: open_engine(tmp_path / "index", analyzer))
    engine.close()


@pytest.fixture
def engine(door: Door) -> Engine:
    return door.engine
