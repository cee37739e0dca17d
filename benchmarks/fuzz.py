"""Feed the program with whatever a fuzzer thinks of: files, texts, queries, requests, and files of the index's folder.

    python benchmarks/fuzz.py --minutes 60
    python benchmarks/fuzz.py --minutes 5 --targets query,api
    python benchmarks/fuzz.py --again findings/query-1a2b3c4d.py

Inputs come from hypothesis strategies (tests/fuzz); atheris (the extra `fuzz`) steers them to lines of ours that were not
reached yet. Without atheris they are drawn at random. The minutes are shared out evenly; each target runs in a process of
its own, one after the other, and begins with what earlier runs left in `--folder`. Nothing may be raised but what is documented,
every promise of tests/fuzz must hold, and no input may take 2 s. What is found is made small and written to
`--folder`/findings; the run goes on. Prints JSON; exit status 1 when anything was found.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_LONGEST = 30
"""Seconds after which one input is given up, and the process with it: a finding."""
_SEEDS = 42
_LARGEST = 8192
"""Bytes that an input is made of at most."""


@dataclass(slots=True)
class Tally:
    """How far one target is."""

    runs: int = 0
    found: dict[str, str] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        file.write_text(json.dumps({"runs": self.runs, "found": self.found}, ensure_ascii=False), "utf-8")


def one_input(name: str, folder: Path, tally: Tally) -> Callable[[bytes], Any]:
    """What runs a target on the value that some bytes stand for, and notes what it finds."""
    from hypothesis import HealthCheck, given, settings

    from tests.fuzz.findings import find, keep, shrink
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    logging.disable(logging.CRITICAL)

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(target.inputs)
    def run(value: Any) -> None:
        tally.runs += 1
        finding = find(target, value)
        if finding is not None and finding.key not in tally.found:
            tally.found[finding.key] = finding.where
            smallest = shrink(target, finding)
            file = keep(smallest, folder / "findings")
            print(f"{name}: {finding.where}: {file}", file=sys.stderr, flush=True)
            tally.save(folder / f"{name}.json")
        if tally.runs % 100 == 0:
            tally.save(folder / f"{name}.json")

    return run.hypothesis.fuzz_one_input  # type: ignore[attr-defined, no-any-return]


def guided(name: str, seconds: int, folder: Path) -> None:
    """Run a target under atheris; does not return."""
    import atheris

    with atheris.instrument_imports(include=["search", "indexer", "web"], enable_loader_override=False):
        from tests.fuzz import targets  # noqa: F401 - what it imports is instrumented
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number in range(_SEEDS):  # an empty input stands for no value at all
        lot = random.Random(number)  # noqa: S311
        (corpus / f"seed-{number}").write_bytes(lot.randbytes(64 << number % 7))
    tally = Tally()
    step = one_input(name, folder, tally)
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={_LONGEST}",
        f"-max_len={_LARGEST}",
        "-rss_limit_mb=4096",
        "-len_control=0",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/findings/{name}-", str(corpus)], step)
    atheris.Fuzz()


def unguided(name: str, seconds: int, folder: Path) -> None:
    """Run a target on random bytes."""
    tally, lot = Tally(), random.Random(name)  # noqa: S311
    step, end = one_input(name, folder, tally), time.monotonic() + seconds
    while time.monotonic() < end:
        step(lot.randbytes(lot.randrange(16, _LARGEST)))
    tally.save(folder / f"{name}.json")


def has_atheris() -> bool:
    from importlib.util import find_spec

    return find_spec("atheris") is not None


def run_all(names: Sequence[str], minutes: float, folder: Path) -> tuple[dict[str, object], bool]:
    """Each target in a process of its own; the figures, and whether nothing was found."""
    (folder / "findings").mkdir(parents=True, exist_ok=True)
    seconds, figures, fine = max(5, round(60 * minutes / len(names))), dict[str, object](), True
    for name in names:
        (folder / f"{name}.json").unlink(missing_ok=True)
        command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds), "--folder", str(folder)]
        with (folder / f"{name}.log").open("wb") as log:
            done = subprocess.run(
                command, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False
            )
        file = folder / f"{name}.json"
        tally = json.loads(file.read_text("utf-8")) if file.exists() else {"runs": 0, "found": {}}
        ended = done.returncode
        figures[name] = {
            "inputs": tally["runs"],
            "found": sorted(tally["found"].values()),
            **({"status": ended} if ended else {}),
        }
        fine &= not tally["found"] and not ended
        print(f"{name}: {json.dumps(figures[name], ensure_ascii=False)}", file=sys.stderr, flush=True)
    return {"minutes": minutes, "guided": has_atheris(), "targets": figures}, fine


def again(file: Path) -> int:
    """Run one finding once more."""
    from search.model import Mode
    from tests.fuzz.findings import find, kept_value
    from tests.fuzz.services import Request
    from tests.fuzz.targets import TARGETS

    target = TARGETS[file.name.split("-")[0]]
    finding = find(target, kept_value(file, {"Request": Request, "Mode": Mode}))
    print(finding.trace if finding else "nothing is wrong any more")
    return 1 if finding else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--targets", help="some of them, parted by commas")
    parser.add_argument(
        "--folder", type=Path, default=Path("fuzzing"), help="where findings and what was learnt are kept"
    )
    parser.add_argument("--again", type=Path, metavar="FILE", help="run one finding once more")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.again:
        return again(given.again)
    if given.one:
        (guided if has_atheris() else unguided)(given.one, given.seconds, given.folder)
        return 0
    from tests.fuzz.targets import TARGETS

    names = given.targets.split(",") if given.targets else list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target {unknown[0]}: {', '.join(TARGETS)}")
    if not has_atheris():
        print("atheris is not installed (pip install -e '.[fuzz]'): inputs are drawn at random", file=sys.stderr)
    figures, fine = run_all(names, given.minutes, given.folder.resolve())
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
