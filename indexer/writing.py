"""From documents in a spool to the files of a generation: the catalogue, and beside it postings and vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from indexer.apart import Ended, done_apart
from indexer.cataloguing import Catalogued, find_and_write
from indexer.collecting import seldom_collecting
from indexer.entries import write_entries
from indexer.report import DocumentReport
from indexer.spool import Spool
from indexer.vectors import PassageVectors
from search.cores import usable_cores
from search.engines import create_engine, drop_leftovers
from search.engines.milvus_server import MilvusServer
from search.errors import CannotWrite, TiaokuanError
from search.generation import CATALOGUE
from search.i18n import load_catalogue
from search.settings import Settings
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from tqdm import tqdm

MANY = 20_000
"""Clauses from which on the catalogue is written by a process of its own, which takes a second of another core to begin."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Bars on stderr for what takes longer."""

    language: str
    shown: bool

    def bar(self, key: str, total: int) -> tqdm[NoReturn]:
        from tqdm import tqdm

        label = load_catalogue("indexer").text(key, self.language)
        return tqdm(total=total, desc=label, disable=not self.shown, delay=1, leave=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What a generation's files hold: `texts` are the different ones among its clauses."""

    documents: Sequence[DocumentReport]
    clauses: int
    texts: int
    windows: int

    @property
    def counts(self) -> Mapping[str, int]:
        """What the manifest says of it."""
        return {"documents": len(self.documents), "clauses": self.clauses, "windows": self.windows}


@seldom_collecting()
def write_generation(  # noqa: PLR0913, PLR0917
    folder: Path,
    analyzer: Analyzer,
    spool: Spool,
    vectors: PassageVectors,
    show: Progress,
    engine: str,
    server: MilvusServer | None = None,
) -> Written:
    """Write everything but the manifest."""
    with (
        _beside(folder / CATALOGUE, spool) as catalogue,
        show.bar("progress.write", sum(head.windows for head in spool.heads.values())) as bar,
    ):

        def advance(passages: int) -> None:
            if catalogue.done():
                catalogue.result()  # what went wrong there is no matter of hours of embedding
            bar.update(passages)

        windows = write_entries(create_engine(folder, analyzer, name=engine, server=server), spool, vectors, advance)
        catalogued = catalogue.result()
    reports = [replace(h.report, same_work_as=catalogued.editions[i]) for i, h in spool.heads.items()]
    return Written(reports, catalogued.clauses, catalogued.texts, windows)


@contextmanager
def _beside(file: Path, spool: Spool) -> Iterator[Future[Catalogued]]:
    """Finds works and writes the catalogue beside the block; when that fails, they are given up."""
    given_up = Event()
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread.submit(_catalogued, file, spool, given_up)
        except BaseException:
            given_up.set()
            raise


def _catalogued(file: Path, spool: Spool, given_up: Event) -> Catalogued:
    """In a process of its own where there are so many clauses that it is soon made up for."""
    if spool.clause_count < MANY or usable_cores() == 1:
        return find_and_write(file, spool, spool.heads, given_up)
    try:
        return done_apart(find_and_write, file, spool, spool.heads, given_up=given_up)
    except Ended as ended:
        raise CannotWrite(file=file, reason=f"the process that wrote it ended ({ended})") from None


def drop_leftovers_elsewhere(settings: Settings) -> None:
    """Remove what generations that are gone kept on a server. Where it does not answer now, a later run does it."""
    with suppress(TiaokuanError):
        drop_leftovers(settings.home / "generations", MilvusServer.of(settings))


@contextmanager
def trouble_named(home: Path) -> Iterator[None]:
    """Raises CannotWrite, one line, for what the disk refuses in the block."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise CannotWrite(file=error.filename or home, reason=reason) from error
    except sqlite3.Error as error:  # SQLite's own words for a disk that is full or fails
        raise CannotWrite(file=home, reason=str(error)) from error
