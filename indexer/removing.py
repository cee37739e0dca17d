"""Takes documents out of the index: a new generation of what the live one holds but for these. No file is read and no
model is loaded; editions, citations and repeals are worked out anew, for they may have hung on what goes."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.precision import as_live
from indexer.reading import ReadDocument
from indexer.removed import Removed
from indexer.spool import Spool, pack
from indexer.vectors import PassageVectors
from indexer.writing import Progress, drop_leftovers_elsewhere, trouble_named, write_generation
from search.embedding import Embedder, EmbedderFingerprint
from search.engines.milvus_server import MilvusServer
from search.errors import UnknownDocument
from search.generation import (
    CATALOGUE,
    UNFINISHED,
    Generation,
    GenerationWriter,
    check_made_alike,
    check_whole,
    open_current,
    writer_lock,
)
from search.model import Document
from search.settings import Settings
from search.store import Catalogue
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from search.engines.protocol import Vectors


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """What was taken out, what is left, and the generation that serves now."""

    generation: str
    removed: Sequence[Document]
    documents: int
    clauses: int
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        return {
            "generation": self.generation,
            "removed": [{"document_id": d.document_id, "file": d.file, "title": d.title} for d in self.removed],
            "documents": self.documents,
            "clauses": self.clauses,
            "seconds": round(self.seconds, 2),
        }


def remove_documents(settings: Settings, document_ids: Collection[str]) -> RemovalReport:
    """Take these documents out, and remember them, so that indexing leaves their files out, too.

    Raises UnknownDocument (then nothing is removed), NoIndex, IndexMismatch, IndexDamaged, IndexBusy or CannotWrite."""
    began = time.perf_counter()
    with trouble_named(settings.home), writer_lock(settings.home, settings.wait):
        analyzer = Analyzer(settings.cache)
        live = open_current(settings.home)
        check_made_alike(live, analyzer.fingerprint, settings)
        check_whole(live)
        catalogue = Catalogue(live.folder / CATALOGUE)
        try:
            gone = _named(catalogue, document_ids)
            report = _Removal(settings, analyzer, live, catalogue, gone).run()
        finally:
            catalogue.close()
    return replace(report, seconds=time.perf_counter() - began)


def _named(catalogue: Catalogue, document_ids: Collection[str]) -> list[Document]:
    found = catalogue.facts_by_id(set(document_ids))
    for document_id in document_ids:
        if document_id not in found:
            raise UnknownDocument(document_id=document_id)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Removal:
    """One run, with what it works on."""

    settings: Settings
    analyzer: Analyzer
    live: Generation
    catalogue: Catalogue
    gone: Sequence[Document]

    def run(self) -> RemovalReport:
        """The list is written first: after a kill, the next indexing removes what was asked for."""
        removed = Removed(self.settings.home)
        known = removed.files()
        writer = GenerationWriter(self.settings.home)
        try:
            removed.add([(d.document_id, d.file) for d in self.gone])
            return self._write(writer)
        except BaseException:
            writer.discard()
            removed.forget({d.document_id for d in self.gone} - known.keys())
            raise

    def _write(self, writer: GenerationWriter) -> RemovalReport:
        settings, manifest = self.settings, self.live.manifest
        dropped = {d.document_id: d.file for d in self.gone}
        kept = [d.document_id for d in self.catalogue.facts() if d.document_id not in dropped]
        was_unfinished = (settings.home / UNFINISHED).exists()
        with Spool(writer.folder / "spool") as spool:
            for document_id in kept:
                spool.add(pack(_as_read(self.catalogue, document_id)))
            show, recorded = Progress(settings.language, shown=False), _Recorded(settings, self.live)
            server = MilvusServer.of(settings)
            with PassageVectors(recorded, settings.home, self.analyzer, anew=False, server=server) as vectors:
                written = write_generation(writer.folder, self.analyzer, spool, vectors, show, manifest.engine, server)
        name = writer.publish(
            analyzer=self.analyzer.fingerprint,
            embedder=manifest.embedder,
            counts=written.counts,
            sources={file: digest for file, digest in manifest.sources.items() if file not in dropped.values()},
            engine=manifest.engine,
            keep=settings.keep_generations,
        )
        if not was_unfinished:  # what an interrupted indexing left there stays for the next one
            vectors.finish()
        drop_leftovers_elsewhere(settings)
        return RemovalReport(name, self.gone, len(kept), written.clauses, 0.0)


def _as_read(catalogue: Catalogue, document_id: str) -> ReadDocument:
    """A document as it was before the others were known: what they say of it is found anew."""
    document, original = catalogue.document(document_id), catalogue.original(document_id)
    assert document is not None  # noqa: S101 - its id comes from the same catalogue
    evidence = tuple(e for e in document.evidence if e.fact != "repealed_by")
    alone = replace(document, same_work_as=(), repealed_by=(), evidence=evidence)
    return ReadDocument(alone, tuple(catalogue.clauses(document_id)), (), original or "")


class _Recorded:
    """Stands for the model that made the live vectors. All of them are taken over; the model is loaded only if one is
    missing after all."""

    def __init__(self, settings: Settings, live: Generation) -> None:
        self._settings = settings
        facts = {name: value for name, value in live.manifest.embedder.items() if name != "windows"}
        self.fingerprint = EmbedderFingerprint(**facts)  # type: ignore[arg-type]

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        """As Embedder does."""
        return Embedder.open(as_live(self._settings), progress=False).encode_passages(passages, progress)
