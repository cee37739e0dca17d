"""Clauses on their way into the engine, some thousand passages at a time, each clause with its vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from indexer.vectors import PassageVectors
from search.engines.protocol import ClauseEntry, Engine
from search.model import Clause, Document
from search.text.normalise import simplify_all
from search.windows import named, windows

BATCH = 8192
"""Passages whose texts and vectors are in memory at a time: many, since within a batch they are embedded by length."""


class _Waiting(NamedTuple):
    """A clause that waits for its vectors."""

    document: Document
    clause: Clause
    ordinal: int
    spans: tuple[tuple[int, int], ...]
    passages: list[str]
    """Not yet simplified."""


def write_entries(
    engine: Engine,
    documents: Iterable[tuple[Document, tuple[Clause, ...]]],
    vectors: PassageVectors,
    advance: Callable[[int], object],
) -> int:
    """Write all clauses into an engine, and close it; the number of passages. `advance` is told of passages as they are
    done."""
    try:
        with engine.writer() as writer:
            for batch in _batches(documents):
                writer.add(_entries(batch, vectors, advance))
        return engine.stats().windows
    finally:
        engine.close()


def _batches(documents: Iterable[tuple[Document, tuple[Clause, ...]]]) -> Iterator[list[_Waiting]]:
    batch: list[_Waiting] = []
    size = ordinal = 0
    for document, clauses in documents:
        for clause in clauses:
            spans = windows(clause.text)
            batch.append(_Waiting(document, clause, ordinal, spans, named(document.title, clause.text, spans)))
            ordinal += 1
            size += len(spans)
            if size >= BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _entries(batch: list[_Waiting], vectors: PassageVectors, advance: Callable[[int], object]) -> Iterator[ClauseEntry]:
    rows = vectors.of(simplify_all([passage for waiting in batch for passage in waiting.passages]), advance)
    at = 0
    for waiting in batch:
        clause, document = waiting.clause, waiting.document
        yield ClauseEntry(
            clause_id=clause.clause_id,
            document_id=clause.document_id,
            ordinal=waiting.ordinal,
            title=document.title,
            path=clause.path,
            text=clause.text,
            document_number=document.document_number,
            vectors=rows[at : at + len(waiting.spans)],
            windows=waiting.spans,
        )
        at += len(waiting.spans)
