"""From a query to one ranked list of clauses: both channels, their exact conditions, and the fusion."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from search.aside import Aside
from search.engines.columns import Candidates
from search.engines.protocol import Candidate, Engine
from search.errors import IndexDamaged, ModelUnavailable
from search.expansion import ask_keyword
from search.fusion import NOT_FOUND, Fused, fuse
from search.law_names import LawNames
from search.lookup import Naming, articles_first
from search.model import ChannelMatch, Mode, Notice
from search.preferring import prefer
from search.query import Query
from search.ranked import DECIMALS, Ranked, RankedList, Retrieved
from search.stages import stage
from search.text.normalise import fold, simplify
from search.vouching import semantic_floor, vouched

if TYPE_CHECKING:
    from search.embedding import Embedder
    from search.engines.protocol import Vectors

DEPTH = 200
"""Candidates taken from each channel where both are fused (more where a deep page asks for more)."""
KEYWORD_DEPTH = 1000
"""Candidates of the keyword channel where it answers alone: they are cheap, and a list of matches should be whole."""
KEYWORD_CEILING = 0.5
"""In a fused list, a keyword score counts in full from this share of what a full match would have: a query whose words
hardly occur is answered by meaning. Measured; see benchmarks/README.md."""
_NO_LAWS = LawNames(())


class Guess(NamedTuple):
    """A query that was embedded before it was known what it means: mostly what it says."""

    text: str
    vectors: Vectors

    @classmethod
    def of(cls, query: str, embedder: Embedder) -> Self:
        """Embed it as it stands."""
        text = cls.text_of(query)
        with stage("embedding"):
            return cls(text, embedder.encode_queries([text]))

    @staticmethod
    def text_of(query: str) -> str:
        """What is embedded of it."""
        whole = query.encode("utf-8", "replace").decode()  # as `parse` takes it
        return simplify(" ".join(whole.split()))


@dataclass(frozen=True, slots=True)
class Retriever:
    """Asks an engine's channels and merges what they say.

    `embedder` is called when a vector is needed, so that keyword search loads no model; `named` gives the titles, paths and
    texts of clauses for what an engine cannot check itself; `names` are those of the laws in which articles are looked
    up. With `beside`, the keyword channel is asked in another thread while this one embeds the query, which leaves
    the interpreter free; and `meanwhile` is begun there, too. `guess` and `words` are what was begun before: the query's vector, if
    that is what it means, and the keyword channel's answer.
    """

    engine: Engine
    embedder: Callable[[], Embedder]
    named: Naming
    keyword_weight: float = 0.5
    semantic_floor: float | None = None
    beside: Executor | None = None
    meanwhile: Sequence[Aside[Any]] = ()
    names: Callable[[], LawNames] = lambda: _NO_LAWS
    guess: Guess | None = None
    words: Aside[Sequence[Candidate]] | None = None

    def retrieve(
        self, query: Query, mode: Mode, depth: int = DEPTH, documents: Collection[str] | None = None
    ) -> Retrieved:
        """The clauses for a query, at most about twice `depth`. Raises ModelUnavailable in semantic mode only."""
        notices: tuple[Notice, ...] = ()
        channels: dict[str, Sequence[Candidate]] = {}
        limit = max(depth, KEYWORD_DEPTH) if mode is Mode.KEYWORD else depth
        words = self.words or self.asking(query, limit, documents)
        if mode is not Mode.KEYWORD:
            for each in (*([words] if mode is Mode.HYBRID else ()), *self.meanwhile):
                each.begin()
            try:
                channels["semantic"] = self._semantic(query, depth, documents)
            except (ModelUnavailable, IndexDamaged) as error:
                if mode is Mode.SEMANTIC:
                    raise
                notices = (Notice("notice.semantic_unavailable", {"reason": str(error.parameters["reason"])}),)
        if mode is not Mode.SEMANTIC:
            channels = {"keyword": words.result(), **channels}
        with stage("fusion"):
            ranked = prefer(
                self._fuse({n: Candidates.of(found) for n, found in channels.items()}, query), query, self.named
            )
            if not query.articles or mode is Mode.SEMANTIC:
                return Retrieved(ranked, notices=notices)
            bearing = partial(self.names().nearest, within=documents)
            return Retrieved(*articles_first(self.engine, self.named, bearing, ranked, query), notices)

    def asking(self, query: Query, limit: int, documents: Collection[str] | None) -> Aside[Sequence[Candidate]]:
        """The keyword channel's answer, to be begun."""
        return Aside(partial(self._keyword, query, limit, documents), self.beside)

    def _keyword(self, query: Query, limit: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        with stage("keyword"):
            return ask_keyword(self.engine, query, limit, documents)

    def _semantic(self, query: Query, depth: int, documents: Collection[str] | None) -> Sequence[Candidate]:
        vectors = self._vectors(simplify(query.meaning))
        with stage("vectors"):
            found = self.engine.semantic(vectors, depth, documents)
        if not query.phrases and not query.excluded:
            return found
        columns = Candidates.of(found)
        fulfilling = [_fulfils(query, fold(n.text)) for n in self.named(columns.ordinals.tolist())]
        return columns.kept(np.array(fulfilling, np.bool_))

    def _vectors(self, text: str) -> Vectors:
        if self.guess is not None and self.guess.text == text:
            return self.guess.vectors
        with stage("embedding"):
            return self.embedder().encode_queries([text])

    def _fuse(self, channels: Mapping[str, Candidates], query: Query) -> RankedList:
        both = len(channels) > 1
        weights = {
            "keyword": self.keyword_weight if both else 1.0,
            "semantic": 1 - self.keyword_weight if both else 1.0,
        }
        full = sum(self.engine.term_weights(query.keyword()).values()) if both else 0.0
        columns = {name: (found.ordinals, found.scores) for name, found in channels.items()}
        fused = fuse(columns, weights, {"keyword": (0.0, KEYWORD_CEILING * full)})
        fused = fused.kept(self._hits(fused, channels, full, query))
        return RankedList(
            fused.ordinals, fused.scores, np.arange(len(fused.ordinals)), partial(_ranked, channels, fused)
        )

    def _hits(self, fused: Fused, channels: Mapping[str, Candidates], full: float, query: Query) -> NDArray[np.bool_]:
        """Which of all clauses are hits. `full` is about the keyword score of a full match, needed where both channels were
        asked."""
        if "semantic" not in channels:
            return np.ones(len(fused.ordinals), np.bool_)
        floor = semantic_floor(self.embedder().model, self.semantic_floor)
        cosines = _scores(fused, channels, "semantic", -np.inf)
        words = _scores(fused, channels, "keyword", 0.0) / (full or 1.0)
        hits = vouched(words, cosines, floor)
        if "keyword" in channels and (query.phrases or query.document_numbers or not full):
            hits |= fused.ranks["keyword"] != NOT_FOUND
        return hits


def _scores(fused: Fused, channels: Mapping[str, Candidates], name: str, otherwise: float) -> NDArray[np.float64]:
    """What a channel's own score of each clause is, `otherwise` where it did not find it."""
    scores = np.full(len(fused.ordinals), otherwise)
    if name in channels and len(channels[name]):
        ranks = fused.ranks[name]
        found = ranks != NOT_FOUND
        scores[found] = channels[name].scores[ranks[found]]
    return scores


def _ranked(channels: Mapping[str, Candidates], fused: Fused, row: int) -> Ranked:
    """An entry of the fused list, with what the channels said of it."""
    matches, clause_id = {}, ""
    for name, found in channels.items():
        if (rank := int(fused.ranks[name][row])) != NOT_FOUND:
            score, window = found.said(rank)
            matches[name] = ChannelMatch(rank + 1, score, window, round(float(fused.shares[name][rank]), DECIMALS))
            clause_id = clause_id or found.clause_id(rank)
    return Ranked(clause_id, float(fused.scores[row]), matches)


def _fulfils(query: Query, folded_text: str) -> bool:
    return all(p in folded_text for p in query.phrases) and not any(p in folded_text for p in query.excluded)
