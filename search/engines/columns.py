"""Candidates as columns: a channel finds hundreds for each query, and few of them are looked at one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from search.engines.protocol import Candidate

Array = NDArray[Any]


class Candidates(Sequence[Candidate]):
    """What a channel found, best first. An entry becomes a `Candidate` when somebody looks at it.

    `rows` (n,) are the engine's own numbers of the clauses, and `name` gives the id of one; `scores` (n,), `ordinals` (n,),
    and in the semantic channel `windows` (n, 2) are theirs."""

    __slots__ = ("_name", "_rows", "_windows", "ordinals", "scores")

    def __init__(
        self, name: Callable[[int], str], rows: Array, scores: Array, ordinals: Array, windows: Array | None = None
    ) -> None:
        self._name, self._rows, self._windows = name, rows, windows
        self.scores = scores
        self.ordinals = ordinals

    @classmethod
    def of(cls, found: Iterable[Candidate]) -> Self:
        """The same candidates as columns."""
        if isinstance(found, cls):
            return found
        listed = list(found)
        windows = [candidate.window or (0, 0) for candidate in listed]
        return cls(
            [candidate.clause_id for candidate in listed].__getitem__,
            np.arange(len(listed)),
            np.array([candidate.score for candidate in listed], np.float64),
            np.array([candidate.ordinal for candidate in listed], np.int64),
            np.array(windows).reshape(-1, 2) if any(c.window for c in listed) else None,
        )

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Candidate: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Candidate | Self:
        if isinstance(place, slice):
            return self.kept(place)
        score, window = self.said(place)
        return Candidate(self.clause_id(place), score, window, int(self.ordinals[place]))

    def said(self, place: int) -> tuple[float, tuple[int, int] | None]:
        """The score and the window of one."""
        window = None
        if self._windows is not None:
            start, end = self._windows[place].tolist()
            window = (start, end)
        return float(self.scores[place]), window

    def clause_id(self, place: int) -> str:
        return self._name(int(self._rows[place]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # as lists

    def kept(self, which: Array | slice) -> Self:
        """Some of them: a mask, places, or a slice."""
        windows = None if self._windows is None else self._windows[which]
        return type(self)(self._name, self._rows[which], self.scores[which], self.ordinals[which], windows)
