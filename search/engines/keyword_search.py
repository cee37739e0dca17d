"""What a keyword query finds, computed with numpy over postings read whole, one term after the other. No library of
an engine is imported here: what keeps the postings is behind `Postings`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from search.engines.columns import Candidates
from search.engines.ranking import Fields, Ranking, phrase_parts, query_weights
from search.text.normalise import is_cjk

if TYPE_CHECKING:
    from search.engines.protocol import Candidate, KeywordQuery
    from search.text.segment import Analyzer

Array = NDArray[Any]
FIELDS = Fields._fields
_REMEMBERED = 256
_REMEMBERED_TERMS = 65_536


class Posting(NamedTuple):
    """The clauses that have a term, by their number in the index, ascending; and what the term weighs in each."""

    clauses: Array
    weights: Array


class Postings(Protocol):
    """One committed state of an index: clauses are numbered from 0 to `size`, and those not `live` are deleted."""

    @property
    def size(self) -> int: ...

    @property
    def live(self) -> Array: ...

    @property
    def ordinals(self) -> Array: ...

    @property
    def lengths(self) -> Mapping[str, Array]: ...

    def posting(self, field: str, term: str) -> Posting: ...

    def terms_with(self, letters: str) -> list[str]: ...

    def text(self, clause: int) -> str: ...

    def clause_ids(self) -> Sequence[str]: ...

    def clause_id(self, clause: int) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """For each clause of the index: whether it matches, and its score."""

    matches: Array
    scores: Array


class KeywordSearch:
    """Answers queries over one committed state."""

    def __init__(self, postings: Postings, analyzer: Analyzer, ranking: Ranking) -> None:
        self._postings = postings
        self._analyzer = analyzer
        self._ranking = ranking
        self._count = int(postings.live.sum())
        self._norms = {name: self._norm(postings.lengths[name]) for name in FIELDS}
        # One query is asked for hits and for its weights, and many have terms in common.
        self._terms = lru_cache(maxsize=_REMEMBERED)(lambda query: query_weights(query, analyzer))
        self._holders = lru_cache(maxsize=_REMEMBERED_TERMS)(self._count_holders)

    def _norm(self, lengths: Array) -> Array:
        """How many times too long a field is, softened by b."""
        mean = float(lengths[self._postings.live].mean()) if self._count else 0.0
        b = self._ranking.b
        norm: Array = 1 - b + b * lengths / (mean or 1.0)
        return norm

    @property
    def count(self) -> int:
        """Clauses that are not deleted."""
        return self._count

    def clause_ids(self) -> Sequence[str]:
        return self._postings.clause_ids()

    def close(self) -> None:
        self._postings.close()

    def search(self, query: KeywordQuery, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        """The best clauses, best first."""
        if limit <= 0 or not self._count:
            return []
        found = self._rank(query)
        matches = self._restrict(found.matches, query, documents)
        best = self._best(np.flatnonzero(matches), found.scores, limit)
        return Candidates(self._postings.clause_id, best, found.scores[best], self._postings.ordinals[best])

    def known(self, terms: Collection[str]) -> frozenset[str]:
        """Those of some terms that any clause has."""
        return frozenset(term for term in terms if self._holders(term))

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        """What each term adds to the score of a clause of mean length that has it once."""
        idf = self._ranking.idf
        return {t: weight * idf(self._count, self._holders(t)) for t, weight in self._terms(query).items()}

    def _count_holders(self, term: str) -> int:
        """How many clauses have a term in any field."""
        clauses = [self._postings.posting(name, term).clauses for name in FIELDS]
        return len(np.unique(np.concatenate(clauses)))

    def _rank(self, query: KeywordQuery) -> _Found:
        """By terms and document numbers. Phrases that stand in a clause are reason enough to find it."""
        scores = np.zeros(self._postings.size)
        for term, weight in self._terms(query).items():
            clauses, gains = self._gains(term)
            scores[clauses] += weight * gains
        matches = scores > 0
        numbered = self._any("document_number", query.document_numbers)
        scores[numbered] += 1 + scores.max()
        matches[numbered] = True
        if any(query.phrases):
            matches = self._postings.live.copy()
        return _Found(matches, scores)

    def _gains(self, term: str) -> tuple[Array, Array]:
        """BM25F of one term: the clauses that have it, and what it adds to their scores."""
        frequencies = np.zeros(self._postings.size)
        for name, boost in zip(FIELDS, self._ranking.boosts, strict=True):
            clauses, weights = self._postings.posting(name, term)
            frequencies[clauses] += boost * weights / self._norms[name][clauses]
        clauses = np.flatnonzero(frequencies)
        found = frequencies[clauses]
        k1 = self._ranking.k1
        return clauses, self._ranking.idf(self._count, len(clauses)) * found * (k1 + 1) / (found + k1)

    def _any(self, field: str, terms: Iterable[str]) -> Array:
        found = [self._postings.posting(field, term).clauses for term in set(terms)]
        return np.concatenate([np.zeros(0, np.int32), *found])

    def _restrict(self, matches: Array, query: KeywordQuery, documents: Collection[str] | None) -> Array:
        """Without the clauses that a filter, a phrase or an excluded text rules out. What is cheap comes first."""
        if documents is not None:
            within = np.zeros_like(matches)
            within[self._any("document_id", documents)] = True
            matches = matches & within
        for phrase in filter(None, query.phrases):
            matches = self._containing(phrase, matches)
        for phrase in filter(None, query.excluded):
            matches = matches & ~self._containing(phrase, matches)
        return matches

    def _containing(self, phrase: str, among: Array) -> Array:
        """Those of the clauses `among` in whose folded text a phrase stands."""
        for clauses in self._having_parts_of(phrase):
            having = np.zeros_like(among)
            having[clauses] = True
            among = among & having
        if len(phrase) <= 2 and all(map(is_cjk, phrase)):
            return among  # is itself a term
        found = np.zeros_like(among)
        for clause in np.flatnonzero(among):
            found[clause] = phrase in self._postings.text(int(clause))
        return found

    def _having_parts_of(self, phrase: str) -> Iterable[Array]:
        """For each part of a phrase the clauses that have it."""
        parts = phrase_parts(phrase, self._analyzer)
        yield from (self._postings.posting("text", pair).clauses for pair in sorted(parts.pairs))
        yield from (
            self._any("text", self._postings.terms_with(letters))
            for letters in sorted(parts.letters)
            if letters.isascii()
        )

    def _best(self, clauses: Array, scores: Array, limit: int) -> Array:
        """The best, equal ones in the order of their ordinals, then in that of the index."""
        if len(clauses) > limit:
            least = np.partition(scores[clauses], -limit)[-limit]
            clauses = clauses[scores[clauses] >= least]
        order = np.lexsort((self._postings.ordinals[clauses], -scores[clauses]))
        best: Array = clauses[order][:limit]
        return best
