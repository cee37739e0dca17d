"""Back to an earlier generation: checked whole, then made the live one. Nothing is written but which one that is."""

from __future__ import annotations

from search.errors import IndexDamaged, NoGeneration, NothingEarlier
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

    Raises NoGeneration, NothingEarlier, IndexMismatch, IndexDamaged or IndexBusy; then nothing has changed."""
    with writer_lock(settings.home):
        live = _live(settings)
        generation = open_generation(settings.home, _named(settings, live, wanted))
        check_made_alike(generation, Analyzer(settings.cache).fingerprint, settings)
        check_whole(generation)
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
