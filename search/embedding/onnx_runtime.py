"""Runs the bundled model in ONNX Runtime, which loads in a fraction of the time and of the memory that torch takes.

Each text or batch is computed by the thread that asks, on one core: a query takes some 3 ms of it, so a second thread would
mostly wait for the first, and several clients use several cores anyway. Of many texts, batches go to as many threads as
there are cores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search.cores import usable_cores
from search.embedding.runtime import ModelFacts, Vectors, whole

if TYPE_CHECKING:
    from tokenizers import Encoding

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
FACTS_FILE = "facts.json"

_BATCH_TOKENS = 384
"""As if all texts were as long as the longest. Measured on one core: batches of 256 to 512 tokens are equally fast, of 1024 a
fifth slower."""
_FEW = 8
"""Texts that are not worth threads."""
_SLICE = 1024
"""Texts that are cut into pieces together; memory stays flat however many texts come."""


class OnnxRuntime:
    """The model in a folder that `light.py` wrote."""

    dtype = "int8"
    alike = True

    def __init__(self, folder: Path) -> None:
        """Raises OSError, ValueError, and what ONNX Runtime raises."""
        import onnxruntime
        from tokenizers import Tokenizer

        self.facts = read_facts(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(self.facts.max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # as fast, and what one long text needed is given back
        options.log_severity_level = 3  # errors
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str], prompt: str, advance: Callable[[int], object] | None = None) -> Vectors:
        """As `Runtime` says."""
        vectors = np.empty((len(texts), self.facts.dimension), dtype=np.float32)
        if len(texts) <= _FEW:
            few = [self._tokenizer.encode(prompt + whole(text)) for text in texts]
            for batch in _batches([len(encoding) for encoding in few]):
                vectors[batch] = self._vectors([few[k] for k in batch])
            if advance:
                advance(len(texts))
            return vectors
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        with ThreadPoolExecutor(usable_cores()) as pool:
            for start in range(0, len(order), _SLICE):
                rows = order[start : start + _SLICE]
                encodings = self._tokenizer.encode_batch([prompt + whole(texts[row]) for row in rows])
                batches = list(_batches([len(encoding) for encoding in encodings]))
                found = pool.map(lambda batch, of=encodings: self._vectors([of[k] for k in batch]), batches)
                for batch, part in zip(batches, found, strict=True):
                    vectors[[rows[k] for k in batch]] = part
                    if advance:
                        advance(len(batch))
        return vectors

    def _vectors(self, encodings: Sequence[Encoding]) -> Vectors:
        """(n, dimension), of one batch: those that each would have alone, to the bit."""
        lengths = np.array([len(encoding) for encoding in encodings], np.int64)
        first, longest = np.cumsum(lengths) - lengths, np.arange(lengths.max())
        inside = longest < lengths[:, np.newaxis]
        spread = np.where(inside, first[:, np.newaxis] + longest, 0)
        given = {
            "input_ids": np.concatenate([encoding.ids for encoding in encodings]),
            "positions": np.concatenate([longest[:length] for length in lengths]),
            "lengths": lengths.astype(np.int32),
            "spread": spread,
            "joined": np.flatnonzero(inside),
        }
        hidden = self._session.run(["hidden"], given)[0]
        vectors: Vectors = np.add.reduceat(hidden, first, axis=0)  # the length is made 1: as good as their mean
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts of like lengths, as many as fit into _BATCH_TOKENS."""
    order = sorted(range(len(lengths)), key=lambda k: -lengths[k])
    while order:
        size = max(1, _BATCH_TOKENS // lengths[order[0]])
        yield order[:size]
        order = order[size:]


def read_facts(folder: Path) -> ModelFacts:
    """What the folder says of its model."""
    return ModelFacts(**json.loads((folder / FACTS_FILE).read_text("utf-8")))


def write_facts(folder: Path, facts: ModelFacts) -> None:
    """For `read_facts`."""
    (folder / FACTS_FILE).write_text(json.dumps(asdict(facts), indent=1), encoding="utf-8")
