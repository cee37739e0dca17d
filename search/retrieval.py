"""From a query to one ranked list of clauses: both channels, their exact conditions, and the fusion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search import fusion
from search.engines.protocol import Candidate, Engine
from search.errors import ModelUnavailable
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

    `embedder` is called when a vector is needed, so that keyword search loads no model; `texts` gives the clauses'
    texts for conditions that the vector channel cannot check itself.
    """

    engine: Engine
    embedder: Callable[[], Embedder]
    texts: Callable[[Collection[str]], Mapping[str, str]]
    keyword_weight: float = 0.5

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
        return Retrieved(self._fuse(channels, query), notices)

    def _semantic(self, query: Query, depth: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        vectors = self.embedder().encode_queries([simplify(query.meaning)])
        found = self.engine.semantic(vectors, depth, documents)
        if not query.phrases and not query.excluded:
            return found
        texts = {clause_id: fold(text) for clause_id, text in self.texts([c.clause_id for c in found]).items()}
        return [c for c in found if _fulfils(query, texts[c.clause_id])]

    def _fuse(self, channels: Mapping[str, Sequence[Candidate]], query: Query) -> list[Ranked]:
        both = len(channels) > 1
        weights = {
            "keyword": self.keyword_weight if both else 1.0,
            "semantic": 1 - self.keyword_weight if both else 1.0,
        }
        scored = {name: [(c.clause_id, c.score) for c in found] for name, found in channels.items()}
        ceiling = KEYWORD_CEILING * self.engine.ceiling(query.keyword()) if both else None
        matches: dict[str, dict[str, ChannelMatch]] = {}
        for name, found in channels.items():
            for rank, c in enumerate(found, 1):
                matches.setdefault(c.clause_id, {})[name] = ChannelMatch(rank, c.score, c.window)
        fused = fusion.weighted(scored, weights, {"keyword": (0.0, ceiling)})
        return [Ranked(clause_id, score, matches[clause_id]) for clause_id, score in fused]


def _fulfils(query: Query, folded_text: str) -> bool:
    return all(p in folded_text for p in query.phrases) and not any(p in folded_text for p in query.excluded)
