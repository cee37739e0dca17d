"""SECURITY.md promises nothing that no test holds it to; what is deployed is as it says."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROWS = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_threat_names_a_test() -> None:
    threats = [row for row in ROWS if not row.startswith("| ---")]
    assert len(threats) > 20
    assert [row for row in threats if not NAMED.search(row)] == []


@pytest.mark.parametrize(("file", "name"), sorted({found for row in ROWS for found in NAMED.findall(row)}))
def test_each_test_that_is_named_is_there(file: str, name: str) -> None:
    module = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def test_the_container_has_no_root_and_one_base() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert bases == ["python:3.12-slim"] * 2
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_image_gets_all_that_the_program_needs_and_no_data() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {"search", "indexer", "web", "pyproject.toml", "requirements.lock", "requirements-torch.txt"} <= let_in
    assert not let_in & {"corpus", "data", "tests", ".git"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_every_line_of_the_service(tmp_path: Path) -> None:
    """With a program and a user that are there: only what systemd thinks of the lines is asked."""
    text = (ROOT / "deploy/tiaokuan.service").read_text("utf-8")
    text = text.replace("/opt/tiaokuan/.venv/bin/tiaokuan", "/bin/true")
    text = re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE)
    unit = tmp_path / "tiaokuan.service"
    unit.write_text(text, "utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "tiaokuan" in line]
    assert ours == []


def test_the_service_has_no_more_rights_than_it_needs() -> None:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "deploy/tiaokuan.service", "utf-8")
    service = dict(unit["Service"])
    assert service["User"] != "root"
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ExecStart"].startswith("/opt/tiaokuan/.venv/bin/tiaokuan serve --host 127.0.0.1")
