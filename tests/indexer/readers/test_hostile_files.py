"""Files made to do harm: each is read or named within bounds of time and memory, and the next file is read as ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from file_making import make_docx, make_ofd, make_pdf, make_zip

from indexer.readers import READERS
from indexer.readers.isolated import Worker
from indexer.readers.unreadable import Unreadable

TEXT = ["国务院关于促进民营银行发展的意见", "在东北地区至少设立一家民营银行。"]
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
SECONDS = 20
"""No hostile file may take longer; the slowest takes about two seconds."""


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS


def outcome(data: bytes, ending: str) -> str:
    """The reason why a file is not read, or `read`; afterwards other files are still read."""
    try:
        READERS[ending](data)
        found = "read"
    except Unreadable as error:
        found = error.reason
    assert READERS[".docx"](make_docx(TEXT)).split("\n") == TEXT
    return found


def bomb(name: str, megabytes: int) -> bytes:
    """A zip with one part that is that large, and next to nothing itself."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as file:
        file.writestr("OFD.xml" if name.endswith("Content.xml") else "[Content_Types].xml", "<x/>")
        with file.open(name, "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b" " * 1024 * 1024)
    return stream.getvalue()


def test_zip_bombs_are_not_unpacked() -> None:
    assert outcome(bomb("word/document.xml", 300), ".docx") == "zip_bomb"
    assert outcome(bomb("Doc_0/Pages/Page_0/Content.xml", 300), ".ofd") == "zip_bomb"
    many = {f"word/media/{i}.png": b"\x00" * 10_000_000 for i in range(25)}
    assert outcome(make_zip({"word/document.xml": "<x/>", **many}), ".docx") == "zip_bomb"


def test_entities_are_not_expanded() -> None:
    laughs = f"{LAUGHS}]><w:document>&j;</w:document>"
    assert outcome(make_zip({"word/document.xml": laughs, "[Content_Types].xml": "<x/>"}), ".docx") == "unsafe"
    assert outcome(make_zip({"OFD.xml": f"{LAUGHS}]><x><DocRoot>&j;</DocRoot></x>"}), ".ofd") == "unsafe"
    page = f"<?xml version='1.0'?>{LAUGHS}]><html><body>&j; 国务院</body></html>"
    assert outcome(page.encode(), ".html") == "read"


def test_nothing_outside_a_package_is_read() -> None:
    external = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x><DocRoot>&a;</DocRoot></x>"
    assert outcome(make_zip({"OFD.xml": external}), ".ofd") == "unsafe"
    for path in ("../../../../etc/passwd", "/etc/passwd", "..\\..\\windows\\win.ini"):
        parts = {"OFD.xml": f"<x><DocRoot>{path}</DocRoot></x>", "../../../../etc/passwd": "<x/>"}
        assert outcome(make_zip(parts), ".ofd") in ("corrupt", "no_text")


def test_a_package_that_refers_to_itself_ends() -> None:
    pages = "".join("<Page BaseLoc='../OFD.xml'/>" for _ in range(5000))
    parts = {"OFD.xml": "<x><DocRoot>D/D.xml</DocRoot></x>", "D/D.xml": f"<x>{pages}</x>"}
    assert outcome(make_zip(parts), ".ofd") == "too_many_pages"


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "ol><li", "b", "blockquote"])
def test_deeply_nested_pages_are_read(tag: str) -> None:
    page = f"<html><body>{f'<{tag}>' * 10_000}在东北地区至少设立一家民营银行。"
    assert "民营银行" in READERS[".html"](page.encode())


def test_deeply_nested_documents_do_not_stop_the_run() -> None:
    table = "<w:tbl><w:tr><w:tc>" * 3000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3000
    with ZipFile(BytesIO(make_docx(TEXT))) as file:
        parts: dict[str, str | bytes] = {name: file.read(name) for name in file.namelist()}
    document = parts["word/document.xml"]
    assert isinstance(document, bytes)
    parts["word/document.xml"] = document.replace(b"<w:p>", table.encode() + b"<w:p>", 1)
    assert outcome(make_zip(parts), ".docx") in ("too_complex", "corrupt")
    # nested so deep, an OFD is one without pages
    assert outcome(make_zip({"OFD.xml": "<x>" * 100_000 + "</x>" * 100_000}), ".ofd") in ("too_complex", "no_text")


def test_a_pdf_of_a_million_empty_pages_is_named() -> None:
    kids = b"3 0 R " * 1_000_000
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1000000 /Kids [%s] >>" % kids,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj %s endobj\n" % (i, o) for i, o in enumerate(objects, 1))
    assert outcome(body + b"trailer << /Root 1 0 R >>\n%%EOF", ".pdf") == "too_many_pages"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_half_a_character_at_the_end_costs_that_character_alone(encoding: str) -> None:
    text = (
        "在東北地區至少設立一家民營銀行，並依法加強監管。"
        if encoding == "big5"
        else "在东北地区至少设立一家民营银行，并依法加强监管。"
    )
    assert READERS[".txt"](text.encode(encoding)[:-1]) == text[:-1]


def test_lone_surrogates_and_nul_bytes_do_no_harm() -> None:
    text = "在东北地区至少设立一家民营银行，并依法加强监管。"
    surrogate = (text + "\ud800" + text).encode("utf-8", "surrogatepass")
    assert READERS[".txt"](surrogate) == f"{text}\ufffd{text}"
    assert READERS[".txt"](b"\xff\xfe" + (text + "\ud800x").encode("utf-16-le", "surrogatepass")).startswith(text)
    assert READERS[".txt"]((text * 100 + "\x00" + text).encode()) == text * 101
    assert outcome(b"\x00" * 5000, ".txt") == "binary"
    READERS[".html"](f"<html><body>&#xD800;&#0;\x7f{text}</body></html>".encode()).encode()


def test_noise_is_not_read_as_text() -> None:
    assert outcome(bytes(range(1, 256)) * 50, ".txt") == "encoding"


def test_a_reader_that_hangs_is_stopped_and_a_new_one_started() -> None:
    worker = Worker(seconds=1.0)
    with pytest.raises(Unreadable, match="timeout"):
        worker.read("builtins:input", b"")  # waits for a line that never comes
    worker.close()


def test_a_reader_that_crashes_or_takes_all_memory_is_named() -> None:
    worker = Worker(memory=300 * 1024 * 1024)
    with pytest.raises(Unreadable, match="too_complex"):
        worker.read("sys:exit", b"")
    assert worker.read("indexer.readers.docx:read_docx", make_docx(TEXT)).text.split("\n") == TEXT
    worker.close()


@pytest.mark.parametrize(("make", "ending"), [(make_docx, ".docx"), (make_pdf, ".pdf"), (make_ofd, ".ofd")])
def test_no_damage_to_a_file_stops_the_run(make: object, ending: str) -> None:
    data = make(TEXT * 3)  # type: ignore[operator]
    step = max(1, len(data) // 60)
    for at in range(0, len(data), step):
        damaged = data[:at] + b"\xff" + data[at + 1 :]
        with suppress(Unreadable):
            READERS[ending](damaged)
