"""The model as a running program needs it: loaded by the first who asks. One that cannot be loaded is tried again now and
then, not by every query, each of which would wait for it in vain."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from search.errors import ModelUnavailable

if TYPE_CHECKING:
    from search.embedding import Embedder

RETRY_SECONDS = 300.0


class ModelOnDemand:
    """Gives out one model. Safe for many threads."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._load = load
        self._lock = Lock()
        self._model: Embedder | None = None
        self._failed: ModelUnavailable | None = None
        self._again = 0.0

    @property
    def is_loaded(self) -> bool:
        """Whether `get` gives it at once."""
        return self._model is not None

    def get(self) -> Embedder:
        """The model. Raises ModelUnavailable, at once where it could not be loaded lately or is being tried again."""
        if self._model is not None:
            return self._model
        if self._failed is not None and time.monotonic() < self._again:
            raise ModelUnavailable(**self._failed.parameters)
        if not self._lock.acquire(blocking=self._failed is None):
            assert self._failed is not None  # noqa: S101 - for the type checker: else the lock was waited for
            raise ModelUnavailable(**self._failed.parameters)
        try:
            return self._loaded()
        finally:
            self._lock.release()

    def _loaded(self) -> Embedder:
        """For who holds the lock."""
        if self._model is None:
            if self._failed is not None and time.monotonic() < self._again:  # while this call waited for the lock
                raise ModelUnavailable(**self._failed.parameters)
            try:
                self._model = self._load()
            except ModelUnavailable as error:
                self._failed, self._again = error, time.monotonic() + RETRY_SECONDS
                raise
        return self._model
