"""Reads many files, on all cores where there are enough of them to be worth it; results come in the order of the files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from indexer.readers.unreadable import Unreadable
from indexer.reading import ReadDocument, read_document
from indexer.sources import Source

FEW = 64
"""Starting a worker takes as long as reading so many files."""
_CHUNK = 16


def read_all(sources: Sequence[Source], workers: int | None = None) -> Iterator[ReadDocument | Unreadable]:
    """For each file its document, or why it could not be read."""
    workers = workers or os.cpu_count() or 1
    if len(sources) < FEW or workers == 1:
        yield from map(_read, sources)
        return
    # spawn: a fork of a process that has threads, as the server has, can hang
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read, sources, chunksize=_CHUNK)


def _read(source: Source) -> ReadDocument | Unreadable:
    try:
        return read_document(source)
    except Unreadable as unreadable:
        return unreadable
