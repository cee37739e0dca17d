"""Writers that meet: the second waits as long as it was told to; what else is changed meanwhile is not lost; searches go first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.kills import Place
from indexer.removed import Removed
from search.errors import IndexBusy
from search.generation import CATALOGUE, Generation, current_name, writer_lock
from search.holding import Hold
from search.searcher import Searcher
from tests.conftest import ROOT
from tests.trust.conftest import Run, found

HOLD = """
import sys
from pathlib import Path
from search.generation import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(place: Place) -> object:
    """Another process that writes, until it is told to stop."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.home)], stdin=pipe, stdout=pipe, env=environment
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield other
        other.kill()


def test_the_second_writer_waits_until_the_first_has_ended(
    place: Place, tiaokuan: Run, holder: subprocess.Popen[bytes]
) -> None:
    status, _, complaint = tiaokuan("index", "--wait", "0.2")
    assert (status, complaint.count("\n")) == (2, 1)
    assert f"PID {holder.pid}" in complaint
    assert holder.stdin is not None
    Thread(target=holder.stdin.close).start()
    place.write(2)
    assert tiaokuan("index", "--wait", "60")[0] == 0
    assert current_name(place.home) == "000002"


@pytest.mark.parametrize("command", [["remove", "x"], ["rollback"], ["index"]])
def test_every_writer_takes_the_option(command: list[str], tiaokuan: Run, holder: subprocess.Popen[bytes]) -> None:
    status, _, complaint = tiaokuan(*command, "--wait", "0.1")
    assert (status, f"PID {holder.pid}" in complaint) == (2, True)


def test_the_holder_is_named_even_where_its_note_is_gone_or_no_text(place: Place) -> None:
    with writer_lock(place.home):
        for note in (b"\xff\xfe", b"", None):
            (place.home / "writer.txt").unlink(missing_ok=True)
            if note is not None:
                (place.home / "writer.txt").write_bytes(note)
            with pytest.raises(IndexBusy) as refused, writer_lock(place.home):
                pass
            assert refused.value.message("zh").count("\n") == 0


def test_what_is_removed_and_put_back_at_one_time_is_not_lost(place: Place) -> None:
    removed = Removed(place.home)
    removed.add([(f"旧{i}", f"旧{i}.txt") for i in range(40)])

    def put_back() -> None:
        for i in range(40):
            Removed(place.home).forget({f"旧{i}"})

    def take_out() -> None:
        for i in range(40):
            Removed(place.home).add([(f"新{i}", f"新{i}.txt")])

    threads = [Thread(target=put_back), Thread(target=take_out)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(removed.files()) == {f"新{i}" for i in range(40)}


NICE = """
import os, sys
from pathlib import Path
from search.holding import give_way
give_way(Path(sys.argv[1]))
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def nice_of(file: Path) -> int:
    command = [sys.executable, "-c", NICE, str(file)]
    return int(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)


def test_a_writer_gives_way_to_who_reads(live: Generation) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice_of(live.folder / CATALOGUE) == own
    hold = Hold(live.folder / CATALOGUE)
    assert nice_of(live.folder / CATALOGUE) == max(own, 10)
    hold.release()


def test_a_newer_generation_is_warm_before_it_is_moved_to(
    place: Place, tiaokuan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.live import Snapshot

    warmed: list[str] = []
    real = Snapshot.warm_up
    monkeypatch.setattr(Snapshot, "warm_up", lambda self, role: (warmed.append(self.generation.name), real(self, role)))
    searcher = Searcher.open(place.settings, verified=True)
    place.write(2)
    assert tiaokuan("index")[0] == 0
    assert found(searcher, "“第2版執行”") == 12
    assert warmed == ["000002"]
    searcher.close()
