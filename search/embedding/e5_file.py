"""Reads the format of `e5-small-q4.bin`: a small BERT, its matrices in 4-bit blocks, and its Unigram tokenizer.

Little-endian and packed: the numbers of the header, the tokenizer, a directory of tensors, then their data, each at
an absolute offset. Float tensors are float32. A matrix is a run of 18-byte blocks: a float16 scale d, then 16
bytes whose low halves are weights 0-15 of the block and whose high halves are weights 16-31, each (half - 8) * d.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tokenizer's pieces with their Unigram scores, and the numbers of the special ones."""

    scored: tuple[tuple[str, float], ...]
    begin: int
    end: int
    padding: int
    unknown: int

    def only(self, numbers: Sequence[int]) -> Pieces:
        """These alone, renumbered in the order given; the special ones must be among them."""
        begin, end, padding, unknown = map(numbers.index, (self.begin, self.end, self.padding, self.unknown))
        return Pieces(tuple(self.scored[number] for number in numbers), begin, end, padding, unknown)


@dataclass(frozen=True, slots=True)
class _Entry:
    quantised: bool
    elements: int
    offset: int
    size: int


class _Cursor:
    """Walks over the packed front part of the file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]


class E5File:
    """The parsed file. `tensor` decodes one tensor at a time, so that no second copy of the model is held.

    Raises ValueError (or struct.error) when the bytes are not this format.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        cursor = _Cursor(data)
        if cursor.take(4) != _MAGIC or cursor.read("I") != (1,):
            raise ValueError("not an E5S1 file of version 1")
        self.shape = Shape(*cursor.read("7if"))
        if cursor.read("i") != (_BLOCK,):
            raise ValueError("unknown quantisation block")
        self.pieces = _read_pieces(cursor)
        # The table of normalised characters is NFKC but for a handful; convert.py writes it as rules instead.
        cursor.take(cursor.read("iI")[1])
        self._directory = _read_directory(cursor)

    def tensor(self, name: str, *shape: int) -> Floats:
        """The tensor as float32 of the given shape; KeyError when it is not there."""
        entry = self._directory[name]
        raw = self._raw(entry)
        values = _dequantise(raw) if entry.quantised else np.frombuffer(raw, dtype="<f4")
        if values.size != entry.elements:
            raise ValueError(f"tensor {name} has {values.size} elements, not {entry.elements}")
        return values.astype(np.float32, copy=False).reshape(shape)

    def blocks(self, name: str, rows: int) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
        """A quantised matrix as the file holds it: the scales (rows, blocks), the halves (rows, blocks, 16)."""
        entry = self._directory[name]
        if not entry.quantised:
            raise ValueError(f"tensor {name} is not in blocks")
        raw = np.frombuffer(self._raw(entry), dtype=np.uint8).reshape(rows, -1, _BLOCK_BYTES)
        return raw[..., :2].copy().view("<f2")[..., 0], raw[..., 2:]

    def _raw(self, entry: _Entry) -> memoryview:
        return memoryview(self._data)[entry.offset : entry.offset + entry.size]


def _read_pieces(cursor: _Cursor) -> Pieces:
    count, begin, end, padding, unknown = cursor.read("5i")
    (blob_size,) = cursor.read("Q")
    offsets = cursor.read(f"{count + 1}I")
    scores = cursor.read(f"{count}f")
    blob = cursor.take(blob_size)
    texts = (blob[start:stop].decode() for start, stop in pairwise(offsets))
    return Pieces(tuple(zip(texts, scores, strict=True)), begin, end, padding, unknown)


def _read_directory(cursor: _Cursor) -> Mapping[str, _Entry]:
    directory = {}
    for _ in range(cursor.read("i")[0]):
        name = cursor.take(cursor.read("H")[0]).decode()
        kind, elements, offset, size = cursor.read("BIQQ")
        directory[name] = _Entry(kind == 1, elements, offset, size)
    return directory


def _dequantise(raw: memoryview) -> Floats:
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    values = np.empty((len(blocks), _BLOCK), dtype=np.float32)
    values[:, : _BLOCK // 2] = halves & 0x0F
    values[:, _BLOCK // 2 :] = halves >> 4
    values -= 8
    values *= scales
    return values.reshape(-1)
