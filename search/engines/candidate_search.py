"""What a keyword query finds, where an inverted index names candidates by a score of its own. No library of an engine is
imported here: what names the candidates is behind `Finder`.

The candidates that the index likes best are scored by our BM25F and checked for phrases and exclusions; where too few are
left, more are taken. Which clauses are looked at is thus the index's choice, their order is ours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from search.engines.columns import Candidates
from search.engines.ranking import Ranking, phrase_parts, query_weights

if TYPE_CHECKING:
    from search.engines.clause_table import ClauseTable
    from search.engines.protocol import Candidate, KeywordQuery
    from search.text.segment import Analyzer

Array = NDArray[Any]
_SPARE = 100
"""Candidates beyond twice the limit: of 20,000 clauses all of the best 50 are then found, and 99.6 % of the best 200
(benchmarks/engines.py)."""
_MORE = 4
_REMEMBERED = 256
_REMEMBERED_TERMS = 65_536
_SLIGHT = 0.02
"""Candidates are first found without the terms that together give at most this share of what a full match would have: they
are in the most clauses, whose lists are the longest."""
_NARROW = 0.25
"""A filter that leaves less than this share of the clauses is given to the index; else more candidates are taken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a Finder is asked for. `terms` rank (any may match); all else binds.

    With `optional`, clauses without any of the terms are found, too. Of each set in `any_of` a clause has one term at least.
    `numbers` are keys of 文号 and `documents` ids; None: not asked.
    """

    terms: Mapping[str, float]
    optional: bool = False
    all_of: frozenset[str] = frozenset()
    any_of: tuple[frozenset[str], ...] = ()
    numbers: Collection[str] | None = None
    documents: Collection[str] | None = None


class Finder(Protocol):
    """One committed state of an inverted index over the rows of a ClauseTable."""

    def find(self, wanted: Wanted, limit: int) -> Array:
        """Rows, each once, the likeliest first. Fewer than `limit` (at least 1) only where there are no more."""
        ...

    def holders(self, term: str) -> int:
        """How many clauses have a term in any field; deleted ones do not count."""
        ...

    def close(self) -> None: ...


class _Asked(NamedTuple):
    """What a query asks for: its terms with their weights, what each adds to a clause of mean length, and those with weights
    that do not add only slightly."""

    terms: Mapping[str, float]
    gains: Mapping[str, float]
    telling: Mapping[str, float]


class CandidateSearch:
    """Answers queries over one committed state."""

    def __init__(self, finder: Finder, table: ClauseTable, analyzer: Analyzer, ranking: Ranking) -> None:
        self._finder = finder
        self._table = table
        self._analyzer = analyzer
        self._ranking = ranking
        self._asked = lru_cache(maxsize=_REMEMBERED)(self._analysed)  # one query is asked for hits and for its weights
        self._holders = lru_cache(maxsize=_REMEMBERED_TERMS)(finder.holders)  # and many have terms in common

    @property
    def count(self) -> int:
        """Clauses that are not deleted."""
        return self._table.count

    def clause_ids(self) -> Sequence[str]:
        return list(self._table.rows_of_clauses)

    def close(self) -> None:
        self._finder.close()

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        """What each term adds to the score of a clause of mean length that has it once."""
        return self._asked(query).gains

    def known(self, terms: Collection[str]) -> frozenset[str]:
        """Those of some terms that any clause has."""
        return frozenset(term for term in terms if self._holders(term))

    def search(self, query: KeywordQuery, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        """The best clauses, best first."""
        if limit <= 0 or not self._table.count:
            return []
        asked = self._asked(query)
        one = _Search(self._finder, self._table, self._ranking, query, asked)
        rows, scores = one.best(self._bound(query, asked.terms), limit, documents)
        columns = self._table.columns
        return Candidates(columns.clause_ids.__getitem__, rows, scores, columns.ordinals[rows])

    def _analysed(self, query: KeywordQuery) -> _Asked:
        terms, count = query_weights(query, self._analyzer), self._table.count
        idf = self._ranking.idf
        gains = {t: weight * idf(count, self._holders(t)) for t, weight in terms.items()}
        slight = _slightest(gains)
        return _Asked(terms, gains, {t: weight for t, weight in terms.items() if t not in slight})

    def _bound(self, query: KeywordQuery, terms: Mapping[str, float]) -> Wanted:
        """What every clause must have that the query's phrases stand in: it is cheaper than to look into the texts."""
        parts = [phrase_parts(phrase, self._analyzer) for phrase in query.phrases if phrase]
        letters = {run for part in parts for run in part.letters if run.isascii()}
        longer = tuple(frozenset(t for t in self._table.columns.letters if run in t) for run in sorted(letters))
        pairs = frozenset(pair for part in parts for pair in part.pairs)
        return Wanted(terms, optional=bool(parts), all_of=pairs, any_of=longer)


@dataclass(frozen=True, slots=True)
class _Search:
    """One search."""

    finder: Finder
    table: ClauseTable
    ranking: Ranking
    query: KeywordQuery
    asked: _Asked

    def best(self, wanted: Wanted, limit: int, documents: Collection[str] | None) -> tuple[Array, Array]:
        """Rows and scores, best first: clauses of the document numbers asked for, then the others."""
        within = None if documents is None else self.table.within(documents)
        if within is not None:
            share = np.count_nonzero(within & self.table.columns.live) / self.table.count
            if not share:
                return np.zeros(0, np.int64), np.zeros(0)
            if share < _NARROW:
                wanted = replace(wanted, documents=documents)
        rows, scores = self._enough(wanted, limit, within)
        if self.query.document_numbers:
            first, lead = self._numbered(wanted, limit, within)
            others = ~np.isin(rows, first)
            rows = np.concatenate([first, rows[others]])
            scores = np.concatenate([lead, scores[others]])
        return self._ordered(rows, scores, limit)

    def _numbered(self, wanted: Wanted, limit: int, within: Array | None) -> tuple[Array, Array]:
        """Clauses by 文号, with scores above all others that the terms give anywhere."""
        by_number = replace(wanted, optional=True, numbers=frozenset(self.query.document_numbers))
        rows, scores = self._enough(by_number, limit, within)
        anywhere = self.score(self._found(Wanted(self.asked.terms), _SPARE)) if self.asked.terms else np.zeros(0)
        return rows, scores + 1 + anywhere.max(initial=0.0)

    def _enough(self, wanted: Wanted, limit: int, within: Array | None) -> tuple[Array, Array]:
        """The best rows that fulfil all conditions: at least `limit`, where there are as many."""
        if not wanted.terms and not wanted.optional:
            return np.zeros(0, np.int64), np.zeros(0)
        look = 2 * limit + _SPARE
        while True:
            found = self._found(wanted, look)
            kept = self._admitted(found if within is None else found[within[found]])
            if len(found) < look or len(kept) >= limit + min(limit, _SPARE) // 2:
                return self._ordered(kept, self.score(kept), limit)
            look = min(look * _MORE, self.table.count + 1)

    def _found(self, wanted: Wanted, look: int) -> Array:
        """As the Finder's."""
        if len(self.asked.telling) < len(wanted.terms):
            found = self.finder.find(replace(wanted, terms=self.asked.telling), look)
            if len(found) == look:
                return found
        return self.finder.find(wanted, look)

    def _admitted(self, rows: Array) -> Array:
        """Those in whose text every phrase stands and nothing that is excluded."""
        phrases, excluded = _encoded(self.query.phrases), _encoded(self.query.excluded)
        if not phrases and not excluded:
            return rows
        contains = self.table.contains
        admitted = [
            row
            for row in rows.tolist()
            if all(contains(row, p) for p in phrases) and not any(contains(row, p) for p in excluded)
        ]
        return np.array(admitted, np.int64)

    def score(self, rows: Array) -> Array:
        """BM25F of some rows."""
        if not self.asked.gains or not len(rows):
            return np.zeros(len(rows))
        found = self.table.frequencies(rows, self.asked.gains, self.ranking)
        k1 = self.ranking.k1
        gains = np.fromiter(self.asked.gains.values(), np.float64, len(self.asked.gains))
        # Not by @: for so little, threads of its own cost more than they save, most of all where all cores are busy.
        scores: Array = np.einsum("rt,t->r", found * (k1 + 1) / (found + k1), gains)
        return scores

    def _ordered(self, rows: Array, scores: Array, limit: int) -> tuple[Array, Array]:
        """The best, equal ones in the order of their ordinals, then in that of the rows."""
        order = np.lexsort((rows, self.table.columns.ordinals[rows], -scores))[:limit]
        return rows[order], scores[order]


def _slightest(gains: Mapping[str, float]) -> frozenset[str]:
    """Terms whose gains come to no more than a slight share of all of them together."""
    rising = sorted(gains, key=gains.__getitem__)
    sums = accumulate(gains[term] for term in rising)
    return frozenset(islice(rising, bisect_right(list(sums), _SLIGHT * sum(gains.values()))))


def _encoded(phrases: Iterable[str]) -> list[bytes]:
    return [phrase.encode("utf-8", "surrogatepass") for phrase in phrases if phrase]
