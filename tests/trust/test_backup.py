"""One file, whole or refused: what it holds, where it can be put back, and what is done with files that mean harm."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.kills import Place, act
from search.backup import HEADER
from search.generation import current_name, open_current, verify
from search.searcher import Searcher
from tests.trust.conftest import Run, flip, found


@pytest.fixture
def full(place: Place, tiaokuan: Run) -> Place:
    """A home with everything a backup takes, and a backup of it."""
    (place.home / "synonyms.txt").write_text("双创 = 大众创业、万众创新\n", "utf-8")
    (place.home / "judgments.jsonl").write_text('{"query": "民营银行", "judgments": {}}\n', "utf-8")
    (place.home / "uploads").mkdir()
    (place.home / "uploads" / "補充通知（2020）.txt").write_text("關於補充的通知\n一、補充。\n", "utf-8")
    tiaokuan("keys", "add", "编辑部", "--role", "edit")
    assert tiaokuan("backup", place.backup)[0] == 0
    return place


def contents(home: Path) -> dict[str, bytes]:
    left_out = ("writer.lock", "keys.lock")
    return {
        p.relative_to(home).as_posix(): p.read_bytes()
        for p in sorted(home.rglob("*"))
        if p.is_file() and p.name not in left_out
    }


def test_it_is_restored_into_another_home_and_finds_the_same(
    full: Place, tiaokuan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "别处" / "新家"
    monkeypatch.setenv("TIAOKUAN_HOME", str(other))
    status, printed, _ = tiaokuan("restore", full.backup, "--json")
    answer = json.loads(printed)
    assert (status, answer["generation"], answer["kept"]) == (0, "000001", [])
    assert set(answer["restored"]) == {"home/synonyms.txt", "home/judgments.jsonl", "uploads/補充通知（2020）.txt"}
    there = contents(other)
    assert there.pop("CURRENT")
    assert {k: v for k, v in contents(full.home).items() if k not in ("CURRENT", "keys.json")} == there
    searcher = Searcher.open(full.settings.model_copy(update={"home": other}), verified=True)
    assert found(searcher) == 12
    searcher.close()
    assert tiaokuan("doctor")[0] == 0


def test_keys_come_along_only_when_asked_for_and_stay_private(
    full: Place, tiaokuan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(full.backup) as archive:
        assert not any("keys" in name for name in archive.namelist())
    assert tiaokuan("backup", tmp_path / "连同密钥.zip", "--with-keys")[0] == 0
    assert stat.S_IMODE((tmp_path / "连同密钥.zip").stat().st_mode) == 0o600
    monkeypatch.setenv("TIAOKUAN_HOME", str(tmp_path / "other"))
    assert tiaokuan("restore", tmp_path / "连同密钥.zip")[0] == 0
    assert "编辑部" in tiaokuan("keys", "list")[1]
    assert stat.S_IMODE((tmp_path / "other" / "keys.json").stat().st_mode) == 0o600


def test_it_goes_beside_the_live_generation_and_keeps_own_files(full: Place, tiaokuan: Run) -> None:
    full.write(2)
    act("index", full)
    (full.home / "synonyms.txt").write_text("三供一业 = 供水\n", "utf-8")
    searcher = Searcher.open(full.settings, verified=True)
    assert found(searcher) == 0
    status, printed, _ = tiaokuan("restore", full.backup, "--json")
    answer = json.loads(printed)
    assert (status, answer["generation"], answer["kept"]) == (0, "000003", ["home/synonyms.txt"])
    assert (full.home / "synonyms.txt").read_text("utf-8").startswith("三供一业")
    assert found(searcher) == 12
    searcher.close()
    assert tiaokuan("rollback")[0] == 0
    assert current_name(full.home) == "000002"


def test_a_backup_is_not_written_over_another_file_and_a_damaged_index_not_at_all(full: Place, tiaokuan: Run) -> None:
    before = full.backup.read_bytes()
    status, _, complaint = tiaokuan("backup", full.backup)
    assert (status, complaint.count("\n"), full.backup.read_bytes() == before) == (2, 1, True)
    flip(open_current(full.home).folder / "vectors.faiss")
    status, _, complaint = tiaokuan("backup", full.backup.with_name("新.zip"))
    assert (status, "vectors.faiss" in complaint) == (2, True)
    assert list(full.backup.parent.glob("*新.zip*")) == []
    assert tiaokuan("backup", full.home / "没有" / "b.zip")[0] == 2


def test_the_same_bytes_come_of_the_same_index(full: Place, tiaokuan: Run, tmp_path: Path) -> None:
    assert tiaokuan("backup", tmp_path / "b2.zip")[0] == 0
    with zipfile.ZipFile(full.backup) as one, zipfile.ZipFile(tmp_path / "b2.zip") as other:
        assert [(i.filename, i.CRC) for i in one.infolist()[1:]] == [(i.filename, i.CRC) for i in other.infolist()[1:]]


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], object], **options: int) -> Path:
    """The backup with other members. Only the header is not made to agree: `change` does that, if anybody."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    made = backup.with_name("改过.zip")
    with zipfile.ZipFile(made, "w", **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made


def listed(members: dict[str, bytes], name: str, data: bytes) -> None:
    """Put a member in and on the list, as a forger would."""
    from hashlib import sha256

    members[name] = data
    header = json.loads(members[HEADER])
    header["files"][name] = {"size": len(data), "sha256": sha256(data).hexdigest()}
    members[HEADER] = json.dumps(header).encode()


HOSTILE_NAMES = [
    "../evil",
    "generation/../../evil",
    "/etc/evil",
    "home/../evil",
    "uploads/../../evil",
    "uploads/a/b.txt",
    "uploads/.bashrc",
    "home/evil.txt",
    "generation\\..\\evil",
    "C:/evil",
    "generation/./x",
    "uploads/a\nb",
    "generation/",
    "别的/文件",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_member_with_a_hostile_name_is_refused(full: Place, tiaokuan: Run, name: str, tmp_path: Path) -> None:
    made = rewritten(full.backup, lambda members: listed(members, name, b"evil"))
    refused(full, tiaokuan, made)
    assert list(tmp_path.rglob("*evil*")) == []


HARMS: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no header": lambda m: m.pop(HEADER),
    "no manifest": lambda m: m.pop("generation/manifest.json"),
    "a file is missing": lambda m: m.pop("generation/vectors.faiss"),
    "a file too many": lambda m: m.update({"generation/more": b"x"}),
    "listed and not in the manifest": lambda m: listed(m, "generation/more", b"x"),
    "other bytes": lambda m: m.update({"generation/vectors.npz": b"x" * len(m["generation/vectors.npz"])}),
    "other bytes, listed": lambda m: listed(m, "generation/vectors.npz", b"x" * 99),
    "another manifest": lambda m: listed(m, "generation/manifest.json", b"{}"),
    "a manifest without end": lambda m: listed(m, "generation/manifest.json", b"[" * 100_000),
    "header no JSON": lambda m: m.update({HEADER: "备份".encode()}),
    "header a list": lambda m: m.update({HEADER: b"[1]"}),
    "header of another format": lambda m: m.update({HEADER: m[HEADER].replace(b'"format": 1', b'"format": 2')}),
    "header without end": lambda m: m.update({HEADER: b"[" * 100_000}),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_does_not_agree_with_itself_is_refused(full: Place, tiaokuan: Run, harm: str) -> None:
    refused(full, tiaokuan, rewritten(full.backup, HARMS[harm]))


def test_bombs_and_links_and_twins_are_refused(full: Place, tiaokuan: Run) -> None:
    refused(full, tiaokuan, rewritten(full.backup, lambda m: None, compression=zipfile.ZIP_DEFLATED))
    bomb = rewritten(
        full.backup, lambda m: listed(m, "uploads/a.txt", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED
    )
    assert bomb.stat().st_size < 5_000_000
    refused(full, tiaokuan, bomb)
    with zipfile.ZipFile(made := full.backup.with_name("链接.zip"), "w") as archive:
        link = zipfile.ZipInfo("uploads/link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(HEADER, json.dumps({"format": 1, "files": {}}))
        archive.writestr(link, "/etc/passwd")
    refused(full, tiaokuan, made)
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(HEADER, "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(HEADER, "{}")
    refused(full, tiaokuan, made)


def test_bits_that_flipped_and_files_that_were_cut_short_are_noticed(full: Place, tiaokuan: Run) -> None:
    whole = full.backup.read_bytes()
    made = full.backup.with_name("坏.zip")
    for at in range(40, len(whole), len(whole) // 12):
        made.write_bytes(whole)
        flip(made, at)
        assert_refused_or_the_same(full, tiaokuan, made)
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        made.write_bytes(whole[:length])
        refused(full, tiaokuan, made)


def assert_refused_or_the_same(place: Place, tiaokuan: Run, made: Path) -> None:
    """A bit that means nothing, such as one of a time stamp, may flip; what was restored is whole all the same."""
    before = current_name(place.home)
    status, _, complaint = tiaokuan("restore", made)
    if status == 0:
        assert verify(open_current(place.home)) == []
    else:
        assert (status, complaint.count("\n"), current_name(place.home)) == (2, 1, before)


@pytest.mark.parametrize("what", ["no file", "a folder", "text", "a device"])
def test_what_is_no_backup_at_all_is_refused(full: Place, tiaokuan: Run, what: str) -> None:
    file = full.backup.with_name("不是备份")
    if what == "a folder":
        file.mkdir()
    elif what == "text":
        file.write_text("条款" * 1000, "utf-8")
    elif what == "a device":
        file = Path(os.devnull)
    refused(full, tiaokuan, file)


def refused(place: Place, tiaokuan: Run, made: Path) -> None:
    before = contents(place.home)
    status, printed, complaint = tiaokuan("restore", made)
    assert (status, printed, complaint.count("\n")) == (2, "", 1)
    assert complaint.startswith("tiaokuan: 备份文件")
    assert contents(place.home) == before
