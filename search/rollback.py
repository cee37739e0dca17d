"""Back to an earlier generation: checked whole, then made the live one. Nothing is written but which one that is."""

from __future__ import annotations

from search.engines import check_present
from search.engines.milvus_server import MilvusServer
from search.errors import CannotWrite, IndexDamaged, NoGeneration, NothingEarlier
from search.generation import (
    Generation,
    check_made_alike,
    check_whole,
    current_name,
    generation_names,
    is_name,
    make_live,
    open_generation,
    writer_lock,
)
from search.settings import Settings
from search.text.segment import Analyzer


def roll_back(settings: Settings, wanted: str | None = None) -> tuple[str | None, Generation]:
    """Make an earlier generation live, the one before where none is named (`12` is `000012`); what was live, and it.

    Raises NoGeneration, NothingEarlier, IndexMismatch, IndexDamaged, IndexBusy, EngineUnavailable or CannotWrite; then
    nothing has changed."""
    try:
        with writer_lock(settings.home, settings.wait):
            return _rolled_back(settings, wanted)
    except OSError as error:
        raise CannotWrite(file=error.filename or settings.home, reason=error.strerror or str(error)) from error


def _rolled_back(settings: Settings, wanted: str | None) -> tuple[str | None, Generation]:
    """For who holds the lock."""
    live = _live(settings)
    generation = open_generation(settings.home, _named(settings, live, wanted))
    analyzer = Analyzer(settings.cache)
    check_made_alike(generation, analyzer.fingerprint, settings)
    check_whole(generation)
    check_present(generation.folder, analyzer, generation.manifest.engine, MilvusServer.of(settings))
    make_live(settings.home, generation.name)
    return live, generation


def _live(settings: Settings) -> str | None:
    try:
        return current_name(settings.home)
    except IndexDamaged:  # to go back is a way out of that
        return None


def _named(settings: Settings, live: str | None, wanted: str | None) -> str:
    names = generation_names(settings.home)
    known = "、".join(names) or "–"
    if wanted is None:
        earlier = [name for name in names if live is None or int(name) < int(live)]
        if not earlier:
            raise NothingEarlier(known=known)
        return earlier[-1]
    for name in names:
        if is_name(wanted) and int(name) == int(wanted):
            return name
    raise NoGeneration(name=wanted, known=known)
