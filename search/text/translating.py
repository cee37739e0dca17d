"""Translating many texts at once, character by character, with numpy: a tenth of the time of `str.translate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FEW = 1000
"""Characters from which on it is worth it."""
_LAST = 0xFFFF
_NOTHING, _SEVERAL, _UNKNOWN = -1, -2, -3


class Translation:
    """Translates texts, where what a character becomes depends on nothing else. Any number of threads may use one."""

    def __init__(self, of_one: Callable[[str], str]) -> None:
        """`of_one` translates one text; it is asked for single characters, for short texts and for those in which one
        character becomes several, or lies beyond 16 bits."""
        self._of_one = of_one
        self._points = np.full(_LAST + 1, _UNKNOWN, np.int32)
        self._points[_LAST] = _SEVERAL

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """The texts translated, in the order given."""
        sizes = [len(text) for text in texts]
        if sum(sizes) < FEW:
            return [self._of_one(text) for text in texts]
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        made = self._translated(np.minimum(points, _LAST))
        ends = np.cumsum(sizes)
        singly = np.searchsorted(ends, np.flatnonzero(made == _SEVERAL), side="right")
        kept = made >= 0
        joined = made[kept].tobytes().decode("utf-32-le", "surrogatepass")
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[np.append(0, ends)].tolist()
        results = [joined[first:last] for first, last in pairwise(bounds)]
        for number in dict.fromkeys(singly.tolist()):
            results[number] = self._of_one(texts[number])
        return results

    def _translated(self, points: NDArray[np.uint32]) -> NDArray[np.int32]:
        made: NDArray[np.int32] = self._points[points]
        unknown = np.flatnonzero(np.bincount(points[made == _UNKNOWN]))  # np.unique loads numpy.ma
        if len(unknown):
            self._points[unknown] = self._looked_up(unknown.tolist())
            made = self._points[points]
        return made

    def _looked_up(self, points: Iterable[int]) -> list[int]:
        made = (self._of_one(chr(point)) for point in points)
        return [ord(text) if len(text) == 1 else _SEVERAL if text else _NOTHING for text in made]
