"""The dependencies: licences, known weaknesses, and the bill of materials, as far as no network is needed."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tools import audit, licences, sbom
from tools.advisories import NoAdvisories, weaknesses
from tools.closure import ROOT, direct, installed
from tools.licences import Licensed, licensed

PINNED = {"民": "1", "jinja2": "3.1.2", "flask": "3.1.0", "torch": "2.13.0"}


# -- licences ----------------------------------------------------------------------------------------------------------


def test_every_dependency_has_a_licence_that_is_allowed() -> None:
    packages = licensed()
    assert len(packages) > 40
    assert [(each.name, each.licence) for each in packages if not each.allowed] == []


def test_the_page_is_current_for_what_the_project_asks_for() -> None:
    """Versions are not on it; what is below those asked for differs between systems."""
    page = licences.FILE.read_text("utf-8")
    rows = {row.split(" | ")[0].removeprefix("| "): row for row in page.splitlines() if row.startswith("| ")}
    for each in licensed():
        if each.direct:
            assert rows.get(each.name) == f"| {each.name} | {each.licence} | yes |", "run: make licences"
    asked = {canonicalize_name(requirement.name) for requirement in direct()}
    assert {name for name, row in rows.items() if row.endswith("| yes |")} == asked, "run: make licences"


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 WITH LLVM-exception AND BSL-1.0", True),
        ("Apache-2.0 OR GPL-2.0-only", True),
        ("(GPL-2.0-or-later OR MIT) AND BSD-3-Clause", True),
        ("AGPL-3.0-only", False),
        ("AGPL-3.0-or-later AND MIT", False),
        ("(GPL-2.0-or-later OR LGPL-3.0-only) AND MIT", False),
        ("LGPL-2.1-or-later", False),
        ("SSPL-1.0", False),
        ("Proprietary", False),
        ("OR", False),
        ("", False),
    ],
)
def test_an_expression_is_allowed_where_a_choice_of_it_is(licence: str, allowed: bool) -> None:
    assert Licensed("某包", licence, True).allowed is allowed


def test_what_only_developers_need_is_not_a_dependency() -> None:
    names = set(installed(direct()))
    assert {"flask", "werkzeug", "whoosh", "torch"} <= names
    assert not {"pytest", "mypy", "ruff", "playwright", "tiaokuan"} & names


# -- known weaknesses --------------------------------------------------------------------------------------------------


def advisory(identity: str, name: str, **affected: object) -> dict[str, object]:
    return {
        "id": identity,
        "summary": "模板可逃出沙箱",
        "aliases": ["CVE-2099-1"],
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, **affected}],
    }


def ecosystem(*events: dict[str, str]) -> dict[str, object]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


ADVISORIES = [
    advisory("V-1", "Jinja2", **ecosystem({"introduced": "0"}, {"fixed": "3.1.3"})),
    advisory("V-2", "Flask", **ecosystem({"introduced": "0"}, {"fixed": "3.1.0"})),
    advisory("V-3", "flask", versions=["3.1", "9.9"]),
    advisory("V-4", "torch", **ecosystem({"introduced": "2.14"})),
    advisory("V-5", "torch", **ecosystem({"introduced": "2.0"}, {"last_affected": "2.13.0"})),
    advisory(
        "V-6", "torch", **ecosystem({"introduced": "1"}, {"fixed": "1.5"}, {"introduced": "2.12"}, {"fixed": "2.13"})
    ),
    {**advisory("V-7", "torch", versions=["2.13.0"]), "withdrawn": "2026-01-01T00:00:00Z"},
    {
        **advisory("V-8", "torch"),
        "affected": [{"package": {"ecosystem": "npm", "name": "torch"}, "versions": ["2.13.0"]}],
    },
    advisory("V-9", "torch", ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}]),
]
EXPECTED = [("flask", "V-3"), ("jinja2", "V-1"), ("torch", "V-5")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As a checkout of advisories lies there, with a file that is none."""
    for each in ADVISORIES:
        file = tmp_path / "公告" / "vulns" / f"{each['id']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(each, ensure_ascii=False), "utf-8")
    (tmp_path / "公告" / "package.json").write_text('{"name": "no advisory"}', "utf-8")
    return tmp_path / "公告"


def test_versions_are_found_in_lists_and_ranges(folder: Path) -> None:
    found, read = weaknesses(folder, PINNED)
    assert [(each.name, each.advisory) for each in found] == EXPECTED
    assert read == 8
    assert found[1].fixed == ("3.1.3",)
    assert found[1].aliases == ("CVE-2099-1",)


def test_a_zip_file_says_the_same(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("*.json"):
            archive.write(file, file.name)
    assert weaknesses(packed, PINNED) == weaknesses(folder, PINNED)


def test_yaml_is_read_as_well(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / "PYSEC-1.yaml").write_text(
        "id: PYSEC-1\ndetails: 沙箱\naffected:\n- package: {ecosystem: PyPI, name: jinja2}\n  versions: ['3.1.2']\n",
        "utf-8",
    )
    assert [each.advisory for each in weaknesses(tmp_path, PINNED)[0]] == ["PYSEC-1"]


def test_an_empty_or_missing_place_is_no_clean_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "坏.zip").write_bytes(b"PK")
    for place in (tmp_path, tmp_path / "没有", tmp_path / "坏.zip"):
        if place.is_dir():
            with pytest.raises(NoAdvisories):
                weaknesses(place, PINNED)
        assert audit.from_folder(place, PINNED) == audit.UNCHECKED
        assert str(place) in capsys.readouterr().err


def test_the_outcome_is_the_exit_status(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.from_folder(folder, PINNED) == audit.KNOWN
    assert "jinja2 3.1.2: V-1 (CVE-2099-1): 模板可逃出沙箱; fixed in 3.1.3" in capsys.readouterr().out
    assert audit.from_folder(folder, {"jinja2": "3.1.3"}) == audit.CLEAN
    assert "no known weaknesses" in capsys.readouterr().out


def test_the_locks_are_read_whole() -> None:
    versions = audit.pinned(*(ROOT / name for name in audit.LOCKS))
    assert {"flask", "torch", "jieba", "whoosh"} <= set(versions)
    assert all(version[0].isdigit() for version in versions.values())
    assert len(versions) > 50


def pip_audit(folder: Path, said: str, complaint: str = "") -> list[str]:
    """A program that answers as pip-audit would."""
    program = folder / "pip_audit.py"
    program.write_text(f"import sys\nprint({said!r})\nprint({complaint!r}, file=sys.stderr)\n", "utf-8")
    return [sys.executable, str(program)]


@pytest.mark.parametrize(
    ("said", "complaint", "outcome"),
    [
        ('{"dependencies": [{"name": "jinja2", "version": "3.1.6", "vulns": []}]}', "", (audit.CLEAN, "no known")),
        (
            '{"dependencies": [{"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "V-1", "fix_versions": ["3.1.3"]}]}]}',
            "",
            (audit.KNOWN, "V-1"),
        ),
        ('{"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]}', "", (audit.UNCHECKED, "jinja2")),
        ("", "a\nb\nConnectionError: no route", (audit.UNCHECKED, "ConnectionError: no route")),
        ("[]", "", (audit.UNCHECKED, "said nothing")),
    ],
)
def test_what_a_service_does_not_know_is_no_clean_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, complaint: str, outcome: tuple[int, str]
) -> None:
    status, line = outcome
    assert audit.from_service(pip_audit(tmp_path, said, complaint), PINNED) == status
    told = capsys.readouterr()
    assert line in told.out + told.err
    assert ("error: not audited" in told.err) is (status == audit.UNCHECKED)


def test_a_program_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.from_service(["/没有/pip-audit"], PINNED) == audit.UNCHECKED
    assert "/没有/pip-audit" in capsys.readouterr().err


# -- the bill of materials ---------------------------------------------------------------------------------------------


def test_the_bill_holds_what_is_needed_and_no_more() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"bom-ref": f"{name}==1", "name": name} for name in ("Flask", "Werkzeug", "pytest")],
        "dependencies": [
            {"ref": "root", "dependsOn": ["Flask==1", "pytest==1"]},
            {"ref": "Flask==1", "dependsOn": ["Werkzeug==1"]},
            {"ref": "Werkzeug==1"},
            {"ref": "pytest==1"},
        ],
    }
    kept = sbom.pruned(bill, {"flask", "werkzeug"})
    assert [each["name"] for each in kept["components"]] == ["Flask", "Werkzeug"]
    assert kept["dependencies"] == [
        {"ref": "root", "dependsOn": ["Flask==1"]},
        {"ref": "Flask==1", "dependsOn": ["Werkzeug==1"]},
        {"ref": "Werkzeug==1"},
    ]


def test_a_bill_that_cannot_be_made_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sbom.main(["/没有/cyclonedx-py", str(tmp_path / "sbom.json")]) == 1
    assert "/没有/cyclonedx-py" in capsys.readouterr().err
    assert not (tmp_path / "sbom.json").exists()
