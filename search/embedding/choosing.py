"""Which runtime answers queries, and which embeds passages: by the settings, the model, and what the processor is good at.

A single query is fastest in ONNX Runtime, in 8 bits. Passages are, too, on a processor without AMX (AVX512-BF16 alone: twice as
fast as bfloat16 in torch; benchmarks/README.md), and rank as well by meaning, to .002 of nDCG@10. With AMX they are
embedded in bfloat16, on a graphics card by torch. An index keeps what it was made in (indexer/precision.py).
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
from contextlib import suppress
from pathlib import Path
from shutil import which

from search.embedding.bundled import bundled_model_folder
from search.embedding.identity import model_folder
from search.embedding.light import LEAST_FOR_PASSAGES, agreement, light_runtime
from search.embedding.onnx_runtime import OnnxRuntime
from search.embedding.runtime import Runtime
from search.embedding.st_runtime import SentenceTransformersRuntime
from search.errors import ModelUnavailable
from search.settings import BUNDLED_MODEL, Settings

_CPU_FACTS = Path("/proc/cpuinfo")
_GPU_SIGNS = ("/proc/driver/nvidia", "/dev/kfd")
"""Of drivers: NVIDIA's and AMD's."""
_log = logging.getLogger(__name__)


class Runtimes:
    """The runtimes of the model that the settings name, each loaded at the first need. Safe for many threads."""

    def __init__(self, settings: Settings, progress: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._lock = threading.RLock()
        self._torch: SentenceTransformersRuntime | None = None
        self._light: OnnxRuntime | None = None
        self._no_light: ModelUnavailable | None = None

    def for_queries(self) -> Runtime:
        """Raises ModelUnavailable."""
        with self._lock:
            wanted = self._settings.query_runtime
            if wanted == "torch":
                return self._in_torch()
            try:
                return self._in_onnx()
            except ModelUnavailable:
                if wanted == "onnx":
                    raise
                return self._in_torch()

    def for_passages(self) -> Runtime:
        """Raises ModelUnavailable."""
        with self._lock:
            wanted = self._settings.model_dtype
            if wanted == "int8":
                return self._in_onnx()
            if wanted == "auto" and not _has("amx_bf16") and not _may_have_gpu():
                with suppress(ModelUnavailable):
                    light = self._in_onnx()
                    if agreement(self._settings.cache) >= LEAST_FOR_PASSAGES:
                        return light
            return self._in_torch()

    def prepare_queries(self) -> None:
        """Make the files that light queries need, so that no query waits for that; without them, sentence-transformers
        answers."""
        if self._settings.query_runtime != "torch":
            with suppress(ModelUnavailable), self._lock:
                self._in_onnx()

    def _in_onnx(self) -> OnnxRuntime:
        if self._no_light is not None:
            raise ModelUnavailable(**self._no_light.parameters)
        if self._light is None:
            try:
                self._light = self._load_light()
            except ModelUnavailable as error:  # kept: else every query would try it again
                self._no_light = error
                _log.info("no light runtime: %s", error.parameters["reason"])
                raise
        return self._light

    def _load_light(self) -> OnnxRuntime:
        if self._settings.model != BUNDLED_MODEL:
            reason = "ONNX Runtime and int8 are for the bundled model only"
            raise ModelUnavailable(model=self._settings.model, reason=reason)
        # Where torch is not loaded anyhow, it is let go of after the comparison.
        return light_runtime(self._settings.cache, lambda: self._torch or _load(self._settings, self._progress))

    def _in_torch(self) -> SentenceTransformersRuntime:
        if self._torch is None:
            self._torch = _load(self._settings, self._progress)
        return self._torch


def goes_well_in(dtype: object) -> bool:
    """Whether torch embeds passages in this at a fair pace here. (Of 8 bits it knows nothing.)"""
    return dtype in ("float32", _fast_dtype())


def _load(settings: Settings, progress: bool) -> SentenceTransformersRuntime:
    name = settings.model
    if name == BUNDLED_MODEL:
        place, local = str(bundled_model_folder(settings.cache, progress)), True
    else:
        folder = model_folder(name)
        place, local = (str(folder), True) if folder else (name, False)
    dtype = settings.model_dtype if settings.model_dtype in ("float32", "bfloat16") else _fast_dtype()
    try:
        return SentenceTransformersRuntime.open(place, local=local, dtype=dtype, name=name)
    except Exception as error:  # the libraries raise OSError, ValueError, RuntimeError, ImportError and their own
        raise ModelUnavailable(model=name, reason=_first_line(error)) from error


def _fast_dtype() -> str:
    """Of torch: bfloat16 where the CPU multiplies it in hardware. Elsewhere it is emulated, and slow."""
    return "bfloat16" if _has("amx_bf16", "avx512_bf16") else "float32"


def _has(*flags: str) -> bool:
    """Whether the processor has one of these abilities; where the system does not say, it has none."""
    try:
        facts = _CPU_FACTS.read_text("utf-8", "replace")
    except OSError:
        return False
    return not set(flags).isdisjoint(facts.split())


def _may_have_gpu() -> bool:
    """Whether torch may find a device that is faster than the processor; asked without loading torch."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return which("nvidia-smi") is not None or any(map(os.path.exists, _GPU_SIGNS))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
