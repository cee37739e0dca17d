"""Quality and speed beside others, on the same texts and questions.

    python -m benchmarks.rivals BEIR_FOLDER… [--queries N] [--only NAME…] [--json FILE]

Needs what is to be compared: `pip install bm25s txtai lancedb pymilvus milvus-lite`; what is missing is named and left
out. All get jieba's words in search mode and the bundled model's vectors, one of each text as a whole; ours get what
they make themselves (words, parts, pairs of characters; windows). All answer in this process, in turn for each
question, the order changing. Embedding the question is the same for all and told apart: a hybrid's time is the sum.
Rank them by the ratio.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.rivals.given import Entry, Given, Question, Rival, mean_grade, words_of
from benchmarks.rivals.hybrid import FaissAlone, LanceDB, MilvusLite, Txtai
from benchmarks.rivals.ours import Ours
from benchmarks.rivals.words import Bm25s, PlainWhoosh, TantivyAlone
from search.embedding import Embedder
from search.evaluation import Judged, load_judged
from search.evaluation.folder import Kept
from search.settings import Settings

if TYPE_CHECKING:
    from benchmarks.rivals.given import Vectors

SEED = 20161101


@dataclass(slots=True)
class Result:
    """What a rival found and how long it took: seconds to build, milliseconds a question without its embedding."""

    kind: str
    seconds: float
    milliseconds: list[float] = field(default_factory=list)
    found: dict[str, Sequence[str]] = field(default_factory=dict)


def rivals(settings: Settings, folder: Path, judged: Judged) -> list[Entry]:
    return [
        Entry("Whoosh 2.7.4", "words", PlainWhoosh()),
        Entry("bm25s", "words", Bm25s()),
        Entry("Tantivy", "words", TantivyAlone()),
        Entry("FAISS, exact", "meaning", FaissAlone()),
        Entry("txtai", "hybrid", Txtai()),
        Entry("LanceDB", "hybrid", LanceDB()),
        Entry("milvus-lite", "hybrid", MilvusLite()),
        Entry("Tiaokuan, embedded", "hybrid", Ours(settings, folder, judged, "embedded")),
        Entry("Tiaokuan, tantivy", "hybrid", Ours(settings, folder, judged, "tantivy")),
    ]


def given(settings: Settings, judged: Judged) -> Given:
    texts = [f"{title}\n{text}".strip() for title, text in judged.corpus.values()]
    vectors = Kept(settings, progress=True).of(texts)
    return Given(list(judged.corpus), texts, [words_of(text) for text in texts], vectors)


def built(entries: Sequence[Entry], texts: Given, place: Path) -> dict[str, tuple[Rival, Result]]:
    """All that can be built here; a package that is missing is named on stderr."""
    ready: dict[str, tuple[Rival, Result]] = {}
    for number, entry in enumerate(entries):
        own = place / str(number)
        own.mkdir()
        began = time.perf_counter()
        try:
            entry.rival.build(texts, own)
        except ImportError as error:
            print(f"{entry.name}: left out, {error}", file=sys.stderr)
            continue
        ready[entry.name] = entry.rival, Result(entry.kind, time.perf_counter() - began)
        print(f"{entry.name}: built in {ready[entry.name][1].seconds:.1f} s", file=sys.stderr)
    return ready


def ask(ready: Mapping[str, tuple[Rival, Result]], questions: Mapping[str, Question]) -> None:
    """Every question to every rival, in an order that changes, after one round that is not counted."""
    order = list(ready)
    shuffle = random.Random(SEED).shuffle  # noqa: S311
    for name in order:
        for question in list(questions.values())[:5]:
            ready[name][0].search(question)
    for query, question in questions.items():
        shuffle(order)
        for name in order:
            rival, result = ready[name]
            began = time.perf_counter()
            found = rival.search(question)
            result.milliseconds.append((time.perf_counter() - began) * 1000)
            result.found[query] = found


def embedded(embedder: Embedder, queries: Mapping[str, str]) -> tuple[dict[str, Question], list[float]]:
    """The questions, and milliseconds to embed each."""
    questions, milliseconds = {}, []
    embedder.encode_queries(["预热"])
    for query, text in queries.items():
        began = time.perf_counter()
        vector: Vectors = embedder.encode_queries([text])[0]
        milliseconds.append((time.perf_counter() - began) * 1000)
        questions[query] = Question(text, words_of(text), vector)
    return questions, milliseconds


def lines(results: Mapping[str, Result], judged: Judged, embedding: float) -> list[dict[str, object]]:
    """One of each rival: quality, milliseconds with the embedding where it needs one, ratio to the fastest of its kind."""
    times = {
        name: float(np.median(r.milliseconds)) + (0.0 if r.kind == "words" else embedding)
        for name, r in results.items()
    }
    fastest = {
        kind: min(t for name, t in times.items() if results[name].kind == kind)
        for kind in {r.kind for r in results.values()}
    }
    return [
        {
            "name": name,
            "kind": r.kind,
            "ndcg": mean_grade(r.found, judged.judgments),
            "build_s": r.seconds,
            "p50_ms": times[name],
            "p95_ms": float(np.percentile(r.milliseconds, 95)) + (0.0 if r.kind == "words" else embedding),
            "own_p50_ms": float(np.median(r.milliseconds)),
            "ratio": times[name] / fastest[r.kind],
        }
        for name, r in results.items()
    ]


def compare(folder: Path, queries: int | None, only: Sequence[str]) -> dict[str, object]:
    settings = Settings()
    judged = load_judged(folder, queries)
    texts = given(settings, judged)
    entries = [e for e in rivals(settings, folder, judged) if not only or e.name in only]
    questions, milliseconds = embedded(Embedder.for_queries(settings), judged.queries)
    embedding = float(np.median(milliseconds))
    print(f"{folder.name}: {len(texts.ids)} texts, {len(questions)} questions; embedding one {embedding:.2f} ms")
    with tempfile.TemporaryDirectory() as place:
        ready = built(entries, texts, Path(place))
        ask(ready, questions)
    rows = lines({name: result for name, (_, result) in ready.items()}, judged, embedding)
    print("| system | kind | nDCG@10 | built in s | p50 ms | p95 ms | p50 without embedding | × fastest of its kind |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            "| {name} | {kind} | {ndcg:.3f} | {build_s:.1f} | {p50_ms:.2f} | {p95_ms:.2f} | {own_p50_ms:.2f}".format(
                **row
            )
            + " | {ratio:.2f} |".format(**row)
        )
    return {"set": folder.name, "texts": len(texts.ids), "embedding_ms": embedding, "systems": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--queries", type=int)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--json", type=Path, help="where to write the figures, for plots.py")
    options = parser.parse_args()
    results = [compare(folder, options.queries, options.only) for folder in options.folders]
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
