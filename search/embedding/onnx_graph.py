"""Writes the bundled model as an ONNX graph of 8-bit matrix products, for ONNX Runtime on CPUs.

    tokens → embeddings → 12 × (attention → add, norm → feed-forward → add, norm)

The tokens of all texts come one after the other, without padding: only attention, which looks from token to token, has its
inputs spread out text by text, and its outputs put together again.

The matrices are rounded to 8 bits with a scale for each output column, what is multiplied with them to 8 bits with a scale
that was fixed when the graph was written: how large it gets was measured (smoothing.py), and larger values are cut. What the
feed-forward part multiplies last varies most, so it is scaled token by token. So a text has the same vector, to the bit,
whatever it is computed with (scales taken from all that is computed together would let each text change the others'), and
several queries at once are less work than one by one. The table of embeddings stays in the file's own 4-bit blocks,
exactly, a fifth of its size in float32 halves. Operators of the domain com.microsoft are ONNX Runtime's own; its CPU kernels
have them all.

Addition and norm are kept apart: fused as `SkipLayerNormalization`, they took 0.5 ms more of 3 in version 1.31.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from search.embedding.e5_file import E5File, Floats
from search.embedding.smoothing import LEAST_OF_TOKEN, MOST, Dense, by_token, inputs_of_matrices, smoothed

OPSET = 20
"""The first with Gelu."""
_RUNTIME_DOMAIN = "com.microsoft"
_IR_VERSION = 9
_MIDDLE = 128
"""What 0 is rounded to in uint8."""
_INT32, _FLOAT, _INT64 = int(TensorProto.INT32), int(TensorProto.FLOAT), int(TensorProto.INT64)
_INPUTS = (
    ("input_ids", _INT64, ["tokens"]),
    ("positions", _INT64, ["tokens"]),
    ("lengths", _INT32, ["texts"]),
    ("spread", _INT64, ["texts", "longest"]),
    ("joined", _INT64, ["tokens"]),
)


def onnx_model(source: E5File, kept: Sequence[int]) -> ModelProto:
    """The graph, with the embeddings of the `kept` pieces, which are renumbered in this order.

    Takes `input_ids` and `positions` (tokens,), int64, those of one text after those of the other, the latter counted from 0
    in each; `lengths` (texts,), int32; `spread` (texts, longest), int64: the number of each text's each token among all, any
    number behind its last; and `joined` (tokens,), int64: which entries of `spread` are tokens. Gives `hidden`, float32
    (tokens, hidden): the states after the last layer."""
    graph = _Graph()
    hidden = _embeddings(graph, source, kept)
    last = source.shape.layers - 1
    for layer in range(last + 1):
        hidden = _layer(graph, source, layer, hidden, output="hidden" if layer == last else "")
    return graph.model(source.shape.hidden)


class _Graph:
    """A graph that grows; names are numbered."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self.inputs = inputs_of_matrices()

    def constant(self, value: NDArray[np.generic]) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def numbers(self, *values: int) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def add(self, kind: str, inputs: Sequence[str], *, own: bool = False, output: str = "", **attributes: Any) -> str:
        """A node with one output, whose name is given back; `own`: an operator of ONNX Runtime's."""
        name = output or f"n{len(self._nodes)}"
        domain = _RUNTIME_DOMAIN if own else ""
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def split(self, whole: str, parts: int) -> list[str]:
        names = [f"n{len(self._nodes)}_{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [whole], names, axis=-1, num_outputs=parts))
        return names

    def model(self, hidden: int) -> ModelProto:
        inputs = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in _INPUTS]
        outputs = [helper.make_tensor_value_info("hidden", _FLOAT, ["tokens", hidden])]
        graph = helper.make_graph(self._nodes, "e5", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_RUNTIME_DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


def _embeddings(graph: _Graph, source: E5File, kept: Sequence[int]) -> str:
    shape = source.shape
    words = _words(graph, source, kept)
    # Every text is of one part, so the first row of the types is added to each position.
    places = source.tensor("emb.pos", shape.positions, shape.hidden)
    places = places + source.tensor("emb.type", shape.token_types, shape.hidden)[0]
    places_read = graph.add("Gather", [graph.constant(places), "positions"])
    return _norm(graph, source, "emb.ln", graph.add("Add", [words, places_read]))


def _words(graph: _Graph, source: E5File, kept: Sequence[int]) -> str:
    """Weight (half - 8) * d, the lower halves of a block first, then the upper ones (e5_file.py)."""
    scales, halves = source.blocks("emb.word", source.shape.vocabulary)
    both = graph.add("Gather", [graph.constant(halves[kept]), "input_ids"])
    lower = graph.add("BitwiseAnd", [both, graph.constant(np.array(15, dtype=np.uint8))])
    upper = graph.add("BitShift", [both, graph.constant(np.array(4, dtype=np.uint8))], direction="RIGHT")
    weights = graph.add("Cast", [graph.add("Concat", [lower, upper], axis=-1)], to=_FLOAT)
    weights = graph.add("Sub", [weights, graph.constant(np.array(8, dtype=np.float32))])
    scale = graph.add("Gather", [graph.constant(scales[kept][..., np.newaxis]), "input_ids"])
    weights = graph.add("Mul", [weights, graph.add("Cast", [scale], to=_FLOAT)])
    return graph.add("Reshape", [weights, graph.numbers(0, source.shape.hidden)])


def _layer(graph: _Graph, source: E5File, layer: int, hidden: str, output: str) -> str:
    name, shape = f"l{layer}.", source.shape
    asked = graph.add("Gather", [_product(graph, source, name + "q", hidden), "spread"], axis=0)
    query, key, value = graph.split(asked, 3)
    attended = graph.add("MultiHeadAttention", [query, key, value, "", "lengths"], own=True, num_heads=shape.heads)
    attended = graph.add("Reshape", [attended, graph.numbers(-1, shape.hidden)])
    attended = graph.add("Gather", [attended, "joined"], axis=0)
    attended = graph.add("Add", [_product(graph, source, name + "ao", attended), hidden])
    attended = _norm(graph, source, name + "aln", attended)
    inner = graph.add("Gelu", [_product(graph, source, name + "fi", attended)])
    outer = _product(graph, source, name + "fo", inner)
    return _norm(graph, source, name + "oln", graph.add("Add", [outer, attended]), output)


def _product(graph: _Graph, source: E5File, name: str, inputs: str) -> str:
    """With the matrix (several: `smoothed`) that has the inputs of this name. Where they are scaled by token, each token's are
    divided by the largest of them first, and its outputs multiplied by it."""
    dense, sizes = smoothed(source, name), graph.inputs[name]
    scales = dense.smoothing(sizes.peaks)
    even = graph.add("Mul", [inputs, graph.constant(1 / scales)])
    rounded = _Rounded.of(dense.of_divided(scales), sizes.means / scales, sizes.lost / scales)
    if not by_token(name):
        return _multiplied(graph, rounded, even, float((sizes.peaks / scales).max()), added=rounded.bias)
    # Gelu gives nothing below -.17, so the largest value, not the absolute one, will do.
    largest = graph.add("ReduceMax", [even, graph.numbers(-1)], keepdims=1)
    largest = graph.add("Max", [largest, graph.constant(np.array(LEAST_OF_TOKEN, np.float32))])
    outputs = _multiplied(graph, rounded, graph.add("Div", [even, largest]), 1.0)
    return graph.add("Add", [graph.add("Mul", [outputs, largest]), graph.constant(rounded.bias)])


def _multiplied(graph: _Graph, rounded: _Rounded, inputs: str, largest: float, added: Floats | None = None) -> str:
    """The product with inputs of at most this size, rounded; larger ones are cut."""
    step, middle = graph.constant(np.array(largest / MOST, np.float32)), graph.constant(np.array(_MIDDLE, np.uint8))
    whole = graph.add("QuantizeLinear", [inputs, step, middle])
    parts = [whole, graph.constant(rounded.weights.T), step, graph.constant(rounded.steps), middle]
    if added is not None:
        parts += ["", graph.constant(added)]
    return graph.add("MatMulIntegerToFloat", parts, own=True)


class _Rounded(NamedTuple):
    """A matrix with weights (outputs, inputs) in 8 bits, and a step for each output (outputs,)."""

    weights: NDArray[np.int8]
    steps: Floats
    bias: Floats

    @classmethod
    def of(cls, dense: Dense, means: Floats, lost: Floats) -> Self:
        """With the same product in the mean, of inputs that are these `means`, of which rounding takes `lost`."""
        steps: Floats = np.maximum(np.abs(dense.weights).max(axis=1), np.finfo(np.float32).tiny) / np.float32(MOST)
        whole = np.rint(dense.weights / steps[:, np.newaxis])
        again = dense.weights @ means - (whole * steps[:, np.newaxis]) @ (means - lost)
        return cls(whole.astype(np.int8), steps, (dense.bias + again).astype(np.float32))


def _norm(graph: _Graph, source: E5File, name: str, hidden: str, output: str = "") -> str:
    inputs = [hidden, *(graph.constant(source.tensor(f"{name}.{part}", -1)) for part in "wb")]
    return graph.add("LayerNormalization", inputs, output=output, epsilon=source.shape.layer_norm_epsilon)
