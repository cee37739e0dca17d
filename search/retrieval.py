"""From a query to one ranked list of clauses: both channels, their exact conditions, and the fusion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from search import fusion
from search.engines.protocol import Candidate, Engine
from search.errors import ModelUnavailable
from search.lookup import Named, articles_first
from search.model import ChannelMatch, Mode, Notice
from search.query import Query
from search.text.normalise import fold, simplify

if TYPE_CHECKING:
    from search.embedding import Embedder

DEPTH = 200
"""Candidates taken from each channel where both are fused (more where a deep page asks for more)."""
KEYWORD_DEPTH = 1000
"""Candidates of the keyword channel where it answers alone: they are cheap, and a list of matches should be whole."""
KEYWORD_CEILING = 0.5
"""In a fused list, a keyword score counts in full from this share of what a full match would have: a query whose words
hardly occur is answered by meaning. Measured; see benchmarks/README.md."""
KEYWORD_FLOOR = 0.45
"""Share of a full match from which words alone make a hit in a fused list."""
SEMANTIC_FLOORS = {"multilingual-e5-small": 0.875}
"""Cosine from which meaning alone makes a hit, by model: each spreads its cosines over a range of its own. With both
floors 1.4 and 4.8 % of the judged answers to real questions (msga_gov_qa, ncp_policy_doc) are lost, and of 40 off-topic
queries (recipes, games, celebrities, keyboard noise) 75 and 88 % find nothing; benchmarks/README.md."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A clause in the fused list, with what each channel that found it said."""

    clause_id: str
    score: float
    matched_by: Mapping[str, ChannelMatch]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A fused list, best first."""

    ranked: Sequence[Ranked]
    notices: tuple[Notice, ...] = ()


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
            channels["keyword"] = self.engine.keyword(query.keyword(), limit, documents)
        if mode is not Mode.KEYWORD:
            try:
                channels["semantic"] = self._semantic(query, depth, documents)
            except ModelUnavailable as error:
                if mode is Mode.SEMANTIC:
                    raise
                notices = (Notice("notice.semantic_unavailable", {"reason": str(error.parameters["reason"])}),)
        ranked = self._fuse(channels, query)
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
        full = self.engine.ceiling(query.keyword()) if both else 0.0
        matches: dict[str, dict[str, ChannelMatch]] = {}
        for name, found in channels.items():
            for rank, c in enumerate(found, 1):
                matches.setdefault(c.clause_id, {})[name] = ChannelMatch(rank, c.score, c.window)
        fused = fusion.weighted(scored, weights, {"keyword": (0.0, KEYWORD_CEILING * full)})
        return [
            Ranked(clause_id, score, matches[clause_id])
            for clause_id, score in fused
            if self._is_hit(matches[clause_id], KEYWORD_FLOOR * full, query)
        ]

    def _is_hit(self, matched_by: Mapping[str, ChannelMatch], keyword_floor: float, query: Query) -> bool:
        """Whether a channel vouches for a clause: nonsense finds nothing instead of what is least far away."""
        keyword, semantic = matched_by.get("keyword"), matched_by.get("semantic")
        if keyword and (keyword.score >= keyword_floor or query.phrases or query.document_numbers):
            return True
        return semantic is not None and semantic.score >= self._floor()

    def _floor(self) -> float:
        if self.semantic_floor is not None:
            return self.semantic_floor
        return SEMANTIC_FLOORS.get(self.embedder().fingerprint.model, -1.0)


def _fulfils(query: Query, folded_text: str) -> bool:
    return all(p in folded_text for p in query.phrases) and not any(p in folded_text for p in query.excluded)
