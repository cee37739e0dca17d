"""Makes what is multiplied in 8 bits even, channel by channel, before it is rounded: SmoothQuant (Xiao et al., ICML 2023, equation 4).

The inputs of a matrix share one scale, which the largest of them sets, and a few channels are always far larger than the
others, of which little would be left in 8 bits. So each channel is divided by

    s = max|input|^α / max|weight|^(1-α)

and its weights are multiplied by s; the product is the same, and part of the difficulty has moved to the weights, which have it
easier.

What rounding changes in the mean is the same for every text, and would move all vectors one way and their cosines with them (many
inputs are a little below 0, and become 0): it is added again (bias correction: Nagel et al., ICCV 2019, section 4.2). How large the
inputs get, what they are in the mean, and what rounding takes from that was measured once (benchmarks/activations.py) and comes
with the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from search.embedding.e5_file import E5File, Floats

MEAN, LOST = ".mean", ".lost"
FILE = Path(__file__).with_name("activations.npz")
"""Of each input of each of the MATRICES the largest absolute value, float16 (inputs,), by the matrix's name in the weights file;
by that name with MEAN behind its mean, and with LOST behind what rounding takes from that. Over the lines of corpus/, each as
a query and as a passage. Made by `python benchmarks/activations.py`."""
MATRICES = ("q", "ao", "fi", "fo")
"""Of each layer: of attention, whose key and value have the query's inputs, of what attention gives out, and of the two of the
feed-forward part."""
_ALPHA = 0.7
MOST = 127
"""Weights are rounded to -127…127, inputs to -128…127."""
LEAST_OF_TOKEN = 1e-3
"""That a token's inputs are divided by."""
_LEAST_OF_CHANNEL = 1e-5
"""Channels that are never used have no size to divide by."""


class Inputs(NamedTuple):
    """Of a matrix: the largest absolute value of each input, its mean, and what rounding takes from that, (inputs,) each."""

    peaks: Floats
    means: Floats
    lost: Floats


def inputs_of_matrices() -> Mapping[str, Inputs]:
    """What FILE holds, by the matrix's name."""
    with np.load(FILE) as held:
        sizes = {name: held[name].astype(np.float32) for name in held.files}
    return {name: Inputs(sizes[name], sizes[name + MEAN], sizes[name + LOST]) for name in sizes if name + MEAN in sizes}


def by_token(name: str) -> bool:
    """Whether a matrix's inputs are scaled token by token: those that vary most."""
    return name.endswith(".fo")


def smoothed(source: E5File, name: str) -> Dense:
    """The matrix that has the inputs of this name: of attention's query, key and value all three."""
    if not name.endswith(".q"):
        return Dense.read(source, name)
    return Dense.joined([Dense.read(source, name[:-1] + part) for part in "qkv"])


def rounded(inputs: Floats, scales: Floats, peaks: Floats, name: str) -> Floats:
    """What the graph (onnx_graph.py) multiplies instead of these inputs (tokens, inputs), which it divides by `scales`."""
    even = inputs / scales
    largest = np.maximum(even.max(axis=1, keepdims=True), LEAST_OF_TOKEN) if by_token(name) else (peaks / scales).max()
    steps = largest / MOST
    whole: Floats = np.clip(np.rint(even / steps), -MOST - 1, MOST) * steps * scales
    return whole


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
        inputs = np.maximum(peaks, _LEAST_OF_CHANNEL) ** _ALPHA
        logarithms = np.log(inputs / np.maximum(np.abs(self.weights).max(axis=0), _LEAST_OF_CHANNEL) ** (1 - _ALPHA))
        scales: Floats = np.exp(logarithms - logarithms.mean()).astype(np.float32)
        return scales

    def of_divided(self, scales: Floats) -> Dense:
        """The matrix that gives the same when its inputs were divided by these."""
        return Dense(self.weights * scales, self.bias)
