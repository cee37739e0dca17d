"""The one place that asks a model for vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Self

import numpy as np

from search.embedding.choosing import Runtimes
from search.embedding.identity import EmbedderFingerprint, ModelIdentity, configured_model
from search.embedding.runtime import Vectors
from search.settings import Settings
from search.stages import cache_asked, cache_missed

_CACHED_QUERIES = 1024
_PROGRESS_DELAY_SECONDS = 2.0


class Embedder:
    """The model that the settings name. Safe to call from several threads.

    Queries and passages may go through different runtimes, whose vectors agree (choosing.py); each is loaded when it is
    first needed, which raises ModelUnavailable where it cannot be.
    """

    def __init__(self, identity: ModelIdentity, runtimes: Runtimes) -> None:
        self._identity = identity
        self._runtimes = runtimes
        self._queries: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def open(cls, settings: Settings, progress: bool = True) -> Self:
        """The model with what embeds passages loaded, converted first if need be. Raises ModelUnavailable."""
        embedder = cls(configured_model(settings), Runtimes(settings, progress))
        embedder._runtimes.for_passages()
        embedder._runtimes.prepare_queries()
        return embedder

    @classmethod
    def for_queries(cls, settings: Settings, progress: bool = True) -> Self:
        """The model with what embeds queries loaded: far lighter, where ONNX Runtime does. Raises ModelUnavailable."""
        embedder = cls(configured_model(settings), Runtimes(settings, progress))
        embedder._runtimes.for_queries()
        return embedder

    @property
    def model(self) -> str:
        """The model's name, as in the fingerprint. Loads nothing."""
        return self._identity.model

    @cached_property
    def fingerprint(self) -> EmbedderFingerprint:
        """What an index must say of passages embedded here. Loads what embeds them."""
        runtime = self._runtimes.for_passages()
        facts = runtime.facts
        return EmbedderFingerprint(
            self._identity.model,
            self._identity.revision,
            facts.dimension,
            facts.query_prompt,
            facts.document_prompt,
            runtime.dtype,
        )

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that the model reads, prompt included; it never sees the rest of a longer text."""
        return self._runtimes.for_passages().facts.max_tokens

    def encode_queries(self, queries: Sequence[str]) -> Vectors:
        """(n, dimension), each row of length 1. The latest are remembered."""
        if not queries:
            return np.empty((0, self._runtimes.for_queries().facts.dimension), dtype=np.float32)
        for _ in queries:
            cache_asked("query_vectors")
        return np.stack(self._query_vectors(queries))  # copies: the cache cannot be spoilt

    def foresee(self, queries: Sequence[str]) -> None:
        """Embed what `encode_queries` will soon be asked for, which several at once is less work for."""
        self._query_vectors(queries)

    def encode_as_passages(self, texts: Sequence[str]) -> Vectors:
        """As `encode_passages`, for a few texts to be compared with an index and not kept in one: by what embeds queries."""
        runtime = self._runtimes.for_queries()
        return runtime.encode(texts, runtime.facts.document_prompt)

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        """(n, dimension), each row of length 1, in the order given; a bar on stderr when it takes longer. Equal passages
        are embedded once."""
        from tqdm import tqdm

        runtime = self._runtimes.for_passages()
        numbers = {passage: number for number, passage in enumerate(dict.fromkeys(passages))}
        bar = tqdm(
            total=len(numbers), desc="embedding", disable=not progress, delay=_PROGRESS_DELAY_SECONDS, leave=False
        )
        with bar:
            vectors = runtime.encode(list(numbers), runtime.facts.document_prompt, bar.update)
        return vectors[[numbers[passage] for passage in passages]]

    def _query_vectors(self, queries: Sequence[str]) -> list[Vectors]:
        """(dimension,) each. They are embedded together where that makes no difference to any, so that it never matters to an
        answer what else was asked at the time."""
        with self._lock:
            found = {query: self._queries[query] for query in queries if query in self._queries}
        if missing := [query for query in dict.fromkeys(queries) if query not in found]:
            for _ in missing:
                cache_missed("query_vectors")
            runtime = self._runtimes.for_queries()
            for lot in [missing] if runtime.alike else [[query] for query in missing]:
                found |= zip(lot, runtime.encode(lot, runtime.facts.query_prompt), strict=True)
        with self._lock:
            for query in queries:
                self._queries[query] = found[query]
                self._queries.move_to_end(query)
            while len(self._queries) > _CACHED_QUERIES:
                self._queries.popitem(last=False)
        return [found[query] for query in queries]
