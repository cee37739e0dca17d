"""A searcher answers whatever becomes of the newest generation and of the model."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kills import CheapEmbedder, Place, act
from search import live
from search.embedding import Embedder, on_demand
from search.errors import IndexDamaged, ModelUnavailable, NoIndex
from search.generation import MANIFEST, make_live, open_current
from search.model import Mode, Notice
from search.pool import PooledSearcher
from search.searcher import Searcher
from search.settings import Settings
from search.worker import Worker
from tests.trust.conftest import flip, found
from web.app import app_on, create_app
from web.opening import SearcherHolder

PATTERNS = ["catalogue.sqlite", "vectors.faiss", "vectors.npz", "keyword/*.seg", "keyword/*.toc", MANIFEST]


def harm(folder: Path, pattern: str, how: str) -> str:
    file = next(folder.glob(pattern))
    if how == "flipped":
        flip(file, at=0 if pattern == MANIFEST else None)
    elif how == "cut short":
        file.write_bytes(file.read_bytes()[:-7])
    else:
        file.unlink()
    return file.relative_to(folder).as_posix()


@pytest.fixture
def second(place: Place) -> Place:
    place.write(2)
    act("index", place)
    return place


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("how", ["flipped", "cut short", "removed"])
def test_the_old_generation_serves_where_the_new_one_is_damaged(
    second: Place, pattern: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    make_live(second.home, "000001")
    searcher = Searcher.open(second.settings, verified=True)
    name = harm(second.home / "generations" / "000002", pattern, how)
    make_live(second.home, "000002")
    with caplog.at_level(logging.WARNING, "tiaokuan"):
        for _ in range(3):
            page = searcher.search("“第1版執行”", mode=Mode.KEYWORD, limit=100)
            assert page.total == 12
            assert Notice("notice.generation_problem", {"name": "000002", "serving": "000001"}) in page.notices
    assert len(caplog.records) == 1
    said = caplog.records[0].getMessage()
    assert f"000002/{name}" in said
    assert "tiaokuan rollback" in said
    problem = searcher.status()["generation_problem"]
    assert isinstance(problem, dict)
    assert (problem["generation"], problem["code"]) == ("000002", "index_damaged")
    act("index", second)  # the next run makes it good
    assert found(searcher, "“第2版执行”") == 12
    assert "generation_problem" not in searcher.status()
    searcher.close()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_program_that_starts_then_takes_the_one_before_too(second: Place, pattern: str) -> None:
    name = harm(second.home / "generations" / "000002", pattern, "cut short")
    client = create_app(second.settings).test_client()
    answer = client.get("/api/v1/search?q=民營銀行&mode=keyword").get_json()
    assert answer["total"] >= 1
    (notice,) = [each for each in answer["notices"] if each["code"] == "generation_problem"]
    assert "第 000001 代" in notice["message"]
    problem = client.get("/healthz").get_json()["generation_problem"]
    assert name in problem["message"]
    assert problem["remedy"]
    assert client.get("/readyz").status_code == 200


def soon(happened: Callable[[], bool]) -> None:
    """Wait for what goes on in the background."""
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


def refused(searcher: Searcher) -> bool:
    try:
        return "generation_problem" in searcher.status()
    except IndexDamaged:
        return True


@pytest.mark.parametrize("pattern", ["catalogue.sqlite", "vectors.faiss", "keyword/*.seg"])
def test_a_flipped_bit_is_found_soon_after_the_start(
    second: Place, pattern: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The first answers may come from it, if it can be opened; then the one before it serves."""
    name = harm(second.home / "generations" / "000002", pattern, "flipped")
    with caplog.at_level(logging.WARNING, "tiaokuan"):
        searcher = Searcher.open(second.settings, verified=True)
        soon(lambda: refused(searcher))
    assert (found(searcher, "“第2版執行”"), found(searcher, "“第1版執行”")) == (0, 12)
    assert searcher.status()["generation"] == "000001"
    (said,) = [record.getMessage() for record in caplog.records]
    assert f"000002/{name}" in said
    assert "tiaokuan rollback" in said
    act("index", second)
    assert found(searcher, "“第2版执行”") == 12
    assert not refused(searcher)
    searcher.close()


def test_search_processes_leave_a_damaged_generation_with_their_server(second: Place) -> None:
    harm(second.home / "generations" / "000002", "vectors.faiss", "flipped")
    searcher = PooledSearcher(second.settings, 2)
    try:
        soon(lambda: refused(searcher))
        for _ in range(4):
            page = searcher.search("“第1版執行”", mode=Mode.KEYWORD, limit=100)
            assert page.total == 12
            assert page.notices == (Notice("notice.generation_problem", {"name": "000002", "serving": "000001"}),)
        act("index", second)
        assert found(searcher, "“第2版执行”") == 12
        assert searcher.search("民營銀行", mode=Mode.KEYWORD).notices == ()
    finally:
        searcher.close()


@pytest.mark.parametrize("workers", [0, 1])
def test_with_nothing_else_to_serve_the_damage_is_an_error(place: Place, workers: int) -> None:
    harm(open_current(place.home).folder, "vectors.faiss", "flipped")
    holder = SearcherHolder(place.settings, workers=workers)
    client = app_on(place.settings, holder).test_client()
    try:
        soon(lambda: client.get("/readyz").status_code == 503)
        assert client.get("/healthz").get_json()["status"] == "index_damaged"
        answer = client.get("/api/v1/search?q=民營銀行&mode=keyword")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "index_damaged")
        assert "vectors.faiss" in answer.get_json()["error"]["message"]
        act("index", place)  # the next run makes it good
        assert client.get("/readyz").status_code == 200
        assert client.get("/api/v1/search?q=民營銀行&mode=keyword").get_json()["total"] >= 1
    finally:
        holder.close()


def test_with_nothing_else_to_serve_it_is_tried_again_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    file = open_current(place.home).folder / "vectors.faiss"
    whole = file.read_bytes()
    flip(file)
    searcher = Searcher.open(place.settings, verified=True)
    soon(lambda: refused(searcher))
    file.write_bytes(whole)  # it was the disk, say
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss"):
        found(searcher)
    later = live.time.monotonic() + live.RETRY_SECONDS + 1
    monkeypatch.setattr(live.time, "monotonic", lambda: later)
    assert found(searcher) == 12
    assert not refused(searcher)
    searcher.close()


def test_a_damaged_generation_is_not_opened_with_every_call_but_again_later(
    second: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_live(second.home, "000001")
    searcher = Searcher.open(second.settings, verified=True)
    file = second.home / "generations" / "000002" / "vectors.faiss"
    whole = file.read_bytes()
    flip(file)
    opened: list[str] = []
    real = live.open_generation
    monkeypatch.setattr(live, "open_generation", lambda home, name: opened.append(name) or real(home, name))
    make_live(second.home, "000002")
    for _ in range(5):
        found(searcher)
    assert opened == ["000002"]
    file.write_bytes(whole)  # it was the disk, say
    later = live.time.monotonic() + live.RETRY_SECONDS + 1
    monkeypatch.setattr(live.time, "monotonic", lambda: later)
    assert found(searcher, "“第2版执行”") == 12
    searcher.close()


@pytest.mark.parametrize("broken", [b"", b"\xff", b"../../x", None])
def test_a_running_searcher_goes_on_without_knowing_which_is_live(place: Place, broken: bytes | None) -> None:
    searcher = Searcher.open(place.settings)
    if broken is None:
        (place.home / "CURRENT").unlink()
    else:
        (place.home / "CURRENT").write_bytes(broken)
    assert found(searcher) == 12
    assert ("generation_problem" in searcher.status()) == (broken is not None)
    searcher.close()


def test_a_model_that_cannot_be_loaded_is_not_tried_with_every_search(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Settings] = []

    def refuse(settings: Settings, progress: bool = True) -> None:
        tries.append(settings)
        raise ModelUnavailable(model="bundled", reason="没有权重")

    monkeypatch.setattr(Embedder, "for_queries", refuse)
    searcher = Searcher.open(place.settings)
    for _ in range(4):
        page = searcher.search("支持民營銀行")
        assert page.total
        assert Notice("notice.semantic_unavailable", {"reason": "没有权重"}) in page.notices
        with pytest.raises(ModelUnavailable, match="没有权重"):
            searcher.search("支持民營銀行", mode=Mode.SEMANTIC)
    assert len(tries) == 1
    later = on_demand.time.monotonic() + on_demand.RETRY_SECONDS + 1
    monkeypatch.setattr(on_demand.time, "monotonic", lambda: later)
    monkeypatch.setattr(Embedder, "for_queries", lambda settings, progress=True: CheapEmbedder(settings))
    assert searcher.search("支持民營銀行", mode=Mode.SEMANTIC).total
    searcher.close()


def test_the_process_that_was_begun_first_waits_for_an_index(place: Place) -> None:
    """A failure to open keeps it; it searches what is opened at last, and ends with its holder."""
    name = place.home / "CURRENT"
    live_one = name.read_text("utf-8")
    name.unlink()
    before = set(multiprocessing.active_children())
    holder = SearcherHolder(place.settings, workers=1, first=Worker())
    begun = set(multiprocessing.active_children()) - before
    assert len(begun) == 1
    for _ in range(2):
        with pytest.raises(NoIndex):
            holder.get()
    name.write_text(live_one, "utf-8")
    assert holder.get().search("“第1版執行”", mode=Mode.KEYWORD).hits
    assert set(multiprocessing.active_children()) - before == begun
    holder.close()
    assert not set(multiprocessing.active_children()) - before


def test_the_process_that_was_begun_first_ends_with_its_holder(place: Place) -> None:
    """Also where nobody ever asked for the searcher."""
    before = set(multiprocessing.active_children())
    holder = SearcherHolder(place.settings, workers=1, first=Worker())
    assert set(multiprocessing.active_children()) - before
    holder.close()
    assert not set(multiprocessing.active_children()) - before
