"""A share of the embedding, for a machine of its own: of all documents each belongs to one part, by a hash of its bytes.
The parts know nothing of each other; what they write is taken over by the run that makes the index (`--vectors`)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.entries import BATCH
from indexer.precision import as_live
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.removed import Removed
from indexer.sources import digest_of, find_sources
from indexer.spool import Spool
from indexer.vectors import PassageVectors, key_of
from indexer.vectors_file import VectorsWriter
from indexer.writing import Progress, trouble_named
from search.embedding import Embedder
from search.engines.milvus_server import MilvusServer
from search.generation import writer_lock
from search.i18n import load_catalogue
from search.text.segment import Analyzer
from search.windows import passages

if TYPE_CHECKING:
    from search.settings import Settings

_WRITTEN = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `count`, from 1."""

    number: int
    count: int

    @classmethod
    def of(cls, written: str) -> Part:
        """`2/8`. Raises ValueError."""
        match = _WRITTEN.fullmatch(written)
        if not match or int(match[1]) > int(match[2]):
            raise ValueError(f"{written!r} is no part such as 2/8")
        return cls(int(match[1]), int(match[2]))

    def has(self, digest: str) -> bool:
        """Whether the document whose bytes have this SHA-256 belongs to it."""
        return int(digest[:16], 16) % self.count == self.number - 1

    @property
    def file_name(self) -> str:
        return f"vectors-{self.number}-of-{self.count}.sqlite"


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a part's file holds the vectors of."""

    file: Path
    documents: int
    passages: int
    embedded: int
    reused: int
    unread: int
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        counts = {name: getattr(self, name) for name in ("documents", "passages", "embedded", "reused", "unread")}
        return {"file": str(self.file), **counts, "seconds": round(self.seconds, 2)}

    def line(self, language: str) -> str:
        """The report for a terminal."""
        return load_catalogue("indexer").text("report.part", language, **self.as_dict())


def embed_part(settings: Settings, paths: Sequence[Path], part: Part, *, progress: bool = True) -> PartReport:
    """Embed what belongs to a part of what `paths` hold, and write the vectors into a file in `home`. No index is made or
    changed; a run that was broken off goes on where it was.

    Raises BadFolder, IndexBusy, ModelUnavailable, EngineUnavailable or CannotWrite."""
    began = time.perf_counter()
    home, file = settings.home, settings.home / part.file_name
    with trouble_named(home), writer_lock(home):
        sources = [s for s in Removed(home).without(find_sources(paths)) if part.has(digest_of(s))]
        embedder = Embedder.open(as_live(settings), progress=progress)
        server, analyzer = MilvusServer.of(settings), Analyzer(settings.cache)
        with (
            Spool(home / f"{part.file_name}.spool") as spool,
            PassageVectors(embedder, home, analyzer, anew=False, server=server) as vectors,
            VectorsWriter(file, vectors.facts) as written,
        ):
            unread = 0
            for result in read_all(sources):
                if isinstance(result, Unreadable):
                    unread += 1
                else:
                    spool.add(result)
            count = sum(head.windows for head in spool.heads.values())
            with Progress(settings.language, shown=progress).bar("progress.write", count) as bar:
                for some in _batches(spool):
                    written.add([key_of(passage) for passage in some], vectors.of(some, bar.update))
            documents = len(spool)
        vectors.finish()
    return PartReport(file, documents, count, vectors.embedded, vectors.reused, unread, time.perf_counter() - began)


def _batches(spool: Spool) -> Iterator[list[str]]:
    """The passages of all clauses, as the indexer embeds them."""
    batch: list[str] = []
    for document, clauses in spool:
        for clause in clauses:
            batch += passages(document.title, clause.text)
            if len(batch) >= BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
