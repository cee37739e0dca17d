"""Measuring relevance on judged queries, in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels.tsv.

Every document of the folder is indexed as one clause, by the same analyzer, windows, model, engine and fusion that serve
searches; nothing is tuned for the occasion. The index is kept in the cache and used again while nothing changes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from search.embedding import Embedder, configured_model
from search.engines import create_engine, open_engine
from search.engines.protocol import ClauseEntry, Engine
from search.errors import BadFolder
from search.model import Mode
from search.query import parse
from search.retrieval import DEPTH, Retriever
from search.settings import Settings
from search.text.segment import Analyzer
from search.windows import WINDOW, passage, windows

if TYPE_CHECKING:
    from ir_measures import Measure

MEASURES = ("nDCG@10", "RR@10", "R@100")
_BATCH = 2000
_SAMPLES = 1000  # bootstrap resamples


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of judged queries: document id → (title, text), query id → text, query id → document id → grade."""

    corpus: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    judgments: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One mode's means over the queries, and for each the 95 % bootstrap interval."""

    mode: Mode
    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    queries: int

    def as_dict(self) -> dict[str, object]:
        """JSON-ready values, rounded to four places."""
        means = {name: round(value, 4) for name, value in self.means.items()}
        spans = {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()}
        return {**means, "queries": self.queries, "intervals": spans}


def _lines(file: Path) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8") as stream:
            yield from (json.loads(line) for line in stream if line.strip())
    except (OSError, ValueError) as error:
        raise BadFolder(folder=file.parent, reason=f"{file.name}: {error}") from error


def load_judged(folder: Path, limit: int | None = None) -> Judged:
    """Read a folder; `limit` takes only so many of its judged queries. Raises BadFolder."""
    judgments: dict[str, dict[str, int]] = {}
    try:
        rows = (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]
        for row in rows:
            query_id, document_id, grade = row.split("\t")
            judgments.setdefault(query_id, {})[document_id] = int(grade)
    except (OSError, ValueError) as error:
        raise BadFolder(folder=folder, reason=f"qrels.tsv: {error}") from error
    try:
        queries = {q["_id"]: q["text"] for q in _lines(folder / "queries.jsonl") if q["_id"] in judgments}
        corpus = {d["_id"]: (d.get("title", ""), d["text"]) for d in _lines(folder / "corpus.jsonl")}
    except (KeyError, TypeError) as error:
        raise BadFolder(folder=folder, reason=f"no field {error} in a line") from error
    if not queries or not corpus:
        raise BadFolder(folder=folder, reason="no judged queries, or no documents")
    return Judged(corpus, dict(list(queries.items())[:limit]), judgments)


class _LazyEmbedder:
    """Loads the model at the first need."""

    def __init__(self, settings: Settings, progress: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._model: Embedder | None = None

    def __call__(self) -> Embedder:
        if self._model is None:
            self._model = Embedder.open(self._settings, progress=self._progress)
        return self._model


def _index_folder(settings: Settings, folder: Path, analyzer: Analyzer) -> Path:
    with (folder / "corpus.jsonl").open("rb") as stream:
        digest = sha256(stream.read())
    identity = configured_model(settings)
    digest.update(
        json.dumps([analyzer.fingerprint, identity.model, identity.revision, WINDOW], sort_keys=True).encode()
    )
    return settings.cache / "evaluation" / digest.hexdigest()[:20]


def _entries(
    batch: Sequence[tuple[str, tuple[str, str]]], at: int, embedder: Embedder, progress: bool
) -> list[ClauseEntry]:
    spans = [windows(text) for _, (_, text) in batch]
    passages = [
        passage(title, (), text[start:end])
        for (_, (title, text)), own in zip(batch, spans, strict=True)
        for start, end in own
    ]
    vectors = embedder.encode_passages(passages, progress=progress)
    entries, row = [], 0
    for position, ((document_id, (title, text)), own) in enumerate(zip(batch, spans, strict=True), at):
        rows = vectors[row : row + len(own)]
        entries.append(ClauseEntry(document_id, document_id, position, title, (), text, None, rows, own))
        row += len(own)
    return entries


def _engine(
    settings: Settings, folder: Path, judged: Judged, embedder: Callable[[], Embedder], progress: bool
) -> Engine:
    analyzer = Analyzer(settings.cache)
    place = _index_folder(settings, folder, analyzer)
    if (place / "complete").exists():
        return open_engine(place, analyzer)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    engine = create_engine(place, analyzer)
    documents = list(judged.corpus.items())
    with engine.writer() as writer:
        for at in range(0, len(documents), _BATCH):
            writer.add(_entries(documents[at : at + _BATCH], at, embedder(), progress))
    (place / "complete").touch()
    return engine


def evaluate(
    settings: Settings,
    folder: Path,
    modes: Collection[Mode] = tuple(Mode),
    limit: int | None = None,
    *,
    progress: bool = True,
) -> list[Figures]:
    """Measure `modes` on a folder. Raises BadFolder, ModelUnavailable."""
    judged = load_judged(folder, limit)
    embedder = _LazyEmbedder(settings, progress)
    engine = _engine(settings, folder, judged, embedder, progress)
    retriever = Retriever(engine, embedder, lambda ids: {i: judged.corpus[i][1] for i in ids}, settings.keyword_weight)
    figures = [_measure(judged, mode, retriever) for mode in modes]
    engine.close()
    return figures


def _measure(judged: Judged, mode: Mode, retriever: Retriever) -> Figures:
    import ir_measures  # only evaluation needs it

    run = {
        query_id: {r.clause_id: r.score for r in retriever.retrieve(parse(text), mode, DEPTH).ranked}
        for query_id, text in judged.queries.items()
    }
    measures: dict[Measure, str] = {ir_measures.parse_measure(name): name for name in MEASURES}
    judgments = {query_id: judged.judgments[query_id] for query_id in judged.queries}
    values: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    for value in ir_measures.iter_calc(list(measures), judgments, run):
        values[measures[value.measure]][value.query_id] = value.value
    per_query = {name: [found.get(q, 0.0) for q in judged.queries] for name, found in values.items()}
    means = {name: sum(found) / len(found) for name, found in per_query.items()}
    return Figures(mode, means, {name: _interval(found) for name, found in per_query.items()}, len(judged.queries))


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean (Efron & Tibshirani 1993, 13.3), from a fixed seed."""
    import numpy as np

    array = np.asarray(values)
    picks = np.random.default_rng(20161101).integers(0, len(array), (_SAMPLES, len(array)))
    low, high = np.percentile(array[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
