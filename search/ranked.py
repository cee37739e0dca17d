"""A list of clauses on its way from the channels to the page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray

from search.model import ChannelMatch, Factor, Notice

Array = NDArray[Any]
DECIMALS = 4
"""Of a score that was multiplied by something: beyond, nothing tells clauses apart."""


class Ranked(NamedTuple):
    """A clause in the fused list, with what each channel that found it said, and what its score was multiplied by."""

    clause_id: str
    score: float
    matched_by: Mapping[str, ChannelMatch]
    factors: tuple[Factor, ...] = ()


class Factors(NamedTuple):
    """What scores are multiplied by, one of a few `kinds` each: `which` (n,) has their numbers."""

    kinds: tuple[Factor, ...]
    which: Array

    def times(self, scores: Array) -> Array:
        """The scores (n,) multiplied, and rounded where they change."""
        values = np.array([kind.value for kind in self.kinds])[self.which]
        return np.where(values == 1, scores, np.round(scores * values, DECIMALS))

    def of(self, place: int) -> tuple[Factor, ...]:
        """The one of an entry, none where it changes nothing."""
        kind = self.kinds[int(self.which[place])]
        return () if kind.value == 1 else (kind,)

    def kept(self, which: Array | slice) -> Factors:
        return Factors(self.kinds, self.which[which])


@dataclass(frozen=True, slots=True, eq=False)
class RankedList(Sequence[Ranked]):
    """Clauses, best first. Their places in the catalogue and their scores are columns, (n,) each, since there are hundreds of
    them for each query; an entry becomes a `Ranked` when somebody looks at it, which is for what is shown only.

    `rows` (n,) are the numbers by which `make` knows the clauses."""

    ordinals: Array
    scores: Array
    rows: Array
    make: Callable[[int], Ranked]
    factors: tuple[Factors, ...] = ()

    @classmethod
    def of(cls, ranked: Sequence[Ranked], ordinals: Sequence[int]) -> Self:
        """Clauses that are all made already, with their places in the catalogue."""
        scores = np.array([r.score for r in ranked], np.float64)
        return cls(np.array(ordinals, np.int64), scores, np.arange(len(ranked)), list(ranked).__getitem__)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Ranked: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Ranked | Self:
        if isinstance(place, slice):
            return self.kept(place)
        clause_id, _, matched_by, factors = self.make(int(self.rows[place]))
        for weighed in self.factors:
            factors += weighed.of(place)
        return Ranked(clause_id, float(self.scores[place]), matched_by, factors)

    def kept(self, which: Array | slice) -> Self:
        """Some of them, or all in another order: places, a mask, or a slice."""
        factors = tuple(each.kept(which) for each in self.factors)
        return type(self)(self.ordinals[which], self.scores[which], self.rows[which], self.make, factors)

    def weighed(self, factors: Sequence[Factors]) -> Self:
        """The scores multiplied by each, in a new order: best first, equal ones as they were."""
        scores = self.scores
        for each in factors:
            scores = each.times(scores)
        weighed = type(self)(self.ordinals, scores, self.rows, self.make, (*self.factors, *factors))
        return weighed.kept(np.argsort(-scores, kind="stable"))

    def headed(self, first: RankedList) -> RankedList:
        """Others in front, and of these those that are none of them behind."""
        rest = self.kept(~np.isin(self.ordinals, first.ordinals))
        count = len(first)
        return RankedList(
            np.concatenate([first.ordinals, rest.ordinals]),
            np.concatenate([first.scores, rest.scores]),
            np.arange(count + len(rest)),
            lambda row: first[row] if row < count else rest[row - count],
        )

    def led_by(self, clauses: Mapping[int, str]) -> RankedList:
        """These clauses (place in the catalogue → id) in front, in this order, with the best score there is; what is said of those
        that are in the list stays."""
        if not clauses:
            return self
        best = float(self.scores[0]) if len(self) else 1.0
        at = {ordinal: place for place, ordinal in enumerate(self.ordinals.tolist())}
        new = {"keyword": ChannelMatch(1, best, share=best)}
        first = [
            self[at[ordinal]]._replace(score=best) if ordinal in at else Ranked(clause_id, best, new)
            for ordinal, clause_id in clauses.items()
        ]
        return self.headed(RankedList.of(first, list(clauses)))


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A fused list, best first. `looked_up` are the places in the catalogue of those that were named, not found: nothing that
    they are weighs them down."""

    ranked: RankedList
    looked_up: Collection[int] = ()
    notices: tuple[Notice, ...] = ()
