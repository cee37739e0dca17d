"""From judged queries and their answers to figures, as a whole and by class of query."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from search.model import Mode, Notice

if TYPE_CHECKING:
    from ir_measures import Measure

MEASURES = ("nDCG@10", "RR@10", "R@100")
_SAMPLES = 1000  # bootstrap resamples

Answer = Callable[[str, Mode], Sequence[str]]
"""Query text → ids of what was found, best first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of judged queries: document id → (title, text), query id → text, query id → document id → grade, query id
    → class. A query with no grade above 0 is a negative: it should find nothing. `corpus` is empty where the documents
    are those of an index."""

    corpus: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    judgments: Mapping[str, Mapping[str, int]]
    classes: Mapping[str, str] = field(default_factory=dict)

    def answerable(self, query_id: str) -> bool:
        """Whether something was judged to answer a query."""
        return any(grade > 0 for grade in self.judgments[query_id].values())


@dataclass(frozen=True, slots=True)
class Measured:
    """What one mode did with each query: its measures where there is an answer, whether it rightly found nothing where
    there is none, and the milliseconds it took."""

    values: Mapping[str, Mapping[str, float]]
    silent: Mapping[str, bool]
    milliseconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """What every mode did with every query, and the class of each query that has one."""

    modes: Mapping[Mode, Measured]
    classes: Mapping[str, str]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over queries that have an answer, each with its 95 % bootstrap interval; the share of the negatives that
    found nothing; the median and 95th percentile of the milliseconds; the same for each class."""

    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    queries: int
    negatives: int
    silent: float
    latency: tuple[float, float]
    classes: Mapping[str, Figures] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """JSON-ready values, rounded to four places; milliseconds to one."""
        means = {name: round(value, 4) for name, value in self.means.items()}
        spans = {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()}
        found: dict[str, object] = {**means, "queries": self.queries, "intervals": spans}
        if self.negatives:
            found["negatives"] = {"queries": self.negatives, "silent": round(self.silent, 4)}
        found["latency_ms"] = dict(zip(("p50", "p95"), (round(ms, 1) for ms in self.latency), strict=True))
        if self.classes:
            found["classes"] = {name: each.as_dict() for name, each in self.classes.items()}
        return found


def measure(judged: Judged, modes: Iterable[Mode], answer: Answer) -> Run:
    """Ask every query in every mode."""
    return Run({mode: _measure(judged, mode, answer) for mode in modes}, judged.classes)


def _measure(judged: Judged, mode: Mode, answer: Answer) -> Measured:
    for text in list(judged.queries.values())[:1]:
        answer(text, mode)  # what is loaded at the first need is no part of what a query takes
    answers: dict[str, Sequence[str]] = {}
    milliseconds: dict[str, float] = {}
    for query_id, text in judged.queries.items():
        began = time.perf_counter()
        answers[query_id] = answer(text, mode)
        milliseconds[query_id] = (time.perf_counter() - began) * 1000
    judgments = {q: judged.judgments[q] for q in judged.queries if judged.answerable(q)}
    silent = {q: not answers[q] for q in judged.queries if q not in judgments}
    return Measured(_values(judgments, answers), silent, milliseconds)


def _values(
    judgments: Mapping[str, Mapping[str, int]], answers: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    import ir_measures  # only evaluation needs it

    values = {query_id: dict.fromkeys(MEASURES, 0.0) for query_id in judgments}
    run = {q: {each: 1 / rank for rank, each in enumerate(answers[q], 1)} for q in judgments if answers[q]}
    measures: dict[Measure, str] = {ir_measures.parse_measure(name): name for name in MEASURES}
    for value in ir_measures.iter_calc(list(measures), judgments, run) if run else ():
        values[value.query_id][measures[value.measure]] = value.value
    return values


def figures(measured: Measured, classes: Mapping[str, str]) -> Figures:
    """A mode's figures, and those of each class of `classes` (query id → class)."""
    names = dict.fromkeys(classes[q] for q in measured.milliseconds if q in classes)
    return _figures(
        measured, {name: _figures(_only(measured, {q for q, c in classes.items() if c == name})) for name in names}
    )


def _only(measured: Measured, queries: set[str]) -> Measured:
    return Measured(
        {q: v for q, v in measured.values.items() if q in queries},
        {q: v for q, v in measured.silent.items() if q in queries},
        {q: v for q, v in measured.milliseconds.items() if q in queries},
    )


def _figures(measured: Measured, classes: Mapping[str, Figures] | None = None) -> Figures:
    import numpy as np

    columns = {name: [v[name] for v in measured.values.values()] for name in MEASURES if measured.values}
    p50, p95 = np.percentile(list(measured.milliseconds.values()) or [0.0], [50, 95])
    silent = list(measured.silent.values())
    return Figures(
        {name: sum(column) / len(column) for name, column in columns.items()},
        {name: interval(column) for name, column in columns.items()},
        len(measured.values),
        len(silent),
        sum(silent) / len(silent) if silent else 0.0,
        (float(p50), float(p95)),
        classes or {},
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean (Efron & Tibshirani 1993, 13.3), from a fixed seed."""
    import numpy as np

    array = np.asarray(values)
    picks = np.random.default_rng(20161101).integers(0, len(array), (_SAMPLES, len(array)))
    low, high = np.percentile(array[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
