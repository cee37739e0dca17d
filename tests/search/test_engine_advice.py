"""Which engine suits how many clauses, and who says so."""

from __future__ import annotations

import pytest

from indexer.report import IndexReport
from search.doctor.surroundings import check_rung
from search.engines.advice import MOST, better_engine
from search.generation import open_current
from search.settings import Settings


@pytest.mark.parametrize(
    ("engine", "clauses", "better"),
    [
        ("embedded", 0, None),
        ("embedded", MOST["embedded"], None),
        ("embedded", MOST["embedded"] + 1, "tantivy"),
        ("embedded", MOST["tantivy"] + 1, "milvus"),
        ("tantivy", 300, None),
        ("tantivy", MOST["tantivy"], None),
        ("tantivy", MOST["tantivy"] + 1, "milvus"),
        ("milvus", 300, None),
        ("milvus", 10**9, None),
    ],
)
def test_rungs_by_size(engine: str, clauses: int, better: str | None) -> None:
    """Nobody is sent down the ladder."""
    assert better_engine(engine, clauses) == better


def test_the_report_says_so(report: IndexReport, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Only where there is something to gain; in both languages."""
    assert report.better_engine is None
    assert not any("--engine" in line for line in report.lines())
    monkeypatch.setitem(MOST, "embedded", 10)
    finding = check_rung(open_current(settings.home))
    assert finding.code == "engine_outgrown"
    assert "--engine tantivy" in finding.remedy("zh")
    assert "--engine tantivy" in finding.remedy("en")


def test_doctor_is_content_with_a_small_index(report: IndexReport, settings: Settings) -> None:
    """Five documents."""
    finding = check_rung(open_current(settings.home))
    assert (finding.code, finding.parameters["engine"]) == ("engine", "embedded")
