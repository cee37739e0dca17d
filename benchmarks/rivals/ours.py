"""Tiaokuan on the same texts: what its searcher does from a query to ranked clauses, without the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rivals.given import DEPTH, Given, Question
from search.evaluation import Judged, evaluation_engine
from search.evaluation.folder import law_names, named
from search.model import Mode
from search.reading import QueryReader
from search.retrieval import Retriever
from search.settings import Settings
from search.text.segment import Analyzer
from search.understanding.synonyms import SynonymBook

if TYPE_CHECKING:
    from benchmarks.rivals.given import Vectors


class _Known:
    """Stands for the model while it is timed apart: gives the vector that the question already has."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.vector: Vectors | None = None

    def encode_queries(self, queries: Sequence[str]) -> Vectors:
        assert self.vector is not None
        return self.vector[None].repeat(len(queries), axis=0)


@dataclass
class Ours:
    """One rung. Building takes the vectors of its windows from the cache of `tiaokuan evaluate`."""

    settings: Settings
    folder: Path
    judged: Judged
    engine: str

    def build(self, given: Given, folder: Path) -> None:
        settings = self.settings.model_copy(update={"engine": self.engine})
        engine, embedder = evaluation_engine(settings, self.folder, self.judged, progress=True)
        self._known = _Known(embedder().model)
        self._retriever = Retriever(
            engine,
            lambda: self._known,  # type: ignore[arg-type, return-value]
            named(self.judged),
            self.settings.keyword_weight,
            self.settings.semantic_floor,
            names=law_names(self.judged),
        )
        self._reader = QueryReader(Analyzer(self.settings.cache), SynonymBook(self.settings.home / "synonyms.txt"))

    def search(self, question: Question) -> Sequence[str]:
        self._known.vector = question.vector
        found = self._retriever.retrieve(self._reader.read(question.text), Mode.HYBRID)
        return [ranked.clause_id for ranked in found.ranked[:DEPTH]]
