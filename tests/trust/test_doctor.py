"""The self-check: silent about what is well, and of everything else it names file and remedy."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.kills import CheapEmbedder, Place, act
from indexer.pipeline import build_index
from search.doctor import Severity, examine
from search.embedding import Embedder
from search.errors import ModelUnavailable
from search.generation import CATALOGUE, MANIFEST, Generation, open_current, writer_lock
from search.settings import Settings
from tests.trust.conftest import Run, flip


def codes(settings: Settings, *severities: Severity, quick: bool = False) -> list[str]:
    return [f.code for f in examine(settings, quick=quick).findings if not severities or f.severity in severities]


def seal_anew(generation: Generation) -> None:
    """Make the manifest agree with files that were changed: as if they had been written so."""
    from search.generation import _digest

    raw = json.loads((generation.folder / MANIFEST).read_text("utf-8"))
    for name, facts in raw["files"].items():
        path = generation.folder / name
        facts.update(size=path.stat().st_size, sha256=_digest(path))
    (generation.folder / MANIFEST).write_text(json.dumps(raw), "utf-8")


def test_a_healthy_index_is_healthy(place: Place, tiaokuan: Run) -> None:
    status, printed, complaint = tiaokuan("doctor", "--json")
    answer = json.loads(printed)
    assert (status, complaint, answer["healthy"]) == (0, "", True)
    assert {finding["severity"] for finding in answer["findings"]} == {"ok"}
    assert all(set(f) == {"code", "severity", "message", "remedy"} for f in answer["findings"])
    assert {"files", "fingerprints", "contents", "samples", "model_agrees"} <= {f["code"] for f in answer["findings"]}


def test_without_an_index_it_says_so_in_one_line(
    tiaokuan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIAOKUAN_HOME", str(tmp_path / "无"))
    status, printed, complaint = tiaokuan("doctor", "--quick")
    assert (status, complaint.count("\n")) == (2, 1)
    assert "1 个问题" in complaint
    assert "tiaokuan index" in printed
    assert not (tmp_path / "无").exists()


FILES = ["catalogue.sqlite", "vectors.faiss", "vectors.npz", "keyword/*.seg", "keyword/*.toc", MANIFEST]


@pytest.mark.parametrize("pattern", FILES)
@pytest.mark.parametrize("harm", ["flipped", "cut short", "removed"])
def test_each_damaged_file_is_named_with_its_remedy(place: Place, live: Generation, pattern: str, harm: str) -> None:
    file = next(live.folder.glob(pattern))
    if harm == "flipped":
        flip(file, at=0 if pattern == MANIFEST else None)
    elif harm == "cut short":
        file.write_bytes(file.read_bytes()[:-7])
    else:
        file.unlink()
    problems = [f for f in examine(place.settings, quick=True).findings if f.severity is Severity.PROBLEM]
    name = file.relative_to(live.folder).as_posix()
    assert [name in f.message("zh") and name in f.message("en") for f in problems] == [True]
    assert "tiaokuan rollback" in problems[0].remedy("zh")
    assert "tiaokuan rollback" in problems[0].remedy("en")


def test_every_single_bit_of_the_catalogue_counts(place: Place, live: Generation) -> None:
    file = live.folder / CATALOGUE
    for at in (0, 18, 100, 5000, file.stat().st_size - 1):
        flip(file, at)
        assert "file_damaged" in codes(place.settings, Severity.PROBLEM, quick=True)
        flip(file, at)
    assert codes(place.settings, Severity.PROBLEM, quick=True) == []


def test_a_clause_that_only_the_catalogue_has_is_found(place: Place, live: Generation) -> None:
    with closing(sqlite3.connect(live.folder / CATALOGUE)) as catalogue, catalogue:
        catalogue.execute("CREATE TEMP TABLE more AS SELECT * FROM clauses LIMIT 1")
        catalogue.execute("UPDATE more SET clause_id = '甲-多出', ordinal = 99")
        catalogue.execute("INSERT INTO clauses SELECT * FROM more")
    seal_anew(live)
    found = {f.code: f.message() for f in examine(place.settings, quick=True).findings}
    assert {"counts", "clauses_missing"} <= found.keys()
    assert "甲-多出" in found["clauses_missing"]


def test_clauses_that_cannot_be_found_any_more_are_found(place: Place, live: Generation) -> None:
    with closing(sqlite3.connect(live.folder / CATALOGUE)) as catalogue, catalogue:
        catalogue.execute("UPDATE clauses SET text = '换了说法：' || ordinal || document_id || '。另起一句。'")
    seal_anew(live)
    assert {"not_found_by_words", "other_vectors"} <= set(codes(place.settings, Severity.PROBLEM))


def test_vectors_of_another_model_are_noticed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(CheapEmbedder):
        def encode_passages(self, passages, progress=False):  # type: ignore[no-untyped-def]
            return super().encode_passages([passage[::-1] for passage in passages])

    monkeypatch.setattr(Embedder, "open", lambda settings, progress=True: Other(settings))
    assert codes(place.settings, Severity.PROBLEM) == ["other_vectors"]


def test_a_model_that_cannot_be_loaded_is_a_problem_with_a_remedy(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ModelUnavailable(model="bundled", reason="没有权重")

    monkeypatch.setattr(Embedder, "open", refuse)
    (problem,) = [f for f in examine(place.settings).findings if f.severity is Severity.PROBLEM]
    assert problem.code == "model_unavailable"
    assert "TIAOKUAN_MODEL" in problem.remedy()


def test_an_index_for_another_model_is_named(place: Place, tmp_path: Path) -> None:
    (tmp_path / "模型").mkdir()
    other = place.settings.model_copy(update={"model": str(tmp_path / "模型")})
    assert "index_mismatch" in codes(other, Severity.PROBLEM, quick=True)


def test_leftovers_and_a_dead_writer_are_warnings_and_the_next_run_clears_them(place: Place) -> None:
    (place.home / "generations" / "000009.new" / "keyword").mkdir(parents=True)
    (place.home / "unfinished").mkdir()
    (place.home / "writer.txt").write_text("PID 1, 别处, 2026-01-01", "utf-8")
    assert set(codes(place.settings, Severity.WARNING)) == {"leftovers", "unfinished", "writer_died"}
    assert codes(place.settings, Severity.PROBLEM) == []
    act("index", place)
    assert codes(place.settings, Severity.WARNING, Severity.PROBLEM) == []


def test_who_writes_now_is_said_and_is_no_harm(place: Place) -> None:
    with writer_lock(place.home):
        (place.home / "generations" / "000009.new").mkdir()
        diagnosis = examine(place.settings, quick=True)
    assert diagnosis.healthy
    assert "writing" in [finding.code for finding in diagnosis.findings]
    assert "leftovers" not in [finding.code for finding in diagnosis.findings]


def test_a_damaged_earlier_generation_is_a_warning(place: Place) -> None:
    earlier = open_current(place.home)
    act("index", place)
    flip(earlier.folder / "vectors.faiss")
    assert codes(place.settings, Severity.WARNING, Severity.PROBLEM) == ["earlier_damaged"]


def test_a_full_disk_is_foreseen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(place.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert codes(place.settings, Severity.WARNING, quick=True) == ["disk_low"]


def test_looking_changes_nothing(place: Place) -> None:
    def state() -> dict[str, tuple[int, int]]:
        files = [p for p in place.home.rglob("*") if p.is_file() and p.name != "writer.lock"]
        return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in files}

    before = state()
    examine(place.settings)
    assert state() == before


def test_a_quick_check_loads_no_torch(place: Place) -> None:
    code = (
        "import sys; from web.cli import main; status = main(['doctor', '--quick', '--json'])\n"
        "assert not {'torch', 'sentence_transformers', 'flask'} & sys.modules.keys(); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_texts_are_there_in_both_languages(
    place: Place, live: Generation, tiaokuan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIAOKUAN_LANGUAGE", "en")
    flip(live.folder / "vectors.faiss")
    status, printed, complaint = tiaokuan("doctor", "--quick")
    assert status == 2
    assert "PROBLEM  the file vectors.faiss of generation 000001 is missing or damaged" in printed
    assert complaint.startswith("tiaokuan: the self-check found problems: 1; ")


def test_an_empty_index_is_healthy(place: Place, tiaokuan: Run) -> None:
    documents = [d["document_id"] for d in json.loads(tiaokuan("documents", "--json")[1])["documents"]]
    assert tiaokuan("remove", *documents)[0] == 0
    assert codes(place.settings, Severity.PROBLEM) == []
    build_index(place.settings, [place.corpus], progress=False, restore_removed=True)
