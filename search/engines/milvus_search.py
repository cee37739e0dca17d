"""What queries find in Milvus. The inner product of a query's weights with a clause's is our BM25F (ranking.py), so that
Milvus names the clauses in our order; phrases, exclusions and long lists of documents are checked here.

Nothing of Milvus is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from search.engines.milvus_client import CLAUSES, MOST, WINDOWS, having, key_of, one_of
from search.engines.milvus_rows import text_of
from search.engines.milvus_state import dimension_of
from search.engines.protocol import Candidate
from search.engines.ranking import Ranking, phrase_parts, query_weights
from search.text.normalise import fold

if TYPE_CHECKING:
    from search.engines.milvus_client import Milvus, Row
    from search.engines.milvus_state import State, Terms
    from search.engines.protocol import KeywordQuery, Vectors
    from search.text.segment import Analyzer

_SPARE = 50
"""Rows that are asked for beyond the limit, so that equal ones can be put into their order."""
_MORE = 4
_TEXTS = 256
"""Clauses whose texts are fetched at a time to look for phrases."""
DOCUMENTS = 4_096
"""Documents in one expression; of more, each so many are searched for themselves."""
_LETTERS = 1_024
"""So many terms of letters that have a phrase's letters in them are asked for; more are no help."""
_DECIMALS = 6
"""Scores that are the same so far are equal: what Milvus adds up depends on where a row is."""


class Hit(NamedTuple):
    """A clause that was found."""

    score: float
    ordinal: int
    row: int
    clause: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What binds: conditions for Milvus, and what is checked here. `documents` are keys."""

    conditions: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    documents: frozenset[int] | None = None

    def parts(self) -> Iterator[Asked]:
        """The same with the documents among the conditions, as many for each as an expression may have."""
        if self.documents is None:
            yield self
            return
        keys = sorted(self.documents)
        for at in range(0, len(keys), DOCUMENTS):
            condition = one_of("document_key", keys[at : at + DOCUMENTS])
            yield Asked((*self.conditions, condition), self.phrases, self.excluded)


def keys_of(documents: Collection[str] | None) -> frozenset[int] | None:
    """What documents are compared by."""
    return None if documents is None else frozenset(map(key_of, documents))


class MilvusKeyword:
    """Answers keyword queries over one committed state with at least one clause."""

    def __init__(self, client: Milvus, state: State, terms: Terms, analyzer: Analyzer, ranking: Ranking) -> None:
        assert state.collection  # noqa: S101 - the engine asks nothing of an empty state
        self._client = client
        self._name = state.collection
        self._state = state
        self._terms = terms
        self._analyzer = analyzer
        self._ranking = ranking

    def term_weights(self, query: KeywordQuery) -> Mapping[str, float]:
        """What each term adds to the score of a clause of mean length that has it once."""
        weights = query_weights(query, self._analyzer)
        count = self._state.clauses
        return {t: weight * self._ranking.idf(count, self._terms.holders(t)) for t, weight in weights.items()}

    def known(self, terms: Collection[str]) -> frozenset[str]:
        """Those of some terms that any clause has."""
        return frozenset(filter(self._terms.holders, terms))

    def search(self, query: KeywordQuery, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        """The best clauses, best first."""
        weights = self._sparse(query)
        phrases, excluded = tuple(filter(None, query.phrases)), tuple(filter(None, query.excluded))
        asked = Asked(tuple(self._bound(phrases)), phrases, excluded, keys_of(documents))
        hits = self._best(weights, asked, limit, others=bool(phrases))
        if query.document_numbers:
            by_number = one_of("number_key", [key_of(number) for number in query.document_numbers])
            numbered = Asked((*asked.conditions, by_number), phrases, excluded, asked.documents)
            first = self._best(weights, numbered, limit, others=True)
            lead = 1 + max([row["score"] for row in self._ranked(weights, 1, ())], default=0.0)
            there = {hit.row for hit in first}
            hits = [hit._replace(score=hit.score + lead) for hit in first] + [h for h in hits if h.row not in there]
        return [Candidate(hit.clause, hit.score, None, hit.ordinal) for hit in in_order(hits)[:limit]]

    def _sparse(self, query: KeywordQuery) -> dict[int, float]:
        """What a clause's terms are multiplied by; terms that no clause has are left out."""
        weights: dict[int, float] = {}
        for term, weight in self.term_weights(query).items():
            if self._terms.holders(term):
                weights[dimension_of(term)] = weights.get(dimension_of(term), 0.0) + weight
        return weights

    def _bound(self, phrases: Iterable[str]) -> Iterator[str]:
        """What every clause must have that the phrases stand in: it is cheaper than to look into the texts."""
        parts = [phrase_parts(phrase, self._analyzer) for phrase in phrases]
        runs = {run for part in parts for run in part.letters if run.isascii()}
        letters = [[dimension_of(t) for t in self._terms.letters if run in t] for run in sorted(runs)]
        pairs = sorted({dimension_of(pair) for part in parts for pair in part.pairs if len(pair) > 1})
        yield from having(pairs, [each for each in letters if len(each) <= _LETTERS])

    def _ranked(self, weights: Mapping[int, float], limit: int, conditions: Sequence[str]) -> list[Row]:
        return self._client.rank(self._name, weights, limit, conditions) if weights else []

    def _best(self, weights: Mapping[int, float], asked: Asked, limit: int, *, others: bool) -> list[Hit]:
        """The best that fulfil all conditions; with `others` also such as have none of the terms, behind."""
        if asked.documents is not None and len(asked.documents) > DOCUMENTS:
            hits, enough = self._among_ranked(weights, asked, limit)  # most documents: what is best is in one of them
            if enough and len(hits) >= limit:
                return in_order(hits)[:limit]
        hits = []
        for part in asked.parts():
            found, _ = self._among_ranked(weights, part, limit)
            if others and len(found) < limit:
                found += self._others(part, limit - len(found), {hit.row for hit in found})
            hits += found
        return in_order(hits)[:limit]

    def _among_ranked(self, weights: Mapping[int, float], asked: Asked, limit: int) -> tuple[list[Hit], bool]:
        """Clauses with some of the terms, and whether the best of them are all there."""
        look = 2 * limit + _SPARE
        while True:
            look = min(look, MOST)
            rows = self._ranked(weights, look, asked.conditions)
            hits = self._admitted(rows, asked, limit)
            if len(rows) < look or _is_settled(hits, rows[-1]["score"], limit):
                return hits, True
            if look == MOST:
                return hits, False
            look *= _MORE

    def _admitted(self, rows: Sequence[Row], asked: Asked, limit: int) -> list[Hit]:
        """Those of the rows, best first, that fulfil what is checked here; as many as settle which are the best."""
        if asked.documents is not None:
            rows = [row for row in rows if row["document_key"] in asked.documents]
        if not asked.phrases and not asked.excluded:
            return [_hit(row) for row in rows]
        hits: list[Hit] = []
        for at in range(0, len(rows), _TEXTS):
            some = rows[at : at + _TEXTS]
            if _is_settled(hits, some[0]["score"], limit):
                break
            conditions = [one_of("row", [row["row"] for row in some])]
            texts = {
                found["row"]: found["source"]
                for found in self._client.rows(self._name + CLAUSES, conditions, ["row", "source"])
            }
            hits += [_hit(row) for row in some if _admits(asked, texts[row["row"]])]
        return hits

    def _others(self, asked: Asked, limit: int, known: Collection[int]) -> list[Hit]:
        """Clauses that the terms do not find, in their order."""
        checked = bool(asked.phrases or asked.excluded)
        fields = ["row", "clause", "ordinal", *["source"] * checked]
        hits: list[Hit] = []
        for page in self._client.scan(self._name + CLAUSES, self._state.clauses, asked.conditions, fields):
            new = (row for row in page if row["row"] not in known)
            hits += [_hit({**row, "score": 0.0}) for row in new if not checked or _admits(asked, row["source"])]
            if self._state.ordered and len(hits) >= limit:
                break
        return hits


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Best first, equal ones in the order of their ordinals, then in that of their rows."""
    return sorted(hits, key=lambda hit: (-round(hit.score, _DECIMALS), hit.ordinal, hit.row))


def _is_settled(hits: Sequence[Hit], next_score: float, limit: int) -> bool:
    """Whether nothing behind is as good as the last that is wanted."""
    return len(hits) >= limit and hits[limit - 1].score > next_score + 10**-_DECIMALS


def _hit(row: Row) -> Hit:
    return Hit(float(row["score"]), int(row["ordinal"]), int(row["row"]), str(row["clause"]))


def _admits(asked: Asked, source: Iterable[str]) -> bool:
    folded = fold(text_of(source)[2])
    return all(p in folded for p in asked.phrases) and not any(p in folded for p in asked.excluded)


class MilvusVectors:
    """Answers semantic queries over one committed state with at least one window."""

    def __init__(self, client: Milvus, state: State) -> None:
        assert state.collection  # noqa: S101
        self._client = client
        self._name = state.collection
        self._state = state

    def search(self, vectors: Vectors, limit: int, documents: Collection[str] | None) -> list[Candidate]:
        """Clauses by the best inner product of any of their windows with any row of `vectors`."""
        best: dict[str, tuple[Hit, tuple[int, int]]] = {}
        for vector in np.ascontiguousarray(vectors, np.float32):
            for row, score in self._nearest(vector, limit, keys_of(documents)):
                hit = Hit(score, int(row["ordinal"]), int(row["row"]), str(row["clause"]))
                if hit.clause not in best or round(score - best[hit.clause][0].score, _DECIMALS) > 0:
                    best[hit.clause] = (hit, (int(row["start"]), int(row["stop"])))
        hits = in_order(hit for hit, _ in best.values())[:limit]
        return [Candidate(hit.clause, hit.score, best[hit.clause][1], hit.ordinal) for hit in hits]

    def _nearest(self, vector: Vectors, limit: int, documents: frozenset[int] | None) -> list[tuple[Row, float]]:
        """The best windows, as many as make up `limit` clauses and all that are as good as the last of these."""
        if documents is not None and len(documents) > DOCUMENTS:
            rows, enough = self._enough(vector, limit, (), lambda row: row["document_key"] in documents)
            if enough:
                return rows
        return [
            each
            for part in Asked((), documents=documents).parts()
            for each in self._enough(vector, limit, part.conditions, lambda _: True)[0]
        ]

    def _enough(
        self, vector: Vectors, limit: int, conditions: Sequence[str], admits: Callable[[Row], bool]
    ) -> tuple[list[tuple[Row, float]], bool]:
        approximate = self._state.approximate
        look = 2 * limit + _SPARE
        while True:
            look = min(look, MOST)
            found = self._client.nearest(self._name, vector, look, conditions, approximate=approximate)
            scored = _compared(found, vector) if approximate else [(row, float(row["score"])) for row in found]
            rows = [each for each in scored if admits(each[0])]
            firsts = list({row["clause"]: score for row, score in reversed(rows)}.values())[::-1]
            if len(found) < look:
                return rows, True
            if len(firsts) >= limit and sorted(firsts, reverse=True)[limit - 1] > scored[-1][1] + 10**-_DECIMALS:
                return rows, True
            if look == MOST:
                return rows, False
            look *= _MORE

    def rows_of(self, conditions: Sequence[str]) -> list[Row]:
        """Windows with their vectors, in their order."""
        rows = self._client.rows(self._name + WINDOWS, conditions, ["row", "clause", "vector"])
        return sorted(rows, key=lambda row: int(row["row"]))


def _compared(rows: Sequence[Row], vector: Vectors) -> list[tuple[Row, float]]:
    """With exact products, best first."""
    if not rows:
        return []
    products = np.einsum("rd,d->r", np.array([row["vector"] for row in rows], np.float32), vector)
    order = np.argsort(-products, kind="stable").tolist()
    return [(rows[at], float(products[at])) for at in order]
