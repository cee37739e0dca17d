"""Reads many files, on all cores where there are enough of them to be worth it; results come in the order of the files.

Only so many files are under way at a time, so that what is read waits for whoever takes it, and not in memory."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from types import FrameType

from indexer.readers.unreadable import Unreadable
from indexer.reading import read_document
from indexer.sources import Source
from indexer.spool import Packed, pack
from search.cores import usable_cores

FEW = 64
"""Starting a worker takes as long as reading so many files."""
SECONDS = 60.0
"""Computing time for one file, beside that of the readers in their own process; honest files take a fraction of one."""
_CHUNK = 16
_CHUNK_BYTES = 4 * 1024 * 1024
_AHEAD = 3
"""Chunks that wait for each worker: enough to keep it busy."""

Result = Packed | Unreadable


def read_all(sources: Sequence[Source], workers: int | None = None) -> Iterator[Result]:
    """For each file its document, or why it could not be read."""
    workers = workers or usable_cores()
    if len(sources) < FEW or workers == 1:
        yield from map(read_one, sources)
        return
    chunks = _chunks(sources)
    waiting: deque[tuple[Sequence[Source], Future[list[Result]]]] = deque()
    pool = _pool(workers)
    try:
        while True:
            while len(waiting) < _AHEAD * workers and (chunk := next(chunks, None)):
                waiting.append((chunk, pool.submit(read_chunk, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            try:
                results = future.result()
            except BrokenProcessPool:  # a file made its worker die, and the others were stopped with it
                pool.shutdown(wait=False, cancel_futures=True)
                results = list(_one_by_one(chunk))
                pool = _pool(workers)
                waiting = deque((others, pool.submit(read_chunk, others)) for others, _ in waiting)
            yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawn: a fork of a process that has threads, as the server has, can hang
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _chunks(sources: Sequence[Source]) -> Iterator[Sequence[Source]]:
    """A few files at a time, fewer where they are large."""
    chunk: list[Source] = []
    size = 0
    for source in sources:
        chunk.append(source)
        size += _size(source)
        if len(chunk) >= _CHUNK or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


def read_chunk(chunk: Sequence[Source]) -> list[Result]:
    """What a worker does at a time."""
    return [read_one(source) for source in chunk]


def _one_by_one(chunk: Sequence[Source]) -> Iterator[Result]:
    """Reads files of which one makes its process die."""
    pool = _pool(1)
    for source in chunk:
        try:
            yield pool.submit(read_one, source).result()
        except BrokenProcessPool:
            pool.shutdown()
            pool = _pool(1)
            yield Unreadable("too_complex")
    pool.shutdown()


def read_one(source: Source) -> Result:
    """A file's document, or why it could not be read within the bounds."""
    try:
        with _bounded(SECONDS):
            return pack(read_document(source))
    except Unreadable as unreadable:
        return unreadable
    except (MemoryError, RecursionError):
        return Unreadable("too_complex")


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Raises Unreadable (`timeout`) in the block when it has computed for so long. Works where the system has such a
    timer and this is the process's main thread, as it is in workers and on the command line."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Unreadable("timeout")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
