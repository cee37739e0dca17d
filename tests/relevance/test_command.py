"""`tiaokuan evaluate` on the live index: what it prints, saves and compares, and what it says of bad input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
LINES = [
    {"query": "民營銀行", "class": "exact", "judgments": {"004#2017年6月底前，在东北地区至少设立一家民营银行": 2}},
    {
        "query": "國發（2016）６２號",
        "class": "number",
        "judgments": {"004_国发〔2016〕62号#为深入推进实施党中央": 2, "004#早已删去的条款": 1},
    },
    {"query": "“四个没有的字”", "class": "negative", "judgments": {}},
    {"query": "，。", "judgments": {}},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "评判.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES), "utf-8")
    return path


def test_a_judgment_file_is_measured_on_the_live_index(tiaokuan: Run, file: Path) -> None:
    done = tiaokuan("evaluate", str(file), "--mode", "keyword", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    found = answer["modes"]["keyword"]
    assert found["queries"] == 2
    assert found["RR@10"] == 1.0
    assert found["negatives"] == {"queries": 2, "silent": 1.0}
    assert list(found["classes"]) == ["exact", "number", "negative"]
    assert set(found["latency_ms"]) == {"p50", "p95"}
    assert "早已删去的条款" in answer["notices"][0]


def test_a_run_is_compared_with_a_saved_one_and_with_other_settings(tiaokuan: Run, file: Path, tmp_path: Path) -> None:
    saved = str(tmp_path / "run.json")
    words = ("evaluate", str(file), "--mode", "keyword")
    assert tiaokuan(*words, "--save", saved).returncode == 0
    done = tiaokuan(*words, "--baseline", saved, "--against", "KEYWORD_WEIGHT=0.4", "--json")
    assert done.returncode == 0, done.stderr
    comparisons = json.loads(done.stdout)["comparisons"]
    assert [each["name"] for each in comparisons] == ["run.json", "KEYWORD_WEIGHT=0.4"]
    for each in comparisons:  # neither changes what words find
        change = each["modes"]["keyword"]["nDCG@10"]
        assert (change["difference"], change["p"], change["ties"]) == (0.0, 1.0, 2)
        assert each["modes"]["keyword"]["silent"] == {"before": 1.0, "after": 1.0}


def test_the_table_has_a_line_for_each_class(tiaokuan: Run, file: Path) -> None:
    done = tiaokuan("evaluate", str(file), "--mode", "keyword", "--against", "keyword_weight=0.4")
    assert done.returncode == 0, done.stderr
    beginnings = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert beginnings[:5] == ["mode", "keyword", "exact", "number", "negative"]
    assert "keyword_weight=0.4" in done.stdout
    assert "1 条已评判的条款不在现有索引中" in done.stdout


BAD = [
    (["--against", "keyword_weight"], "keyword_weight"),
    (["--against", "keyword_weight=七"], "keyword_weight"),
    (["--against", "没有这项=1"], "没有这项"),
    (["--baseline", "没有这次.json"], "没有这次.json"),
    (["--mode", "magic"], "magic"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_options_get_one_clear_line(tiaokuan: Run, file: Path, arguments: list[str], said: str) -> None:
    done = tiaokuan("evaluate", str(file), *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    "text", ["", "民营银行\n", '{"query": "民营银行"}\n', '{"query": "a", "judgments": {"b": "好"}}\n']
)
def test_a_file_that_holds_no_judgments_gets_one_clear_line(tiaokuan: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "空.jsonl").write_text(text, "utf-8")
    done = tiaokuan("evaluate", str(tmp_path / "空.jsonl"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "空.jsonl" in done.stderr
