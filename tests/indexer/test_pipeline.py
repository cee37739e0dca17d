"""The whole run, on small folders, with the real model: what goes wrong costs nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.pipeline import build_index, index_needed
from search.errors import BadFolder, IndexBusy, IndexDamaged, IndexMismatch, NoIndex, NothingToIndex
from search.generation import GenerationWriter, current_name, open_current, verify, writer_lock
from search.model import Mode
from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

GOOD = "某市财政局关于支持民营银行发展的通知\n某财发〔2020〕1号\n各区财政局：\n一、支持设立民营银行，服务小微企业。\n二、加强监管，防范金融风险。\n某市财政局\n2020年1月2日\n"
Make = Callable[..., Settings]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    (place / "good.txt").write_text(GOOD, "utf-8")
    return place


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def texts(settings: Settings, query: str) -> list[str]:
    searcher = Searcher.open(settings)
    try:
        return [hit.clause.text for hit in searcher.search(query, mode=Mode.KEYWORD).hits]
    finally:
        searcher.close()


def test_unreadable_files_are_named_with_their_reason_and_the_good_ones_indexed(folder: Path, home: Settings) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_text(" \n\t\n", "utf-8")
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "unknown.xyz").write_text("内容", "utf-8")
    (folder / "gb.txt").write_bytes(GOOD.replace("民营", "村镇").encode("gb18030"))
    (folder / "broken_link.txt").symlink_to(folder / "nothing.txt")
    (folder / "README.md").write_text("# about this folder\n", "utf-8")
    report = build_index(home, [folder], progress=False)
    assert sorted(d.file for d in report.documents) == ["gb.txt", "good.txt"]
    reasons = {s.file: s.reason for s in report.skipped}
    assert set(reasons) == {"empty.txt", "blank.txt", "binary.txt", "unknown.xyz", "broken_link.txt"}
    assert reasons["empty.txt"] == "empty"
    for language in ("zh", "en"):
        lines = list(report.lines(language))
        assert any("binary.txt" in line for line in lines)
    assert any("支持设立民营银行" in text for text in texts(home, "民营银行"))
    assert any("支持设立村镇银行" in text for text in texts(home, "村镇银行"))


def test_a_folder_without_a_document_changes_nothing(folder: Path, home: Settings, tmp_path: Path) -> None:
    build_index(home, [folder], progress=False)
    before = current_name(home.home)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingToIndex):
        build_index(home, [empty], progress=False)
    with pytest.raises(BadFolder):
        build_index(home, [tmp_path / "nowhere"], progress=False)
    assert current_name(home.home) == before
    assert texts(home, "民营银行")


def test_a_new_generation_replaces_the_old_one_under_an_open_searcher(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    searcher = Searcher.open(home)
    (folder / "good.txt").write_text(GOOD.replace("民营银行", "消费金融公司"), "utf-8")
    build_index(home, [folder], progress=False)
    assert searcher.search("“消费金融公司”", mode=Mode.KEYWORD).total
    assert not searcher.search("“民营银行”", mode=Mode.KEYWORD).total
    searcher.close()


def test_an_index_is_needed_when_there_is_none_or_the_files_are_others(folder: Path, home: Settings) -> None:
    assert index_needed(home, [folder])
    build_index(home, [folder], progress=False)
    assert not index_needed(home, [folder])
    (folder / "second.txt").write_text(GOOD, "utf-8")
    assert index_needed(home, [folder])


def manifest_of(settings: Settings) -> Path:
    return settings.home / "generations" / (current_name(settings.home) or "") / "manifest.json"


def change(manifest: Path, **values: object) -> None:
    manifest.write_text(json.dumps({**json.loads(manifest.read_text("utf-8")), **values}), "utf-8")


def test_an_index_of_another_version_is_refused_with_its_remedy(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    manifest = json.loads(manifest_of(home).read_text("utf-8"))
    change(manifest_of(home), schema=999)
    with pytest.raises(IndexMismatch) as refused:
        Searcher.open(home)
    assert refused.value.remedy("zh") == "请运行 tiaokuan index"
    response = create_app(home).test_client().get("/api/v1/search?q=民营银行")
    assert response.status_code == 409
    assert response.get_json()["error"]["code"] == "index_mismatch"
    change(manifest_of(home), schema=manifest["schema"], analyzer={**manifest["analyzer"], "scheme": -1})
    with pytest.raises(IndexMismatch):
        Searcher.open(home)


def test_an_index_of_the_version_before_leaves_its_engine_and_its_vectors(folder: Path, home: Settings) -> None:
    build_index(home.model_copy(update={"engine": "tantivy"}), [folder], progress=False)
    catalogue = manifest_of(home).with_name("catalogue.sqlite")
    with closing(sqlite3.connect(catalogue)) as connection, connection:
        connection.execute("DELETE FROM columns WHERE name = 'provinces'")  # as format 4 was
    files = json.loads(manifest_of(home).read_text("utf-8"))["files"]
    files["catalogue.sqlite"] = {
        "size": catalogue.stat().st_size,
        "sha256": sha256(catalogue.read_bytes()).hexdigest(),
    }
    change(manifest_of(home), schema=4, files=files)
    with pytest.raises(IndexMismatch):
        Searcher.open(home)
    assert index_needed(home, [folder])
    report = build_index(home, [folder], progress=False)
    assert report.embedded == 0 < report.reused
    assert open_current(home.home).manifest.engine == "tantivy"
    assert texts(home, "民营银行") == texts(home, "民營銀行") != []


def test_a_damaged_index_is_refused_and_named(folder: Path, home: Settings) -> None:
    build_index(home, [folder], progress=False)
    generation = open_current(home.home)
    catalogue = generation.folder / "catalogue.sqlite"
    whole = catalogue.read_bytes()
    catalogue.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert verify(generation) == ["catalogue.sqlite"]
    catalogue.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IndexDamaged, match=r"catalogue\.sqlite"):
        Searcher.open(home)


def test_without_an_index_the_api_says_what_to_do_and_finds_one_that_comes_later(folder: Path, home: Settings) -> None:
    client = create_app(home).test_client()
    refused = client.get("/api/v1/search?q=民营银行")
    assert refused.status_code == 409
    assert set(refused.get_json()["error"]) == {"code", "message", "remedy"}
    assert client.get("/healthz").status_code == 200
    with pytest.raises(NoIndex):
        Searcher.open(home)
    build_index(home, [folder], progress=False)
    assert client.get("/api/v1/search?q=民营银行&mode=keyword").get_json()["total"] >= 1


def test_only_one_process_writes_and_the_other_is_told_who(folder: Path, home: Settings) -> None:
    with writer_lock(home.home), pytest.raises(IndexBusy, match=str(os.getpid())):
        build_index(home, [folder], progress=False)
    build_index(home, [folder], progress=False)


def test_what_a_killed_writer_left_is_cleared_and_old_generations_go(folder: Path, home: Settings) -> None:
    for _ in range(home.keep_generations + 2):
        build_index(home, [folder], progress=False)
    left = GenerationWriter(home.home).folder  # and then the process is killed
    assert left.is_dir()
    build_index(home, [folder], progress=False)
    assert not left.exists()
    assert len(list((home.home / "generations").iterdir())) == home.keep_generations
