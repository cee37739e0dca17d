"""What passages are computed in: as in the live index, where the settings leave it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.pipeline import build_index
from indexer.precision import as_live
from search.doctor import examine
from search.embedding import choosing
from search.generation import open_current
from search.searcher import Searcher
from search.settings import Settings

TEXT = "关于发展民营银行的意见\n\n一、支持设立民营银行，服务小微企业。\n二、推广ＰＰＰ模式，优化“营商环境”。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    (place / "意见.txt").write_text(TEXT, "utf-8")
    return place


@pytest.fixture
def _without_amx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("flags\t\t: avx512_bf16 avx512_vnni\n")
    monkeypatch.setattr(choosing, "_CPU_FACTS", tmp_path / "cpuinfo")
    monkeypatch.setattr(choosing, "_may_have_gpu", lambda: False)


def _dtype(settings: Settings) -> object:
    return open_current(settings.home).manifest.embedder["dtype"]


@pytest.mark.usefixtures("_without_amx")
def test_an_index_keeps_what_it_was_computed_in_until_it_is_rebuilt(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    build_index(settings.model_copy(update={"model_dtype": "float32"}), [folder], progress=False)
    before = _dtype(settings)

    (folder / "通知.txt").write_text("关于消防检查的通知\n\n一、检查燃气管道。\n", "utf-8")
    report = build_index(settings, [folder], progress=False)
    assert (before, _dtype(settings)) == ("float32", "float32")
    assert 0 < report.embedded < report.reused + report.embedded
    searcher = Searcher.open(settings)
    try:
        assert searcher.search("民營銀行").hits[0].document.title == "关于发展民营银行的意见"
    finally:
        searcher.close()

    report = build_index(settings, [folder], progress=False, rebuild=True)
    assert (report.reused, _dtype(settings)) == (0, "int8")
    assert examine(settings).healthy
    assert build_index(settings, [folder], progress=False).embedded == 0
    assert _dtype(settings) == "int8"


@pytest.mark.usefixtures("_without_amx")
def test_only_what_is_left_open_is_taken_from_the_live_index(folder: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert as_live(settings) == settings  # there is none
    build_index(settings.model_copy(update={"model_dtype": "float32"}), [folder], progress=False)
    assert as_live(settings).model_dtype == "float32"
    wanted = settings.model_copy(update={"model_dtype": "int8"})
    assert as_live(wanted) == wanted
    another = settings.model_copy(update={"model": "intfloat/multilingual-e5-base"})
    assert as_live(another) == another


def test_bfloat16_is_kept_only_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cpuinfo").write_text("flags\t\t: avx512_bf16\n")
    monkeypatch.setattr(choosing, "_CPU_FACTS", tmp_path / "cpuinfo")
    assert choosing.goes_well_in("bfloat16")
    (tmp_path / "cpuinfo").write_text("flags\t\t: avx2\n")
    assert not choosing.goes_well_in("bfloat16")
    assert choosing.goes_well_in("float32")
    assert not choosing.goes_well_in("int8")  # chosen anew: where it was chosen, it is again
