"""A few kills in every run of the tests; `python benchmarks/kills.py --times 200` for many."""

from __future__ import annotations

from pathlib import Path

from benchmarks.kills import ARTICLES, TOPICS, run, wrong_answer


def test_killed_writers_harm_no_search_and_no_index(tmp_path: Path) -> None:
    tally = run(6, tmp_path, seed=20)
    assert tally.as_dict()["examples"] == {}
    assert tally.is_clean
    assert tally.kills.total() == 6
    assert tally.searches > 50


def test_an_answer_of_two_versions_or_with_a_hole_would_be_noticed() -> None:
    whole = [f"{name}市第{i}项：某事，依第1版执行。" for name in TOPICS for i in range(1, ARTICLES + 1)]
    assert wrong_answer(whole) == ""
    assert wrong_answer([text for text in whole if not text.startswith("丁")]) == ""
    assert wrong_answer(whole[:-1])
    assert wrong_answer([*whole, whole[0]])
    assert wrong_answer([*whole[:-1], whole[-1].replace("第1版", "第2版")])
    assert wrong_answer([])
