"""From a query to its page: how long a hybrid search takes, part by part, beside the forward pass of the query alone.

    python benchmarks/queries.py FOLDER… --queries QUERIES.jsonl --warming OTHERS.jsonl [--clauses 20000] [--engine tantivy]
        [--vectors random]
    python benchmarks/queries.py --home HOME… --queries QUERIES.jsonl --warming OTHERS.jsonl

Builds an index of documents drawn by chance until there are enough clauses (0: of all), as `tiaokuan index` would, but for the
vectors: `random` ones cost the same and find nothing that means anything; a file of rows (.npy) gives each passage one of
them, so that cosines are as usual; `real` runs the model. Or takes finished indexes, several for how the time grows.

Other queries are asked first and not counted. Then each is asked once, so that none is in a cache; just before, a model of
its own embeds it, which is the floor. Prints
p50 and p95 of the whole and of each part, and the ratios to the floor's p50; then the searches in a second of 1 and more
clients, in turn, by threads of one searcher and by its pool of processes (`--workers`); with `--served` of `tiaokuan serve`,
over HTTP, which the clients' own work is part of. Wall times, unless `--computing`, which counts what this process computes
and is the better on a busy machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import quote

import numpy as np

from indexer.pipeline import build_index
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.sources import find_sources
from search.embedding import Embedder
from search.engines import ENGINES
from search.model import ResultPage
from search.pool import PooledSearcher
from search.searcher import Searcher
from search.settings import Settings
from search.stages import STAGES, listening

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.soak import Server

if TYPE_CHECKING:
    from search.embedding import EmbedderFingerprint
    from search.engines.protocol import Vectors

Ask = Callable[[str], object]
SEED = 20161101
TURNS = 3
"""So often the queries are parted, and the next number of clients takes its turn. Parts are long enough that for nearly all of
their time all clients are asking."""
SETTLING_SECONDS = 10.0
"""After the first queries words are gathered in the background, once (for corrections): so long nothing is counted."""
SHORT = [
    "民营银行",
    "劳动合同",
    "食品安全",
    "行政处罚",
    "土地承包",
    "环境影响评价",
    "安全生产",
    "税收优惠",
    "医疗保障",
    "住房公积金",
    "养老保险",
    "道路交通",
    "放管服",
    "土地管理",
    "营业执照",
    "政府采购",
    "招标投标",
    "消费者权益",
    "未成年人保护",
    "个人信息",
    "知识产权",
    "农民工工资",
    "工伤认定",
    "社会救助",
    "房屋征收",
]


class Drawn:
    """Stands for the model while an index is built: each passage's row is drawn by its hash, from `pool` or from a sphere."""

    def __init__(self, fingerprint: EmbedderFingerprint, pool: Vectors | None) -> None:
        self.fingerprint = fingerprint
        self._pool = pool

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors:
        seeds = [int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) for text in passages]
        if self._pool is not None:
            return np.asarray(self._pool[[seed % len(self._pool) for seed in seeds]])
        size = self.fingerprint.dimension
        rows = np.stack([np.random.default_rng(seed).standard_normal(size, np.float32) for seed in seeds])
        lengths: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / lengths


@contextmanager
def built(paths: Sequence[Path], clauses: int, engine: str, vectors: str) -> Iterator[Path]:
    """The home of an index of documents drawn by chance."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "data", engine=engine)
        drawn = _drawn(paths, clauses) if clauses else paths
        if vectors == "real":
            build_index(settings, drawn)
        else:
            pool = None if vectors == "random" else np.load(vectors, mmap_mode="r")
            stand_in = Drawn(Embedder.open(settings).fingerprint, pool)
            with patch("indexer.pipeline.Embedder.open", lambda *_, **__: stand_in):
                build_index(settings, drawn)
        yield settings.home


def _drawn(paths: Sequence[Path], clauses: int) -> list[Path]:
    sources = find_sources(paths)
    random.Random(SEED).shuffle(sources)  # noqa: S311
    taken, made = 0, 0
    while made < clauses and taken < len(sources):
        lot = sources[taken : taken + 32]
        made += sum(read.head.report.clauses for read in read_all(lot) if not isinstance(read, Unreadable))
        taken += len(lot)
    return [source.path for source in sources[:taken]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One index: milliseconds by query of the forward pass, of the whole search, and of its parts; searches in a second by the
    number of clients and of processes."""

    clauses: int
    engine: str
    floor: list[float]
    whole: list[float]
    parts: dict[str, list[float]]
    throughput: dict[str, float]

    def as_dict(self) -> dict[str, object]:
        """What plots are drawn from."""
        floor = float(np.median(self.floor))
        p50, p95 = np.percentile(self.whole, [50, 95]).tolist()
        return {
            "clauses": self.clauses,
            "engine": self.engine,
            "queries": len(self.whole),
            "floor_ms": round(floor, 3),
            "p50_ms": round(p50, 3),
            "p95_ms": round(p95, 3),
            "p50_to_floor": round(p50 / floor, 2),
            "p95_to_floor": round(p95 / floor, 2),
            "parts_ms": {name: np.percentile(times, [50, 95]).round(3).tolist() for name, times in self.parts.items()},
            "searches_per_second": self.throughput,
        }


def measure(home: Path, queries: Sequence[str], warming: Sequence[str], clock: Callable[[], float]) -> Measured:
    """One query at a time, after those for warming."""
    settings = Settings(home=home)
    searcher, model = Searcher.open(settings), Embedder.for_queries(settings)
    facts = searcher.status()
    _settle(searcher, warming, 1)
    floor, whole = [], []
    parts: dict[str, list[float]] = {name: [] for name in STAGES}
    with patch("search.stages.time.perf_counter", clock):
        for query in queries:
            began = clock()
            model.encode_queries([query])
            between = clock()
            with listening() as watch:
                searcher.search(query)
            ended = clock()
            floor.append((between - began) * 1000)
            whole.append((ended - between) * 1000)
            for name, times in parts.items():
                times.append(watch.seconds.get(name, 0.0) * 1000)
    searcher.close()
    return Measured(int(str(facts["clauses"])), _engine(home), floor, whole, parts, {})


def _engine(home: Path) -> str:
    name = (home / "CURRENT").read_text("utf-8").strip()
    return str(json.loads((home / "generations" / name / "manifest.json").read_text("utf-8"))["engine"])


def throughput(
    home: Path, queries: Sequence[str], warming: Sequence[str], clients: Sequence[int], workers: int
) -> dict[int, float]:
    """Searches in a second by the number of clients, after the queries for warming. With 0 workers in this process."""
    settings = Settings(home=home)

    def asked() -> AbstractContextManager[Ask]:
        return _pooled(PooledSearcher(settings, workers) if workers else Searcher.open(settings), warming, workers)

    return _in_turn(asked, queries, clients)


def served(home: Path, queries: Sequence[str], warming: Sequence[str], clients: Sequence[int]) -> dict[int, float]:
    """The same of a server with its settings as they come, but for the limit of requests: JSON, ten hits, over HTTP."""
    return _in_turn(lambda: _served(home, warming), queries, clients)


def _in_turn(
    opened: Callable[[], AbstractContextManager[Ask]], queries: Sequence[str], clients: Sequence[int]
) -> dict[int, float]:
    """Searches in a second by the number of clients, who take turns, each time with some of the queries: what a machine does
    meanwhile then hits all alike. Each number of clients asks each query once, and none is asked twice of what was opened."""
    parts = [queries[len(queries) * turn // TURNS : len(queries) * (turn + 1) // TURNS] for turn in range(TURNS)]
    seconds = dict.fromkeys(clients, 0.0)
    for first in range(len(clients)):
        with opened() as ask, ExitStack() as stack:
            # Their threads stay, and with them their connections.
            pools = {count: stack.enter_context(ThreadPoolExecutor(count)) for count in clients}
            for number, part in enumerate(parts, first):
                count = clients[number % len(clients)]
                began = time.perf_counter()
                list(pools[count].map(ask, part))
                seconds[count] += time.perf_counter() - began
    return {count: round(len(queries) / spent, 1) for count, spent in seconds.items()}


@contextmanager
def _pooled(searcher: Searcher, warming: Sequence[str], workers: int) -> Iterator[Ask]:
    _settle(searcher, warming, 2 * workers or 1)
    yield searcher.search
    searcher.close()


@contextmanager
def _served(home: Path, warming: Sequence[str]) -> Iterator[Ask]:
    server = Server({**os.environ, "TIAOKUAN_HOME": str(home), "TIAOKUAN_RATE_LIMIT": ""})
    own = threading.local()

    def search(query: str) -> None:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        own.connection.request("GET", f"/api/v1/search?q={quote(query)}")
        response = own.connection.getresponse()
        assert "hits" in json.loads(response.read())

    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(search, warming))
        time.sleep(SETTLING_SECONDS)
        yield search
    finally:
        server.close()


def _settle(searcher: Searcher, queries: Sequence[str], clients: int) -> None:
    """As a server is some time after its start: models loaded, files mapped, words gathered."""
    searcher.warm_up()
    _ask(searcher, queries, clients)
    time.sleep(SETTLING_SECONDS)


def _ask(searcher: Searcher, queries: Sequence[str], clients: int) -> None:
    def search(query: str) -> ResultPage:
        return searcher.search(query)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(search, queries))


def shown(measured: dict[str, object]) -> str:
    """A paragraph for people."""
    parts = measured["parts_ms"]
    assert isinstance(parts, dict)
    lines = [
        "{engine}, {clauses:,} clauses, {queries} queries: forward pass {floor_ms:.2f} ms; search p50 {p50_ms:.2f} ms "
        "(×{p50_to_floor:.2f}), p95 {p95_ms:.2f} ms (×{p95_to_floor:.2f})".format(**measured),
        "  " + ", ".join(f"{name} {p50:.2f}" for name, (p50, _) in parts.items() if p50 >= 0.01),
    ]
    rates = measured["searches_per_second"]
    assert isinstance(rates, dict)
    if rates:
        lines.append("  searches a second: " + ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items()))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--home", nargs="+", type=Path, default=[])
    parser.add_argument("--queries", type=Path, required=True, help="lines of JSON with a `text`")
    parser.add_argument("--warming", type=Path, required=True, help="others that are asked before, and not counted")
    parser.add_argument("--clauses", type=int, nargs="+", default=[20_000])
    parser.add_argument("--engine", default="tantivy", choices=ENGINES)
    parser.add_argument("--vectors", default="random", help="random, real, or a file of rows")
    parser.add_argument("--most", type=int, default=400, help="queries of each file that are asked")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 16])
    parser.add_argument("--workers", type=int, nargs="*", default=[0], help="processes that search; 0: this one")
    parser.add_argument("--served", action="store_true", help="ask a server, too")
    parser.add_argument("--computing", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with options.queries.open(encoding="utf-8") as lines:
        queries = [*SHORT, *(json.loads(line)["text"] for line in islice(lines, options.most))]
    random.Random(SEED).shuffle(queries)  # noqa: S311
    with options.warming.open(encoding="utf-8") as lines:
        warming = [json.loads(line)["text"] for line in islice(lines, options.most)]
    clock = time.process_time if options.computing else time.perf_counter

    def report(home: Path) -> None:
        measured = measure(home, queries, warming, clock).as_dict()
        measured["searches_per_second"] = {
            f"{count} clients, {workers} workers": rate
            for workers in options.workers
            for count, rate in throughput(home, queries, warming, options.clients, workers).items()
        }
        if options.served:
            rates = served(home, queries, warming, options.clients)
            measured["searches_per_second"] |= {f"{count} clients over HTTP": rate for count, rate in rates.items()}
        print(json.dumps(measured, ensure_ascii=False) if options.json else shown(measured), flush=True)

    for home in options.home:
        report(home)
    if options.folders:
        for clauses in options.clauses:
            with built(options.folders, clauses, options.engine, options.vectors) as home:
                report(home)


if __name__ == "__main__":
    main()
