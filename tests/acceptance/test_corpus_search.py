"""What the first issue promises of a search on the five documents, through the API and the command, with the
real model."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Answer = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]
BANK = {
    "004": "在东北地区至少设立一家民营银行",
    "002": "争取尽快在我省设立民营银行",
    "000": "支持在东北地区兴办民营银行",
}


@pytest.fixture(scope="session")
def by_file(answer: Answer) -> dict[str, Any]:
    return {d["file"][:3]: d for d in answer("documents")["documents"]}


def documents_of(hits: list[dict[str, Any]], by_file: dict[str, Any]) -> list[str]:
    names = {d["document_id"]: number for number, d in by_file.items()}
    return [names[hit["document_id"]] for hit in hits]


@pytest.mark.parametrize("query", ["民营银行", "民營銀行", "民営銀行 民营银行", "“民营银行”", "民营银行？"])
def test_the_three_clauses_on_private_banks_lead(answer: Answer, by_file: dict[str, Any], query: str) -> None:
    hits = answer("search", q=query)["hits"]
    assert set(documents_of(hits[:3], by_file)) == {"004", "002", "000"}
    for hit, number in zip(hits, documents_of(hits[:3], by_file), strict=False):
        assert BANK[number] in hit["text"]
        start, end = hit["highlights"][0]
        assert "民营" in hit["text"][start:end] or hit["text"][start:end] == "银行"
        assert hit["matched_by"]["keyword"]["rank"] <= 3


def test_a_republication_is_folded_under_the_better_edition(answer: Answer, by_file: dict[str, Any]) -> None:
    hits = answer("search", q="民营银行")["hits"]
    numbers = documents_of(hits, by_file)
    assert "001" not in numbers
    also = next(hit for hit, number in zip(hits, numbers, strict=True) if number == "000")["also_in"]
    assert [a["document_id"] for a in also] == [by_file["001"]["document_id"]]


def test_a_clause_without_the_word_is_found_by_meaning(answer: Answer) -> None:
    hits = answer("search", q="民营银行")["hits"][:10]
    assert any("依法发起设立中小型银行" in hit["text"] and "semantic" in hit["matched_by"] for hit in hits)


def test_similar_finds_the_same_measure_elsewhere_and_not_its_own_republication(
    answer: Answer, by_file: dict[str, Any]
) -> None:
    bank = answer("search", q="民营银行")["hits"][0]
    hits = answer(f"clauses/{bank['clause_id']}/similar")["hits"]
    found = list(zip(documents_of(hits, by_file), hits, strict=True))
    assert found[0][0] == "002"
    assert "004" not in [number for number, _ in found]
    for number, words in (("002", BANK["002"]), ("000", BANK["000"]), ("003", "依法发起设立中小型银行")):
        assert any(n == number and words in hit["text"] for n, hit in found[:5]), number
    east = next(h for h in answer("search", q="兴办民营银行")["hits"] if BANK["000"] in h["text"])
    assert by_file["001"]["document_id"] not in [
        h["document_id"] for h in answer(f"clauses/{east['clause_id']}/similar")["hits"]
    ]


def test_documents_come_with_their_facts(by_file: dict[str, Any]) -> None:
    assert by_file["000"]["same_work_as"] == [by_file["001"]["document_id"]]
    assert by_file["001"]["same_work_as"] == [by_file["000"]["document_id"]]
    assert by_file["002"]["document_number"] == "吉政发〔2016〕41号"
    assert by_file["002"]["issuer"] == "吉林省人民政府"
    assert by_file["002"]["issued_on"] == "2016-12-09"
    assert by_file["004"]["document_number"] == "国发〔2016〕62号"
    assert (by_file["004"]["issuer"], by_file["004"]["issued_on"]) == ("国务院", "2016-11-01")
    assert by_file["003"]["title"] == "东北地区与东部地区部分省市对口合作工作方案"


def test_a_document_is_given_clause_by_clause(answer: Answer, by_file: dict[str, Any]) -> None:
    for document in by_file.values():
        whole = answer(f"documents/{document['document_id']}")
        assert whole["coverage"] >= 0.99
        assert len(whole["clauses"]) == document["clauses"]
        for clause in whole["clauses"]:
            assert whole["body"][clause["start"] : clause["end"]] == clause["text"]


@pytest.mark.parametrize(
    "number", ["国发〔2016〕62号", "国发[2016]62号", "国发（2016）62号", "国发【2016】６２号", "國發〔2016〕62號"]
)
def test_a_document_number_leads_to_its_document(answer: Answer, by_file: dict[str, Any], number: str) -> None:
    found = documents_of(answer("search", q=number)["hits"], by_file)
    assert found[0] == "004"
    assert {"002", "003"} <= set(found[1:])  # they name it


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("冬天用风力发电取暖", ["风电清洁供暖"]),
        ("煤矿塌陷的地方居民怎么安置", ["采煤沉陷区居民避险安置"]),
        ("哪个省和浙江结成对口合作", ["吉林省与浙江省"]),
        ("东北哪些政策允许民间资本办银行？", ["兴办民营银行", "依法发起设立中小型银行"]),
        ("大学毕业生留在东北工作有什么鼓励", ["引导大学毕业生在本地就业创业"]),
        ("银行不能随便抽回贷款", ["抽贷"]),
    ],
)
def test_a_question_in_everyday_words_finds_its_clause(answer: Answer, question: str, answers: list[str]) -> None:
    texts = [hit["text"] for hit in answer("search", q=question)["hits"][:3]]
    assert any(words in text for words in answers for text in texts)


@pytest.mark.parametrize("query", ["绝地求生职业联赛赛程", "asdfqwer zxcv", "红烧肉的做法", "周杰伦新专辑"])
def test_what_no_document_speaks_of_finds_nothing(answer: Answer, query: str) -> None:
    assert answer("search", q=query)["hits"] == []


def test_quoted_words_are_those_exact_characters(answer: Answer) -> None:
    hits = answer("search", q="“平台+服务”")["hits"]
    assert hits
    assert all("平台+服务" in hit["text"] for hit in hits)
    nothing = answer("search", q="“银行民营”")
    assert nothing["hits"] == []
    assert nothing["notices"][0]["code"] == "phrase_not_found"


def test_an_excluded_word_is_in_no_hit(answer: Answer) -> None:
    hits = answer("search", q="民营银行 -吉林 -我省", limit=50)["hits"]
    assert hits
    assert not any("我省" in hit["text"] for hit in hits)


def test_filters_by_issuer_and_date(answer: Answer, by_file: dict[str, Any]) -> None:
    assert set(documents_of(answer("search", q="民营银行", issuer="吉林省人民政府")["hits"], by_file)) == {"002"}
    assert set(documents_of(answer("search", q="民营银行", until="2016-11")["hits"], by_file)) == {"004"}
    dated = answer("search", q="民营银行", since="2016-12")
    assert set(documents_of(dated["hits"], by_file)) == {"002"}
    assert dated["notices"][0]["code"] == "undated"


def test_a_keyword_search_loads_no_model(tiaokuan: Run) -> None:
    code = (
        "import sys; from web.cli import main; main(['search', '民营银行', '--mode', 'keyword', '--json']);"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'faiss', 'flask', 'waitress'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = tiaokuan(code, as_code=True)
    assert done.returncode == 0, done.stderr
    assert "在东北地区至少设立一家民营银行" in done.stdout


def test_a_hybrid_search_loads_no_torch(tiaokuan: Run) -> None:
    code = (
        "import sys; from web.cli import main; main(['search', '东北哪些政策允许民间资本办银行？', '--json']);"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'onnx', 'flask', 'waitress'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = tiaokuan(code, as_code=True)
    assert done.returncode == 0, done.stderr
    assert '"semantic"' in done.stdout


def test_a_served_search_loads_no_torch(tiaokuan: Run) -> None:
    code = (
        "import sys; from search.searcher import Searcher; from search.settings import Settings; from web.app import create_app;"
        "settings = Settings(); searcher = Searcher(settings); searcher.warm_up(); app = create_app(settings, searcher);"
        "answer = app.test_client().get('/api/v1/search?q=民间资本办银行').get_json();"
        "similar = searcher.similar_to_text('允许民间资本设立民营银行。');"
        "assert similar.hits and 'semantic' in answer['hits'][0]['matched_by'], answer;"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = tiaokuan(code, as_code=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", ["处理", "农业", "塌陷", "陷区", "银", "国际陆港", "AAAAA", "2025"])
def test_a_part_of_a_longer_word_is_found(answer: Answer, part: str) -> None:
    hits = answer("search", q=part, mode="keyword")["hits"]
    found = [hit for hit in hits if part in hit["text"]]
    assert found if part != "塌陷" else not found  # the documents write 沉陷


def test_every_pair_of_characters_of_a_clause_finds_that_clause(searcher: Any) -> None:
    from search.model import Mode

    for document in searcher.documents():
        for clause in searcher.clauses(document.document_id)[::9]:
            for at in range(0, len(clause.text) - 4, 37):
                part = clause.text[at : at + 4]
                if not part.isalnum() or part.isascii():
                    continue
                page = searcher.search(f'"{part}"', mode=Mode.KEYWORD, limit=400)
                found = {hit.clause.clause_id for hit in page.hits} | {
                    e.clause_id for h in page.hits for e in h.also_in
                }
                assert clause.clause_id in found, part


def test_the_command_answers_as_the_api_does(tiaokuan: Run, answer: Answer) -> None:
    done = tiaokuan("search", "民營銀行", "--json")
    assert done.returncode == 0, done.stderr
    said, expected = json.loads(done.stdout), answer("search", q="民營銀行")
    for mine, theirs in zip(said["hits"], expected["hits"], strict=True):
        assert {**mine, "score": 0, "matched_by": 0} == {**theirs, "score": 0, "matched_by": 0}


BAD = [
    (["search", ""], "查询为空"),
    (["search", "   "], "查询为空"),
    (["search", "，。！？"], "查询为空"),
    (["search", "民" * 10_000], "10000"),
    (["search", "民营银行", "--mode", "magic"], "magic"),
    (["search", "民营银行", "--limit", "-1"], "limit"),
    (["search", "民营银行", "--since", "昨天"], "昨天"),
    (["document", "没有这篇"], "没有这篇"),
    (["similar", "没有这条"], "没有这条"),
    (["evaluate", "没有这个文件夹"], "没有这个文件夹"),
    (["index", "没有这个文件夹"], "没有这个文件夹"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_input_gets_one_clear_line(tiaokuan: Run, arguments: list[str], said: str) -> None:
    done = tiaokuan(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
