"""A list of clauses on its way from the channels to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from search.model import ChannelMatch, Factor, Notice


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clause in the fused list, with what each channel that found it said, and what its score was multiplied by."""

    clause_id: str
    score: float
    matched_by: Mapping[str, ChannelMatch]
    factors: tuple[Factor, ...] = ()

    def weighed(self, factor: Factor) -> Self:
        """The same, its score multiplied."""
        return replace(self, score=round(self.score * factor.value, 4), factors=(*self.factors, factor))


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A fused list, best first."""

    ranked: Sequence[Ranked]
    notices: tuple[Notice, ...] = ()
