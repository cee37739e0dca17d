"""Why a clause was found, and what is like a passage: on the five documents, with the real model."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Answer = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]


def test_an_explained_hit_adds_up(answer: Answer) -> None:
    found = answer("search", q="东北地区设立民营银行", explain=1, limit=20)
    assert found["hits"]
    for hit in found["hits"]:
        why = hit["explanation"]
        assert why["shares"].keys() == hit["matched_by"].keys()
        factor = 1.0
        for each in why["factors"]:
            factor *= each["value"]
        if not why["copies"]:  # a folded hit has the best score of its copies, and the channels of all
            assert hit["score"] == pytest.approx(sum(why["shares"].values()) * factor, abs=0.002)
        assert why["sentence"].startswith(("关键词", "语义"))


def test_the_words_that_matched_are_named_with_their_weights_and_places(answer: Answer) -> None:
    why = answer("search", q="民营银行 元宇宙", explain=1)["hits"][0]["explanation"]
    terms = {each["term"]: each for each in why["terms"]}
    assert "text" in terms["民营"]["fields"]
    assert [t["weight"] for t in why["terms"]] == sorted((t["weight"] for t in why["terms"]), reverse=True)
    assert "元宇" in "".join(each["term"] for each in why["missing"])


def test_without_asking_a_hit_has_its_fixed_keys(answer: Answer) -> None:
    assert "explanation" not in answer("search", q="民营银行")["hits"][0]


def test_the_command_explains_too(tiaokuan: Run) -> None:
    run = tiaokuan("search", "民营银行", "--mode", "keyword", "--explain", "--json")
    assert json.loads(run.stdout)["hits"][0]["explanation"]["terms"]
    run = tiaokuan("search", "民营银行", "--mode", "keyword", "--explain")
    assert "含有的词及权重：" in run.stdout


@pytest.mark.parametrize(
    "passage",
    [
        "鼓励民间资本在东三省依法成立银行，至少办一家。",
        "鼓勵民間資本在東三省依法成立銀行，至少辦一家。",
        "鼓励民间资本在东三省依法成立银行,至少办一家.",
    ],
)
def test_a_pasted_passage_finds_the_clause_that_says_the_same(answer: Answer, passage: str) -> None:
    hits = answer("similar", text=passage, limit=3)["hits"]
    assert any("民营银行" in hit["text"] for hit in hits)


def test_a_pasted_clause_is_found_and_shown_as_a_copy(answer: Answer, client: FlaskClient) -> None:
    clause = answer("search", q="民营银行")["hits"][0]
    pasted = clause["text"].replace("，", ", ")
    first = answer("similar", text=pasted, explain=1)["hits"][0]
    assert first["text"] == clause["text"]
    assert first["explanation"]["differs"] == []
    assert "逐字相同" in first["explanation"]["sentence"]
    assert "逐字相同" in client.get("/similar", query_string={"text": pasted}).text


def test_differences_are_marked_where_little_differs(answer: Answer, client: FlaskClient) -> None:
    clause = answer("search", q="民营银行")["hits"][0]
    assert "至少设立一家" in clause["text"]
    changed = clause["text"].replace("至少设立一家", "最多设立三家")
    first = answer("similar", text=changed, explain=1)["hits"][0]
    marked = "".join(first["text"][start:end] for start, end in first["explanation"]["differs"])
    assert "至少" in marked
    assert "民营银行" not in marked
    page = client.get("/similar", query_string={"text": changed}).text
    assert '<mark class="differs">' in page


def test_noise_is_like_nothing(answer: Answer) -> None:
    assert answer("similar", text="asdfqwer zxcv qwop 8839 hjkl")["hits"] == []


def test_a_passage_with_script_stays_text(client: FlaskClient) -> None:
    page = client.get("/similar", query_string={"text": "</textarea><script>alert(1)</script>民营银行"}).text
    assert "<script>alert" not in page


def test_nothing_and_too_much_are_refused_in_one_line(client: FlaskClient, tiaokuan: Run) -> None:
    assert client.get("/api/v1/similar?text=。").get_json()["error"]["code"] == "empty_query"
    assert (
        client.get("/api/v1/similar", query_string={"text": "民" * 1001}).get_json()["error"]["code"]
        == "query_too_long"
    )
    run = tiaokuan("similar", "--text", "，。")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
