from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from web.cli import main

HEAVY = ["flask", "waitress", "torch", "sentence_transformers", "faiss", "whoosh", "jieba", "pydantic"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serch"], "没有“serch”这个命令"),
        (["--nope"], "没有“--nope”这个选项"),
        (["search"], "缺少参数 QUERY"),
        (["similar"], "请给出一个条款编号"),
        (["similar", "x.1", "--text", "民营银行"], "请给出一个条款编号"),
        (["search", "民营银行", "--nope"], "没有“--nope”这个选项"),
        (["search", "民营银行", "--limit"], "--limit"),
        (["search", "民营银行", "--limit", "十"], "limit 应为1 到 100 的整数"),
        (["search", "民营银行", "--limit", "-1"], "limit 应为1 到 100 的整数"),
        (["search", "民营银行", "--mode", "fuzzy"], "没有“fuzzy”这种检索方式"),
        (["search", "民营银行", "--since", "2016-13"], "since 应为形如 2016-11-01"),
        (["document", "a", "b"], "多出了参数“b”"),
        (["serve", "--port", "http"], "port 应为0 到 65535 的整数"),
        (["serve", "--port", "70000"], "port 应为0 到 65535 的整数"),
        (["search", "x", "--mode", "a\nb\x1b[31m"], "没有“a b"),
    ],
)
def test_a_user_error_is_one_line_on_stderr(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert output.err.startswith("tiaokuan: ")
    assert said in output.err
    assert output.err.rstrip("\n").isprintable()


@pytest.mark.parametrize("content", ['language = "fr"', "language = ", 'colour = "red"', "limit = \xff"])
def test_settings_that_cannot_be_used_are_named(
    content: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tiaokuan.toml").write_bytes(content.encode("latin-1"))
    monkeypatch.chdir(tmp_path)
    assert main(["documents"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "tiaokuan.toml" in error


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    output = capsys.readouterr().out
    for command in ("index", "search", "similar", "documents", "document", "serve"):
        assert f"  {command} " in output


def test_help_and_usage_errors_import_nothing_heavy() -> None:
    program = (
        "import sys; from web.cli import main; main(['--help']); main(['search', '--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_error() -> None:
    program = f"{sys.executable} -c 'import sys; from web.cli import main; sys.exit(main([\"--help\"]))'"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program} | true"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_bytes_that_are_no_text_do_not_stop_the_program() -> None:
    program = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]
    done = subprocess.run([*program, "search", "x", b"--mode=\xff\xfe"], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.decode("utf-8").count("\n") == 1
    done = subprocess.run([*program, b"\xff\xfe"], capture_output=True, check=False)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
