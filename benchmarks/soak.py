"""Many clients search a real server while the corpus is indexed anew behind it.

    python benchmarks/soak.py --minutes 10 --clients 64 --rounds 10

The server is `tiaokuan serve` on loopback with the model of the settings, the corpus the repository's, of which one document
is taken away and put back between the rounds. Every answer must be 200 and must hold each clause once; searches for what
stands in the other documents must find the same number of clauses throughout. First the same clients search while nobody
indexes: the quiet median. Prints JSON; exit status 1 for any answer that was not as it should be.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
STEADY = ("“对口合作”", "“民營銀行”", "“产业转型升级”")
"""Phrases; how many clauses they find in the documents that stay is counted before."""
VARIED = (
    "民营银行",
    "冬天用风力发电取暖",
    "国发〔2016〕62号",
    "企业开办怎样才能更快",
    "“放管服”改革",
    "東北振興 年份:2016",
)
LEAVING = "003"
"""The document that comes and goes."""


@dataclass(slots=True)
class Tally:
    """Answers of one phase. Seconds are those a client waited."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, seconds: float, status: int, wrong: str) -> None:
        with self.lock:
            self.seconds.append(seconds)
            self.statuses[status] += 1
            self.wrong += [wrong] if wrong else []

    def as_dict(self) -> dict[str, object]:
        """The tally as JSON-ready values, in milliseconds."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return {
            "answers": len(self.seconds),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "p50_ms": round(1000 * cuts[49], 1),
            "p99_ms": round(1000 * cuts[98], 1),
            "wrong": len(self.wrong),
            "examples": self.wrong[:5],
        }


class Server:
    """`tiaokuan serve` in a process of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "web.cli", "serve", "--port", "0"]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().split("127.0.0.1:")[1].split()[0])
        self.pid = self._process.pid

    def memory(self) -> dict[str, int]:
        """Memory in MB (what processes share counts once), open files, threads and processes, of the server and of those
        that it has started."""
        held = Counter({"megabytes": 0, "files": 0, "threads": 0, "processes": 0})
        for pid in self._all():
            place = Path(f"/proc/{pid}")
            with suppress(OSError):  # it has just ended
                lines = (place / "smaps_rollup").read_text().splitlines()
                kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
                held["megabytes"] += kilobytes // 1024
                held["files"] += len(list((place / "fd").iterdir()))
                held["threads"] += len(list((place / "task").iterdir()))
                held["processes"] += 1
        return dict(held)

    def _all(self) -> list[int]:
        """The server and the processes below it."""
        found = [self.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                with suppress(OSError):
                    found += map(int, task.read_text().split())
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)


def ask(connection: http.client.HTTPConnection, query: str, mode: str) -> tuple[float, int, list[str], int]:
    """Seconds, status, the clauses of the answer, and how many there are in all."""
    began = time.perf_counter()
    connection.request("GET", f"/api/v1/search?q={quote(query)}&mode={mode}&limit=100")
    response = connection.getresponse()
    body = response.read()
    took = time.perf_counter() - began
    if response.status != 200:
        return took, response.status, [], 0
    answer = json.loads(body)
    return took, 200, [hit["clause_id"] for hit in answer["hits"]], answer["total"]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Clients of a server. `allowed` says how many clauses each steady phrase may find."""

    port: int
    number: int
    mode: str
    allowed: dict[str, set[int]]

    @contextmanager
    def flowing(self, seconds: float, tally: Tally) -> Iterator[float]:
        """All clients search for so long, also while the block runs; it is given the end (monotonic)."""
        end = time.monotonic() + seconds
        threads = [Thread(target=self._client, args=(end, tally, seed)) for seed in range(self.number)]
        for thread in threads:
            thread.start()
        yield end
        for thread in threads:
            thread.join()

    def _client(self, end: float, tally: Tally, seed: int) -> None:
        lot = random.Random(seed)  # noqa: S311
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        while time.monotonic() < end:
            query = lot.choice([*STEADY, *VARIED])
            try:
                seconds, status, clauses, total = ask(connection, query, "keyword" if query in STEADY else self.mode)
            except (OSError, http.client.HTTPException) as error:
                tally.add(0.0, 0, f"{query}: {type(error).__name__}: {error}")
                connection.close()
                continue
            tally.add(seconds, status, self._wrong(query, clauses, total) if status == 200 else "")
        connection.close()

    def _wrong(self, query: str, clauses: Sequence[str], total: int) -> str:
        twice = [clause for clause, count in Counter(clauses).items() if count > 1]
        if twice:
            return f"{query}: {twice} twice"
        fine = query not in self.allowed or total in self.allowed[query]
        return "" if fine else f"{query}: {total}, not {sorted(self.allowed[query])}"


def index(environment: dict[str, str], corpus: Path) -> None:
    command = [sys.executable, "-m", "web.cli", "index", "--json", str(corpus)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def counted(port: int) -> dict[str, set[int]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    return {query: {ask(connection, query, "keyword")[3]} for query in STEADY}


def run(folder: Path, given: argparse.Namespace) -> tuple[dict[str, object], bool]:
    """Both phases; the figures, and whether all was as it should be."""
    corpus, away = folder / "corpus", folder / "away"
    shutil.copytree(ROOT / "corpus", corpus)
    if given.vectors_of:
        shutil.copytree(given.vectors_of, folder / "home")
    environment = {**os.environ, "TIAOKUAN_HOME": str(folder / "home"), "TIAOKUAN_CORPUS": str(corpus)}
    leaving = next(corpus.glob(f"{LEAVING}*"))
    index(environment, corpus)
    server = Server(environment)
    try:
        allowed = counted(server.port)
        leaving.rename(away)
        index(environment, corpus)
        for query, totals in counted(server.port).items():  # with and without the document: both are right
            allowed[query] |= totals
        traffic, quiet, busy = Traffic(server.port, given.clients, given.mode, allowed), Tally(), Tally()
        with traffic.flowing(min(60.0, 15 * given.minutes), quiet):
            pass
        begun, done = server.memory(), 0
        with traffic.flowing(60 * given.minutes, busy) as end:
            while done < given.rounds and time.monotonic() < end:
                source, target = (leaving, away) if leaving.exists() else (away, leaving)
                source.rename(target)
                index(environment, corpus)
                done += 1
        ends = {"start": begun, "end": server.memory()}
    finally:
        server.close()
    figures = {"quiet": quiet.as_dict(), "while_indexing": busy.as_dict(), "server": ends}
    fine = not quiet.wrong and not busy.wrong and set(quiet.statuses) | set(busy.statuses) == {200}
    return {"clients": given.clients, "mode": given.mode, "indexed": done, **figures}, fine


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--mode", choices=("hybrid", "keyword", "semantic"), default="hybrid")
    parser.add_argument(
        "--vectors-of", type=Path, metavar="HOME", help="begin with a copy of this index: saves embedding"
    )
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        figures, fine = run(Path(folder), given)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
