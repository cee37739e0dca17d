"""Back to what was served before, checked whole first."""

from __future__ import annotations

import json

import pytest

from benchmarks.kills import Place, act
from search.generation import current_name, generation_names, open_current
from search.searcher import Searcher
from tests.trust.conftest import Run, flip, found


@pytest.fixture
def two(place: Place) -> Place:
    place.write(2)
    act("index", place)
    return place


def test_the_one_before_serves_again_also_in_a_running_searcher(two: Place, tiaokuan: Run) -> None:
    searcher = Searcher.open(two.settings, verified=True)
    assert (found(searcher, "“第2版执行”"), found(searcher, "“第1版执行”")) == (12, 0)
    status, printed, _ = tiaokuan("rollback", "--json")
    answer = json.loads(printed)
    assert (status, answer["generation"], answer["was"]) == (0, "000001", "000002")
    assert (found(searcher, "“第2版执行”"), found(searcher, "“第1版执行”")) == (0, 12)
    searcher.close()


@pytest.mark.parametrize("name", ["2", "000002"])
def test_a_generation_is_named_with_or_without_zeros(two: Place, tiaokuan: Run, name: str) -> None:
    tiaokuan("rollback")
    assert tiaokuan("rollback", name)[0] == 0
    assert current_name(two.home) == "000002"


@pytest.mark.parametrize("name", ["9", "../000001", "第一代", "-1", "１", "000001/..", ""])
def test_a_generation_that_is_not_there_is_refused_in_one_line(two: Place, tiaokuan: Run, name: str) -> None:
    status, _, complaint = tiaokuan("rollback", "--", name)
    assert (status, complaint.count("\n")) == (2, 1)
    assert "000001、000002" in complaint
    assert current_name(two.home) == "000002"


def test_where_nothing_is_earlier_it_says_so(place: Place, tiaokuan: Run) -> None:
    status, _, complaint = tiaokuan("rollback")
    assert (status, "没有更早的索引代" in complaint) == (2, True)


def test_a_damaged_generation_is_not_gone_back_to(two: Place, tiaokuan: Run) -> None:
    flip(two.home / "generations" / "000001" / "vectors.npz")
    status, _, complaint = tiaokuan("rollback")
    assert (status, "000001/vectors.npz" in complaint) == (2, True)
    assert current_name(two.home) == "000002"


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"../../etc", "第二代".encode()])
def test_it_is_the_way_out_where_nobody_knows_which_is_live(two: Place, tiaokuan: Run, broken: bytes) -> None:
    (two.home / "CURRENT").write_bytes(broken)
    status, _, complaint = tiaokuan("search", "民营银行", "--mode", "keyword")
    assert (status, complaint.count("\n"), "tiaokuan rollback" in complaint) == (2, 1, True)
    assert tiaokuan("rollback")[0] == 0
    assert open_current(two.home).name == "000002"


def test_keep_says_how_many_stay(two: Place, tiaokuan: Run) -> None:
    assert tiaokuan("index", "--keep", "1", "--json")[0] == 0
    assert generation_names(two.home) == ["000003"]
    assert tiaokuan("index", "--keep", "0")[0] == 2


def test_the_next_run_makes_a_new_one_and_the_number_of_a_later_one_is_never_taken_twice(
    two: Place, tiaokuan: Run
) -> None:
    tiaokuan("rollback", "1")
    act("index", two)
    assert current_name(two.home) == "000003"
