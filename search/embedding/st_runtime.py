"""Runs any model that sentence-transformers loads.

Figures (one core of an AMD EPYC with avx512_bf16, without AMX, torch 2.13, the bundled model, passages of 43 tokens; tokens for
each second of the processor): float32 with the library's defaults 1,000; bfloat16 3,700 in batches of 8, 3,000 in
batches of 32.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import numpy as np

from search.embedding.runtime import ModelFacts, Vectors, whole

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_CPU_BATCH = 8
_GPU_BATCH = 128
_BATCHES_PER_CALL = 4
_MAX_THREADS = 8

# These need their prefixes, and their hub folders do not name them (huggingface.co/intfloat, model cards).
_E5_NAME = re.compile(r"multilingual-e5-(small|base|large)$")


class SentenceTransformersRuntime:
    """A model in torch. Threads take turns."""

    alike = False

    def __init__(self, model: SentenceTransformer, dtype: str, prompts: tuple[str, str]) -> None:
        self.dtype = dtype
        self._model = model
        self._turn = threading.Lock()
        dimension = _encode(model, ["条款"], prompts[1]).shape[1]
        self.facts = ModelFacts(dimension, int(model.max_seq_length or 512), *prompts)

    @classmethod
    def open(cls, place: str, *, local: bool, dtype: str, name: str) -> Self:
        """Load a folder (`local`) or a hub id. The libraries raise OSError, ValueError, RuntimeError, ImportError and
        their own."""
        import torch  # takes seconds
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(min(torch.get_num_threads(), _MAX_THREADS))
        with _quiet_transformers():
            model = SentenceTransformer(place, local_files_only=local)
        model.to(torch.bfloat16 if dtype == "bfloat16" else torch.float32)
        model.eval()
        return cls(model, dtype, _prompts(model, name))

    def encode(self, texts: Sequence[str], prompt: str, advance: Callable[[int], object] | None = None) -> Vectors:
        """As `Runtime` says."""
        vectors = np.empty((len(texts), self.facts.dimension), dtype=np.float32)
        for rows in _batches(texts, _batch_size(self._model) * _BATCHES_PER_CALL):
            with self._turn:  # let go between batches, so that a query need not wait for a whole corpus
                vectors[rows] = _encode(self._model, [texts[row] for row in rows], prompt)
            if advance:
                advance(len(rows))
        return vectors


def _batches(texts: Sequence[str], size: int) -> Iterator[list[int]]:
    """Row numbers, longest texts first: like lengths together waste least on padding, and the estimate errs high."""
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _batch_size(model: SentenceTransformer) -> int:
    return _CPU_BATCH if model.device.type == "cpu" else _GPU_BATCH


def _encode(model: SentenceTransformer, texts: Sequence[str], prompt: str) -> Vectors:
    found = model.encode(
        [whole(text) for text in texts],
        prompt=prompt,
        batch_size=_batch_size(model),
        show_progress_bar=False,
        convert_to_numpy=True,
    )
    # Also for models that do not normalise, and to make up for bfloat16's short mantissa.
    vectors: Vectors = np.array(found, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, 1e-12)
    return vectors


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """No bar for loading weights, which takes a moment; the setting is the library's only one, so put it back."""
    from transformers.utils import logging

    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _prompts(model: SentenceTransformer, name: str) -> tuple[str, str]:
    """Of queries, and of documents."""
    named = model.prompts
    query, document = named.get("query") or "", named.get("document") or named.get("passage") or ""
    if not query and not document and _E5_NAME.search(name):
        return "query: ", "passage: "
    return query, document
