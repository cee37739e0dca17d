"""The catalogue is written beside the engine: together they fail, and together they are whole."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.reading_all import read_one
from indexer.sources import find_sources
from indexer.spool import Packed, Spool
from indexer.vectors import PassageVectors
from indexer.writing import Progress, Written, write_generation
from search.embedding import EmbedderFingerprint
from search.engines import open_engine
from search.engines.protocol import KeywordQuery
from search.generation import CATALOGUE
from search.text.normalise import fold
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

CORPUS = Path(__file__).parents[2] / "corpus"


class _Embedder:
    """Gives every passage one vector; fails where it is told to."""

    fingerprint = EmbedderFingerprint("none", "1", 4, "", "", "float32")

    def __init__(self, fail: Callable[[], None]) -> None:
        self._fail = fail

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        self._fail()
        return np.full((len(passages), 4), 0.5, np.float32)


def write(folder: Path, engine: str, fail: Callable[[], None] = lambda: None) -> Written:
    """A generation of the project's documents."""
    (folder / "generation").mkdir()
    analyzer = Analyzer(folder / "cache")
    with Spool(folder / "spool") as spool:
        for result in map(read_one, find_sources([CORPUS])):
            assert isinstance(result, Packed)
            spool.add(result)
        with PassageVectors(_Embedder(fail), folder / "home", analyzer, anew=True) as vectors:
            show = Progress("zh", shown=False)
            return write_generation(folder / "generation", analyzer, spool, vectors, show, engine)


@pytest.mark.parametrize("engine", ["embedded", "tantivy"])
def test_catalogue_and_engine_hold_the_same_clauses(tmp_path: Path, engine: str) -> None:
    written = write(tmp_path, engine)
    rows = sqlite3.connect(tmp_path / "generation" / CATALOGUE).execute("SELECT clause_id FROM clauses ORDER BY rowid")
    clause_ids = [clause_id for (clause_id,) in rows]
    opened = open_engine(tmp_path / "generation", Analyzer(tmp_path / "cache"), name=engine)
    held = opened.clause_ids()
    assert list(held["keyword"]) == list(held["semantic"]) == clause_ids
    assert written.clauses == len(clause_ids)
    assert opened.keyword(KeywordQuery(fold("民營銀行")), 3)
    opened.close()


@pytest.mark.parametrize("engine", ["embedded", "tantivy"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_in_between_ends_all(tmp_path: Path, engine: str, error: BaseException) -> None:
    def fail() -> None:
        raise error

    before = set(threading.enumerate())
    with pytest.raises(type(error)):
        write(tmp_path, engine, fail)
    assert set(threading.enumerate()) <= before
