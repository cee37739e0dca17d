"""Merging the rankings of the channels into one. Pure functions over (clause id, score) lists, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def spread(scores: Sequence[float], floor: float | None = None, ceiling: float | None = None) -> list[float]:
    """Scores brought to 0…1 between `floor` (the lowest of them where it is not given) and the best of them, or
    `ceiling` where that is higher: a channel whose best is poor does not shout."""
    if not scores:
        return []
    low = min(scores) if floor is None else floor
    width = max([*scores, ceiling or 0.0, low]) - low
    if width <= 0:
        return [1.0] * len(scores)
    return [0.0 if score <= low else min(1.0, (score - low) / width) for score in scores]


def shares(
    channels: Mapping[str, Sequence[tuple[str, float]]],
    weights: Mapping[str, float],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> dict[str, dict[str, float]]:
    """What each channel adds to a clause's score: channel → clause id → weight times spread score. `bounds` gives a
    channel's floor and ceiling. A clause that a channel did not find gets nothing from it."""
    added = {}
    for name, ranking in channels.items():
        values = spread([score for _, score in ranking], *bounds.get(name, (None, None)))
        added[name] = {clause_id: weights[name] * value for (clause_id, _), value in zip(ranking, values, strict=True)}
    return added


def totals(added: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Each clause's score: 0…1 where the weights add up to 1.

    Of the fusions measured (see benchmarks/README.md) the weighted sum led reciprocal rank fusion on every set of real
    questions: it keeps by how much the first is ahead."""
    total: dict[str, float] = {}
    for values in added.values():
        for clause_id, value in values.items():
            total[clause_id] = total.get(clause_id, 0.0) + value
    return total


def best_first(clause_ids: Iterable[str], total: Mapping[str, float]) -> list[tuple[str, float]]:
    """Some clauses with their scores, best first, equal ones by id."""
    ordered = sorted((-total[clause_id], clause_id) for clause_id in clause_ids)
    return [(clause_id, -score) for score, clause_id in ordered]


def weighted(
    channels: Mapping[str, Sequence[tuple[str, float]]],
    weights: Mapping[str, float],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> list[tuple[str, float]]:
    """The channels' rankings merged: all clauses by the sums of their `shares`."""
    total = totals(shares(channels, weights, bounds))
    return best_first(total, total)
