"""Queries that say more than their words, on the five documents, through the API, the pages and the command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Answer = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def by_file(answer: Answer) -> dict[str, Any]:
    return {d["file"][:3]: d for d in answer("documents")["documents"]}


def numbers(found: Any, by_file: dict[str, Any]) -> set[str]:
    names = {d["document_id"]: number for number, d in by_file.items()}
    return {names[hit["document_id"]] for hit in found["hits"]}


def codes(found: Any) -> list[str]:
    return [notice["code"] for notice in found["notices"]]


@pytest.mark.parametrize("mode", ["keyword", "hybrid", "semantic"])
@pytest.mark.parametrize(
    "field",
    [
        "发文机关:吉林省人民政府",
        "發文機關：吉林省政府",
        "issuer:“吉林省人民政府”",
        "文号:吉政发〔2016〕41号",
        "地区:吉林",
    ],
)
def test_a_field_limits_every_mode(answer: Answer, by_file: dict[str, Any], mode: str, field: str) -> None:
    assert numbers(answer("search", q=f"民营银行 {field}", mode=mode), by_file) == {"002"}


def test_a_field_alone_lists_its_documents_by_their_opening(answer: Answer, by_file: dict[str, Any]) -> None:
    found = answer("search", q="年份:2016")
    assert numbers(found, by_file) == {"004", "002"}
    assert found["total"] == 2
    assert codes(found) == ["undated"]
    assert found["hits"][0]["issued_on"] > found["hits"][1]["issued_on"]


def test_a_field_that_names_one_work_lists_its_clauses_in_order(answer: Answer, by_file: dict[str, Any]) -> None:
    found = answer("search", q="标题:对口合作工作方案", limit=100)
    assert numbers(found, by_file) == {"003"}
    whole = answer(f"documents/{by_file['003']['document_id']}")
    places = {clause["clause_id"]: i for i, clause in enumerate(whole["clauses"])}
    shown = [places[hit["clause_id"]] for hit in found["hits"]]
    assert shown == sorted(shown)
    assert len(shown) > 20
    excluded = answer("search", q="标题:对口合作工作方案 -民营", limit=100)
    assert 0 < excluded["total"] < found["total"]
    assert not any("民营" in hit["text"] for hit in excluded["hits"])


def test_validity_is_asked_for_and_what_does_not_state_it_is_named(answer: Answer) -> None:
    assert codes(answer("search", q="效力:废止"))[0] == "unstated"


def test_a_field_and_the_forms_filter_hold_together(answer: Answer) -> None:
    assert answer("search", q="民营银行 年份:2016", issuer="国务院", since="2016-12")["hits"] == []


def test_a_limit_in_words_is_named_and_undone_by_quotes(answer: Answer, by_file: dict[str, Any]) -> None:
    found = answer("search", q="2016年12月以後 民營銀行")
    assert numbers(found, by_file) == {"002"}
    assert set(codes(found)) == {"undated", "period_since"}
    message = next(n["message"] for n in found["notices"] if n["code"] == "period_since")
    assert "2016年12月以後" in message
    assert "2016-12-01" in message
    assert codes(answer("search", q="“2016年12月以后” 民营银行")) == ["phrase_not_found"]


def test_a_mistyped_word_is_offered_and_not_forced(answer: Answer, client: FlaskClient, tiaokuan: Run) -> None:
    found = answer("search", q="民营银航", mode="keyword")
    assert found["query"] == "民营银航"
    (notice,) = found["notices"]
    assert notice == {"code": "did_you_mean", "message": "您是不是要找：民营银行"}
    page = client.get("/search", query_string={"q": "民營銀航 -公司", "mode": "keyword"}).text
    assert 'href="/search?q=%E6%B0%91%E8%90%A5%E9%93%B6%E8%A1%8C+-%E5%85%AC%E5%8F%B8&amp;mode=keyword"' in page
    assert page.count("您是不是要找") == 1
    assert answer("search", q="民营银行", mode="keyword")["notices"] == []
    said = tiaokuan("search", "民营银航", "--mode", "keyword", "--json")
    assert [n["code"] for n in json.loads(said.stdout)["notices"]] == ["did_you_mean"]


@pytest.mark.parametrize(
    "query",
    [
        "国务院关于深入推进实施新一轮东北振兴战略加快推动东北地区经济企稳向好若干重要举措的意见",
        "《关于深入推进实施新一轮东北振兴战略 加快推动东北地区经济企稳向好若干重要举措的意见》",
        "關於深入推進實施新一輪東北振興戰略加快推動東北地區經濟企穩向好若干重要舉措的意見",
    ],
)
@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_a_title_leads_to_its_documents_opening(answer: Answer, by_file: dict[str, Any], query: str, mode: str) -> None:
    first = answer("search", q=query, mode=mode)["hits"][0]
    assert first["document_id"] == by_file["004"]["document_id"]
    assert first["text"].startswith("为深入推进实施党中央、国务院")


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("放管服", {"放管服", "简政放权、放管结合、优化服务"}),
        ("混改", {"混合所有制改革"}),
        ("ＰＰＰ", {"PPP", "政府和社会资本合作"}),
    ],
)
def test_a_synonym_is_found_and_marked(answer: Answer, query: str, marked: set[str]) -> None:
    hits = answer("search", q=query, mode="keyword", limit=3)["hits"]
    shown = {hit["text"][start:end] for hit in hits for start, end in hit["highlights"]}
    assert {m for m in marked for s in shown if m in s or s in m} == marked


def test_a_place_reorders_and_takes_nothing_away(answer: Answer, by_file: dict[str, Any]) -> None:
    here, anywhere = answer("search", q="吉林的民营银行政策"), answer("search", q="民营银行政策")
    assert numbers({"hits": here["hits"][:1]}, by_file) == {"002"}
    assert numbers(here, by_file) >= {"002", "004"}
    assert here["total"] >= anywhere["total"] - 5


def test_understanding_a_keyword_query_loads_nothing_heavy(tiaokuan: Run) -> None:
    code = (
        "import sys; from web.cli import main;"
        "main(['search', '浙江 2016年以来 PPP 发文机关:国务院', '--mode', 'keyword', '--json']);"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'faiss', 'flask', 'pypinyin'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = tiaokuan(code, as_code=True)
    assert done.returncode == 0, done.stderr
