"""An index of `corpus/` made with the cheap model, once for a process: what is fuzzed is everything around the model."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.kills import cheap_model
from indexer.pipeline import build_index
from search.searcher import Searcher
from search.settings import Settings
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from flask.testing import FlaskClient

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index, the one searcher and analyzer on it, and a key that may edit."""

    settings: Settings
    searcher: Searcher
    analyzer: Analyzer
    key: str


@cache
def place() -> Indexed:
    """Made at the first call."""
    from web.keys import KeyFile, Role

    folder = TemporaryDirectory(prefix="tiaokuan-fuzz-")
    atexit.register(folder.cleanup)
    home = Path(folder.name) / "home"
    settings = Settings(home=home, corpus=CORPUS, semantic_floor=-1.0, rate_limit="", judging=True)
    with cheap_model():
        build_index(settings, [CORPUS], progress=False)
        searcher = Searcher.open(settings)
        searcher.search("民营银行")  # loads the model while it is the cheap one
    atexit.register(searcher.close)
    return Indexed(settings, searcher, Analyzer(settings.cache), KeyFile(home).add("模糊测试", Role.EDIT))


def _index_nothing(settings: Settings) -> Mapping[str, Any]:
    """Stands for the process that indexes what was uploaded: it would load the real model."""
    del settings
    return {"skipped": []}


@cache
def client() -> FlaskClient:
    """A client of the whole application, with a queue that indexes nothing."""
    from web import editing
    from web.app import create_app

    editing.index_anew = _index_nothing
    made = place()
    return create_app(made.settings, made.searcher).test_client()
