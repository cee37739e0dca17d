"""The live generation as readers hold it: a newer one is moved to between two calls, and the old one is closed when its
last caller has left. One that cannot be used is left alone, and the one before it serves."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from threading import Lock, Thread

from search.engines import ELSEWHERE, open_engine
from search.engines.milvus_server import MilvusServer
from search.engines.protocol import Engine, KeywordQuery
from search.errors import IndexDamaged, NoIndex, TiaokuanError
from search.freeing import give_back
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

_COMMON = "通知"
PATIENCE_SECONDS = 1.0
"""So long the call that sees a new generation waits for it, so that small indexes answer from it at once."""
RETRY_SECONDS = 60.0
"""A generation that could not be opened is tried again so much later: what was wrong may have been the machine."""
_UNHURRIED = 10
"""What a thread that compares checksums is the nicer by: the first questions come before it."""
_log = logging.getLogger("tiaokuan")


class Role(Enum):
    """What a program does with an index, which says what is checked and made ready, and when."""

    COMMAND = auto()
    """Asks now and ends: nothing is checked but what is cheap, nothing is made ready."""
    SERVER = auto()
    """Asks for long. The first generation is served at once and its checksums are compared meanwhile; a newer one is moved
    to when its checksums are right and it is warm."""
    LEADER = auto()
    """A server whose workers search: it checks for all of them, and loads only what it answers itself."""
    WORKER = auto()
    """Serves the generation that its leader names, which the leader has checked or is checking."""

    @property
    def verifies(self) -> bool:
        return self in (Role.SERVER, Role.LEADER)


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

    def warm_up(self, role: Role) -> None:
        """Load what the first questions would load: postings, vectors, and what suggestions are made from."""
        if role is not Role.LEADER:
            self.engine.keyword(KeywordQuery(_COMMON), 1)
            for clause_id, _, _ in islice(self.catalogue.texts(), 1):
                self.engine.semantic(self.engine.vectors(clause_id)[:1], 1)
            self.suggester.speller()
        if role is not Role.WORKER:
            self.suggester.suggest(_COMMON, 1)


@dataclass(frozen=True, slots=True)
class Refused:
    """A generation that is not served though it is the live one, why, and when (monotonic) to try it again."""

    name: str
    error: TiaokuanError
    again: float


def _warmed(snapshot: Snapshot, role: Role) -> None:
    """Warm it up, or let go of its files."""
    try:
        snapshot.warm_up(role)
    except BaseException:
        snapshot.close()
        raise


class LiveIndex:
    """Gives out the live generation. Safe for many threads.

    A server moves to a newer one in the background: one call waits a little for that, the others are answered from the old
    one. Where the one that is served turns out to be damaged, the newest whole one before it serves, or nothing does."""

    def __init__(
        self, settings: Settings, analyzer: Analyzer, role: Role = Role.COMMAND, following: str | None = None
    ) -> None:
        """`following`: the generation that a worker's leader has named first."""
        self._settings = settings
        self._analyzer = analyzer
        self._role = role
        self._following = following
        self._lock = Lock()
        self._moving = Lock()
        self._closed = False
        self.refused: Refused | None = None
        self._unusable: IndexDamaged | None = None
        """What is wrong with the snapshot, where nothing else can be served."""
        self._snapshot = self._first()
        if role.verifies:
            Thread(target=self._verify, args=(self._snapshot,), name="checksums", daemon=True).start()

    def follow(self, name: str) -> None:
        """Serve this generation from now on, because the leader does. For a worker."""
        self._following = name

    @contextmanager
    def using(self) -> Iterator[Snapshot]:
        """The generation for the time of one call; it stays open until the last such call is over. Raises IndexDamaged
        where it has turned out to be damaged and there is no other."""
        self.serving()
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

    def serving(self) -> str:
        """The name of the generation to answer from now, be it moved to just now. Raises IndexDamaged as `using`."""
        self._move_on()
        if (problem := self._unusable) is not None:
            raise IndexDamaged(**problem.parameters)
        return self._snapshot.generation.name

    def notices(self) -> tuple[Notice, ...]:
        """What the reader of an answer should know of where it comes from."""
        if (refused := self.refused) is None:
            return ()
        serving = self._snapshot.generation.name
        return (Notice("notice.generation_problem", {"name": refused.name, "serving": serving}),)

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._closed = True
            self._retire()

    def _first(self) -> Snapshot:
        """The live generation; where it is damaged, as far as is seen at once, the newest one before it that is not."""
        name = self._following or current_name(self._settings.home)
        if name is None:
            raise NoIndex(home=self._settings.home)
        try:
            return self._load(name)
        except IndexDamaged as error:
            if self._following or (older := self._before(name)) is None:
                raise
            self._refuse(name, error, older.generation.name)
            return older

    def _before(self, name: str, *, ready: bool = False) -> Snapshot | None:
        """The newest generation before this one that can be served."""
        for older in reversed([n for n in generation_names(self._settings.home) if int(n) < int(name)]):
            with suppress(TiaokuanError):
                return self._load(older, ready=ready)
        return None

    def _load(self, name: str, *, ready: bool = False) -> Snapshot:
        """With `ready`, it is whole, if that is this program's to see, and warm, if it is to serve for long. Raises
        IndexMismatch, and IndexDamaged for whatever else keeps it from being opened."""
        try:
            generation = open_generation(self._settings.home, name)
            check_made_alike(generation, self._analyzer.fingerprint, self._settings)
            if ready and self._role.verifies:
                check_whole(generation)
            snapshot = self._opened(generation)
            if ready and self._role is not Role.COMMAND:
                _warmed(snapshot, self._role)
            return snapshot
        except (TiaokuanError, MemoryError):
            raise
        except Exception as error:  # what the libraries raise on files that are not theirs is of any kind
            raise IndexDamaged(file=name, reason=" ".join(f"{type(error).__name__}: {error}".split())) from error

    def _opened(self, generation: Generation) -> Snapshot:
        catalogue = Catalogue(generation.folder / CATALOGUE)
        try:
            catalogue.counts()
            engine = open_engine(
                generation.folder,
                self._analyzer,
                name=generation.manifest.engine,
                server=MilvusServer.of(self._settings),
            )
            if self._role.verifies and generation.manifest.engine in ELSEWHERE:
                engine.stats()
            return Snapshot(generation, catalogue, engine, Suggester(catalogue, self._analyzer))
        except BaseException:
            catalogue.close()
            raise

    def _move_on(self) -> None:
        """Change to another generation if that is the live one now. One call sees to it; others are served meanwhile.
        For a server, it goes on in the background when it takes longer than a reader should wait."""
        if not self._moving.acquire(blocking=False):
            return
        name = None
        try:
            name = self._wanted()
        finally:
            if name is None:
                self._moving.release()
        if name is None:
            return
        if self._role is Role.COMMAND:
            self._take(name)
            return
        move = Thread(target=self._take, args=(name,), name="generation", daemon=True)
        move.start()
        move.join(PATIENCE_SECONDS)

    def _wanted(self) -> str | None:
        """The generation to move to, if there is one that is worth trying."""
        serving = self._snapshot.generation.name
        try:
            name = self._following or current_name(self._settings.home)
        except IndexDamaged as error:
            self._refuse("CURRENT", error, serving)
            return None
        if name is None or (name == serving and self._unusable is None):
            self.refused = None
            return None
        if self.refused and self.refused.name == name and time.monotonic() < self.refused.again:
            return None
        return name

    def _take(self, name: str) -> None:
        """Move to it, or remember why not; then another call may move."""
        try:
            self._change_to(self._load(name, ready=True))
            self.refused = None
        except TiaokuanError as error:
            self._refuse(name, error, self._snapshot.generation.name)
        finally:
            self._moving.release()
        if self._role is not Role.COMMAND:
            give_back()  # what the one before held, and what it took to open this one

    def _change_to(self, other: Snapshot) -> None:
        with self._lock:
            if self._closed:
                other.close()
                return
            self._retire()
            self._snapshot = other
            self._unusable = None

    def _verify(self, first: Snapshot) -> None:
        """Compare the checksums of what is served since the start, and leave it where they differ."""
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # Linux takes the number of a thread
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _UNHURRIED)
        try:
            check_whole(first.generation)
        except IndexDamaged as error:
            with self._moving:
                if not self._closed and self._snapshot is first:
                    self._leave(first.generation.name, error)

    def _leave(self, name: str, error: IndexDamaged) -> None:
        """Serve the newest whole generation before this one; where there is none, every call is told what is wrong."""
        older = self._before(name, ready=True)
        if older is None:
            self._refuse(name, error, None)
            self._unusable = error
        else:
            self._refuse(name, error, older.generation.name)
            self._change_to(older)

    def _refuse(self, name: str, error: TiaokuanError, serving: str | None) -> None:
        """Remember it, so that it is not opened again with every call; say it once."""
        if self.refused is None or self.refused.name != name:
            line = f"{error.message(self._settings.language)} ({error.remedy(self._settings.language)})"
            _log.warning("generation %s is not served, %s is: %s", name, serving or "none", line)
        self.refused = Refused(name, error, time.monotonic() + RETRY_SECONDS)

    def _retire(self) -> None:
        if not self._snapshot.retired:
            self._snapshot.retired = True
            if not self._snapshot.users:
                self._snapshot.close()
