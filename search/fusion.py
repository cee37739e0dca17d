"""Merging the rankings of the channels into one. Pure functions over (clause id, score) lists, best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def spread(scores: Sequence[float], floor: float | None = None, ceiling: float | None = None) -> list[float]:
    """Scores brought to 0…1 between `floor` (the lowest of them where it is not given) and the best of them, or
    `ceiling` where that is higher: a channel whose best is poor does not shout."""
    if not scores:
        return []
    low = min(scores) if floor is None else floor
    width = max(*scores, ceiling or 0.0, low) - low
    return [min(1.0, max(0.0, (score - low) / width)) if width > 0 else 1.0 for score in scores]


def weighted(
    channels: Mapping[str, Sequence[tuple[str, float]]],
    weights: Mapping[str, float],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> list[tuple[str, float]]:
    """Weighted sum of the spread scores: clause id and score (0…1), best first, equal ones by id. `bounds` gives a
    channel's floor and ceiling.

    A clause that a channel did not find gets nothing from it. Of the fusions measured (see benchmarks/README.md) this
    one led reciprocal rank fusion on every set of real questions: it keeps by how much the first is ahead.
    """
    total: dict[str, float] = {}
    for name, ranking in channels.items():
        values = spread([score for _, score in ranking], *bounds.get(name, (None, None)))
        for (clause_id, _), value in zip(ranking, values, strict=True):
            total[clause_id] = total.get(clause_id, 0.0) + weights[name] * value
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))
