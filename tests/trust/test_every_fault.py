"""The same faults for every engine and for every command that writes: each file of a generation with a bit flipped, each step
that fails. Found by the check, the old generation serves, one line names file and remedy."""

from __future__ import annotations

import errno
import mmap
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kills import Place
from indexer import vectors
from indexer.pipeline import build_index
from indexer.removing import remove_documents
from indexer.sources import Source
from indexer.vectors import Unfinished
from search import live
from search.backup import write_backup
from search.doctor import Severity, examine
from search.errors import CannotWrite
from search.generation import CURRENT, MANIFEST, current_name, make_live, open_current, open_generation
from search.restore import restore_backup
from search.rollback import roll_back
from search.searcher import Searcher
from tests.conftest import ROOT
from tests.trust.conftest import Run, flip, found
from tests.trust.test_faults import SMALL_FILES, Faulty, collected, fault_of

ENGINES = ("embedded", "tantivy")
__all__ = ["collected"]  # a fixture


@pytest.fixture(params=ENGINES)
def two(place: Place, request: pytest.FixtureRequest) -> Place:
    """Two generations by one engine, the second live, and a backup of it; the searchable version is 2."""
    settings = place.settings.model_copy(update={"engine": request.param})
    for version in (1, 2):
        place.write(version)
        build_index(settings, [place.corpus], progress=False)
    write_backup(place.settings, place.backup)
    assert open_current(place.home).manifest.engine == request.param
    return place


def files_of(place: Place, name: str) -> list[Path]:
    """All files of a generation that hold something, its manifest last."""
    generation = open_generation(place.home, name)
    named = (generation.folder / file for file in generation.manifest.files)
    return [*(file for file in named if file.stat().st_size), generation.folder / MANIFEST]


def test_a_bit_flipped_in_any_file_is_named_and_the_old_generation_serves(
    two: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = current_name(two.home)
    assert name is not None
    older = f"{int(name) - 1:06d}"
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.0)
    make_live(two.home, older)
    searcher = Searcher.open(two.settings, verified=True)
    for number, file in enumerate(files_of(two, name)):
        size = file.stat().st_size
        at = (0, size // 2, size - 1)[number % 3]
        flip(file, at)
        make_live(two.home, name)
        problems = [f for f in examine(two.settings, quick=True).findings if f.severity is Severity.PROBLEM]
        if file.name != MANIFEST:  # of which a bit may be another file's checksum, or say nothing
            assert [file.name in problem.message("zh") for problem in problems] == [True], file
        if problems:
            assert "tiaokuan rollback" in problems[0].remedy("zh")
            assert found(searcher, "“第1版執行”") == 12, file
        make_live(two.home, older)
        flip(file, at)
    make_live(two.home, name)
    assert examine(two.settings, quick=True).healthy
    assert found(searcher, "“第2版执行”") == 12
    searcher.close()


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"00000\x00", b"999999", b"../x"])
def test_a_broken_pointer_to_the_live_generation_is_named(two: Place, broken: bytes, tiaokuan: Run) -> None:
    searcher = Searcher.open(two.settings, verified=True)
    (two.home / CURRENT).write_bytes(broken)
    problems = [f for f in examine(two.settings, quick=True).findings if f.severity is Severity.PROBLEM]
    assert problems
    assert all(problem.remedy("zh") for problem in problems)
    assert found(searcher, "“第2版執行”") == 12
    searcher.close()
    assert tiaokuan("rollback")[0] == 0
    assert examine(two.settings, quick=True).healthy


def _remove(place: Place) -> None:
    remove_documents(place.settings, [Source(Path("丁.txt"), "丁.txt").document_id])


WAYS: dict[str, Callable[[Place], object]] = {
    "index": lambda place: build_index(place.settings, [place.corpus], progress=False),
    "remove": _remove,
    "rollback": lambda place: roll_back(place.settings),
    "restore": lambda place: restore_backup(place.settings, place.backup),
    "backup": lambda place: write_backup(place.settings, place.backup.with_name("另一份.zip")),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file open then
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", ["fsync", "replace", "rename"])
def test_a_step_that_fails_is_one_error_with_a_remedy(
    two: Place, way: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = current_name(two.home)
    with monkeypatch.context() as failing:
        planted = Faulty(getattr(os, step), 1, errno.EIO)
        failing.setattr(os, step, planted)
        failed = fault_of(lambda: WAYS[way](two) and None)
    if not planted.calls:
        pytest.skip(f"{way} takes no {step}")
    if failed is not None:
        assert isinstance(failed, CannotWrite)
        assert os.strerror(errno.EIO) in failed.message("zh")
        assert failed.remedy("zh")
        assert current_name(two.home) == name
    assert examine(two.settings, quick=True).healthy
    assert [path.name for path in two.home.rglob("*") if path.name.endswith((".tmp", ".new", ".part"))] == []
    WAYS[way](two)
    assert examine(two.settings, quick=True).healthy


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [0, 3000])
def test_a_full_disk_under_any_command_is_one_line(two: Place, way: str, size: int) -> None:
    """The operating system refuses every write beyond so many bytes of a file, whichever library writes."""
    name = current_name(two.home)
    given = {
        "index": ["index", str(two.corpus)],
        "remove": ["remove", Source(Path("丁.txt"), "丁.txt").document_id],
        "rollback": ["rollback"],
        "restore": ["restore", str(two.backup)],
        "backup": ["backup", str(two.backup.with_name("另一份.zip"))],
    }
    two.write(3)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TIAOKUAN_HOME": str(two.home)}
    command = [sys.executable, "-c", SMALL_FILES, str(size), *given[way], "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if way == "rollback" and size:
        assert done.returncode == 0  # the name of a generation has room
    else:
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert current_name(two.home) == name
    assert examine(two.settings, quick=True).healthy
    assert not two.backup.with_name("另一份.zip").exists()


@pytest.mark.usefixtures("collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file open then
def test_where_files_cannot_be_mapped_one_generation_serves_whole(two: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoosh reads what it cannot map, Tantivy maps by itself: whichever serves, it is one of the two, and all of it."""
    monkeypatch.setattr(live, "PATIENCE_SECONDS", 60.0)  # or it moves between the two searches
    name = current_name(two.home)
    assert name is not None
    make_live(two.home, f"{int(name) - 1:06d}")
    searcher = Searcher.open(two.settings, verified=True)
    for nth in (1, 2, 3):
        with monkeypatch.context() as failing:
            failing.setattr(mmap, "mmap", Faulty(mmap.mmap, nth, errno.ENOMEM).planted())
            make_live(two.home, name)
            assert sorted(found(searcher, f"“第{version}版執行”") for version in (1, 2)) == [0, 12]
        make_live(two.home, f"{int(name) - 1:06d}")
    searcher.close()


def test_a_vector_of_a_broken_off_run_with_a_flipped_bit_is_computed_again(place: Place) -> None:
    import numpy as np

    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    keys = [vectors.key_of(text) for text in ("甲", "乙", "丙")]
    unfinished = Unfinished(place.home, {"model": "x"})
    unfinished.add(keys, rows)
    unfinished.close()
    (file,) = (place.home / vectors.FOLDER).glob("*.sqlite")
    data = file.read_bytes()
    flip(file, data.index(rows[1].tobytes()) + 5)
    again = Unfinished(place.home, {"model": "x"})
    assert again.get(keys[1]) is None
    kept = [again.get(key) for key in (keys[0], keys[2])]
    assert [None if each is None else (each[0].tolist(), each[1]) for each in kept] == [
        (rows[0].tolist(), True),
        (rows[2].tolist(), True),
    ]
    again.add([keys[1]], rows[1:2])
    assert again.get(keys[1]) is not None
    again.close()


def test_no_flipped_bit_of_what_a_broken_off_run_left_reaches_an_index(place: Place) -> None:
    import numpy as np

    rows = np.random.default_rng(1).random((64, 8), np.float32)
    keys = [vectors.key_of(str(i)) for i in range(64)]
    unfinished = Unfinished(place.home, {"model": "x"})
    unfinished.add(keys, rows)
    unfinished.close()
    (file,) = (place.home / vectors.FOLDER).glob("*.sqlite")
    whole = file.read_bytes()
    for at in range(0, len(whole), len(whole) // 40):
        file.write_bytes(whole)
        flip(file, at)
        again = Unfinished(place.home, {"model": "x"})
        for key, row in zip(keys, rows, strict=True):
            kept = again.get(key)
            assert kept is None or kept[0].tolist() == row.tolist(), at
        again.close()


def test_vectors_that_an_earlier_version_left_are_taken_over(place: Place) -> None:
    import sqlite3
    from contextlib import closing

    import numpy as np

    row, key = np.ones(4, np.float32), vectors.key_of("甲")
    Unfinished(place.home, {"model": "x"}).close()
    (file,) = (place.home / vectors.FOLDER).glob("*.sqlite")
    with closing(sqlite3.connect(file)) as old, old:
        old.execute("DROP TABLE vectors")
        old.execute("CREATE TABLE vectors (id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, vector BLOB NOT NULL)")
        old.execute("INSERT INTO vectors (key, vector) VALUES (?, ?)", [key, row.tobytes()])
    again = Unfinished(place.home, {"model": "x"})
    kept = again.get(key)
    assert kept is not None
    assert (kept[0].tolist(), kept[1]) == (row.tolist(), True)
    again.close()
