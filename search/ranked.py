"""A list of clauses on its way from the channels to the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

from search.engines.protocol import Candidate
from search.model import ChannelMatch, Factor, Notice


class Ranked(NamedTuple):
    """A clause in the fused list, with what each channel that found it said, and what its score was multiplied by.

    `ordinal` is the clause's place in the index, None where the engine did not say it. A tuple, since there are hundreds of
    them for each query."""

    clause_id: str
    score: float
    matched_by: Mapping[str, ChannelMatch]
    factors: tuple[Factor, ...] = ()
    ordinal: int | None = None

    def weighed(self, factor: Factor) -> Self:
        """The same, its score multiplied."""
        clause_id, score, matched_by, factors, ordinal = self
        return type(self)(clause_id, round(score * factor.value, 4), matched_by, (*factors, factor), ordinal)


class Said(NamedTuple):
    """What a channel says of a clause: its rank there is counted from 1."""

    channel: str
    candidate: Candidate
    rank: int


class Matches(Mapping[str, ChannelMatch]):
    """What the channels said of a clause, put into words when somebody asks, which is for what is shown only.

    `shares` has what each channel adds to its clauses."""

    __slots__ = ("_said", "_shares")

    def __init__(self, said: Sequence[Said], shares: Mapping[str, Mapping[str, float]]) -> None:
        self._said, self._shares = said, shares

    def __getitem__(self, channel: str) -> ChannelMatch:
        for name, (clause_id, score, window, _), rank in self._said:
            if name == channel:
                return ChannelMatch(rank, score, window, round(self._shares[channel][clause_id], 4))
        raise KeyError(channel)

    def __iter__(self) -> Iterator[str]:
        return (said.channel for said in self._said)

    def __len__(self) -> int:
        return len(self._said)


class Placed(Protocol):
    """A clause by its id, and by its place in the index where that is known: a candidate of a channel, or a ranked one."""

    @property
    def clause_id(self) -> str: ...

    @property
    def ordinal(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A fused list, best first."""

    ranked: Sequence[Ranked]
    notices: tuple[Notice, ...] = ()
