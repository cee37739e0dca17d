"""How fast files become documents with clauses, and in how much memory, at several sizes of the corpus.

    python benchmarks/reading.py FOLDER… [--sizes 500 2000 all] [--seed 3]

Reads, cleans, describes and splits so many of the files, drawn at random, then finds works, folds, cites and writes the
catalogue; embedding and the engine are left out. Each size runs in a process of its own, so that its peak of memory is
its own. Characters are those of the bodies. On a machine that does other work besides, only the figures per second of
computing time (all processes together) say something.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.cataloguing import write_catalogue
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.sources import find_sources
from indexer.spool import Spool
from indexer.works import find_works

SEED = 3
_MIB = 1 << 10
"""Of ru_maxrss, which counts KiB (bytes on macOS)."""


class Watch:
    """Wall and computing time, and peaks of memory, since it was made."""

    def __init__(self) -> None:
        self._wall, self._computing = time.perf_counter(), _computing()

    def row(self, name: str, characters: int) -> str:
        """What it says now, as a row of a table."""
        import resource

        wall, computing = time.perf_counter() - self._wall, _computing() - self._computing
        peaks = [resource.getrusage(who).ru_maxrss // _MIB for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        speeds = f"{characters / wall / 1e6:6.2f} {computing:7.1f} {characters / computing / 1e6:8.2f}"
        return f"  {name:<10} {wall:7.1f} {speeds} {peaks[0]:8} {peaks[1]:8}"


def _computing() -> float:
    import resource

    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def measure(folders: list[Path], size: int, seed: int) -> None:
    """Read so many files (0: all) and print a row for reading and one for what comes after it."""
    sources = find_sources(folders)
    random.Random(seed).shuffle(sources)  # noqa: S311 - no secret
    with TemporaryDirectory() as name, Spool(Path(name, "spool")) as spool:
        watch, skipped = Watch(), 0
        for result in read_all(sources[: size or None]):
            if isinstance(result, Unreadable):
                skipped += 1
            else:
                spool.add(result)
        characters = sum(head.length for head in spool.heads.values())
        print(f"{len(spool)} documents ({skipped} files not read), {characters / 1e6:.1f} million characters")
        print(watch.row("reading", characters))
        watch = Watch()
        clauses, _ = write_catalogue(Path(name, "catalogue.sqlite"), spool, find_works(spool, spool.heads))
        print(watch.row("catalogue", characters), f" {clauses} clauses", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--sizes", nargs="+", default=["500", "2000", "all"], help="how many files; all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = [0 if size == "all" else int(size) for size in arguments.sizes]
    if arguments.one:
        measure(arguments.folders, sizes[0], arguments.seed)
        return
    print("               wall s  M/s wall  CPU s   M/CPU s  MiB main  MiB worker", flush=True)
    for size in sizes:
        command = [sys.executable, __file__, *map(str, arguments.folders), "--one", "--seed", str(arguments.seed)]
        subprocess.run([*command, "--sizes", str(size)], check=True)


if __name__ == "__main__":
    main()
