"""Measuring relevance: folders, judgment files, classes, negatives, and paired comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import BadFolder, BadJudgments, BadRun
from search.evaluation import Judged, Measured, Run, Setup, compare, evaluate, figures, load_run, save_run
from search.evaluation.comparing import randomisation_p
from search.evaluation.judgments import JudgedQuery, JudgmentFile, References, read_judgments, reference
from search.evaluation.measuring import measure
from search.model import Clause, ClauseKind, Document, Mode
from search.settings import Settings

WORDS = Setup([Mode.KEYWORD], progress=False)


def write(file: Path, lines: Sequence[Mapping[str, object]]) -> Path:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents, three queries: two with an answer, and one that should find nothing."""
    corpus = {"a": "至少设立一家民营银行。", "b": "解决厂办大集体历史遗留问题。", "c": "全面实施风电清洁供暖工程。"}
    write(tmp_path / "corpus.jsonl", [{"_id": i, "title": "意见", "text": text} for i, text in corpus.items()])
    queries: list[dict[str, object]] = [
        {"_id": "1", "text": "民營銀行", "class": "exact"},
        {"_id": "2", "text": "“风电清洁供暖”", "metadata": {"class": "quoted"}},
        {"_id": "3", "text": "ｑｗｅｒｔｙ", "class": "negative"},
        {"_id": "4", "text": "没有评判"},
    ]
    write(tmp_path / "queries.jsonl", queries)
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t2\n2\tc\t1\n3\tb\t0\n", "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def words_only(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache=tmp_path_factory.mktemp("cache"))


# -- figures ------------------------------------------------------------------------------------------------------------


def test_a_folder_is_measured_as_a_whole_by_class_and_apart_from_its_negatives(
    folder: Path, words_only: Settings
) -> None:
    run = evaluate(words_only, folder, WORDS)
    found = figures(run.modes[Mode.KEYWORD], run.classes).as_dict()
    assert (found["nDCG@10"], found["RR@10"], found["R@100"], found["queries"]) == (1.0, 1.0, 1.0, 2)
    assert found["negatives"] == {"queries": 1, "silent": 1.0}
    classes = found["classes"]
    assert isinstance(classes, dict)
    assert list(classes) == ["exact", "quoted", "negative"]
    assert classes["quoted"]["queries"] == 1
    assert "nDCG@10" not in classes["negative"]
    assert set(found["latency_ms"]) == {"p50", "p95"}  # type: ignore[call-overload]


def test_grades_weigh_and_what_is_not_found_counts_as_nothing() -> None:
    judged = Judged({}, {"q": "甲", "r": "乙"}, {"q": {"a": 1, "b": 2}, "r": {"c": 2}})
    run = measure(judged, [Mode.KEYWORD], lambda text, mode: ["a", "b"] if text == "甲" else [])
    values = run.modes[Mode.KEYWORD].values
    assert values["q"]["nDCG@10"] == pytest.approx((1 + 2 / 1.585) / (2 + 1 / 1.585), abs=1e-3)
    assert values["q"]["RR@10"] == 1.0
    assert set(values["r"].values()) == {0.0}


def test_a_query_that_nothing_answers_counts_only_as_silent_or_not() -> None:
    judged = Judged({}, {"红烧肉": "红烧肉", "民营银行": "民营银行"}, {"红烧肉": {}, "民营银行": {"a": 0}})
    measured = measure(judged, [Mode.KEYWORD], lambda text, mode: [] if text == "红烧肉" else ["a"])
    found = figures(measured.modes[Mode.KEYWORD], {})
    assert (found.queries, found.negatives, found.silent) == (0, 2, 0.5)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("qrels.tsv", "q\td\ts\n1\ta\t很好\n"),
        ("queries.jsonl", '{"text": "民营银行"}\n'),
        ("queries.jsonl", "[]\n"),
        ("corpus.jsonl", "民营银行\n"),
    ],
)
def test_a_folder_that_is_not_as_it_should_be_is_an_error(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(BadFolder, match=str(folder)):
        evaluate(Settings(), folder, WORDS)


# -- comparisons --------------------------------------------------------------------------------------------------------


def measured(values: Sequence[float]) -> Measured:
    names = ("nDCG@10", "RR@10", "R@100")
    return Measured({str(i): dict.fromkeys(names, value) for i, value in enumerate(values)}, {}, {})


def test_a_difference_counts_wins_ties_and_losses() -> None:
    first, *_ = compare(measured([0.1, 0.5, 0.9, 0.4]), measured([0.4, 0.5, 0.8, 0.7]))
    assert (first.wins, first.ties, first.losses, first.queries) == (2, 1, 1, 4)
    assert first.difference == pytest.approx(0.125)
    assert first.interval[0] <= first.difference <= first.interval[1]


def test_only_queries_of_both_runs_are_compared() -> None:
    assert compare(measured([0.1]), Measured({}, {}, {})) == []
    assert compare(measured([0.1, 0.2]), measured([0.3]))[0].queries == 1


@given(st.lists(st.floats(-1, 1).map(lambda x: round(x, 2)), min_size=1, max_size=8))
def test_p_is_that_of_all_assignments(changes: list[float]) -> None:
    """On so few queries every assignment of signs can be written down; the drawn ones come near it."""
    seen = abs(sum(changes))
    sums = [
        abs(sum(s * c for s, c in zip(signs, changes, strict=True))) for signs in product((1, -1), repeat=len(changes))
    ]
    exact = sum(each >= seen - 1e-9 for each in sums) / len(sums)
    assert randomisation_p(changes) == pytest.approx(exact, abs=0.03)


def test_a_run_compared_with_itself_shows_no_difference() -> None:
    run = measured([0.2, 0.4, 1.0])
    assert [(d.difference, d.p, d.interval) for d in compare(run, run)] == [(0.0, 1.0, (0.0, 0.0))] * 3


def test_a_run_is_kept_in_a_file(tmp_path: Path) -> None:
    run = Run({Mode.HYBRID: measured([0.25, 1.0])}, {"0": "口语"})
    save_run(tmp_path / "run.json", run)
    assert load_run(tmp_path / "run.json") == run


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "classes": {}, "modes": {"x": {}}}'])
def test_a_file_that_is_no_run_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, "utf-8")
    with pytest.raises(BadRun, match=r"run\.json"):
        load_run(tmp_path / "run.json")


# -- judgments ----------------------------------------------------------------------------------------------------------


def clause(number: int, text: str, kind: ClauseKind = ClauseKind.TEXT) -> Clause:
    return Clause(f"d-{number}", "d", number, kind, (), text, 0, len(text), 0, len(text))


CLAUSES = [
    clause(0, "（一）加快民营经济发展。", ClauseKind.HEADING),
    clause(1, "11.开展示范，加快民营经济发展。"),
    clause(2, "12.争取尽快在我省设立“民营银行”。"),
    clause(3, "13.设立民营银行之后，推动“银政企保”合作。"),
]
REFERENCES = References([Document("d", "002_吉政发〔2016〕41号.txt", "措施", "")], lambda _: CLAUSES)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("002#12.争取尽快", "d-2"),
        ("002_吉政发〔2016〕41号.txt#１２．爭取盡快在我省設立民營銀行", "d-2"),
        ("002#设立民营银行", "d-2"),
        ("002#13.设立民营银行之后", "d-3"),
        ("002#加快民营经济发展", "d-1"),
        ("002#（一）加快", "d-0"),
        ("002#厂办大集体", None),
        ("004#12.争取尽快", None),
        ("002#", None),
        ("002", None),
    ],
)
def test_a_reference_finds_its_clause_in_any_writing(name: str, found: str | None) -> None:
    assert REFERENCES.clause_id(name) == found


def test_the_reference_of_a_clause_leads_back_to_it() -> None:
    document = Document("d", "002_吉政发〔2016〕41号.txt", "措施", "")
    for each in CLAUSES[1:]:
        assert REFERENCES.clause_id(reference(document, each)) == each.clause_id


def test_lines_of_one_query_are_joined(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"query": "民营银行", "class": "exact", "judgments": {"a": 2, "b": 1}},
        {"query": "民营银行", "judgments": {"b": 0}},
    ]
    (found,) = read_judgments(write(tmp_path / "j.jsonl", lines))
    assert (found.judgments, found.group) == ({"a": 2, "b": 0}, "exact")


@pytest.mark.parametrize(
    "line",
    [
        "民营银行",
        "[]",
        '{"query": "民营银行"}',
        '{"query": 1, "judgments": {}}',
        '{"query": "a", "judgments": {"b": "2"}}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "j.jsonl").write_text('{"query": "a", "judgments": {}}\n' + line + "\n", "utf-8")
    with pytest.raises(BadJudgments, match="line 2"):
        read_judgments(tmp_path / "j.jsonl")


def test_saving_from_many_threads_loses_nothing(tmp_path: Path) -> None:
    def save(number: int) -> None:
        query = f"第{number}个查询"
        JudgmentFile(tmp_path / "data").update(query, lambda before: JudgedQuery(query, {"a": number % 3}))

    threads = [Thread(target=save, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = {each.query: each.judgments["a"] for each in JudgmentFile(tmp_path / "data").queries()}
    assert saved == {f"第{number}个查询": number % 3 for number in range(12)}
