"""What comes first on the project's own documents: 150 queries judged by hand (corpus_judgments.jsonl), on the real index.

The floors stand a little below what was measured when they were set: `tiaokuan evaluate tests/relevance/corpus_judgments.jsonl`.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from indexer.report import IndexReport
from search.evaluation import Figures, Run, evaluate_live, figures
from search.evaluation.judgments import CLASSES, GRADES, References, read_judgments
from search.model import Mode
from search.searcher import Searcher
from search.settings import Settings

HERE = Path(__file__).parent
JUDGMENTS = HERE / "corpus_judgments.jsonl"
FLOORS = {Mode.HYBRID: 0.845, Mode.KEYWORD: 0.795, Mode.SEMANTIC: 0.7}
SILENT = {Mode.HYBRID: 0.92, Mode.SEMANTIC: 0.92}
"""Share of the off-topic queries that find nothing. Words alone always find a word that some clause has."""
TOLERANCE = 0.02


@pytest.fixture(scope="module")
def run(settings: Settings, report: IndexReport) -> Run:
    return evaluate_live(settings, JUDGMENTS)


@pytest.fixture(scope="module")
def measured(run: Run) -> dict[Mode, Figures]:
    return {mode: figures(each, run.classes) for mode, each in run.modes.items()}


def test_the_judgments_are_enough_and_of_every_class() -> None:
    queries = read_judgments(JUDGMENTS)
    assert len(queries) >= 120
    counts = Counter(each.group for each in queries)
    assert set(counts) == set(CLASSES)
    assert min(counts.values()) >= 14
    assert {grade for each in queries for grade in each.judgments.values()} <= set(GRADES)
    assert all(any(each.judgments.values()) == (each.group != "negative") for each in queries)


def test_every_judged_clause_is_in_the_index(run: Run) -> None:
    assert run.notices == ()


@pytest.mark.parametrize("mode", FLOORS)
def test_relevance_does_not_fall(measured: dict[Mode, Figures], mode: Mode) -> None:
    assert measured[mode].means["nDCG@10"] >= FLOORS[mode]


@pytest.mark.parametrize("mode", SILENT)
def test_queries_that_nothing_answers_find_nothing(measured: dict[Mode, Figures], mode: Mode) -> None:
    assert measured[mode].silent >= SILENT[mode]


@pytest.mark.parametrize("group", [group for group in CLASSES if group != "negative"])
def test_fusion_is_not_behind_the_better_channel(measured: dict[Mode, Figures], group: str) -> None:
    own, *channels = (measured[m].classes[group].means["nDCG@10"] for m in (Mode.HYBRID, Mode.KEYWORD, Mode.SEMANTIC))
    assert own >= max(channels) - TOLERANCE


def test_the_source_of_a_measure_is_found(searcher: Searcher) -> None:
    """Jilin's measures (002) name their sources in 国发〔2016〕62号 (004), labelled by hand: recall of the first three."""
    references = References(searcher.documents(), searcher.clauses)
    recalls = []
    for line in (HERE / "similar_002_004.jsonl").read_text("utf-8").splitlines():
        labelled = json.loads(line)
        clause_id = references.clause_id(labelled["clause"])
        sources = {references.clause_id(source) for source in labelled["sources"]}
        assert clause_id is not None
        assert None not in sources
        found = {hit.clause.clause_id for hit in searcher.similar(clause_id, limit=3).hits}
        recalls.append(len(sources & found) / len(sources))
    assert len(recalls) >= 80
    assert fmean(recalls) >= 0.9
