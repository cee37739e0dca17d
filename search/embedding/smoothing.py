"""Makes what is multiplied in 8 bits even, channel by channel, before it is rounded: SmoothQuant (Xiao et al., ICML 2023, equation 4).

The inputs of a matrix share one scale, which the largest of them sets, and a few channels are always far larger than the
others, of which little would be left in 8 bits. So each channel is divided by

    s = max|input|^α / max|weight|^(1-α)

and its weights are multiplied by s; the product is the same, and part of the difficulty has moved to the weights, which have it
easier. How large the inputs get was measured once (benchmarks/activations.py) and comes with the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from search.embedding.e5_file import E5File, Floats

FILE = Path(__file__).with_name("activations.npz")
"""The largest absolute value of each input of each of the MATRICES, float16 (inputs,), by the matrix's name in the weights
file, over the lines of corpus/, each as a query and as a passage. Made by `python benchmarks/activations.py`."""
MATRICES = ("q", "ao", "fi", "fo")
"""Of each layer: of attention, whose key and value have the query's inputs, of what attention gives out, and of the two of the
feed-forward part."""
_ALPHA = 0.7
_LEAST = 1e-5
"""Channels that are never used have no size to divide by."""


def input_peaks() -> Mapping[str, Floats]:
    """What FILE holds."""
    with np.load(FILE) as held:
        return {name: held[name].astype(np.float32) for name in held.files}


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix and what is added to its product."""

    weights: Floats
    """(outputs, inputs)"""
    bias: Floats
    """(outputs,)"""

    @classmethod
    def read(cls, source: E5File, name: str) -> Self:
        bias = source.tensor(f"{name}.b", -1)
        return cls(source.tensor(f"{name}.w", len(bias), -1), bias)

    @classmethod
    def joined(cls, parts: list[Dense]) -> Dense:
        """Side by side: their outputs joined."""
        return Dense(np.concatenate([part.weights for part in parts]), np.concatenate([part.bias for part in parts]))

    def smoothing(self, peaks: Floats) -> Floats:
        """(inputs,): what to divide each input by, whose largest absolute values `peaks` (inputs,) are. Their geometric mean is 1."""
        inputs = np.maximum(peaks, _LEAST) ** _ALPHA
        logarithms = np.log(inputs / np.maximum(np.abs(self.weights).max(axis=0), _LEAST) ** (1 - _ALPHA))
        scales: Floats = np.exp(logarithms - logarithms.mean()).astype(np.float32)
        return scales

    def of_divided(self, scales: Floats) -> Dense:
        """The matrix that gives the same when its inputs were divided by these."""
        return Dense(self.weights * scales, self.bias)
