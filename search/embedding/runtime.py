"""What runs a model: texts in, vectors out. `st_runtime.py` runs any model, `onnx_runtime.py` the bundled one, lighter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a loaded model says of itself. `max_tokens`: what it reads of a text, prompt included."""

    dimension: int
    max_tokens: int
    query_prompt: str
    document_prompt: str


class Runtime(Protocol):
    """Safe to call from several threads."""

    @property
    def facts(self) -> ModelFacts: ...

    @property
    def dtype(self) -> str:
        """What it computes in."""
        ...

    @property
    def alike(self) -> bool:
        """Whether a text has the same vector, to the bit, alone and together with others."""
        ...

    def encode(self, texts: Sequence[str], prompt: str, advance: Callable[[int], object] | None = None) -> Vectors:
        """(n, dimension), each row of length 1, in the order given; `prompt` is put before each text. `advance` is told
        as texts are done."""
        ...


def whole(text: str) -> str:
    """The text as the tokenizers take it: half a surrogate pair is no text to them."""
    return text.encode("utf-8", "replace").decode()
