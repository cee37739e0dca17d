"""The whole run: files in, one index generation out, switched to at the end. Until then the old one serves."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from indexer.citations import cite
from indexer.duplicates import Candidate, fold_clauses, group_works
from indexer.readers.unreadable import Unreadable
from indexer.reading import ReadDocument
from indexer.reading_all import read_all
from indexer.report import DocumentReport, FileSkipped, IndexReport
from indexer.sources import Source, digest_of, find_sources
from indexer.validity import add_repeals
from search.embedding import Embedder
from search.engines import create_engine
from search.engines.protocol import ClauseEntry
from search.errors import NothingToIndex, TiaokuanError
from search.generation import GenerationWriter, check_fingerprint, expected_model, open_current, writer_lock
from search.i18n import load_catalogue
from search.model import Clause, Document
from search.settings import Settings
from search.store import write_catalogue
from search.text.segment import Analyzer
from search.windows import SCHEME, passages, windows

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

T = TypeVar("T")


def index_needed(settings: Settings, paths: Sequence[Path]) -> bool:
    """Whether there is no index that this program can read, or one of other files than these."""
    try:
        manifest = open_current(settings.home).manifest
        check_fingerprint("analyzer", manifest.analyzer, Analyzer(settings.cache).fingerprint)
        check_fingerprint("model", manifest.embedder, expected_model(settings))
    except TiaokuanError:
        return True
    return _digests(find_sources(paths)) != manifest.sources


def _digests(sources: Sequence[Source]) -> dict[str, str]:
    """All that was found, read or not: a change of any of it makes another index."""
    return {source.name: digest_of(source) for source in sources}


def build_index(
    settings: Settings, paths: Sequence[Path] = (), *, rebuild: bool = False, progress: bool = True
) -> IndexReport:
    """Make the index hold what `paths` (the setting `corpus` where none are given) hold, and nothing else.

    Raises BadFolder, NothingToIndex, IndexBusy or ModelUnavailable; the live generation stays as it was then.
    """
    began = time.perf_counter()
    del rebuild  # every run writes a whole generation; the word stays for scripts that say it
    paths = paths or [settings.corpus]
    with writer_lock(settings.home):
        sources = find_sources(paths)
        digests = _digests(sources)
        read, skipped = _read_all(sources, settings, progress)
        if not read:
            raise NothingToIndex(paths="、".join(map(str, paths)))
        return _write(settings, _Batch(read, skipped, digests), began, progress)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a run has read, what it has not, and the digests of all files found."""

    read: Sequence[ReadDocument]
    skipped: Sequence[FileSkipped]
    digests: Mapping[str, str]


def _read_all(
    sources: Sequence[Source], settings: Settings, progress: bool
) -> tuple[list[ReadDocument], list[FileSkipped]]:
    read: list[ReadDocument] = []
    skipped: list[FileSkipped] = []
    results = _bar(read_all(sources), "progress.read", settings, progress, total=len(sources))
    for source, result in zip(sources, results, strict=True):
        if isinstance(result, Unreadable):
            skipped.append(FileSkipped(source.name, result.reason))
        else:
            read.append(result)
    return read, skipped


def _bar(items: Iterable[T], key: str, settings: Settings, progress: bool, total: int | None = None) -> Iterator[T]:
    from tqdm import tqdm  # only a run with progress needs it

    label = load_catalogue("indexer").text(key, settings.language)
    yield from tqdm(items, desc=label, total=total, disable=not progress, delay=1, leave=False)


def _write(settings: Settings, batch: _Batch, began: float, progress: bool) -> IndexReport:
    read = batch.read
    documents, ranks, work_of = _works([r.document for r in read])
    clauses = [clause for r in read for clause in r.clauses]
    folded = fold_clauses(clauses, work_of)
    citations = cite(documents.values(), {r.document.document_id: r.clauses for r in read}, ranks)
    documents = add_repeals(documents, citations)
    analyzer = Analyzer(settings.cache)
    embedder = Embedder.open(settings, progress=progress)
    writer = GenerationWriter(settings.home)
    try:
        write_catalogue(
            writer.folder / "catalogue.sqlite",
            documents.values(),
            ((c, folded[c.clause_id]) for c in clauses),
            ranks,
            citations,
        )
        engine = create_engine(writer.folder, analyzer)
        with engine.writer() as engine_writer:
            engine_writer.add(
                _bar(_entries(documents, clauses, embedder, progress), "progress.write", settings, progress)
            )
        stats = engine.stats()
        engine.close()
        name = writer.publish(
            analyzer=analyzer.fingerprint,
            embedder={**embedder.fingerprint.as_dict(), "windows": SCHEME},
            counts={"documents": len(documents), "clauses": len(clauses), "windows": stats.windows},
            sources=batch.digests,
            keep=settings.keep_generations,
        )
    except BaseException:
        writer.discard()
        raise
    reports = [_report(r, documents[r.document.document_id]) for r in read]
    copies = len(clauses) - len(set(folded.values()))
    return IndexReport(name, reports, batch.skipped, len(clauses), copies, stats.windows, time.perf_counter() - began)


def _works(documents: Sequence[Document]) -> tuple[dict[str, Document], dict[str, int], dict[str, str]]:
    """The documents with their editions named, each one's rank among the editions of its work, and its work."""
    groups = group_works([Candidate(d.document_id, d.title, d.document_number, d.body, d.issued_on) for d in documents])
    by_id = {d.document_id: d for d in documents}
    ranks: dict[str, int] = {}
    work_of: dict[str, str] = {}
    for group in groups:
        ordered = sorted(group, key=lambda i: _edition_key(by_id[i]))
        for rank, document_id in enumerate(ordered):
            ranks[document_id], work_of[document_id] = rank, ordered[0]
            others = tuple(i for i in ordered if i != document_id)
            by_id[document_id] = replace(by_id[document_id], same_work_as=others)
    return by_id, ranks, work_of


def _edition_key(document: Document) -> tuple[bool, bool, bool, int, str]:
    """The best edition first: one that says its 文号, its date, where it is from; then the fullest."""
    d = document
    return (d.document_number is None, d.issued_on is None, d.source is None, -len(d.body), d.file)


def _entries(
    documents: dict[str, Document], clauses: Sequence[Clause], embedder: Embedder, progress: bool
) -> list[ClauseEntry]:
    spans = [windows(clause.text) for clause in clauses]
    texts = [text for clause in clauses for text in passages(documents[clause.document_id].title, clause.text)]
    vectors = _encode_once(embedder, texts, progress)
    entries, at = [], 0
    for position, (clause, own) in enumerate(zip(clauses, spans, strict=True)):
        entries.append(_entry(documents[clause.document_id], clause, position, vectors[at : at + len(own)], own))
        at += len(own)
    return entries


def _encode_once(embedder: Embedder, texts: Sequence[str], progress: bool) -> Vectors:
    """The vectors of texts, equal ones computed once."""
    places = {text: i for i, text in enumerate(Counter(texts))}
    return embedder.encode_passages(list(places), progress=progress)[[places[text] for text in texts]]


def _entry(
    document: Document, clause: Clause, position: int, vectors: Vectors, spans: tuple[tuple[int, int], ...]
) -> ClauseEntry:
    return ClauseEntry(
        clause_id=clause.clause_id,
        document_id=clause.document_id,
        ordinal=position,
        title=document.title,
        path=clause.path,
        text=clause.text,
        document_number=document.document_number,
        vectors=vectors,
        windows=spans,
    )


def _report(read: ReadDocument, document: Document) -> DocumentReport:
    return DocumentReport(
        document.document_id,
        document.file,
        document.title,
        len(read.clauses),
        document.coverage,
        len(document.body),
        read.skipped,
        document.same_work_as,
    )
