"""A server from its start to its first answers, and the memory it then takes.

    python benchmarks/starting.py --home HOME [--workers N] [--searches 100] [--queries QUERIES.jsonl]

Starts `tiaokuan serve` on loopback in a process of its own, and asks until it answers: first by words, then by words and
meaning; then some searches more: five queries in turn, or different ones, which need far more of the index's files; then nothing,
until the search processes have let go of what they do not need. Prints seconds of wall time from the start, the computing time
of the process and its children until then, and their resident memory in MiB (PSS: what they share is counted once): `own` without
what is mapped from files, which the system can take back; and milliseconds of one search more, before that rest and after it.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from search.worker import RESTING_SECONDS

PATIENCE = 120.0
QUERIES = (
    "民营银行",
    "夫妻一方经营个体工商户所欠债务，谁偿还？",
    "劳动合同到期不续签有补偿吗",
    "食品安全",
    "土地承包经营权流转",
)
NEXT = ("外国人来华工作需要什么证件", "未成年人签订的合同有效吗")
"""Asked once each, so that nothing is in a cache."""


@contextmanager
def serving(home: Path, workers: int | None) -> Iterator[tuple[int, str]]:
    """A server's process, and where it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"TIAOKUAN_HOME": str(home)} | ({} if workers is None else {"TIAOKUAN_WORKERS": str(workers)})
    command = [sys.executable, "-m", "web.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def first_answer(address: str, mode: str) -> None:
    """Asks until there is an answer; in hybrid mode until it has a hit found by meaning."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            found = _search(address, QUERIES[1], mode)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
            continue
        hits = found["hits"]
        assert isinstance(hits, list)
        if mode == "keyword" or any("semantic" in hit["matched_by"] for hit in hits):
            return
        time.sleep(0.02)
    raise SystemExit(f"no answer in {PATIENCE:.0f} s")


def _search(address: str, query: str, mode: str) -> dict[str, object]:
    url = f"{address}/api/v1/search?q={quote(query)}&mode={mode}"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
        found: dict[str, object] = json.load(answer)
    return found


def _took(address: str, query: str) -> float:
    """Milliseconds of a search, as a client has them."""
    began = time.perf_counter()
    _search(address, query, "hybrid")
    return round((time.perf_counter() - began) * 1000, 1)


def memory(pid: int) -> dict[str, float]:
    """MiB of a process and its children: all that is resident, and `own` without files; and their seconds of computing."""
    fields = dict.fromkeys(("Pss", "Pss_Anon"), 0)
    computing = 0
    for each in (pid, *_children(pid)):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name in fields:
                fields[name] += int(value.split()[0])
        after_name = Path(f"/proc/{each}/stat").read_text("utf-8").rpartition(")")[2].split()
        computing += int(after_name[11]) + int(after_name[12])
    seconds = round(computing / os.sysconf("SC_CLK_TCK"), 2)
    return {"computing": seconds, "resident": fields["Pss"] // 1024, "own": fields["Pss_Anon"] // 1024}


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text("utf-8").split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--workers", type=int, help="default: as the server's")
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--queries", type=Path, help="lines of JSON with a `text`")
    options = parser.parse_args()
    asked = [QUERIES[n % len(QUERIES)] + " " * (n // len(QUERIES)) for n in range(options.searches)]
    if options.queries:
        lines = options.queries.read_text("utf-8").splitlines()
        asked = [json.loads(line)["text"] for line in lines[: options.searches]]
    began = time.perf_counter()
    with serving(options.home, options.workers) as (pid, address):
        for mode in ("keyword", "hybrid"):
            first_answer(address, mode)
            print(json.dumps({"first answer": mode, "seconds": round(time.perf_counter() - began, 2)} | memory(pid)))
        for query in asked:
            _search(address, query, "hybrid")
        print(json.dumps({"after searches": len(asked), "next_ms": _took(address, NEXT[0])} | memory(pid)))
        time.sleep(RESTING_SECONDS + 1)
        at_rest = memory(pid)
        print(json.dumps({"at rest": True, "next_ms": _took(address, NEXT[1])} | at_rest))


if __name__ == "__main__":
    main()
