"""From a query to one ranked list of clauses: both channels, their exact conditions, and the fusion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from search import fusion
from search.engines.protocol import Candidate, Engine
from search.errors import IndexDamaged, ModelUnavailable
from search.expansion import ask_keyword
from search.lookup import Naming, articles_first
from search.model import Mode, Notice
from search.preferring import prefer
from search.query import Query
from search.ranked import Matches, Ranked, Retrieved, Said
from search.stages import stage
from search.text.normalise import fold, simplify
from search.vouching import semantic_floor, vouched

if TYPE_CHECKING:
    from search.embedding import Embedder

DEPTH = 200
"""Candidates taken from each channel where both are fused (more where a deep page asks for more)."""
KEYWORD_DEPTH = 1000
"""Candidates of the keyword channel where it answers alone: they are cheap, and a list of matches should be whole."""
KEYWORD_CEILING = 0.5
"""In a fused list, a keyword score counts in full from this share of what a full match would have: a query whose words
hardly occur is answered by meaning. Measured; see benchmarks/README.md."""


class _Asked(NamedTuple):
    """What was asked at once, where nothing runs beside."""

    found: Sequence[Candidate]

    def result(self) -> Sequence[Candidate]:
        return self.found


@dataclass(frozen=True, slots=True)
class Retriever:
    """Asks an engine's channels and merges what they say.

    `embedder` is called when a vector is needed, so that keyword search loads no model; `named` gives the clauses'
    titles, paths and texts for what an engine cannot check itself. With `beside`, both channels are asked at once.
    """

    engine: Engine
    embedder: Callable[[], Embedder]
    named: Naming
    keyword_weight: float = 0.5
    semantic_floor: float | None = None
    beside: Executor | None = None

    def retrieve(
        self, query: Query, mode: Mode, depth: int = DEPTH, documents: Collection[str] | None = None
    ) -> Retrieved:
        """The clauses for a query, at most about twice `depth`. Raises ModelUnavailable in semantic mode only."""
        notices: tuple[Notice, ...] = ()
        channels: dict[str, Sequence[Candidate]] = {}
        limit = max(depth, KEYWORD_DEPTH) if mode is Mode.KEYWORD else depth
        asking = self._ask_beside(query, limit, documents) if mode is Mode.HYBRID else None
        if mode is Mode.KEYWORD:
            channels["keyword"] = self._keyword(query, limit, documents)
        else:
            try:
                channels["semantic"] = self._semantic(query, depth, documents)
            except (ModelUnavailable, IndexDamaged) as error:
                if mode is Mode.SEMANTIC:
                    raise
                notices = (Notice("notice.semantic_unavailable", {"reason": str(error.parameters["reason"])}),)
        if asking is not None:
            channels = {"keyword": asking.result(), **channels}
        with stage("fusion"):
            ranked = prefer(self._fuse(channels, query), query, self.named)
            if query.articles and mode is not Mode.SEMANTIC:
                ranked = self._articles_first(ranked, query)
        return Retrieved(ranked, notices)

    def _articles_first(self, ranked: Sequence[Ranked], query: Query) -> list[Ranked]:
        """Scores stay in step with the order: what goes to the front has at least the best score behind it."""
        by_id = {r.clause_id: r for r in ranked}
        names = dict(zip(by_id, self.named(ranked), strict=True))
        ordered = articles_first(list(by_id), query.articles, names)
        scores = sorted((r.score for r in ranked), reverse=True)
        return [by_id[clause_id]._replace(score=score) for clause_id, score in zip(ordered, scores, strict=True)]

    def _ask_beside(
        self, query: Query, limit: int, documents: Collection[str] | None
    ) -> Future[Sequence[Candidate]] | _Asked:
        """The keyword channel, asked in another thread while this one embeds the query, which leaves the interpreter free."""
        if self.beside is None:
            return _Asked(self._keyword(query, limit, documents))
        return self.beside.submit(copy_context().run, self._keyword, query, limit, documents)

    def _keyword(self, query: Query, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        with stage("keyword"):
            return ask_keyword(self.engine, query, limit, documents)

    def _semantic(self, query: Query, depth: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        with stage("embedding"):
            vectors = self.embedder().encode_queries([simplify(query.meaning)])
        with stage("vectors"):
            found = self.engine.semantic(vectors, depth, documents)
        if not query.phrases and not query.excluded:
            return found
        return [c for c, n in zip(found, self.named(found), strict=True) if _fulfils(query, fold(n.text))]

    def _fuse(self, channels: Mapping[str, Sequence[Candidate]], query: Query) -> list[Ranked]:
        both = len(channels) > 1
        weights = {
            "keyword": self.keyword_weight if both else 1.0,
            "semantic": 1 - self.keyword_weight if both else 1.0,
        }
        scored = {name: [(c.clause_id, c.score) for c in found] for name, found in channels.items()}
        full = sum(self.engine.term_weights(query.keyword()).values()) if both else 0.0
        shares = fusion.shares(scored, weights, {"keyword": (0.0, KEYWORD_CEILING * full)})
        total = fusion.totals(shares)
        said = {
            name: {c.clause_id: Said(name, c, rank) for rank, c in enumerate(found, 1)}
            for name, found in channels.items()
        }
        hits = self._hits(total, said, full, query)
        return [
            Ranked(clause_id, score, Matches(hits[clause_id], shares), (), hits[clause_id][0][1].ordinal)
            for clause_id, score in fusion.best_first(hits, total)
        ]

    def _hits(
        self, clause_ids: Iterable[str], said: Mapping[str, Mapping[str, Said]], full: float, query: Query
    ) -> dict[str, tuple[Said, ...]]:
        """What each channel says, by clause, of those that are hits. `full` is about the keyword score of a full match,
        needed where both channels were asked."""
        words, meaning = said.get("keyword", {}), said.get("semantic")
        if meaning is None:
            return {clause_id: (found,) for clause_id, found in words.items()}
        floor = semantic_floor(self.embedder().model, self.semantic_floor)
        exact = bool(query.phrases or query.document_numbers) or not full
        hits: dict[str, tuple[Said, ...]] = {}
        for clause_id in clause_ids:
            found, near = words.get(clause_id), meaning.get(clause_id)
            if found is None:
                if near is not None and vouched(0.0, near[1].score, floor):
                    hits[clause_id] = (near,)
            elif exact or vouched(found[1].score / full, near[1].score if near else None, floor):
                hits[clause_id] = (found, near) if near else (found,)
        return hits


def _fulfils(query: Query, folded_text: str) -> bool:
    return all(p in folded_text for p in query.phrases) and not any(p in folded_text for p in query.excluded)
