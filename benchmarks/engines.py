"""The rungs of the ladder side by side: how fast they index and answer, on the same clauses, vectors and queries.

    python benchmarks/engines.py FOLDER… --queries QUERIES.jsonl [--clauses 20000] [--times 1] [--vectors FILE.npy]

Reads documents in an order drawn by chance until there are enough clauses; with `--times` each clause is there so often,
in documents of other names. Vectors are random unless a file of rows is given (they cost the same; what is found by them
means nothing). Prints for each rung the clauses indexed in a second of computing, with and without analysing them; p50 and
p95 of what the searcher asks of an engine, and the ratio of computing to the first rung's, which other work on the machine
disturbs less; and how much of the first rung's best clauses the others have among theirs.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.sources import find_sources
from indexer.spool import Spool
from search.engines import ENGINES, create_engine, open_engine
from search.engines.protocol import ClauseEntry, Engine, KeywordQuery
from search.engines.ranking import fields_of
from search.text.normalise import fold
from search.text.segment import Analyzer

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

SEED = 20161101
DIMENSION = 384
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """One rung: seconds to index, computing of all threads; milliseconds of each search by kind; what keyword search found."""

    seconds: float
    size: int
    milliseconds: dict[str, list[tuple[float, float]]]
    found: list[list[str]]


def entries(paths: Sequence[Path], clauses: int, times: int, vectors: Vectors | None) -> Iterator[ClauseEntry]:
    """Clauses of documents drawn by chance, read as the indexer reads them."""
    sources = find_sources(paths)
    random.Random(SEED).shuffle(sources)  # noqa: S311
    made = 0
    with tempfile.TemporaryDirectory() as folder, Spool(Path(folder) / "spool") as spool:
        for at in range(0, len(sources), 32):
            for read in read_all(sources[at : at + 32]):
                if not isinstance(read, Unreadable):
                    spool.add(read)
            if sum(head.report.clauses for head in spool.heads.values()) >= clauses:
                break
        for copy in range(times):
            for document, own in spool:
                for clause in own[: max(0, clauses * (copy + 1) - made)]:
                    yield ClauseEntry(
                        f"{copy}-{clause.clause_id}",
                        f"{copy}-{clause.document_id}",
                        made,
                        document.title,
                        clause.path,
                        clause.text,
                        document.document_number,
                        _rows(made, vectors),
                        ((0, len(clause.text)),),
                    )
                    made += 1


def _rows(number: int, vectors: Vectors | None) -> Vectors:
    if vectors is not None:
        return np.asarray(vectors[number % len(vectors)][None])
    row = np.random.default_rng(number).standard_normal((1, DIMENSION), np.float32)
    return row / np.linalg.norm(row)


def measure(
    name: str, folder: Path, analyzer: Analyzer, given: Sequence[ClauseEntry], asked: Sequence[str]
) -> Measured:
    """Index and ask one rung."""
    began = time.process_time()
    engine = create_engine(folder, analyzer, name=name)
    with engine.writer() as writer:
        writer.add(given)
    seconds = time.process_time() - began
    engine.close()
    engine = open_engine(folder, analyzer, name=name)
    size = sum(path.stat().st_size for path in (folder / "keyword").rglob("*") if path.is_file())
    documents = sorted({entry.document_id for entry in given})
    tenth = set(random.Random(SEED).sample(documents, max(1, len(documents) // 10)))  # noqa: S311
    kinds = searches(engine, given, tenth)
    for search in kinds.values():  # what is loaded by the first search
        search(asked[0])
    milliseconds = {kind: [_timed(search, text) for text in asked] for kind, search in kinds.items()}
    found = [[c.clause_id for c in engine.keyword(KeywordQuery(text), DEPTH)] for text in asked]
    engine.close()
    return Measured(seconds, size, milliseconds, found)


def searches(engine: Engine, given: Sequence[ClauseEntry], tenth: set[str]) -> dict[str, Callable[[str], object]]:
    """The kinds of search that are measured."""

    def vector(text: str) -> Vectors:
        return given[len(text) * 7919 % len(given)].vectors

    return {
        "keyword 10": lambda text: engine.keyword(KeywordQuery(text), 10),
        f"keyword {DEPTH}": lambda text: engine.keyword(KeywordQuery(text), DEPTH),
        f"keyword {DEPTH}, a tenth of the documents": lambda text: engine.keyword(KeywordQuery(text), DEPTH, tenth),
        "phrase": lambda text: engine.keyword(KeywordQuery(phrases=(text[:4],)), DEPTH),
        "term weights": lambda text: engine.term_weights(KeywordQuery(text)),
        f"semantic {DEPTH}": lambda text: engine.semantic(vector(text), DEPTH),
        f"semantic {DEPTH}, a tenth of the documents": lambda text: engine.semantic(vector(text), DEPTH, tenth),
    }


def _timed(search: Callable[[str], object], text: str) -> tuple[float, float]:
    """Milliseconds that passed, and of computing in this thread."""
    began, computing = time.perf_counter(), time.thread_time()
    search(text)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - computing) * 1000


def agreement(found: list[list[str]], expected: list[list[str]], depth: int) -> float:
    """The mean share of the first `depth` of `expected` that is in the first `depth` of `found`."""
    shares = [
        len(set(f[:depth]) & set(e[:depth])) / min(depth, len(e)) for f, e in zip(found, expected, strict=True) if e
    ]
    return sum(shares) / max(1, len(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--queries", type=Path, required=True, help="lines of JSON with a `text`")
    parser.add_argument("--clauses", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    options = parser.parse_args()
    vectors = np.load(options.vectors, mmap_mode="r") if options.vectors else None
    with options.queries.open(encoding="utf-8") as lines:
        asked = [fold(json.loads(line)["text"]) for line in islice(lines, 200)]
    with tempfile.TemporaryDirectory() as folder:
        analyzer = Analyzer(Path(folder) / "cache")
        analyzer.weigh("民营银行")
        given = list(entries(options.folders, options.clauses, options.times, vectors))
        print(f"{len(given)} clauses, {len(asked)} queries, vectors {'given' if vectors is not None else 'random'}")
        analysing = _analysing(analyzer, given[: options.clauses])
        print(f"analysing alone: {analysing * 1e6:.0f} µs a clause")
        results: dict[str, Measured] = {}
        for name in options.engines:
            results[name] = measured = measure(name, Path(folder) / name, analyzer, given, asked)
            rate, own = len(given) / measured.seconds, measured.seconds / len(given) - analysing
            print(
                f"\n{name}: {rate:,.0f} clauses in a second of computing ({own * 1e6:.0f} µs a clause beside analysing), ",
                end="",
            )
            print(f"keyword part {measured.size / 1e6:.1f} MB, most memory so far {_memory():.0f} MB")
            _print_times(measured, results[options.engines[0]])


def _print_times(measured: Measured, first: Measured) -> None:
    for kind, times in measured.milliseconds.items():
        (p50, computing), (p95, _) = np.percentile(times, [50, 95], axis=0)
        ratio = computing / np.median([own for _, own in first.milliseconds[kind]])
        line = f"  {kind:42} p50 {p50:6.2f} ms  p95 {p95:6.2f} ms  computing p50 {computing:6.2f} ms"
        print(line + f"  ×{ratio:.2f}" * (measured is not first))
    if measured is not first:
        shares = ", ".join(
            f"{agreement(measured.found, first.found, depth):.4f} at {depth}" for depth in (10, 50, DEPTH)
        )
        print(f"  same clauses by keyword: {shares}")


def _analysing(analyzer: Analyzer, given: Sequence[ClauseEntry]) -> float:
    """Seconds of computing to analyse a clause; a title or path of the clause before is not analysed again."""
    began, before = time.process_time(), None
    for entry in given:
        texts = fields_of(entry)
        for text in texts if before is None else {*texts} - {before.title, before.path}:
            analyzer.weigh(text)
        before = texts
    return (time.process_time() - began) / len(given)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
