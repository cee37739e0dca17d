"""Whether one run is better than another: paired, query by query, so that hard and easy queries cancel out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.evaluation.measuring import MEASURES, Measured, interval

_TRIALS = 10_000  # random assignments of the test
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """`after` minus `before` of one measure, over the queries that both runs have.

    `interval` is the 95 % bootstrap interval of the mean difference; `p` the two-sided p of the randomisation test;
    `wins` are queries that became better, `losses` worse."""

    measure: str
    queries: int
    before: float
    after: float
    interval: tuple[float, float]
    p: float
    wins: int
    ties: int
    losses: int

    @property
    def difference(self) -> float:
        return self.after - self.before

    def as_dict(self) -> dict[str, object]:
        """JSON-ready values, rounded to four places."""
        return {
            "before": round(self.before, 4),
            "after": round(self.after, 4),
            "difference": round(self.difference, 4),
            "interval": [round(bound, 4) for bound in self.interval],
            "p": round(self.p, 4),
            "wins": self.wins,
            "ties": self.ties,
            "losses": self.losses,
            "queries": self.queries,
        }


def compare(before: Measured, after: Measured) -> list[Difference]:
    """One difference per measure; none where the runs have no query in common."""
    common = [query_id for query_id in after.values if query_id in before.values]
    if not common:
        return []
    return [
        _difference(name, [before.values[q][name] for q in common], [after.values[q][name] for q in common])
        for name in MEASURES
    ]


def _difference(measure: str, before: Sequence[float], after: Sequence[float]) -> Difference:
    changes = [b - a for a, b in zip(before, after, strict=True)]
    wins, losses = sum(c > _TIE for c in changes), sum(c < -_TIE for c in changes)
    count = len(changes)
    means = (sum(before) / count, sum(after) / count)
    return Difference(
        measure, count, *means, interval(changes), randomisation_p(changes), wins, count - wins - losses, losses
    )


def randomisation_p(changes: Sequence[float]) -> float:
    """The two-sided p of Fisher's randomisation test on paired differences, from a fixed seed: how often a mean at
    least as far from 0 comes about when each query's two values change places by the toss of a coin. Advised for
    retrieval over the t-test's rivals by Smucker, Allan & Carterette (CIKM 2007). The assignment seen counts as one of
    the trials, so that p is never 0 (Phipson & Smyth 2010)."""
    import numpy as np

    array = np.asarray([c for c in changes if abs(c) > _TIE])  # equal values change nothing by changing places
    if not len(array):
        return 1.0
    random = np.random.default_rng(20161101)
    seen, as_far = abs(array.sum()), 0
    for _ in range(0, _TRIALS, 500):
        signs = random.integers(0, 2, (500, len(array)), dtype=np.int8) * 2 - 1
        as_far += int((np.abs(signs @ array) >= seen - _TIE).sum())
    return (as_far + 1) / (_TRIALS + 1)
