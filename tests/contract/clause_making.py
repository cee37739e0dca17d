"""Entries and questions for the contract tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from search.engines import ENGINES
from search.engines.protocol import Candidate, ClauseEntry, Engine, KeywordQuery
from search.text.normalise import fold

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

RUNGS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name == "milvus" and not (find_spec("pymilvus") and find_spec("milvus_lite")),
            reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite",
        ),
    )
    for name in ENGINES
]
"""The engines in folders. milvus-lite is no Milvus: what passes on it shows that our side is right."""
DIMENSION = 16
EVERYTHING = 1000


@dataclass
class Door:
    """An engine, and how to come back to it later."""

    engine: Engine
    reopen: Callable[[], Engine]


def unit(seed: int, rows: int = 1) -> Vectors:
    """Rows of length 1 that depend on the seed only."""
    vectors = np.random.default_rng(seed).standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def clause(text: str, name: str = "c1", **facts: object) -> ClauseEntry:
    defaults: dict[str, object] = {
        "clause_id": name,
        "document_id": "d1",
        "ordinal": 0,
        "title": "",
        "path": (),
        "document_number": None,
        "vectors": unit(0),
        "windows": ((0, len(text)),),
    }
    return ClauseEntry(**{**defaults, "text": text, **facts})  # type: ignore[arg-type]


def put(engine: Engine, *entries: ClauseEntry) -> None:
    with engine.writer() as writer:
        writer.add(entries)


def ids(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.clause_id for candidate in candidates]


def ask(engine: Engine, text: str = "", limit: int = EVERYTHING, **query: tuple[str, ...]) -> list[str]:
    parts = {name: tuple(map(fold, values)) for name, values in query.items()}
    return ids(engine.keyword(KeywordQuery(fold(text), **parts), limit))
