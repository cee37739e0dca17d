"""Kill whoever changes the index, again and again, while others search.

    python benchmarks/kills.py --times 200

Each time one of indexing a changed corpus, removing a document, going back, and restoring a backup is started in a process
of its own and gets SIGKILL at a random moment. Then the live generation must be whole, and the same command, run again,
must complete. Meanwhile threads search without pause; every answer must be that of one version of the corpus, whole: a
clause that is missing, doubled, or of another version than its neighbours is a wrong answer.

The model is a cheap one (hashed pairs of characters): what is tested is files and locks. Prints JSON; exit status 1 when
anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indexer.pipeline import build_index
from indexer.removing import remove_documents
from indexer.sources import Source
from search.backup import write_backup
from search.doctor import examine
from search.embedding import Embedder, EmbedderFingerprint, configured_model
from search.errors import NothingEarlier, UnknownClause, UnknownDocument
from search.model import Mode
from search.restore import restore_backup
from search.rollback import roll_back
from search.searcher import Searcher
from search.settings import Settings

ACTIONS = ("index", "index", "remove", "rollback", "restore")
"""Drawn by lot; indexing twice as often as the others."""
TOPICS = {
    "甲": ("支持设立民营银行，服务小微企业", "推進利率市場化改革", "鼓励社会资本参与“三农”贷款"),
    "乙": ("公布涉企收费目录清单", "清理规范中介服务", "实行首问负责制和限时办结"),
    "丙": ("新建学校校舍达到抗震标准", "配齐专任教师", "落实义务教育经费保障"),
    "丁": ("加强饮用水水源保护", "整治黑臭水体", "建立河长巡查制度"),
}
ARTICLES = 3
_SAID = re.compile(r"(.)市第(\d)项.*第(\d+)版执行", re.DOTALL)
_DIMENSION = 64
_LONGEST = 120.0
"""Seconds that an action may take that is not killed."""


class CheapEmbedder:
    """Stands for the configured model: pairs of characters, hashed."""

    def __init__(self, settings: Settings) -> None:
        identity = configured_model(settings)
        self.model = identity.model
        self.fingerprint = EmbedderFingerprint(identity.model, identity.revision, _DIMENSION, "", "", "float32")

    def encode_queries(self, queries: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(queries)

    def encode_as_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)

    def encode_passages(self, passages: Sequence[str], progress: bool = False) -> NDArray[np.float32]:
        rows = np.zeros((len(passages), _DIMENSION), np.float32)
        for row, passage in zip(rows, passages, strict=True):
            row[0] = 0.01
            for at in range(len(passage) - 1):
                row[crc32(passage[at : at + 2].encode()) % _DIMENSION] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


@contextmanager
def cheap_model() -> Iterator[None]:
    """The cheap model wherever one is opened in the block."""
    real = Embedder.open, Embedder.for_queries
    cheap = lambda settings, progress=True: CheapEmbedder(settings)  # noqa: E731
    Embedder.open = Embedder.for_queries = cheap  # type: ignore[assignment]
    try:
        yield
    finally:
        Embedder.open, Embedder.for_queries = real  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Place:
    """Where it all happens."""

    home: Path
    corpus: Path
    backup: Path
    cache: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, corpus=self.corpus, cache=self.cache, semantic_floor=-1.0)

    def write(self, version: int) -> None:
        """Replace every document by its next version; each file changes in one step."""
        self.corpus.mkdir(parents=True, exist_ok=True)
        for name, topics in TOPICS.items():
            lines = [f"第{'一二三'[i]}条 {name}市第{i + 1}项：{t}，依第{version}版执行。" for i, t in enumerate(topics)]
            part = self.corpus / f".{name}.part"
            part.write_text(f"{name}市工作条例\n" + "\n".join(lines) + "\n", "utf-8")
            part.replace(self.corpus / f"{name}.txt")


def act(name: str, place: Place) -> None:
    """Do one thing to the end. What was done already is done."""
    settings = place.settings
    with cheap_model():
        if name == "index":
            build_index(settings, [place.corpus], progress=False, restore_removed=True)
        elif name == "restore":
            restore_backup(settings, place.backup)
        elif name == "remove":
            with suppress(UnknownDocument):
                remove_documents(settings, [Source(Path("丁.txt"), "丁.txt").document_id])
        else:
            with suppress(NothingEarlier):
                roll_back(settings)


def _in_child(name: str, place: Place, ready: Connection) -> None:
    ready.send("ready")
    act(name, place)


@dataclass(slots=True)
class Tally:
    """What happened. `wrong` and `failed` name each answer and each search that was not as it should be."""

    searches: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not (self.wrong or self.failed or self.damaged or self.incomplete)

    def as_dict(self) -> dict[str, object]:
        """The tally as JSON-ready values; of each kind of trouble the first ten."""
        troubles = {name: getattr(self, name) for name in ("failed", "wrong", "damaged", "incomplete")}
        return {
            "kills": self.kills.total(),
            "by_action": dict(self.kills),
            "done_before_the_kill": dict(self.too_late),
            "searches": self.searches,
            **{name: len(found) for name, found in troubles.items()},
            "examples": {name: found[:10] for name, found in troubles.items() if found},
        }


class Searching:
    """Threads that search without pause and look at every answer."""

    def __init__(self, searcher: Searcher, tally: Tally, threads: int) -> None:
        self._searcher, self._tally = searcher, tally
        self._stop, self._lock = Event(), Lock()
        asked = (self._by_words, self._by_meaning, self._alike)
        self._threads = [Thread(target=self._run, args=(asked[i % len(asked)],)) for i in range(threads)]

    def __enter__(self) -> Searching:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, ask: Callable[[], str]) -> None:
        while not self._stop.is_set():
            try:
                wrong, failed = ask(), ""
            except Exception as error:
                wrong, failed = "", f"{ask.__name__}: {type(error).__name__}: {error}"
            with self._lock:
                self._tally.searches += 1
                self._tally.wrong += [wrong] if wrong else []
                self._tally.failed += [failed] if failed else []
            time.sleep(0.02)

    def _by_words(self) -> str:
        return wrong_answer(
            [h.clause.text for h in self._searcher.search("“版執行”", mode=Mode.KEYWORD, limit=100).hits]
        )

    def _by_meaning(self) -> str:
        hits = self._searcher.search("市第1项依版执行", mode=Mode.SEMANTIC, limit=100).hits
        return wrong_answer([h.clause.text for h in hits])

    def _alike(self) -> str:
        """A clause that was just found may be gone with its version; then the searcher says so."""
        first = self._searcher.search("民營銀行", mode=Mode.KEYWORD, limit=1).hits
        if not first or "民营银行" not in first[0].clause.text:
            return f"民營銀行: {[hit.clause.text for hit in first]}"
        with suppress(UnknownClause):
            alike = [hit.clause.clause_id for hit in self._searcher.similar(first[0].clause.clause_id, limit=50).hits]
            return "" if alike and len(set(alike)) == len(alike) else f"similar: {alike}"
        return ""


def wrong_answer(texts: Sequence[str]) -> str:
    """Why these clauses are not one whole version of the corpus, with or without 丁; empty where they are."""
    found = Counter(m.groups() for text in texts if (m := _SAID.search(text)))
    versions = {version for _, _, version in found}
    names = {name for name, _, _ in found}
    if len(versions) != 1 or names not in ({*TOPICS}, {*TOPICS} - {"丁"}):
        return f"versions {sorted(versions)}, documents {sorted(names)}"
    wanted = Counter((n, str(i), v) for n in names for i in range(1, ARTICLES + 1) for v in versions)
    return "" if found == wanted else f"{found - wanted or wanted - found}"


def run(times: int, folder: Path, *, seed: int = 1, threads: int = 3, told: bool = False) -> Tally:
    """Kill so many times; who is done before is not counted. `told`, say on stderr how it goes."""
    lot = random.Random(seed)  # noqa: S311
    place = Place(folder / "home", folder / "corpus", folder / "backup.zip", Settings().cache)
    tally = Tally()
    place.write(1)
    act("index", place)
    write_backup(place.settings, place.backup)
    lasting = {name: _whole(name, place, tally) for name in dict.fromkeys(ACTIONS)}
    with cheap_model():
        searcher = Searcher.open(place.settings, verified=True)
        try:
            with Searching(searcher, tally, threads):
                for number in count():
                    if tally.kills.total() >= times:
                        break
                    _kill_once(lot, number, place, lasting, tally)
                    if number % 10 == 9 and told:
                        print(json.dumps(tally.as_dict(), ensure_ascii=False), file=sys.stderr, flush=True)
        finally:
            searcher.close()
    return tally


def _kill_once(lot: random.Random, number: int, place: Place, lasting: dict[str, float], tally: Tally) -> None:
    name = lot.choice(ACTIONS)
    if name == "index":
        place.write(number + 2)
    process = _start(name, place)
    process.join(lot.uniform(0, 1.1 * lasting[name]))
    if process.exitcode is None:
        process.kill()
        tally.kills[name] += 1
    else:
        tally.too_late[name] += 1
    process.join()
    _check(place, f"after killing {name}", tally)
    lasting[name] = _whole(name, place, tally)


def _whole(name: str, place: Place, tally: Tally) -> float:
    """Let an action complete; the seconds that it took."""
    process = _start(name, place)
    began = time.perf_counter()
    process.join(_LONGEST)
    took = time.perf_counter() - began
    if process.exitcode != 0:
        tally.incomplete.append(f"{name}: exit status {process.exitcode}")
        process.kill()
    _check(place, f"after {name}", tally)
    return took


def _start(name: str, place: Place) -> BaseProcess:
    context = get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.kills", "kills", "faiss", "whoosh.index"])
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_in_child, args=(name, place, theirs))
    process.start()
    theirs.close()
    mine.recv()  # from here on it works, and dies at work
    mine.close()
    return process


def _check(place: Place, when: str, tally: Tally) -> None:
    diagnosis = examine(place.settings, quick=True)
    tally.damaged += [f"{when}: {f.message('en')}" for f in diagnosis.findings if f.severity == "problem"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        tally = run(arguments.times, Path(folder), seed=arguments.seed, told=True)
    print(json.dumps({**tally.as_dict(), "seconds": round(time.perf_counter() - began)}, ensure_ascii=False, indent=2))
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
