"""Writes the bundled model as an ONNX graph of 8-bit matrix products, for ONNX Runtime on CPUs.

    tokens → embeddings → 12 × (attention → add, norm → feed-forward → add, norm) → mean over the tokens → length 1

The matrices are rounded to 8 bits with a scale for each output column, what is multiplied with them to 8 bits as it comes
(`DynamicQuantizeMatMul`), made even before (smoothing.py). What the feed-forward part multiplies last varies most, so it is
also scaled token by token: that halves what is left of the error (mean cosine .9997 instead of .9994). The factors of smoothing
cannot go into the norms, whose output is also added as it is, nor through the Gelu; multiplying by them takes no time that
could be measured. The table of embeddings stays in the file's own 4-bit blocks, exactly, a fifth of its size in float32
halves. Operators of the domain com.microsoft are ONNX Runtime's own; its CPU kernels have them all.

Addition and norm are kept apart: fused as `SkipLayerNormalization`, they took 0.5 ms more of 3 in version 1.31.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from search.embedding.e5_file import E5File, Floats
from search.embedding.smoothing import MATRICES, Dense, input_peaks

OPSET = 20
"""The first with Gelu."""
_RUNTIME_DOMAIN = "com.microsoft"
_IR_VERSION = 9
_MOST = 127
"""Weights are rounded to -127…127."""
_LEAST = 1e-3
"""That a token's inputs are divided by. (Gelu gives nothing below -.17, so the largest value, not the absolute one, will do.)"""
_INT32, _FLOAT, _INT64 = int(TensorProto.INT32), int(TensorProto.FLOAT), int(TensorProto.INT64)


def onnx_model(source: E5File, kept: Sequence[int]) -> ModelProto:
    """The graph, with the embeddings of the `kept` pieces, which are renumbered in this order.

    Takes `input_ids` and `attention_mask`, both int64 (texts, tokens); gives `vectors`, float32 (texts, hidden)."""
    graph = _Graph()
    mask = graph.add("Cast", ["attention_mask"], to=_INT32)
    hidden = _embeddings(graph, source, kept)
    for layer in range(source.shape.layers):
        hidden = _layer(graph, source, layer, hidden, mask)
    _mean_of_length_1(graph, hidden)
    return graph.model(source.shape.hidden)


class _Graph:
    """A graph that grows; names are numbered."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self.peaks = input_peaks()

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
        inputs = [
            helper.make_tensor_value_info(name, _INT64, ["texts", "tokens"]) for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("vectors", _FLOAT, ["texts", hidden])]
        graph = helper.make_graph(self._nodes, "e5", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_RUNTIME_DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


def _embeddings(graph: _Graph, source: E5File, kept: Sequence[int]) -> str:
    shape = source.shape
    words = _words(graph, source, kept)
    # Every text is of one part, so the first row of the types is added to each position.
    places = source.tensor("emb.pos", shape.positions, shape.hidden)
    places = places + source.tensor("emb.type", shape.token_types, shape.hidden)[0]
    length = graph.add("Shape", ["input_ids"], start=1, end=2)
    places_read = graph.add("Slice", [graph.constant(places), graph.numbers(0), length, graph.numbers(0)])
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
    return graph.add("Reshape", [weights, graph.numbers(0, 0, source.shape.hidden)])


def _layer(graph: _Graph, source: E5File, layer: int, hidden: str, mask: str) -> str:
    name = f"l{layer}."
    first, second, third = (graph.peaks[name + part] for part in MATRICES)
    joined = Dense.joined([Dense.read(source, name + part) for part in ("q", "k", "v")])
    query, key, value = graph.split(_product(graph, joined, hidden, first), 3)
    attended = graph.add("MultiHeadAttention", [query, key, value, "", mask], own=True, num_heads=source.shape.heads)
    attended = graph.add("Add", [_product(graph, Dense.read(source, name + "ao"), attended), hidden])
    attended = _norm(graph, source, name + "aln", attended)
    inner = graph.add("Gelu", [_product(graph, Dense.read(source, name + "fi"), attended, second)])
    outer = _product_by_token(graph, Dense.read(source, name + "fo"), inner, third)
    return _norm(graph, source, name + "oln", graph.add("Add", [outer, attended]))


def _product(graph: _Graph, dense: Dense, inputs: str, peaks: Floats | None = None) -> str:
    """With `peaks`, of inputs that are made even first."""
    if peaks is not None:
        scales = dense.smoothing(peaks)
        dense, inputs = dense.of_divided(scales), graph.add("Mul", [inputs, graph.constant(1 / scales)])
    rounded, steps = _rounded(dense.weights)
    parts = [inputs, graph.constant(rounded.T), graph.constant(steps), "", graph.constant(dense.bias)]
    return graph.add("DynamicQuantizeMatMul", parts, own=True)


def _product_by_token(graph: _Graph, dense: Dense, inputs: str, peaks: Floats) -> str:
    """As `_product`, each token's inputs divided by the largest of them first and its outputs multiplied by it: no token's
    size then takes bits from the others, nor from other texts in the batch."""
    scales = dense.smoothing(peaks)
    inputs = graph.add("Mul", [inputs, graph.constant(1 / scales)])
    largest = graph.add("ReduceMax", [inputs, graph.numbers(-1)], keepdims=1)
    largest = graph.add("Max", [largest, graph.constant(np.array(_LEAST, dtype=np.float32))])
    alone = Dense(dense.of_divided(scales).weights, np.zeros_like(dense.bias))
    outputs = _product(graph, alone, graph.add("Div", [inputs, largest]))
    return graph.add("Add", [graph.add("Mul", [outputs, largest]), graph.constant(dense.bias)])


def _rounded(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights (outputs, inputs) in 8 bits, and a scale for each output."""
    scales: Floats = np.maximum(np.abs(weights).max(axis=1), np.finfo(np.float32).tiny) / np.float32(_MOST)
    return np.rint(weights / scales[:, np.newaxis]).astype(np.int8), scales


def _norm(graph: _Graph, source: E5File, name: str, hidden: str) -> str:
    inputs = [hidden, *(graph.constant(source.tensor(f"{name}.{part}", -1)) for part in "wb")]
    return graph.add("LayerNormalization", inputs, epsilon=source.shape.layer_norm_epsilon)


def _mean_of_length_1(graph: _Graph, hidden: str) -> None:
    """A sum will do: the length is made 1 anyhow."""
    read = graph.add("Unsqueeze", [graph.add("Cast", ["attention_mask"], to=_FLOAT), graph.numbers(2)])
    summed = graph.add("ReduceSum", [graph.add("Mul", [hidden, read]), graph.numbers(1)], keepdims=0)
    graph.add("LpNormalization", [summed], output="vectors", axis=1, p=2)
