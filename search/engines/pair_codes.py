"""Which of 16 points is next to each pair of a row's numbers, looked up instead of computed: FAISS compares every pair with every
point, for which it takes as long as for finding the rows' lists.

The plane is cut into cells; the point that is next to the middle of a cell stands for all of it. For a pair near the border between
two points it may be the other one, which is hardly farther, and it is for candidates only (faiss_vectors.py): of the laws, recall@10 is .987
(benchmarks/vectors.py).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from search.cores import usable_cores

POINTS = 16
_CELLS = 64
"""In each direction. The table then is 4 KB for each pair, and that of all pairs stays in a core's cache."""
_REACH = 1.25
"""How far beyond the outermost point cells go; behind the last the same is next."""
_TOGETHER = 4096
"""Rows, whose intermediate numbers stay in the cache, too."""


class PairCodes:
    """Made from `points` (pairs, POINTS, 2); their number must be even."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self._reach = np.float32(np.abs(points).max() * _REACH or 1.0)
        middles = ((np.arange(_CELLS, dtype=np.float32) + 0.5) * 2 / _CELLS - 1) * self._reach
        cells = np.stack(np.meshgrid(middles, middles, indexing="ij"), -1).reshape(-1, 2)
        self._nearest = np.concatenate([_nearest(cells, of_pair) for of_pair in points])
        self._first = np.arange(len(points), dtype=np.int32) * len(cells)

    def of(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(n, pairs / 2), of one row at least: for each the numbers of the points, two in a byte, the lower half first, as FAISS has them."""
        lots = (rows[first : first + _TOGETHER] for first in range(0, len(rows), _TOGETHER))
        with ThreadPoolExecutor(usable_cores()) as threads:
            return np.concatenate(list(threads.map(self._some, lots)))

    def _some(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        cells = rows * (_CELLS / 2 / self._reach)
        cells += np.float32(_CELLS / 2)
        np.clip(cells, 0, _CELLS - 1, out=cells)
        columns = cells.astype(np.uint8)
        places = columns[:, 0::2].astype(np.int32)
        places *= _CELLS
        places += columns[:, 1::2]
        places += self._first
        numbers = self._nearest.take(places)
        packed: NDArray[np.uint8] = numbers[:, 0::2] | numbers[:, 1::2] << 4
        return packed


def _nearest(cells: NDArray[np.floating], points: NDArray[np.float32]) -> NDArray[np.uint8]:
    """For each of the middles (cells, 2) which of the points is next: pair by pair, for distances of all of them would be memory that is
    asked of the system for nothing else."""
    distances = (points**2).sum(-1) - 2 * (cells @ points.T)
    nearest: NDArray[np.uint8] = distances.argmin(-1).astype(np.uint8)
    return nearest
