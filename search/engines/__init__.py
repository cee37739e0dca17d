"""The engines behind the seam (protocol.py). Doors: `create_engine`, `open_engine` and `check_engine`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from search.errors import EngineUnavailable

if TYPE_CHECKING:
    from search.engines.embedded import KeywordIndex
    from search.engines.protocol import Engine
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

ENGINES = ("embedded", "tantivy")
"""The rungs, by size: Whoosh and FAISS, Tantivy and FAISS."""
DEFAULT = ENGINES[0]


def check_engine(name: str) -> None:
    """Raises EngineUnavailable where the package that an engine needs is missing, or where no engine has the name."""
    _keyword_index(name)


def create_engine(folder: Path, analyzer: Analyzer, ranking: Ranking | None = None, name: str = DEFAULT) -> Engine:
    """An empty engine in `folder`, which is made if missing and must hold no engine. Raises EngineUnavailable."""
    _index(folder, analyzer, ranking, name).create()
    return open_engine(folder, analyzer, ranking, name)


def open_engine(folder: Path, analyzer: Analyzer, ranking: Ranking | None = None, name: str = DEFAULT) -> Engine:
    """The engine that was created in `folder` under this name. Raises IndexDamaged when there is none, and
    EngineUnavailable."""
    from search.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(folder, _index(folder, analyzer, ranking, name), name)


def _index(folder: Path, analyzer: Analyzer, ranking: Ranking | None, name: str) -> KeywordIndex:
    from search.engines.ranking import Ranking

    return _keyword_index(name)(folder / "keyword", analyzer, ranking or Ranking())


def _keyword_index(name: str) -> Callable[[Path, Analyzer, Ranking], KeywordIndex]:
    if name == "embedded":
        from search.engines.whoosh_keyword import WhooshIndex

        return WhooshIndex
    if name == "tantivy":
        from search.engines.tantivy_keyword import TantivyIndex

        return TantivyIndex
    raise EngineUnavailable(engine=name, extra="", reason="unknown")
