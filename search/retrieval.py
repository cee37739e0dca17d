"""From a query to one ranked list of clauses: both channels, their exact conditions, and the fusion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from search import fusion
from search.engines.protocol import Candidate, Engine
from search.errors import IndexDamaged, ModelUnavailable
from search.expansion import ask_keyword
from search.lookup import Named, articles_first
from search.model import ChannelMatch, Mode, Notice
from search.preferring import prefer
from search.query import Query
from search.ranked import Ranked, Retrieved
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


@dataclass(frozen=True, slots=True)
class Retriever:
    """Asks an engine's channels and merges what they say.

    `embedder` is called when a vector is needed, so that keyword search loads no model; `named` gives the clauses'
    titles, paths and texts for what an engine cannot check itself.
    """

    engine: Engine
    embedder: Callable[[], Embedder]
    named: Callable[[Collection[str]], Mapping[str, Named]]
    keyword_weight: float = 0.5
    semantic_floor: float | None = None

    def retrieve(
        self, query: Query, mode: Mode, depth: int = DEPTH, documents: Collection[str] | None = None
    ) -> Retrieved:
        """The clauses for a query, at most about twice `depth`. Raises ModelUnavailable in semantic mode only."""
        notices: tuple[Notice, ...] = ()
        channels: dict[str, Sequence[Candidate]] = {}
        if mode is not Mode.SEMANTIC:
            limit = max(depth, KEYWORD_DEPTH) if mode is Mode.KEYWORD else depth
            channels["keyword"] = ask_keyword(self.engine, query, limit, documents)
        if mode is not Mode.KEYWORD:
            try:
                channels["semantic"] = self._semantic(query, depth, documents)
            except (ModelUnavailable, IndexDamaged) as error:
                if mode is Mode.SEMANTIC:
                    raise
                notices = (Notice("notice.semantic_unavailable", {"reason": str(error.parameters["reason"])}),)
        ranked = prefer(self._fuse(channels, query), query, self.named)
        if query.articles and mode is not Mode.SEMANTIC:
            ranked = self._articles_first(ranked, query)
        return Retrieved(ranked, notices)

    def _articles_first(self, ranked: Sequence[Ranked], query: Query) -> list[Ranked]:
        """Scores stay in step with the order: what goes to the front has at least the best score behind it."""
        by_id = {r.clause_id: r for r in ranked}
        ordered = articles_first(list(by_id), query.articles, self.named(list(by_id)))
        scores = sorted((r.score for r in ranked), reverse=True)
        return [replace(by_id[clause_id], score=score) for clause_id, score in zip(ordered, scores, strict=True)]

    def _semantic(self, query: Query, depth: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        vectors = self.embedder().encode_queries([simplify(query.meaning)])
        found = self.engine.semantic(vectors, depth, documents)
        if not query.phrases and not query.excluded:
            return found
        texts = {clause_id: fold(n.text) for clause_id, n in self.named([c.clause_id for c in found]).items()}
        return [c for c in found if _fulfils(query, texts[c.clause_id])]

    def _fuse(self, channels: Mapping[str, Sequence[Candidate]], query: Query) -> list[Ranked]:
        both = len(channels) > 1
        weights = {
            "keyword": self.keyword_weight if both else 1.0,
            "semantic": 1 - self.keyword_weight if both else 1.0,
        }
        scored = {name: [(c.clause_id, c.score) for c in found] for name, found in channels.items()}
        full = sum(self.engine.term_weights(query.keyword()).values()) if both else 0.0
        shares = fusion.shares(scored, weights, {"keyword": (0.0, KEYWORD_CEILING * full)})
        matches: dict[str, dict[str, ChannelMatch]] = {}
        for name, found in channels.items():
            for rank, c in enumerate(found, 1):
                share = round(shares[name][c.clause_id], 4)
                matches.setdefault(c.clause_id, {})[name] = ChannelMatch(rank, c.score, c.window, share)
        return [
            Ranked(clause_id, score, matches[clause_id])
            for clause_id, score in fusion.summed(shares)
            if self._is_hit(matches[clause_id], full, query)
        ]

    def _is_hit(self, matched_by: Mapping[str, ChannelMatch], full: float, query: Query) -> bool:
        """`full` is about the keyword score of a full match, needed where both channels were asked."""
        keyword, semantic = matched_by.get("keyword"), matched_by.get("semantic")
        if keyword and (not full or query.phrases or query.document_numbers):
            return True
        floor = semantic_floor(self.embedder().fingerprint.model, self.semantic_floor)
        return vouched(keyword.score / full if keyword and full else 0.0, semantic.score if semantic else None, floor)


def _fulfils(query: Query, folded_text: str) -> bool:
    return all(p in folded_text for p in query.phrases) and not any(p in folded_text for p in query.excluded)
