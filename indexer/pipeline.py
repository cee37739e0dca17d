"""The whole run: files in, one index generation out, switched to at the end. Until then the old one serves.

What was read waits on the disk (`spool`); documents, clauses, citations and vectors go on from there one after the other
(`indexer.writing`), so that memory does not grow with the corpus, but for some hundred bytes for each document and clause.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.precision import as_live
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.removed import Removed
from indexer.report import FileSkipped, IndexReport
from indexer.sources import Source, digest_of, find_sources
from indexer.spool import Spool
from indexer.vectors import PassageVectors
from indexer.writing import Progress, drop_leftovers_elsewhere, trouble_named, write_generation
from search.embedding import Embedder
from search.engines import check_engine
from search.engines.advice import better_engine
from search.engines.milvus_server import MilvusServer
from search.errors import NothingToIndex, TiaokuanError
from search.generation import GenerationWriter, check_made_alike, chosen_engine, open_current, writer_lock
from search.settings import Settings
from search.text.segment import Analyzer

__all__ = ["build_index", "index_needed"]


def index_needed(settings: Settings, paths: Sequence[Path]) -> bool:
    """Whether there is no index that this program can read, or one of other files than these."""
    try:
        generation = open_current(settings.home)
        check_made_alike(generation, Analyzer(settings.cache).fingerprint, settings)
    except TiaokuanError:
        return True
    if generation.manifest.engine != chosen_engine(settings):
        return True
    return _digests(Removed(settings.home).without(find_sources(paths))) != generation.manifest.sources


def _digests(sources: Sequence[Source]) -> dict[str, str]:
    """All that was found, read or not: a change of any of it makes another index."""
    return {source.name: digest_of(source) for source in sources}


def build_index(  # noqa: PLR0913 the options of the command, by name
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    rebuild: bool = False,
    progress: bool = True,
    restore_removed: bool = False,
    vectors: Sequence[Path] = (),
) -> IndexReport:
    """Make the index hold what `paths` (the setting `corpus` where none are given) hold, but for what was removed by hand
    (`indexer.removed`; with `restore_removed` that comes back).

    Every run writes a whole generation; vectors of passages that are still the same are taken over from the live one or
    from an interrupted run, unless `rebuild`: also where the engine is another one. Raises BadFolder, NothingToIndex,
    IndexBusy, ModelUnavailable, EngineUnavailable or CannotWrite; the live generation stays as it was then.
    """
    began = time.perf_counter()
    paths = paths or [settings.corpus]
    check_engine(engine := chosen_engine(settings))
    with trouble_named(settings.home), writer_lock(settings.home, settings.wait):
        removed = Removed(settings.home)
        found = find_sources(paths)
        sources = found if restore_removed else removed.without(found)
        run = _Run(settings, paths, sources, engine, rebuild, progress, vectors)
        writer = GenerationWriter(settings.home)
        try:
            report = run.write(writer)
        except BaseException:
            writer.discard()
            raise
        if restore_removed:
            removed.forget()
    left_out = [source.name for source in found if source not in sources]
    return replace(report, removed=left_out, seconds=time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run, with what it was asked."""

    settings: Settings
    paths: Sequence[Path]
    sources: Sequence[Source]
    engine: str
    rebuild: bool
    progress: bool
    vectors: Sequence[Path]

    def write(self, writer: GenerationWriter) -> IndexReport:
        """Read all, write all, switch to it."""
        show = Progress(self.settings.language, shown=self.progress)
        with Spool(writer.folder / "spool") as spool:
            skipped = self._read(spool, show)
            if not len(spool):
                raise NothingToIndex(paths="、".join(map(str, self.paths)))
            analyzer = Analyzer(self.settings.cache)
            precise = self.settings if self.rebuild else as_live(self.settings)
            embedder = Embedder.open(precise, progress=self.progress)
            home, server = self.settings.home, MilvusServer.of(self.settings)
            with PassageVectors(
                embedder, home, analyzer, anew=self.rebuild, server=server, given=self.vectors
            ) as vectors:
                written = write_generation(writer.folder, analyzer, spool, vectors, show, self.engine, server)
        name = writer.publish(
            analyzer=analyzer.fingerprint,
            embedder=vectors.facts,
            counts=written.counts,
            sources=_digests(self.sources),
            engine=self.engine,
            keep=self.settings.keep_generations,
        )
        vectors.finish()
        drop_leftovers_elsewhere(self.settings)
        return IndexReport(
            generation=name,
            documents=written.documents,
            skipped=skipped,
            clauses=written.clauses,
            folded=written.clauses - written.texts,
            windows=written.windows,
            embedded=vectors.embedded,
            reused=vectors.reused,
            better_engine=better_engine(self.engine, written.clauses),
        )

    def _read(self, spool: Spool, show: Progress) -> list[FileSkipped]:
        """What is read goes to the spool, the other files are returned with the reason."""
        skipped: list[FileSkipped] = []
        with show.bar("progress.read", len(self.sources)) as bar:
            for source, result in zip(self.sources, read_all(self.sources), strict=True):
                if isinstance(result, Unreadable):
                    skipped.append(FileSkipped(source.name, result.reason))
                else:
                    spool.add(result)
                bar.update(1)
        return skipped
