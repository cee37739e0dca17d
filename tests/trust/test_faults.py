"""The disk refuses: full, read-only, failing. Whatever step it is, the old index serves, one line says what and what to do,
and the next run completes."""

from __future__ import annotations

import errno
import gc
import mmap
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kills import Place, act
from indexer.pipeline import build_index
from indexer.removing import remove_documents
from indexer.sources import Source
from search.backup import write_backup
from search.doctor import examine
from search.errors import CannotWrite, TiaokuanError
from search.generation import current_name
from search.restore import restore_backup
from search.rollback import roll_back
from search.searcher import Searcher
from tests.conftest import ROOT
from tests.trust.conftest import Run, found


def index(place: Place) -> None:
    build_index(place.settings, [place.corpus], progress=False)


def remove(place: Place) -> None:
    remove_documents(place.settings, [Source(Path("丁.txt"), "丁.txt").document_id])


def restore(place: Place) -> None:
    restore_backup(place.settings, place.backup)


WAYS = {"index": index, "remove": remove, "restore": restore}
STEPS = {"fsync": (os, "fsync"), "rename": (os, "rename"), "replace": (os, "replace"), "mmap": (mmap, "mmap")}


class Faulty:
    """A function of the operating system that fails at its nth call."""

    def __init__(self, real: Callable[..., Any], nth: int, number: int) -> None:
        self._real, self._nth, self._number = real, nth, number
        self.calls = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.count()
        return self._real(*arguments, **options)

    def count(self) -> None:
        self.calls += 1
        if self.calls == self._nth:
            raise OSError(self._number, os.strerror(self._number), "一个文件")

    def planted(self) -> Any:
        """What takes the function's place: a class, where that is one (numpy asks what is an instance of mmap)."""
        real, count = self._real, self.count
        if not isinstance(real, type):
            return self

        class Map(real):  # type: ignore[misc, valid-type]
            def __new__(cls, *arguments: Any, **options: Any) -> Any:
                count()
                return real.__new__(cls, *arguments, **options)

        return Map


def calls_of(place: Place, way: str, step: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a run that goes well takes the step."""
    owner, name = STEPS[step]
    with monkeypatch.context() as counting:
        counted = Faulty(getattr(owner, name), 0, 0)
        counting.setattr(owner, name, counted.planted())
        WAYS[way](place)
    return counted.calls


@pytest.fixture
def collected() -> Iterator[None]:
    """What a test leaves behind is collected in its own time, so that its warnings are not another test's."""
    yield
    gc.collect()


@pytest.mark.usefixtures("collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a file open then
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_any_step_leaves_the_old_index_serving(
    place: Place, way: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(place.settings, place.backup)
    calls = calls_of(place, way, step, monkeypatch)
    if not calls:
        pytest.skip(f"{way} takes no {step}")
    build_index(place.settings, [place.corpus], progress=False, restore_removed=True)
    place.write(2)
    searcher = Searcher.open(place.settings, verified=True)
    owner, name = STEPS[step]
    for nth in sorted({1, 2, calls // 2, calls - 1, calls} & set(range(1, calls + 1))):
        before = current_name(place.home)
        number = (errno.ENOSPC, errno.EIO, errno.EACCES)[nth % 3]
        with monkeypatch.context() as failing:
            failing.setattr(owner, name, Faulty(getattr(owner, name), nth, number).planted())
            failed = fault_of(lambda: WAYS[way](place))
        assert examine(place.settings, quick=True).healthy
        if failed is not None:
            assert os.strerror(number) in failed.message("zh")
            assert failed.remedy("zh")
        if current_name(place.home) == before:
            assert found(searcher, "“版執行”") == 12
        else:  # what failed came after the switch, or mattered to nobody
            assert failed is None or nth >= calls - 1
            build_index(place.settings, [place.corpus], progress=False, restore_removed=True)
    searcher.close()
    act("index", place)
    assert examine(place.settings).healthy


def fault_of(run: Callable[[], None]) -> TiaokuanError | None:
    try:
        run()
    except TiaokuanError as error:
        return error
    return None


SMALL_FILES = """
import resource, signal, sys
from benchmarks.kills import cheap_model
from web.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
with cheap_model():
    sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("size", [0, 700, 3000, 9000, 30_000])
def test_a_disk_that_takes_no_more_is_one_line_at_any_size(place: Place, size: int) -> None:
    """The operating system itself refuses every write beyond so many bytes of a file, whichever library writes."""
    place.write(2)
    command = [sys.executable, "-c", SMALL_FILES, str(size), "index", "--json", str(place.corpus)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TIAOKUAN_HOME": str(place.home)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "磁盘" in done.stderr
    assert current_name(place.home) == "000001"
    assert examine(place.settings, quick=True).healthy
    searcher = Searcher.open(place.settings, verified=True)
    assert found(searcher) == 12
    searcher.close()
    act("index", place)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_only_be_read_can_be_searched_and_not_written(place: Place, tiaokuan: Run) -> None:
    for folder in (place.home, place.home / "generations"):
        folder.chmod(0o500)
    try:
        assert tiaokuan("search", "民营银行", "--mode", "keyword")[0] == 0
        assert tiaokuan("doctor", "--quick")[0] == 0
        status, _, complaint = tiaokuan("index")
        assert (status, complaint.count("\n")) == (2, 1)
    finally:
        for folder in (place.home, place.home / "generations"):
            folder.chmod(0o700)


def test_a_full_disk_under_a_rollback_changes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    act("index", place)
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", Faulty(os.fsync, 1, errno.ENOSPC))
        with pytest.raises((OSError, CannotWrite)):
            roll_back(place.settings)
    assert current_name(place.home) == "000002"
    assert [p.name for p in place.home.iterdir() if p.suffix == ".tmp"] == []


def test_limits_of_this_process_are_as_they_were() -> None:
    """The limits above are those of other processes."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert signal.getsignal(signal.SIGXFSZ) in (signal.SIG_IGN, signal.SIG_DFL)
