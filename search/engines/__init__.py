"""The engines behind the seam (protocol.py). Doors: `create_engine`, `open_engine` and `check_engine`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from search.errors import EngineUnavailable

if TYPE_CHECKING:
    from search.engines.embedded import KeywordIndex
    from search.engines.milvus_server import MilvusServer
    from search.engines.protocol import Engine
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

ENGINES = ("embedded", "tantivy", "milvus")
"""The rungs, by size: Whoosh and FAISS, Tantivy and FAISS, Milvus."""
DEFAULT = ENGINES[0]
ELSEWHERE = frozenset({"milvus"})
"""Engines whose folder only names what is kept elsewhere."""


def check_engine(name: str) -> None:
    """Raises EngineUnavailable where the package that an engine needs is missing, or where no engine has the name."""
    if name in ELSEWHERE:
        import_module("search.engines.milvus")
    else:
        _keyword_index(name)


def create_engine(
    folder: Path,
    analyzer: Analyzer,
    ranking: Ranking | None = None,
    name: str = DEFAULT,
    *,
    server: MilvusServer | None = None,
) -> Engine:
    """An empty engine in `folder`, which is made if missing and must hold no engine. `server` is for `milvus` (None:
    milvus-lite beside the folder). Raises EngineUnavailable and EngineUnreachable."""
    if name in ELSEWHERE:
        from search.engines.milvus import create

        create(folder, server or _lite(folder))
    else:
        _index(folder, analyzer, ranking, name).create()
    return open_engine(folder, analyzer, ranking, name, server=server)


def open_engine(
    folder: Path,
    analyzer: Analyzer,
    ranking: Ranking | None = None,
    name: str = DEFAULT,
    *,
    server: MilvusServer | None = None,
) -> Engine:
    """The engine that was created in `folder` under this name. Raises IndexDamaged when there is none,
    EngineUnavailable, and EngineUnreachable."""
    if name in ELSEWHERE:
        from search.engines.milvus import MilvusEngine
        from search.engines.ranking import Ranking

        return MilvusEngine(folder, analyzer, ranking or Ranking(), server or _lite(folder))
    from search.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(folder, _index(folder, analyzer, ranking, name), name)


def check_present(folder: Path, analyzer: Analyzer, name: str, server: MilvusServer | None = None) -> None:
    """Raises IndexDamaged where what an engine keeps elsewhere is not what was written, EngineUnavailable, and
    EngineUnreachable."""
    if name in ELSEWHERE:
        from search.engines.milvus import MilvusEngine
        from search.engines.ranking import Ranking

        engine = MilvusEngine(folder, analyzer, Ranking(), server or _lite(folder))
        try:
            engine.check()
        finally:
            engine.close()


def drop_leftovers(generations: Path, server: MilvusServer | None = None) -> None:
    """Remove what engines keep elsewhere for folders in `generations` that are gone. Nobody may be writing meanwhile.
    Raises TiaokuanError where that cannot be done now; the next time will do."""
    from search.engines.milvus_state import ID_FILE

    server = server or _lite(generations / "any")
    if not (generations / ID_FILE).exists() or (server.is_lite and not Path(server.uri).exists()):
        return
    from search.engines.milvus import drop_leftovers as drop

    drop(generations, server)


def _lite(folder: Path) -> MilvusServer:
    from search.engines.milvus_server import MilvusServer

    return MilvusServer.beside(folder)


def _index(folder: Path, analyzer: Analyzer, ranking: Ranking | None, name: str) -> KeywordIndex:
    from search.engines.embedded import KEYWORD
    from search.engines.ranking import Ranking

    return _keyword_index(name)(folder / KEYWORD, analyzer, ranking or Ranking())


def _keyword_index(name: str) -> Callable[[Path, Analyzer, Ranking], KeywordIndex]:
    if name == "embedded":
        from search.engines.whoosh_keyword import WhooshIndex

        return WhooshIndex
    if name == "tantivy":
        from search.engines.tantivy_keyword import TantivyIndex

        return TantivyIndex
    raise EngineUnavailable(engine=name, extra="", reason="unknown")
