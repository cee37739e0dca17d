"""The live generation as readers hold it: a newer one is moved to between two calls, and the old one is closed when its
last caller has left. One that cannot be used is left alone, and the one before it serves."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from search.engines import open_engine
from search.engines.protocol import Engine
from search.errors import IndexDamaged, NoIndex, TiaokuanError
from search.generation import (
    CATALOGUE,
    Generation,
    check_made_alike,
    check_whole,
    current_name,
    generation_names,
    open_generation,
)
from search.model import Notice
from search.settings import Settings
from search.store import Catalogue
from search.suggest import Suggester
from search.text.segment import Analyzer

RETRY_SECONDS = 60.0
"""A generation that could not be opened is tried again so much later: what was wrong may have been the machine."""
_log = logging.getLogger("tiaokuan")


@dataclass(slots=True)
class Snapshot:
    """An open generation and how many calls are using it."""

    generation: Generation
    catalogue: Catalogue
    engine: Engine
    suggester: Suggester
    users: int = 0
    retired: bool = False

    def close(self) -> None:
        self.engine.close()
        self.catalogue.close()


@dataclass(frozen=True, slots=True)
class Refused:
    """A generation that is not served though it is the live one, why, and when (monotonic) to try it again."""

    name: str
    error: TiaokuanError
    again: float


class LiveIndex:
    """Gives out the live generation. Safe for many threads.

    With `verified`, checksums are compared before a generation is served, and its vectors are loaded before it is moved
    to: for a server, which asks once and for long."""

    def __init__(self, settings: Settings, analyzer: Analyzer, *, verified: bool = False) -> None:
        self._settings = settings
        self._analyzer = analyzer
        self._verified = verified
        self._lock = Lock()
        self._moving = Lock()
        self.refused: Refused | None = None
        self._snapshot = self._first()

    @contextmanager
    def using(self) -> Iterator[Snapshot]:
        """The generation for the time of one call; it stays open until the last such call is over."""
        self._move_on()
        with self._lock:
            snapshot = self._snapshot
            snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                snapshot.users -= 1
                if snapshot.retired and not snapshot.users:
                    snapshot.close()

    def notices(self) -> tuple[Notice, ...]:
        """What the reader of an answer should know of where it comes from."""
        if (refused := self.refused) is None:
            return ()
        serving = self._snapshot.generation.name
        return (Notice("notice.generation_problem", {"name": refused.name, "serving": serving}),)

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._retire()

    def _first(self) -> Snapshot:
        """The live generation; where it is damaged, the newest one before it that is not."""
        name = current_name(self._settings.home)
        if name is None:
            raise NoIndex(home=self._settings.home)
        try:
            return self._load(name)
        except IndexDamaged as error:
            for older in reversed([n for n in generation_names(self._settings.home) if int(n) < int(name)]):
                try:
                    snapshot = self._load(older)
                except TiaokuanError:
                    continue
                self._refuse(name, error, older)
                return snapshot
            raise

    def _load(self, name: str) -> Snapshot:
        """Raises IndexMismatch, and IndexDamaged for whatever else keeps it from being opened."""
        try:
            generation = open_generation(self._settings.home, name)
            check_made_alike(generation, self._analyzer.fingerprint, self._settings)
            if self._verified:
                check_whole(generation)
            return self._opened(generation)
        except (TiaokuanError, MemoryError):
            raise
        except Exception as error:  # what the libraries raise on files that are not theirs is of any kind
            raise IndexDamaged(file=name, reason=" ".join(f"{type(error).__name__}: {error}".split())) from error

    def _opened(self, generation: Generation) -> Snapshot:
        catalogue = Catalogue(generation.folder / CATALOGUE)
        try:
            catalogue.counts()
            engine = open_engine(generation.folder, self._analyzer, name=generation.manifest.engine)
            if self._verified:
                engine.stats()
            return Snapshot(generation, catalogue, engine, Suggester(catalogue, self._analyzer))
        except BaseException:
            catalogue.close()
            raise

    def _move_on(self) -> None:
        """Change to another generation if that is the live one now. One call does it; others are served meanwhile."""
        if not self._moving.acquire(blocking=False):
            return
        try:
            self._follow()
        finally:
            self._moving.release()

    def _follow(self) -> None:
        serving = self._snapshot.generation.name
        try:
            name = current_name(self._settings.home)
        except IndexDamaged as error:
            self._refuse("CURRENT", error, serving)
            return
        if name is None or name == serving:
            self.refused = None
            return
        if self.refused and self.refused.name == name and time.monotonic() < self.refused.again:
            return
        try:
            newer = self._load(name)
        except TiaokuanError as error:
            self._refuse(name, error, serving)
            return
        with self._lock:
            self._retire()
            self._snapshot = newer
        self.refused = None

    def _refuse(self, name: str, error: TiaokuanError, serving: str) -> None:
        """Remember it, so that it is not opened again with every call; say it once."""
        if self.refused is None or self.refused.name != name:
            line = f"{error.message(self._settings.language)} ({error.remedy(self._settings.language)})"
            _log.warning("generation %s is not served, %s is: %s", name, serving, line)
        self.refused = Refused(name, error, time.monotonic() + RETRY_SECONDS)

    def _retire(self) -> None:
        if not self._snapshot.retired:
            self._snapshot.retired = True
            if not self._snapshot.users:
                self._snapshot.close()
