"""The searcher of a running program: opened at the first need, and tried again as long as there is no index."""

from __future__ import annotations

from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

from search.errors import ModelUnavailable

if TYPE_CHECKING:
    from search.searcher import Searcher
    from search.settings import Settings
    from search.worker import Worker


class Semantic(StrEnum):
    """Whether clauses can be found by meaning, as far as is known without loading the model for it."""

    OK = "ok"
    UNAVAILABLE = "unavailable"
    NOT_LOADED = "not_loaded"
    """Nobody has needed the model yet."""


class SearcherHolder:
    """Gives the one searcher of an app. A failure to open is not remembered, so an index built later is found.

    With `workers`, searches run in so many processes of their own; `first` is one that has been begun already."""

    def __init__(
        self, settings: Settings, searcher: Searcher | None = None, *, workers: int = 0, first: Worker | None = None
    ) -> None:
        self._settings = settings
        self._workers = workers
        self._searcher = searcher
        self._first = first
        self._lock = Lock()
        self.semantic = Semantic.NOT_LOADED

    def get(self) -> Searcher:
        """The searcher. Raises NoIndex, IndexMismatch or IndexDamaged while there is no usable index."""
        with self._lock:
            if self._searcher is None:
                self._searcher = self._opened()
            return self._searcher

    def _opened(self) -> Searcher:
        if self._workers:
            from search.pool import PooledSearcher

            pooled = PooledSearcher(self._settings, self._workers, self._first)
            self._first = None
            return pooled
        from search.searcher import Searcher  # only who searches loads the engines

        return Searcher.open(self._settings, verified=True)

    def warm_up(self) -> None:
        """Load what the first search would wait for. Raises what `get` raises, and ModelUnavailable."""
        searcher = self.get()
        try:
            searcher.warm_up()
        except ModelUnavailable:
            self.semantic = Semantic.UNAVAILABLE
            raise
        self.semantic = Semantic.OK

    def close(self) -> None:
        """Close the searcher, if it was ever opened."""
        with self._lock:
            if self._first is not None:
                self._first.kill()
                self._first = None
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None
