"""What each part of the ranking gives and costs: the same queries with all parts, and with one of them switched off.

    python benchmarks/ablation.py BEIR_FOLDER_OR_JUDGMENT_FILE… [--mode hybrid]

A folder is indexed as `tiaokuan evaluate` does; a judgment file is asked of the live index (TIAOKUAN_HOME). For each part
prints nDCG@10 without it, what it gives (its mean, the 95 % bootstrap interval and p of the randomisation test), the
queries that it makes better and worse, the share of off-topic queries that find nothing without it, and the median
latency with it over that without it. A part stays because of a line here, or because a line of its own tests needs it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np

from search.evaluation import Judged, Measured, Setup, compare, evaluate_live, evaluation_engine, figures, load_judged
from search.evaluation.folder import named
from search.evaluation.measuring import measure
from search.folding import fold_copies
from search.model import Mode
from search.query import parse
from search.reading import QueryReader
from search.retrieval import DEPTH, Retriever
from search.settings import Settings
from search.text.segment import Analyzer
from search.understanding.synonyms import SynonymBook
from search.vouching import vouched

# A part → what to put in its place, and what that is.
PARTS: dict[str, tuple[str, object]] = {
    "places, issuers, years preferred": ("search.retrieval.prefer", lambda ranked, query, named: ranked),
    "synonyms": ("search.reading.QueryReader.read", lambda self, text, today=None: parse(text, today)),
    "question words left out": ("search.text.segment.Analyzer._without_question_words", lambda self, text: text),
    "ceiling of the keyword channel": ("search.retrieval.KEYWORD_CEILING", 0.0),
    "channels vouch together": ("search.retrieval.vouched", partial(vouched, words_alone=0.45, onset=1e-6)),
    "floors at all": ("search.retrieval.vouched", lambda keyword, *_: np.ones(len(keyword), np.bool_)),
}
LIVE_PARTS: dict[str, tuple[str, object]] = {
    "documents of the title first": ("search.searcher.titled_first", lambda catalogue, found, query: found),
    "headings and notes weigh less": ("search.folding.HEADING_WEIGHT", 1.0),
    "one document does not fill the page": (
        "search.searcher.fold_copies",
        lambda catalogue, ranked, spread, **_: fold_copies(catalogue, ranked),
    ),
}
Measure = Callable[[], tuple[Measured, dict[str, str]]]


@contextmanager
def without(part: str) -> Iterator[None]:
    """The search as it would be without a part."""
    place, instead = (PARTS | LIVE_PARTS)[part]
    with patch(place, instead):
        yield


@contextmanager
def on_folder(folder: Path, mode: Mode) -> Iterator[Measure]:
    """Measures a BEIR folder; the index is opened once."""
    settings = Settings()
    judged: Judged = load_judged(folder)
    engine, embedder = evaluation_engine(settings, folder, judged, progress=True)
    reader = QueryReader(Analyzer(settings.cache), SynonymBook(settings.home / "synonyms.txt"))

    def answer(text: str, asked: Mode) -> list[str]:
        retriever = Retriever(engine, embedder, named(judged))
        return [ranked.clause_id for ranked in retriever.retrieve(reader.read(text), asked, DEPTH).ranked]

    with closing(engine):
        embedder()
        yield lambda: (measure(judged, [mode], answer).modes[mode], dict(judged.classes))


@contextmanager
def on_index(file: Path, mode: Mode) -> Iterator[Measure]:
    """Measures the live index with a judgment file."""

    def run() -> tuple[Measured, dict[str, str]]:
        found = evaluate_live(Settings(), file, Setup(modes=[mode]))
        return found.modes[mode], dict(found.classes)

    yield run


def main() -> None:
    """Measure every part on every set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--mode", type=Mode, default=Mode.HYBRID)
    asked = parser.parse_args()
    for place in asked.sets:
        opened = on_folder if place.is_dir() else on_index
        with opened(place, asked.mode) as run:
            run()  # once for nothing: files, caches and the model are warm in all that follow
            whole, classes = run()
            print(f"{place.name}, {asked.mode}: nDCG@10 {figures(whole, classes).means['nDCG@10']:.4f} with all parts")
            for part in PARTS if place.is_dir() else PARTS | LIVE_PARTS:
                with without(part):
                    less, _ = run()
                print_part(part, less, whole)


def print_part(part: str, less: Measured, whole: Measured) -> None:
    """One line."""
    found = next(d for d in compare(less, whole) if d.measure == "nDCG@10")
    low, high = found.interval
    silent = f", {sum(less.silent.values()) / len(less.silent):.2f} silent without" if less.silent else ""
    slower = figures(whole, {}).latency[0] / figures(less, {}).latency[0]
    print(
        f"  {part:<36} {found.before:.4f} without, gives {found.difference:+.4f} [{low:+.4f}, {high:+.4f}] p {found.p:.3f},"
        f" better {found.wins}, worse {found.losses}{silent}, latency × {slower:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
