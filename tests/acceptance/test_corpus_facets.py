"""Facets, filters and order on the real corpus, through the API and the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Answer = Callable[..., Any]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
FACETS = ("level", "issuer", "kind", "region", "validity")


@pytest.mark.parametrize("name", FACETS)
def test_a_count_is_what_the_filter_gives(answer: Answer, name: str) -> None:
    asked = {"q": "民营银行", "mode": "keyword"}
    counts = answer("facets", **asked)["facets"][name]
    assert counts
    for each in counts:
        assert answer("search", **asked, **{name: each["value"]})["total"] == each["count"], each


def test_a_year_is_since_and_until(answer: Answer) -> None:
    asked = {"q": "创新", "mode": "keyword"}
    for each in answer("facets", **asked)["facets"]["year"]:
        assert answer("search", **asked, since=each["value"], until=each["value"])["total"] == each["count"], each


def test_a_chosen_value_leaves_the_others_to_choose(answer: Answer) -> None:
    asked = {"q": "创新", "mode": "keyword"}
    whole, chosen = answer("facets", **asked), answer("facets", **asked, level="central")
    assert chosen["facets"]["level"] == whole["facets"]["level"]
    assert {each["value"] for each in chosen["facets"]["region"]} == {"全国"}


def test_who_asks_for_what_is_not_stated_is_not_told_that_it_was_left_out(answer: Answer) -> None:
    def told(validity: str) -> set[str]:
        return {notice["code"] for notice in answer("search", q="创新", mode="keyword", validity=validity)["notices"]}

    assert "unstated" in told("in_force")
    assert "unstated" not in told("unstated")


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_hits_in_the_order_of_their_documents_dates(answer: Answer, mode: str) -> None:
    asked = {"q": "民营银行", "mode": mode, "limit": 100}
    newest = [hit["issued_on"] for hit in answer("search", **asked, sort="newest")["hits"]]
    oldest = [hit["issued_on"] for hit in answer("search", **asked, sort="oldest")["hits"]]
    dated = [day for day in newest if day]
    assert dated == sorted(dated, reverse=True) != []
    assert [day for day in oldest if day] == sorted(dated)
    assert newest == dated + [None] * (len(newest) - len(dated))  # what has no date comes last


def test_the_command_line_takes_filters_and_order(tiaokuan: Command) -> None:
    options = ("--mode", "keyword", "--kind", "意见", "--region", "全国", "--level", "central", "--sort", "newest")
    said = tiaokuan("search", "民营银行", *options, "--json")
    assert said.returncode == 0, said.stderr
    hits = json.loads(said.stdout)["hits"]
    assert {hit["issuer"] for hit in hits} == {"国务院", "中共中央、国务院"}
    days = [hit["issued_on"] for hit in hits if hit["issued_on"]]
    assert days == sorted(days, reverse=True) != []
    wrong = tiaokuan("search", "民营银行", "--validity", "有效")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "validity 应为in_force" in wrong.stderr
