"""How fast documents become an index, stage by stage and as a whole, apart from embedding and beside it.

    python benchmarks/indexing.py FOLDER… [--clauses 20000] [--engine tantivy] [--embed 0] [--json FILE]

Draws documents by chance until there are so many clauses. Each stage is measured alone: reading (files to clauses on the
disk), works and catalogue, analysing, keyword writing (with analysing), vector writing; then `index` (catalogue, and clauses
into the engine), and `whole` (reading and index) as the indexer does them, with random vectors of 384 at hand. Seconds are
wall time and, what other work on the machine disturbs less, computing time of all processes and threads.

`--embed N` indexes documents with about N passages with the real model, and embeds the same passages in the same batches
alone: the ratio says what indexing costs beside embedding. Both are done twice, in turn, and the smaller times count.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from indexer.cataloguing import write_catalogue
from indexer.entries import BATCH
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.sources import Source, find_sources
from indexer.spool import Spool
from indexer.vectors import PassageVectors
from indexer.works import find_works
from indexer.writing import Progress, write_generation
from search.embedding import Embedder
from search.engines.faiss_vectors import changed
from search.engines.fields import analysed, together
from search.engines.protocol import ClauseEntry
from search.engines.ranking import Ranking
from search.engines.vector_search import VectorSearch
from search.engines.vector_table import EMPTY, AddedRows
from search.settings import Settings
from search.text.segment import Analyzer
from search.windows import passages, windows

if TYPE_CHECKING:
    from search.engines.embedded import KeywordIndex
    from search.engines.protocol import Vectors

SEED = 20161122
DIMENSION = 384
DRAWN = 64


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage took for so many clauses and characters."""

    name: str
    clauses: int
    characters: int
    wall: float
    computing: float
    peak_mib: int

    def row(self) -> str:
        """As a row of the table."""
        micro = 1e6 / max(1, self.clauses)
        speeds = f"{self.clauses / self.wall:10,.0f} {self.characters / self.wall / 1e6:8.2f}"
        own = f"{self.wall * micro:8.1f} {self.computing * micro:8.1f}"
        return f"{self.name:<18}{speeds} {own} {self.peak_mib:8}"


class RandomVectors:
    """Gives passages random vectors, as `indexer.vectors.PassageVectors` gives them those of a model."""

    def __init__(self) -> None:
        self._rows = random_rows(BATCH)

    def of(self, texts: Sequence[str], advance: Callable[[int], object]) -> Vectors:
        """(n, dimension)"""
        advance(len(texts))
        return np.resize(self._rows, (len(texts), DIMENSION))


class Watch:
    """The stages, each measured in a block."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @contextmanager
    def stage(self, name: str, clauses: int, characters: int) -> Iterator[None]:
        """Measures the block and prints its row."""
        wall, computing = time.perf_counter(), _computing()
        yield
        stage = Stage(name, clauses, characters, time.perf_counter() - wall, _computing() - computing, _peak())
        self.stages.append(stage)
        print(stage.row(), flush=True)


def _computing() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _peak() -> int:
    """Most memory of this process since the last time; where the system does not say, since its start."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if status.exists() and reset.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        peak = int(line.split()[1]) // 1024
        reset.write_text("5")
    return peak


def random_rows(count: int) -> Vectors:
    """(count, DIMENSION), each of length 1."""
    rows = np.random.default_rng(SEED).standard_normal((count, DIMENSION), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def draw(folders: Sequence[Path], clauses: int) -> list[Source]:
    """Files drawn by chance with about so many clauses."""
    sources = find_sources(folders)
    random.Random(SEED).shuffle(sources)  # noqa: S311 - no secret
    found = 0
    for at in range(0, len(sources), DRAWN):
        for number, result in enumerate(read_all(sources[at : at + DRAWN]), at + 1):
            found += 0 if isinstance(result, Unreadable) else result.head.report.clauses
            if found >= clauses:
                return sources[:number]
    return sources


def read_into(spool: Spool, sources: Sequence[Source]) -> None:
    """Read files as the indexer does."""
    for result in read_all(sources):
        if not isinstance(result, Unreadable):
            spool.add(result)


def entries(spool: Spool) -> Iterator[ClauseEntry]:
    """The clauses of a spool with random vectors, one for each window."""
    rows = random_rows(1024)
    number = 0
    for document, clauses in spool:
        for clause in clauses:
            spans = windows(clause.text)
            names = (clause.clause_id, document.document_id, number, document.title, clause.path, clause.text)
            yield ClauseEntry(*names, document.document_number, rows[: len(spans)], spans)
            number += 1


def measure(sources: Sequence[Source], engine: str, watch: Watch, folder: Path) -> None:
    """Each stage alone, then all."""
    analyzer = Analyzer(folder / "cache")
    analyzer.weigh_all(["条款"] * 1000)  # loads the dictionary
    quiet = Progress("en", shown=False)
    with Spool(folder / "counted") as spool:
        read_into(spool, sources)
        counts = (sum(h.report.clauses for h in spool.heads.values()), sum(h.length for h in spool.heads.values()))
        print(f"{len(spool)} documents, {counts[0]} clauses, {counts[1]} characters\n")
        print(f"{'':18}{'clauses/s':>10} {'M char/s':>8} {'µs wall':>8} {'µs CPU':>8} {'peak MiB':>8}")
        with watch.stage("works, catalogue", *counts):
            write_catalogue(folder / "catalogue.sqlite", spool, find_works(spool, spool.heads))
        given = list(entries(spool))
        with watch.stage("analysing", *counts):
            for lot in together(given):
                analysed(lot, analyzer)
        with watch.stage("keyword writing", *counts):
            _write_keywords(_keyword_index(engine, folder / "keyword", analyzer), given)
        with watch.stage("vector writing", *counts):
            _write_vectors(folder, given)
        del given
        (folder / "index").mkdir()
        with watch.stage("index", *counts):
            write_generation(folder / "index", analyzer, spool, _vectors(), quiet, engine)
    (folder / "whole").mkdir()
    with Spool(folder / "spool") as spool, watch.stage("whole", *counts):
        with watch.stage("  its reading", *counts):
            read_into(spool, sources)
        write_generation(folder / "whole", analyzer, spool, _vectors(), quiet, engine)


def _vectors() -> PassageVectors:
    return RandomVectors()  # type: ignore[return-value]


def _keyword_index(engine: str, folder: Path, analyzer: Analyzer) -> KeywordIndex:
    if engine == "tantivy":
        from search.engines.tantivy_keyword import TantivyIndex

        return TantivyIndex(folder, analyzer, Ranking())
    from search.engines.whoosh_keyword import WhooshIndex

    return WhooshIndex(folder, analyzer, Ranking())


def _write_keywords(index: KeywordIndex, given: Sequence[ClauseEntry]) -> None:
    index.create()
    writer = index.writer()
    writer.add(given)
    writer.commit()


def _write_vectors(folder: Path, given: Iterable[ClauseEntry]) -> None:
    rows = AddedRows(folder)
    for lot in together(given):
        rows.add(lot)
    changed(VectorSearch(None, EMPTY), rows, (), folder)
    rows.close()


def compare_with_embedding(folders: Sequence[Path], count: int, engine: str, folder: Path) -> dict[str, float]:
    """Seconds that indexing documents with `count` passages takes, and embedding the same passages alone; wall time."""
    settings = Settings(home=folder / "home")
    embedder = Embedder.open(settings, progress=False)
    analyzer = Analyzer(folder / "cache")
    analyzer.weigh_all(["条款"] * 1000)
    sources = draw(folders, count)
    best = {"index": np.inf, "embedding": np.inf}
    for turn in range(2):
        began = time.perf_counter()
        with Spool(folder / f"spool{turn}") as spool:
            read_into(spool, sources)
            place = folder / f"embedded{turn}"
            place.mkdir()
            with PassageVectors(embedder, folder / f"home{turn}", analyzer, anew=True) as vectors:
                write_generation(place, analyzer, spool, vectors, Progress("en", shown=False), engine)
            best["index"] = min(best["index"], time.perf_counter() - began)
            texts = list(dict.fromkeys(p for d, clauses in spool for c in clauses for p in passages(d.title, c.text)))
        began = time.perf_counter()
        for at in range(0, len(texts), BATCH):
            embedder.encode_passages(texts[at : at + BATCH], progress=False)
        best["embedding"] = min(best["embedding"], time.perf_counter() - began)
    return best | {"passages": len(texts), "ratio": best["index"] / best["embedding"]}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--clauses", type=int, default=20_000)
    parser.add_argument("--engine", choices=("tantivy", "embedded"), default="tantivy")
    parser.add_argument("--embed", type=int, default=0, metavar="N", help="passages to embed with the real model")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures, for plots")
    options = parser.parse_args()
    watch = Watch()
    result: dict[str, object] = {"engine": options.engine}
    with TemporaryDirectory() as name:
        if options.clauses:
            measure(draw(options.folders, options.clauses), options.engine, watch, Path(name))
        if options.embed:
            ratio = compare_with_embedding(options.folders, options.embed, options.engine, Path(name))
            result["embedding"] = ratio
            print("\n" + ", ".join(f"{key} {value:.2f}" for key, value in ratio.items()))
    result["stages"] = [asdict(stage) for stage in watch.stages]
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
