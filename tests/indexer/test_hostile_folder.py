"""A folder full of harm, read as a whole: each file is read or named with its reason, and the good ones are indexed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from indexer import reading, reading_all
from indexer.pipeline import build_index
from indexer.readers.repairs import Repair
from indexer.readers.unreadable import Unreadable
from indexer.reading_all import read_all
from indexer.report import DocumentReport, IndexReport
from indexer.sources import Source, find_sources
from indexer.spool import Packed
from search.generation import CATALOGUE, open_current
from search.settings import Settings
from search.store import Catalogue

GOOD = "某市财政局关于支持民营银行发展的通知\n一、支持设立民营银行，服务小微企业。\n二、加强监管，防范金融风险。\n"
SENTENCE = "在东北地区至少设立一家民营银行，并依法加强监管。"
MEGABYTE = 1024 * 1024


def outcomes(folder: Path, workers: int | None = None) -> dict[str, str]:
    """For each file `read`, or the reason why not."""
    sources = find_sources([folder])
    results = read_all(sources, workers)
    return {
        source.name: "read" if isinstance(result, Packed) else result.reason
        for source, result in zip(sources, results, strict=True)
    }


def bomb(part: str) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as file:
        file.writestr("OFD.xml", "<x/>")
        with file.open(part, "w") as written:
            for _ in range(250):
                written.write(b" " * MEGABYTE)
    return stream.getvalue()


def million_pages() -> bytes:
    kids = b"3 0 R " * 1_000_000
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1000000 /Kids [%s] >>" % kids,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj %s endobj\n" % (i, o) for i, o in enumerate(objects, 1))
    return body + b"trailer << /Root 1 0 R >>\n%%EOF"


def entities() -> bytes:
    stream = BytesIO()
    laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><document>&b;</document>"
    with ZipFile(stream, "w") as file:
        file.writestr("word/document.xml", laughs)
    return stream.getvalue()


FILES: dict[str, tuple[bytes, str]] = {
    "good.txt": (GOOD.encode(), "read"),
    "fifty_megabytes.txt": ((SENTENCE + "\n").encode() * (50 * MEGABYTE // 73), "too_large"),
    "line_of_twenty_megabytes.txt": (SENTENCE.encode() * (20 * MEGABYTE // 72), "too_large"),
    "ascii_in_one_line.txt": (b"a" * 50 * MEGABYTE, "too_large"),
    "larger_still.txt": (b"a" * 65 * MEGABYTE, "too_large"),
    "a_million_lines.txt": ("一\n".encode() * 1_000_000, "too_large"),
    "bomb.docx": (bomb("word/document.xml"), "zip_bomb"),
    "bomb.ofd": (bomb("Doc_0/Content.xml"), "zip_bomb"),
    "entities.docx": (entities(), "unsafe"),
    "nul.txt": (b"\x00" * 5000, "binary"),
    "some_nul.txt": ((GOOD * 60 + "\x00\x00").encode(), "read"),
    "surrogate.txt": ((GOOD + "\ud800" + GOOD).encode("utf-8", "surrogatepass"), "read"),
    "half.txt": (GOOD.rstrip().encode()[:-1], "read"),
    "old.txt": (GOOD.encode("gb18030"), "read"),
    "nested.html": (f"<html><body>{'<div>' * 10_000}{SENTENCE}".encode(), "read"),
    "million_pages.pdf": (million_pages(), "too_many_pages"),
    "page.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "web_archive"),
    "page.html": (b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n", "web_archive"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile") / "documents"
    place.mkdir()
    for name, (data, _) in FILES.items():
        (place / name).write_bytes(data)
    outside = place.parent / "outside.txt"
    outside.write_text(GOOD, "utf-8")
    (place / "way_out.txt").symlink_to(outside)
    (place / "itself.txt").symlink_to(place / "itself.txt")
    (place / "loop").symlink_to(place, target_is_directory=True)
    return place


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, IndexReport]:
    home = Settings(home=tmp_path_factory.mktemp("home"))
    return home, build_index(home, [folder], progress=False)


def test_each_is_read_or_named_and_the_rest_is_indexed(run: tuple[Settings, IndexReport]) -> None:
    report = run[1]
    found = {s.file: s.reason for s in report.skipped} | {d.file: "read" for d in report.documents}
    expected = {name: reason for name, (_, reason) in FILES.items()}
    assert found == expected | {"way_out.txt": "outside", "itself.txt": "no_file"}
    for language in ("zh", "en"):
        lines = "\n".join(report.lines(language))
        assert all(s.file in lines for s in report.skipped)
        assert "reason." not in lines
        assert "repair." not in lines


def test_what_was_mended_is_said_file_by_file(run: tuple[Settings, IndexReport]) -> None:
    report = run[1]
    mended = {d.file: d.repairs for d in report.documents if d.repairs}
    assert mended == {
        "some_nul.txt": (Repair("nul", 2),),
        "surrogate.txt": (Repair("replaced", 1),),
        "half.txt": (Repair("cut"),),
        "old.txt": (Repair("guessed", encoding="GB18030"),),
    }
    chinese = [line for line in report.lines("zh") if line.startswith("已修补")]
    assert len(chinese) == 4
    assert "已修补 old.txt：未注明编码，按 GB18030 读取" in chinese
    assert "mended some_nul.txt: 2 NUL characters, left out" in list(report.lines("en"))
    documents = json.loads(json.dumps(report.as_dict()))["documents"]
    assert {d["file"]: d["repairs"] for d in documents}["old.txt"] == [{"kind": "guessed", "encoding": "GB18030"}]
    assert {d["file"]: d["repairs"] for d in documents}["good.txt"] == []


def test_of_a_large_corpus_guessed_encodings_are_counted(run: tuple[Settings, IndexReport]) -> None:
    guessed = (Repair("guessed", encoding="GB18030"),)
    documents = [DocumentReport(f"d{i}", f"{i}.txt", "标题", 1, 1.0, repairs=guessed) for i in range(50)]
    lines = list(IndexReport("000001", documents, (), 50, 0, 50).lines("zh"))
    assert "另有 50 个文件未注明编码，按内容判断" in lines
    assert not any(line.startswith("已修补") for line in lines)


def test_the_original_text_stays_available(run: tuple[Settings, IndexReport]) -> None:
    catalogue = Catalogue(open_current(run[0].home).folder / CATALOGUE)
    names = {d.file: d.document_id for d in catalogue.documents()}
    assert catalogue.original(names["good.txt"]) == GOOD
    assert catalogue.original(names["old.txt"]) == GOOD
    assert catalogue.original(names["surrogate.txt"]) == f"{GOOD}\ufffd{GOOD}"
    assert catalogue.original("nobody") is None
    for document_id in names.values():
        original = catalogue.original(document_id) or ""
        for clause in catalogue.clauses(document_id):
            source = original[clause.source_start : clause.source_end]
            assert "".join(source.split()) == "".join(clause.text.split())
    catalogue.close()


def test_many_files_are_read_as_few_are(folder: Path, tmp_path: Path) -> None:
    for i in range(reading_all.FEW):
        (tmp_path / f"{i:02}.txt").write_text(f"{GOOD}\n三、第{i}项。\n", "utf-8")
    (tmp_path / "zz_empty.txt").write_bytes(b"")
    parallel, alone = outcomes(tmp_path, 2), outcomes(tmp_path, 1)
    assert parallel == alone
    assert list(parallel) == sorted(parallel)
    assert parallel["zz_empty.txt"] == "empty"


def test_a_text_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def forever(source: Source) -> reading.ReadDocument:
        while True:
            pass

    (tmp_path / "slow.txt").write_text(GOOD, "utf-8")
    monkeypatch.setattr(reading_all, "SECONDS", 0.2)
    monkeypatch.setattr(reading_all, "read_document", forever)
    assert outcomes(tmp_path, 1) == {"slow.txt": "timeout"}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 3_990_000,
        SENTENCE * 41_000,
        "一、" * 490_000,
        "（一）" * 330_000,
        "第一条" * 330_000,
        "《" * 1_000_000 + "国",
    ],
    ids=["letters", "sentences", "numbers", "brackets", "articles", "quotes"],
)
def test_one_long_line_is_read_within_bounds(tmp_path: Path, text: str) -> None:
    (tmp_path / "line.txt").write_text(text, "utf-8")
    assert outcomes(tmp_path, 1)["line.txt"] in ("read", "no_text")  # and not `timeout`


def deadly_read(source: Source) -> Packed | Unreadable:
    """Reads a file; one whose name says so ends the process."""
    if "deadly" in source.name:
        os._exit(9)
    return reading_all.read_one(source)


def deadly_chunk(chunk: Sequence[Source]) -> list[Packed | Unreadable]:
    return [deadly_read(source) for source in chunk]


def test_a_file_that_ends_its_process_costs_no_other_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for i in range(reading_all.FEW):
        (tmp_path / f"{i:02}.txt").write_text(GOOD, "utf-8")
    (tmp_path / "30_deadly.txt").write_text(GOOD, "utf-8")
    monkeypatch.setattr(reading_all, "_CHUNK", 40)
    monkeypatch.setattr(reading_all, "read_one", deadly_read)
    monkeypatch.setattr(reading_all, "read_chunk", deadly_chunk)
    found = outcomes(tmp_path, 2)
    assert found.pop("30_deadly.txt") == "too_complex"
    assert found == {f"{i:02}.txt": "read" for i in range(reading_all.FEW)}
