"""The record of queries: bounded, without anybody's traces, on the disk only where that is switched on."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from threading import Thread

import pytest
from flask.testing import FlaskClient

from search.model import Mode, ResultPage
from search.settings import Settings
from web.asked import Asked, Record


def page(query: str, total: int = 1, took_ms: float = 1.0) -> ResultPage:
    return ResultPage(query, Mode.HYBRID, total, [], took_ms)


def test_a_query_is_one_in_any_width_and_script() -> None:
    record = Record(10)
    for query in ("民營銀行", "民营银行", "　民营银行 ", "ＰＰＰ 模式", "ppp　模式", "国发〔2016〕62号"):
        record.note(page(query))
    assert [(each.query.strip(), each.times) for each in record.all()] == [
        ("国发〔2016〕62号", 1),
        ("ppp　模式", 2),
        ("民营银行", 3),
    ]


def test_it_says_how_often_how_long_and_whether_anything_was_found() -> None:
    record = Record(10)
    for total, took_ms in ((0, 3.0), (0, 900.0), (7, 20.0)):
        record.note(page("“水稻”", total, took_ms))
    record.note(page("没有", 0, 1.0))
    (slow,) = record.slow(9)
    assert (slow.query, slow.times, slow.empty, slow.total, slow.slowest_ms) == ("“水稻”", 3, 2, 7, 900.0)
    assert [each.query for each in record.empty(9)] == ["没有"]  # 水稻 is found by now
    assert [each.query for each in record.frequent(9)] == ["“水稻”"]


def test_it_is_bounded_and_forgets_what_was_asked_longest_ago() -> None:
    record = Record(3)
    for number in range(100):
        record.note(page(f"问{number}"))
        record.note(page("常问"))
    assert [each.query for each in record.all()] == ["常问", "问99", "问98"]
    nothing = Record(0)
    nothing.note(page("民营银行"))
    assert nothing.all() == []


def test_many_threads_count_right() -> None:
    record = Record(5)
    threads = [Thread(target=lambda: [record.note(page("民营银行", 0)) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (record.all()[0].times, record.all()[0].empty) == (400, 400)


def test_nothing_of_the_asker_has_a_place_in_it() -> None:
    assert {field.name for field in fields(Asked)} == {
        "query", "mode", "times", "empty", "total", "slowest_ms", "last"
    }  # fmt: skip


def test_on_the_disk_it_is_its_owners_alone_and_outlasts_the_process(tmp_path: Path) -> None:
    file = tmp_path / "data" / "queries.json"
    record = Record(1000, file)
    for number in range(50):
        record.note(page(f"问“{number}”𠮷", 0))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = Record(10, file)
    assert [each.query for each in again.all()] == [f"问“{number}”𠮷" for number in range(49, 39, -1)]
    again.note(page("问“49”𠮷", 0))
    assert again.all()[0].times == 2
    again.clear()
    assert not file.exists()


@pytest.mark.parametrize("text", ["{", "[1]", '[{"query": "缺"}]', "", "\udcff"])
def test_a_damaged_file_costs_the_record_only(tmp_path: Path, text: str) -> None:
    file = tmp_path / "queries.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    record = Record(10, file)
    record.note(page("民营银行"))
    assert [each.query for each in record.all()] == ["民营银行"]


def test_pages_and_programs_are_recorded_once_a_search(
    client_with: Callable[..., FlaskClient], settings: Settings
) -> None:
    client = client_with(log_queries=True)
    for _ in range(25):
        client.get("/search", query_string={"q": "发展", "page": 1})
        client.get("/api/v1/search", query_string={"q": "發展"})
        for same in ({"page": 2}, {"page": 3}):
            client.get("/search", query_string={"q": "发展", **same})
        client.get("/api/v1/search", query_string={"q": "发展", "offset": 10})
        client.get("/api/v1/facets", query_string={"q": "发展"})
        client.get("/api/v1/similar", query_string={"text": "发展第1项产业"})
    kept = json.loads((settings.home / "queries.json").read_text("utf-8"))
    assert [(each["query"], each["times"]) for each in kept] == [("發展", 50)]
    client_with(log_queries=False)
    assert not (settings.home / "queries.json").exists()
