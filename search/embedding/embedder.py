"""The one place that runs an embedding model.

Figures (best of repeats on 2 shared cores of an AMD EPYC with avx512_bf16, torch 2.13, the bundled model, passages of
about 76 tokens): float32 reads some 2,200 tokens a second and answers a query in 19 ms; bfloat16 4,400 tokens and
10 ms. Batches of 4 to 8 are the fastest on this CPU; with 32, either type does about 40 % less.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from search.embedding.bundled import bundled_model_folder
from search.embedding.identity import EmbedderFingerprint, configured_model, model_folder
from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL, Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_CPU_BATCH = 8
_GPU_BATCH = 128
_BATCHES_PER_CALL = 4
_MAX_THREADS = 8
_CACHED_QUERIES = 1024
_PROGRESS_DELAY_SECONDS = 2.0

# These need their prefixes, and their hub folders do not name them (huggingface.co/intfloat, model cards).
_E5_NAME = re.compile(r"multilingual-e5-(small|base|large)$")


class Embedder:
    """A loaded model. Safe to call from several threads; they take turns."""

    def __init__(self, model: SentenceTransformer, fingerprint: EmbedderFingerprint) -> None:
        self.fingerprint = fingerprint
        self._model = model
        self._turn = threading.Lock()
        self._cached_query = lru_cache(maxsize=_CACHED_QUERIES)(self._encode_query)

    @classmethod
    def open(cls, settings: Settings, progress: bool = True) -> Self:
        """Load `settings.model`, converting the bundled one first if need be. Raises ModelUnavailable."""
        identity = configured_model(settings)
        name = settings.model
        if name == BUNDLED_MODEL:
            place, local = str(bundled_model_folder(settings.cache, progress)), True
        else:
            folder = model_folder(name)
            place, local = (str(folder), True) if folder else (name, False)
        try:
            model, dtype = _load(place, local, settings.model_dtype)
            query_prompt, document_prompt = _prompts(model, name)
            dimension = _encode(model, ["条款"], document_prompt).shape[1]
        except Exception as error:  # the libraries raise OSError, ValueError, RuntimeError, ImportError and their own
            raise ModelUnavailable(model=name, reason=_first_line(error)) from error
        return cls(
            model,
            EmbedderFingerprint(identity.model, identity.revision, dimension, query_prompt, document_prompt, dtype),
        )

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model reads, prompt included; it never sees the rest of a longer text."""
        return int(self._model.max_seq_length or 512)

    def encode_queries(self, queries: Sequence[str]) -> Vectors:
        """(n, dimension), each row of length 1. The latest single queries are remembered."""
        if len(queries) == 1:
            return self._cached_query(queries[0]).copy()
        return self._encode_all(queries, self.fingerprint.query_prompt, progress=False)

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        """(n, dimension), each row of length 1, in the order given; a bar on stderr when it takes longer."""
        return self._encode_all(passages, self.fingerprint.document_prompt, progress)

    def _encode_query(self, query: str) -> Vectors:
        with self._turn:
            return _encode(self._model, [query], self.fingerprint.query_prompt)

    def _encode_all(self, texts: Sequence[str], prompt: str, progress: bool) -> Vectors:
        from tqdm import tqdm

        vectors = np.empty((len(texts), self.fingerprint.dimension), dtype=np.float32)
        bar = tqdm(total=len(texts), desc="embedding", disable=not progress, delay=_PROGRESS_DELAY_SECONDS, leave=False)
        with bar:
            for rows in _batches(texts, _batch_size(self._model) * _BATCHES_PER_CALL):
                with self._turn:  # let go between batches, so that a query need not wait for a whole corpus
                    vectors[rows] = _encode(self._model, [texts[row] for row in rows], prompt)
                bar.update(len(rows))
        return vectors


def _batches(texts: Sequence[str], size: int) -> Iterator[list[int]]:
    """Row numbers, longest texts first: like lengths together waste least on padding, and the estimate errs high."""
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _batch_size(model: SentenceTransformer) -> int:
    return _CPU_BATCH if model.device.type == "cpu" else _GPU_BATCH


def _encode(model: SentenceTransformer, texts: list[str], prompt: str) -> Vectors:
    whole = [text.encode("utf-8", "replace").decode() for text in texts]  # half a surrogate pair is no text to it
    found = model.encode(
        whole, prompt=prompt, batch_size=_batch_size(model), show_progress_bar=False, convert_to_numpy=True
    )
    # Also for models that do not normalise, and to make up for bfloat16's short mantissa.
    vectors: Vectors = np.array(found, dtype=np.float32)
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, 1e-12)
    return vectors


def _load(place: str, local: bool, dtype: str) -> tuple[SentenceTransformer, str]:
    import torch  # takes seconds
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(min(torch.get_num_threads(), _MAX_THREADS))
    with _quiet_transformers():
        model = SentenceTransformer(place, local_files_only=local)
    chosen = _fast_dtype() if dtype == "auto" else dtype
    model.to(torch.bfloat16 if chosen == "bfloat16" else torch.float32)
    model.eval()
    return model, chosen


def _fast_dtype() -> str:
    """bfloat16 where the CPU multiplies it in hardware: measured twice as fast. Elsewhere it is emulated, and slow."""
    from torch import cpu

    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return "bfloat16" if any(getattr(cpu, check, bool)() for check in checks) else "float32"


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
    named = model.prompts
    query, document = named.get("query") or "", named.get("document") or named.get("passage") or ""
    if not query and not document and _E5_NAME.search(name):
        return "query: ", "passage: "
    return query, document


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
