"""How long the worst queries take: 1,000 characters each, made to keep the program busy (tests/fuzz/hostile_queries.py).

    python benchmarks/hostile_queries.py                                  an index of corpus/, all modes
    python benchmarks/hostile_queries.py --folder DOCUMENTS --modes keyword
    python benchmarks/hostile_queries.py --home HOME                      an index that is there already

The index of a folder is made with the cheap model of benchmarks/kills.py, in a temporary folder. Each query is asked twice, and
the second time counts, in the process's own time, facets included. Prints JSON with the slowest; exit status 1 when one takes more
than 2 s.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ALLOWED = 2.0
"""Seconds."""


def times(home: Path, modes: Sequence[str], cheap: bool) -> tuple[list[tuple[float, float, str, str]], int]:
    """For each query and mode: seconds of the process, seconds on the clock, mode, name; and how many clauses there are."""
    from benchmarks.kills import cheap_model
    from search.errors import EmptyQuery
    from search.model import Mode
    from search.searcher import Searcher
    from search.settings import Settings
    from tests.fuzz.hostile_queries import hostile_queries

    with ExitStack() as stack:
        if cheap:
            stack.enter_context(cheap_model())
        searcher = Searcher.open(Settings(home=home))
        stack.callback(searcher.close)
        found = []
        for mode in modes:
            for name, query in hostile_queries().items():
                for _ in range(2):
                    began, clock = time.process_time(), time.perf_counter()
                    with suppress(EmptyQuery):
                        searcher.search(query, mode=Mode(mode), explained=True, faceted=True)
                    took = (time.process_time() - began, time.perf_counter() - clock)
                found.append((*took, mode, name))
        return found, sum(document.clause_count for document in searcher.facts())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="an index; made with the model of the settings")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "corpus", help="documents to index, if there is no --home"
    )
    parser.add_argument("--engine", choices=("embedded", "tantivy"))
    parser.add_argument("--modes", default="keyword,semantic,hybrid")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        if not given.home:
            from benchmarks.kills import cheap_model
            from indexer.pipeline import build_index
            from search.settings import Settings

            with cheap_model():
                build_index(Settings(home=home, engine=given.engine), [given.folder], progress=False)
        found, clauses = times(home, given.modes.split(","), not given.home)
    found.sort(reverse=True)
    slowest = [{"mode": m, "query": n, "cpu_s": round(c, 3), "clock_s": round(w, 3)} for c, w, m, n in found[:12]]
    median = sorted(c for c, *_ in found)[len(found) // 2]
    print(
        json.dumps(
            {"clauses": clauses, "queries": len(found), "median_s": round(median, 3), "slowest": slowest}, indent=2
        )
    )
    return 1 if found[0][0] > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main())
