"""The engines behind the seam (protocol.py). Doors: `create_engine` and `open_engine`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.engines.protocol import Engine
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer


def create_engine(folder: Path, analyzer: Analyzer, ranking: Ranking | None = None) -> Engine:
    """An empty engine in `folder`, which is made if missing and must hold no engine."""
    from search.engines.whoosh_keyword import WhooshIndex

    WhooshIndex(folder / "keyword").create()
    return open_engine(folder, analyzer, ranking)


def open_engine(folder: Path, analyzer: Analyzer, ranking: Ranking | None = None) -> Engine:
    """The engine that was created in `folder`. Raises IndexDamaged when there is none."""
    from search.engines.embedded import EmbeddedEngine
    from search.engines.ranking import Ranking

    return EmbeddedEngine(folder, analyzer, ranking or Ranking())
