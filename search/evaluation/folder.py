"""Judged queries in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels.tsv.

Every document of the folder is indexed as one clause, by the same analyzer, windows, model, engine and fusion that serve
searches; nothing is tuned for the occasion. The index is kept in the cache and used again while nothing changes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search.embedding import Embedder
from search.engines import DEFAULT, create_engine, open_engine
from search.engines.protocol import ClauseEntry, Engine
from search.errors import BadFolder
from search.evaluation.measuring import Judged, Run, measure
from search.law_names import LawNames
from search.lookup import Named, Naming
from search.model import Mode
from search.reading import QueryReader
from search.retrieval import DEPTH, Retriever
from search.settings import Settings
from search.text.normalise import simplify
from search.text.segment import Analyzer
from search.understanding.places import as_bits, provinces_in
from search.understanding.synonyms import SynonymBook
from search.windows import SCHEME, passages, windows

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

_BATCH = 500


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8") as stream:
            yield from (json.loads(line) for line in stream if line.strip())
    except (OSError, ValueError, RecursionError) as error:
        raise BadFolder(folder=file.parent, reason=f"{file.name}: {error}") from error


def load_judged(folder: Path, limit: int | None = None) -> Judged:
    """Read a folder; `limit` takes only so many of its judged queries. A line of queries.jsonl may say the query's
    `class`, by itself or in its `metadata`. Raises BadFolder."""
    judgments = _judgments(folder)
    queries: dict[str, str] = {}
    classes: dict[str, str] = {}
    try:
        for line in _lines(folder / "queries.jsonl"):
            query_id = line["_id"]
            if query_id not in judgments or len(queries) == limit:
                continue
            queries[query_id] = line["text"]
            named = line.get("class") or (line.get("metadata") or {}).get("class")
            if named:
                classes[query_id] = str(named)
        corpus = {d["_id"]: (d.get("title", ""), d["text"]) for d in _lines(folder / "corpus.jsonl")}
    except (KeyError, TypeError, AttributeError) as error:
        raise BadFolder(folder=folder, reason=f"no field {error} in a line") from error
    if not queries or not corpus:
        raise BadFolder(folder=folder, reason="no judged queries, or no documents")
    return Judged(corpus, queries, judgments, classes)


def _judgments(folder: Path) -> dict[str, dict[str, int]]:
    judgments: dict[str, dict[str, int]] = {}
    try:
        rows = (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]
        for row in rows:
            query_id, document_id, grade = row.split("\t")
            judgments.setdefault(query_id, {})[document_id] = int(grade)
    except (OSError, ValueError) as error:
        raise BadFolder(folder=folder, reason=f"qrels.tsv: {error}") from error
    return judgments


class Kept:
    """Vectors of passages, kept in the cache by what was embedded with which model: a run that was interrupted goes on
    where it stopped. The model is loaded at the first need."""

    def __init__(self, settings: Settings, progress: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._folder = settings.cache / "evaluation" / "vectors"
        self._model: Embedder | None = None

    def embedder(self) -> Embedder:
        if self._model is None:
            self._model = Embedder.for_queries(self._settings, progress=self._progress)
        return self._model

    def of(self, texts: Sequence[str]) -> Vectors:
        """(n, dimension) float32."""
        import numpy as np

        key = sha256(json.dumps([*_computed_in(self.embedder()), *texts]).encode()).hexdigest()
        file = self._folder / f"{key}.npy"
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with file.with_suffix(".part").open("wb") as stream:
                np.save(stream, self.embedder().encode_passages(texts, progress=self._progress))
            file.with_suffix(".part").rename(file)
        vectors: Vectors = np.load(file)
        return vectors


def _no_vectors(texts: Sequence[str]) -> Vectors:
    """Where only words are measured, nothing need be embedded."""
    import numpy as np

    return np.ones((len(texts), 1), np.float32)


def _engine_name(settings: Settings) -> str:
    return settings.engine or DEFAULT


def _computed_in(embedder: Embedder) -> list[str]:
    """What vectors depend on beside their text."""
    made = embedder.fingerprint
    return [made.model, made.revision, made.dtype]


def _index_folder(settings: Settings, folder: Path, analyzer: Analyzer, embedder: Embedder | None) -> Path:
    with (folder / "corpus.jsonl").open("rb") as stream:
        digest = sha256(stream.read())
    parts = [_engine_name(settings), analyzer.fingerprint, *([*_computed_in(embedder), SCHEME] if embedder else [])]
    digest.update(json.dumps(parts, sort_keys=True).encode())
    return settings.cache / "evaluation" / digest.hexdigest()[:20]


def _entries(
    batch: Sequence[tuple[str, tuple[str, str]]], at: int, embed: Callable[[Sequence[str]], Vectors]
) -> list[ClauseEntry]:
    spans = [windows(text) for _, (_, text) in batch]
    vectors = embed([window for _, (title, text) in batch for window in passages(title, text)])
    entries, row = [], 0
    for position, ((document_id, (title, text)), own) in enumerate(zip(batch, spans, strict=True), at):
        rows = vectors[row : row + len(own)]
        entries.append(ClauseEntry(document_id, document_id, position, title, (), text, None, rows, own))
        row += len(own)
    return entries


def _fill(
    engine: Engine, place: Path, judged: Judged, embed: Callable[[Sequence[str]], Vectors], progress: bool
) -> None:
    from tqdm import tqdm

    documents = list(judged.corpus.items())
    starts = tqdm(range(0, len(documents), _BATCH), desc="indexing", disable=not progress, leave=False)
    with engine.writer() as writer:
        for at in starts:
            writer.add(_entries(documents[at : at + _BATCH], at, embed))
    (place / "complete").touch()


def evaluation_engine(
    settings: Settings, folder: Path, judged: Judged, modes: Collection[Mode] = tuple(Mode), *, progress: bool
) -> tuple[Engine, Callable[[], Embedder]]:
    """The engine of the settings with a folder's documents, made or taken from the cache, and how to get the model."""
    words_only = set(modes) == {Mode.KEYWORD}
    vectors = Kept(settings, progress)
    analyzer, name = Analyzer(settings.cache), _engine_name(settings)
    place = _index_folder(settings, folder, analyzer, None if words_only else vectors.embedder())
    if (place / "complete").exists():
        return open_engine(place, analyzer, name=name), vectors.embedder
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    engine = create_engine(place, analyzer, name=name)
    _fill(engine, place, judged, _no_vectors if words_only else vectors.of, progress)
    return engine, vectors.embedder


@dataclass(frozen=True, slots=True)
class Setup:
    """What of a judged set is measured."""

    modes: Collection[Mode] = field(default_factory=lambda: tuple(Mode))
    limit: int | None = None
    progress: bool = True


def named(judged: Judged) -> Naming:
    """What tells which articles a folder's documents are."""
    documents = list(judged.corpus.values())

    @cache
    def one(place: int) -> Named:
        title, text = documents[place]
        return Named(title, (), text, as_bits(provinces_in(simplify(f"{title}\n{text}"))))

    def of(places: Sequence[int], *, texts: bool = True) -> list[Named]:
        return [one(place) for place in places]

    return of


def law_names(judged: Judged) -> Callable[[], LawNames]:
    """A folder's documents by the names of laws, made when they are first asked for."""
    return cache(lambda: LawNames((document_id, title) for document_id, (title, _) in judged.corpus.items()))


def evaluate(settings: Settings, folder: Path, setup: Setup | None = None) -> Run:
    """Measure on a folder. Raises BadFolder, ModelUnavailable."""
    setup = setup or Setup()
    judged = load_judged(folder, setup.limit)
    engine, embedder = evaluation_engine(settings, folder, judged, setup.modes, progress=setup.progress)
    retriever = Retriever(
        engine,
        embedder,
        named(judged),
        settings.keyword_weight,
        settings.semantic_floor,
        names=law_names(judged),
    )

    reader = QueryReader(Analyzer(settings.cache), SynonymBook(settings.home / "synonyms.txt"))

    def answer(text: str, mode: Mode) -> list[str]:
        return [ranked.clause_id for ranked in retriever.retrieve(reader.read(text), mode, DEPTH).ranked]

    if set(setup.modes) != {Mode.KEYWORD}:
        embedder()  # a hybrid search without its model answers by words alone: that would be measured as if it were both
    try:
        return measure(judged, setup.modes, answer)
    finally:
        engine.close()
