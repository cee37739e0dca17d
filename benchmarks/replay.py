"""Days of use in minutes: queries through the real server, updates between them, and what the server holds afterwards.

    python benchmarks/replay.py --hours 48 --queries ../shared/bench
    python benchmarks/replay.py --hours 12

Assumed: a query every 15 seconds (240 an hour, 11,520 in 48 hours), an update an hour. The queries are those of every
`queries.jsonl` below the folder, in an order drawn by lot; most are asked of the API in hybrid mode, some as pages, suggestions,
similar clauses, documents and exports. The updates take turns: the corpus without one document, and with it again; a document
uploaded over HTTP, and deleted; one removed by command, and restored. After every hour the server's memory, open files and
threads are read, and the size of the home on the disk. After the first third (caches fill, generations are kept) they must be flat:
a line fitted to them may rise over the rest by no more than the bounds below. Every answer must be 200. Prints JSON; exit status 1
where something rises or fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.soak import VARIED, Server  # noqa: E402

AN_HOUR = 240
"""Queries: one every 15 seconds."""
CLIENTS = 4
ALLOWED = {"megabytes": 0.04, "files": 0.02, "threads": 0.02, "processes": 0.0, "disk_megabytes": 0.03}
"""What may be gained over all the hours that count, as a share of the mean: allocators and caches breathe; a leak goes on."""
UPLOADED = (
    "上传的通知.txt",
    "某市财政局关于支持民营银行发展的通知\n一、支持设立民营银行，服务小微企业。\n二、加强监管，防范金融风险。\n",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server, with the processes that it has started, held after an hour of use."""

    megabytes: float
    files: int
    threads: int
    processes: int
    disk_megabytes: float


class Site:
    """A corpus, an index of it, a server on that, and a key that may edit."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.home, self._away = folder / "corpus", folder / "home", folder / "away.txt"
        shutil.copytree(ROOT / "corpus", self.corpus)
        self._environment = {**os.environ, "TIAOKUAN_HOME": str(self.home), "TIAOKUAN_CORPUS": str(self.corpus)}
        self._environment["TIAOKUAN_RATE_LIMIT"] = ""
        self._leaving = sorted(self.corpus.glob("003*"))[0]
        self.run("index")
        self._key = json.loads(self.run("keys", "add", "重放", "--role", "edit", "--json"))["key"]
        self.server = Server(self._environment)

    def run(self, *arguments: str) -> str:
        """The command, to the end."""
        command = [sys.executable, "-m", "web.cli", *arguments]
        command += [] if "--json" in arguments else ["--json"]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout

    def update(self, number: int) -> None:
        """One of the six updates, by turns; their end is the beginning."""
        match number % 6:
            case 0:
                self._leaving.rename(self._away)
                self.run("index")
            case 1:
                self._away.rename(self._leaving)
                self.run("index")
            case 2:
                name, text = UPLOADED
                self._job(self._edit("POST", f"/api/v1/documents?filename={quote(name)}", text.encode()))
            case 3:
                document_id = next(d["document_id"] for d in self._documents() if d["title"].startswith("某市财政局"))
                self._job(self._edit("DELETE", f"/api/v1/documents/{document_id}"))
            case 4:
                self.run("remove", self._documents()[0]["document_id"])
            case _:
                self.run("index", "--restore-removed")

    def sample(self) -> Sample:
        """What the server holds now."""
        disk = sum(path.stat().st_size for path in self.home.rglob("*") if path.is_file())
        return Sample(**self.server.memory(), disk_megabytes=round(disk / 1e6, 2))

    def get(self, connection: http.client.HTTPConnection, address: str) -> int:
        """The status of an answer, read to its end; what was wrong is said."""
        connection.request("GET", address)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            print(f"{response.status} {unquote(address)}: {body[:300].decode()}", file=sys.stderr, flush=True)
        return response.status

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)

    def _documents(self) -> list[Mapping[str, str]]:
        connection = self.connection()
        connection.request("GET", "/api/v1/documents")
        found: list[Mapping[str, str]] = json.loads(connection.getresponse().read())["documents"]
        connection.close()
        return found

    def _edit(self, method: str, address: str, body: bytes = b"") -> str:
        connection = self.connection()
        connection.request(method, address, body, {"Authorization": f"Bearer {self._key}"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return str(answer["url"])

    def _job(self, address: str) -> None:
        """Wait until a job is done."""
        for _ in range(1200):
            connection = self.connection()
            connection.request("GET", address, headers={"Authorization": f"Bearer {self._key}"})
            answer = json.loads(connection.getresponse().read())
            connection.close()
            if answer["state"] in {"done", "failed"}:
                assert answer["state"] == "done", answer
                return
            time.sleep(0.5)
        raise TimeoutError(address)


def read_queries(folder: Path | None) -> list[str]:
    """The queries of all sets below a folder, as they are asked: not longer than the server allows."""
    if folder is None:
        return list(VARIED)
    lines = [line for file in sorted(folder.rglob("queries.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"][:1000] for line in lines if line.strip()]


def addresses(queries: Sequence[str], hour: int) -> list[str]:
    """What is asked in an hour."""
    lot = random.Random(hour)  # noqa: S311
    kinds = ("/api/v1/search?q={}",) * 12 + ("/search?q={}",) * 4 + ("/api/v1/suggest?q={}",) * 3
    kinds += (
        "/search.csv?q={}",
        "/search.docx?q={}",
        "/api/v1/facets?q={}",
        "/feed?q={}",
        "/documents",
        "/metrics",
        "/healthz",
    )
    return [lot.choice(kinds).format(quote(lot.choice(queries))) for _ in range(AN_HOUR)]


def an_hour(site: Site, asked: Sequence[str]) -> Counter[int]:
    """Ask all of it; the statuses."""

    def ask_some(part: Sequence[str]) -> Counter[int]:
        connection = site.connection()
        statuses = Counter(site.get(connection, address) for address in part)
        connection.close()
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(ask_some, [asked[i::CLIENTS] for i in range(CLIENTS)]), Counter())


def gained(samples: Sequence[Sample]) -> dict[str, float]:
    """For each figure, what the fitted line gains over the last two thirds, as a share of the mean."""
    counted = samples[len(samples) // 3 :]
    hours = range(len(counted))
    middle = (len(counted) - 1) / 2
    spread = sum((hour - middle) ** 2 for hour in hours) or 1
    gains = {}
    for name in ALLOWED:
        values = [float(getattr(sample, name)) for sample in counted]
        slope = sum((hour - middle) * value for hour, value in zip(hours, values, strict=True)) / spread
        gains[name] = round(slope * (len(counted) - 1) / (sum(values) / len(values)), 4)
    return gains


def run(folder: Path, given: argparse.Namespace) -> tuple[dict[str, object], bool]:
    """All hours; the figures, and whether all was as it should be."""
    site, queries = Site(folder), read_queries(given.queries)
    statuses: Counter[int] = Counter()
    samples: list[Sample] = []
    began = time.perf_counter()
    try:
        for hour in range(given.hours):
            statuses += an_hour(site, addresses(queries, hour))
            site.update(hour)
            statuses += an_hour(site, addresses(queries, hour)[:CLIENTS])  # the new generation is moved to
            samples.append(site.sample())
            print(f"hour {hour + 1}: {json.dumps(asdict(samples[-1]))}", file=sys.stderr, flush=True)
    finally:
        site.server.close()
    gains = gained(samples)
    fine = set(statuses) == {200} and all(gains[name] <= bound for name, bound in ALLOWED.items())
    return {
        "hours": given.hours,
        "queries": statuses.total(),
        "different_queries": len(set(queries)),
        "updates": given.hours,
        "seconds": round(time.perf_counter() - began),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "first": asdict(samples[0]),
        "from_which_it_counts": asdict(samples[len(samples) // 3]),
        "last": asdict(samples[-1]),
        "gained": gains,
        "allowed": ALLOWED,
    }, fine


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=48)
    parser.add_argument("--queries", type=Path, metavar="FOLDER", help="a folder with sets in BEIR layout")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        figures, fine = run(Path(folder), given)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
