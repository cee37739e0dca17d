"""How fast texts become vectors: our ways against sentence-transformers with its defaults, on the same texts in one run.

    python benchmarks/embedding.py FOLDER… [--passages 600] [--repeats 3] [--seed 3]

Three tables. Bulk: passages of clauses drawn from the folders' documents, read and cut into windows as for an index. Single: one
query after the other. Start: a process of its own from its first line to the first query's vector, and what it then
holds of memory. The rivals take turns, the best of the repeats counts (of single queries, all do). On a machine that does
other work besides, only ratios and figures per second of computing time say something.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.readers.unreadable import Unreadable
from indexer.reading import read_document
from indexer.sources import find_sources
from search.embedding.bundled import bundled_model_folder
from search.embedding.choosing import Runtimes
from search.embedding.runtime import Runtime
from search.settings import Settings
from search.windows import passages

QUERIES = (
    "东北哪些政策允许民间资本办银行？",
    "小微企业融资",
    "国发〔2016〕62号",
    "优化营商环境条例对行政审批时限有什么规定",
    "民办教育",
    "残疾人就业保障金怎么交",
)
_DRAWN_FROM = 10
"""Passages that are read for one that is drawn, so that they come from many documents."""
_ROUNDS = 20
"""Of all queries, in each repeat."""
DEFAULTS = "sentence-transformers, float32, defaults"
OURS = {
    "ours, float32": Settings(model="bundled", model_dtype="float32"),
    "ours, bfloat16": Settings(model="bundled", model_dtype="bfloat16"),
    "ours, int8 in ONNX Runtime": Settings(model="bundled", model_dtype="int8"),
}
_START = """
import sys, time
began = time.perf_counter(), time.process_time()
from search.embedding import Embedder
from search.settings import Settings
Embedder.for_queries(Settings(model="bundled", query_runtime=sys.argv[1])).encode_queries(["民营银行"])
pages = int(open("/proc/self/statm").read().split()[1])
print(time.perf_counter() - began[0], time.process_time() - began[1], pages * 4096)
"""

Vectors = NDArray[np.float32]


@dataclass(slots=True)
class Times:
    """Of one rival: seconds on the wall and of computing, one of each for every try; the vectors of the last."""

    wall: list[float] = field(default_factory=list)
    computing: list[float] = field(default_factory=list)
    vectors: Vectors | None = None

    def take(self, job: Callable[[], Vectors]) -> None:
        wall, computing = time.perf_counter(), time.process_time()
        self.vectors = job()
        self.wall.append(time.perf_counter() - wall)
        self.computing.append(time.process_time() - computing)


def drawn(folders: Sequence[Path], count: int, seed: int) -> list[str]:
    """So many passages of clauses, from documents drawn at random; no two are equal."""
    sources = find_sources(list(folders))
    chance = random.Random(seed)  # noqa: S311 - no secret
    chance.shuffle(sources)
    found: dict[str, None] = {}
    for source in sources:
        with suppress(Unreadable):
            read = read_document(source)
            title = read.document.title
            found.update((p, None) for clause in read.clauses for p in passages(title, clause.text))
        if len(found) >= _DRAWN_FROM * count:
            break
    return chance.sample(list(found), min(count, len(found)))


def bulk(texts: Sequence[str], repeats: int) -> Iterator[str]:
    """A row for each rival."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(bundled_model_folder(OURS["ours, float32"].cache)), local_files_only=True)
    jobs: dict[str, Callable[[], Vectors]] = {DEFAULTS: partial(plain.encode, list(texts), prompt="passage: ")}
    for name, settings in OURS.items():
        jobs[name] = partial(Runtimes(settings, progress=False).for_passages().encode, texts, "passage: ")
    times = {name: Times() for name in jobs}
    for _ in range(repeats):
        for name, job in jobs.items():
            times[name].take(job)
    expected = times[DEFAULTS].vectors
    yield f"{'bulk':<42} {'texts/s':>8} {'ratio':>6} {'texts/cpu s':>12} {'ratio':>6} {'least cosine':>12}"
    for name, each in times.items():
        first, took, computed = times[DEFAULTS], min(each.wall), min(each.computing)
        cosine = float((each.vectors * expected).sum(axis=1).min())
        yield (
            f"{name:<42} {len(texts) / took:8.0f} {min(first.wall) / took:6.2f} {len(texts) / computed:12.0f}"
            f" {min(first.computing) / computed:6.2f} {cosine:12.4f}"
        )


def single(repeats: int) -> Iterator[str]:
    """A row for each runtime."""
    runtimes: dict[str, Runtime] = {name: Runtimes(s, progress=False).for_passages() for name, s in OURS.items()}
    times = {name: Times() for name in runtimes}
    for _ in range(repeats * _ROUNDS):
        for name, runtime in runtimes.items():
            for query in QUERIES:
                times[name].take(partial(runtime.encode, [query], "query: "))
    yield f"{'single query, ms':<42} {'p50':>8} {'p95':>8} {'computing p50':>14}"
    for name, each in times.items():
        p50, p95 = np.percentile(each.wall, [50, 95]) * 1000
        yield f"{name:<42} {p50:8.1f} {p95:8.1f} {np.median(each.computing) * 1000:14.1f}"


def start(repeats: int) -> Iterator[str]:
    """A row for each runtime of queries."""
    yield f"{'start to the first vector':<42} {'s':>8} {'computing s':>12} {'MB held':>8}"
    for name in ("onnx", "torch"):
        runs = []
        for _ in range(repeats):
            printed = subprocess.run(
                [sys.executable, "-c", _START, name], check=True, capture_output=True, text=True
            ).stdout
            runs.append([float(number) for number in printed.split()])
        wall, computing, held = np.min(runs, axis=0)
        yield f"{name:<42} {wall:8.2f} {computing:12.2f} {held / 1e6:8.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=3)
    asked = parser.parse_args()
    texts = drawn(asked.folders, asked.passages, asked.seed)
    print(f"{len(texts)} passages of {np.mean([len(text) for text in texts]):.0f} characters")
    chosen = Runtimes(Settings(model="bundled"), progress=False).for_passages().dtype
    print(f"on this processor passages are embedded in {chosen}")
    for table in (bulk(texts, asked.repeats), single(asked.repeats), start(asked.repeats)):
        print(*table, sep="\n", flush=True)


if __name__ == "__main__":
    main()
