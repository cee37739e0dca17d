"""The engine that looks at every clause: the oracle of the contract tests, and the double where a test needs an engine.

It has no postings and no shortcuts; what it answers is what the protocol says, and slow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from search.engines.protocol import Candidate, ClauseEntry, EngineStats, KeywordQuery
from search.engines.ranking import Ranking, fields_of, query_weights
from search.text.normalise import fold
from search.text.numbers import document_number_key

if TYPE_CHECKING:
    from search.engines.protocol import Vectors
    from search.text.segment import Analyzer


@dataclass(frozen=True, slots=True)
class _Clause:
    entry: ClauseEntry
    folded: str
    number: str | None
    terms: tuple[Mapping[str, float], ...]
    lengths: tuple[float, ...]


class MemoryEngine:
    """Keeps clauses in a dict. A commit replaces the dict, so a search sees all of a batch or nothing."""

    def __init__(self, analyzer: Analyzer, ranking: Ranking | None = None) -> None:
        self._analyzer = analyzer
        self._ranking = ranking or Ranking()
        self._clauses: Mapping[str, _Clause] = {}

    def writer(self) -> MemoryWriter:
        return MemoryWriter(self)

    def prepare(self, entry: ClauseEntry) -> _Clause:
        """Analyse one clause."""
        terms = tuple(self._analyzer.weigh(text) for text in fields_of(entry))
        lengths = tuple(sum(weights.values()) for weights in terms)
        number = entry.document_number
        return _Clause(entry, fold(entry.text), document_number_key(number) if number else None, terms, lengths)

    def apply(self, added: Mapping[str, _Clause], deleted: Collection[str]) -> None:
        """Make a batch visible."""
        kept = {key: clause for key, clause in self._clauses.items() if key not in deleted and key not in added}
        self._clauses = {**kept, **added}

    def keyword(self, query: KeywordQuery, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        clauses = list(self._clauses.values())
        scores = self._scores(query_weights(query, self._analyzer), clauses)
        first = 1 + max(scores, default=0.0)
        found = []
        for clause, score in zip(clauses, scores, strict=True):
            numbered = clause.number is not None and clause.number in query.document_numbers
            if _admits(query, clause, numbered or score > 0) and _within(clause, documents):
                found.append((clause, score + first * numbered))
        return _best(found, limit)

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        clauses = self._clauses.values()
        weights = query_weights(query, self._analyzer)
        holders = {term: sum(any(term in t for t in c.terms) for c in clauses) for term in weights}
        return {term: weight * self._ranking.idf(len(clauses), holders[term]) for term, weight in weights.items()}

    def known(self, terms: Collection[str]) -> frozenset[str]:
        clauses = self._clauses.values()
        return frozenset(term for term in terms if any(term in fields for c in clauses for fields in c.terms))

    def _scores(self, weights: Mapping[str, float], clauses: Sequence[_Clause]) -> list[float]:
        rank = self._ranking
        count = max(len(clauses), 1)
        means = [sum(c.lengths[f] for c in clauses) / count or 1.0 for f in range(3)]
        holders = {term: sum(any(term in t for t in c.terms) for c in clauses) for term in weights}
        idf = {term: rank.idf(len(clauses), n) for term, n in holders.items()}

        def frequency(clause: _Clause, term: str) -> float:
            parts = zip(rank.boosts, clause.terms, clause.lengths, means, strict=True)
            return sum(
                boost * t.get(term, 0.0) / (1 - rank.b + rank.b * length / mean) for boost, t, length, mean in parts
            )

        def score(clause: _Clause) -> float:
            frequencies = {term: frequency(clause, term) for term in weights}
            return sum(
                weights[term] * idf[term] * tf * (rank.k1 + 1) / (tf + rank.k1)
                for term, tf in frequencies.items()
                if tf
            )

        return [score(clause) for clause in clauses]

    def semantic(self, vectors: Vectors, limit: int, documents: Collection[str] | None = None) -> Sequence[Candidate]:
        best = []
        for clause in self._clauses.values():
            if _within(clause, documents):
                products = (clause.entry.vectors @ vectors.T).max(axis=1)
                row = int(products.argmax())
                best.append((clause, float(products[row]), clause.entry.windows[row]))
        best.sort(key=lambda b: (-b[1], b[0].entry.ordinal))
        return [
            Candidate(c.entry.clause_id, score, window, c.entry.ordinal) for c, score, window in best[: max(limit, 0)]
        ]

    def vectors(self, clause_id: str) -> Vectors:
        return self._clauses[clause_id].entry.vectors

    def clause_ids(self) -> Mapping[str, Sequence[str]]:
        return {"keyword": list(self._clauses), "semantic": list(self._clauses)}

    def stats(self) -> EngineStats:
        windows = sum(len(c.entry.windows) for c in self._clauses.values())
        return EngineStats(len(self._clauses), windows, {"engine": "memory"})

    def close(self) -> None:
        """Nothing is held open."""


def _admits(query: KeywordQuery, clause: _Clause, matches: bool) -> bool:
    """Phrases that stand in a clause are reason enough to find it."""
    phrases = [p for p in query.phrases if p]
    return (
        (matches or bool(phrases))
        and all(p in clause.folded for p in phrases)
        and not any(p in clause.folded for p in query.excluded if p)
    )


def _within(clause: _Clause, documents: Collection[str] | None) -> bool:
    return documents is None or clause.entry.document_id in documents


def _best(found: list[tuple[_Clause, float]], limit: int) -> list[Candidate]:
    found.sort(key=lambda f: (-f[1], f[0].entry.ordinal))
    return [Candidate(c.entry.clause_id, score, None, c.entry.ordinal) for c, score in found[: max(limit, 0)]]


class MemoryWriter:
    """A batch for a MemoryEngine."""

    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine
        self._added: dict[str, _Clause] = {}
        self._deleted: set[str] = set()

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        for entry in entries:
            if entry.clause_id in self._added:
                raise ValueError(f"clause {entry.clause_id!r} is added twice in one batch")
            vectors = np.ascontiguousarray(entry.vectors, dtype=np.float32)
            if len(vectors) != len(entry.windows):
                raise ValueError(f"clause {entry.clause_id!r}: {len(vectors)} vectors, {len(entry.windows)} windows")
            self._added[entry.clause_id] = self._engine.prepare(entry)

    def delete(self, clause_ids: Collection[str]) -> None:
        self._deleted.update(clause_ids)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._engine.apply(self._added, self._deleted)
