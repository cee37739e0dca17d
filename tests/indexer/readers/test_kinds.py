"""Files whose name and content disagree, that are encrypted, scanned, damaged, or of no kind that is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from file_making import make_docx, make_ofd, make_pdf, make_zip, ofd_page, pdf_of, picture

from indexer.readers import READERS
from indexer.readers.office import find_soffice
from indexer.readers.unreadable import Unreadable
from search.i18n import load_catalogue

TEXT = ["国务院关于促进民营银行发展的意见", "一、总体要求", "在东北地区至少设立一家民营银行。"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def reason(data: bytes, ending: str) -> str:
    with pytest.raises(Unreadable) as caught:
        READERS[ending](data)
    assert load_catalogue("indexer").text(f"reason.{caught.value.reason}", "zh")
    return caught.value.reason


@pytest.mark.parametrize("make", [make_docx, make_pdf, make_ofd])
@pytest.mark.parametrize("ending", [".txt", ".doc", ".html", ".wps"])
def test_what_the_bytes_say_wins_over_the_name(make: object, ending: str) -> None:
    # a single page does not tell that its first line is a running head
    assert READERS[ending](make(TEXT)).split("\n")[-3:] == TEXT  # type: ignore[operator]


@pytest.mark.parametrize("ending", [".docx", ".pdf", ".ofd", ".doc", ".wps"])
def test_text_under_the_name_of_another_format_is_not_guessed_at(ending: str) -> None:
    assert reason("国务院".encode(), ending) == "corrupt"
    assert reason(b"", ending) == "empty"


@pytest.mark.parametrize(
    "data", [b"Rar!\x1a\x07\x00", b"\x89PNG\r\n\x1a\n", b"7z\xbc\xaf\x27\x1c", OLE + b"\x00" * 600]
)
def test_other_formats_are_named(data: bytes) -> None:
    assert reason(data, ".doc") == "format"


def test_workbooks_and_slides_are_other_formats() -> None:
    assert reason(make_zip({"xl/workbook.xml": "<x/>"}), ".docx") == "format"


def test_files_with_a_password_are_named() -> None:
    assert reason(OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), ".docx") == "encrypted"
    header = bytearray(600)
    header[:8], header[512:514], header[523] = OLE, b"\xec\xa5", 1
    assert reason(bytes(header) + "WordDocument".encode("utf-16-le"), ".doc") == "encrypted"
    assert reason(make_zip({"OFD.xml": "<x/>", "Encryptions.xml": "<x/>"}), ".ofd") == "encrypted"


def test_an_encrypted_pdf_is_named() -> None:
    plain = make_pdf(TEXT)
    key = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>] /Size" % (
        b"11" * 32,
        b"22" * 32,
    )
    assert reason(plain.replace(b"trailer << /Size", b"trailer << " + key), ".pdf") == "encrypted"


def test_a_scanned_pdf_is_named_and_an_empty_one_is_not_called_a_scan() -> None:
    scan = [b"q 500 0 0 700 0 0 cm /I Do Q"] * 3
    assert reason(pdf_of(scan, resources=b"/XObject << /I 7 0 R >>", extra=picture()), ".pdf") == "scanned"
    assert reason(pdf_of([b""] * 3), ".pdf") == "no_text"


def test_a_scanned_ofd_is_named() -> None:
    page = ofd_page([]).replace("</ofd:Layer>", "<ofd:ImageObject ID='2' ResourceID='3'/></ofd:Layer>")
    parts = {
        "OFD.xml": "<OFD><DocBody><DocRoot>/D/Document.xml</DocRoot></DocBody></OFD>",
        "D/Document.xml": "<Document><Pages><Page BaseLoc='P.xml'/></Pages></Document>",
        "D/P.xml": page,
    }
    assert reason(make_zip(parts), ".ofd") == "scanned"


@pytest.mark.parametrize(("make", "ending"), [(make_docx, ".docx"), (make_pdf, ".pdf"), (make_ofd, ".ofd")])
def test_a_file_cut_off_in_the_middle_is_damaged(make: object, ending: str) -> None:
    data = make(TEXT * 50)  # type: ignore[operator]
    assert reason(data[: len(data) // 3], ending) in ("corrupt", "no_text")


def test_every_reason_is_told_in_both_languages() -> None:
    folder = Path(__file__).resolve().parents[3] / "indexer" / "readers"
    import re

    named = {
        r
        for path in folder.glob("*.py")
        for r in re.findall(r'(?:Unreadable\(|"unreadable", )"(\w+)"', path.read_text("utf-8"))
    }
    assert len(named) > 10
    for language in ("zh", "en"):
        texts = load_catalogue("indexer")
        assert all(texts.text(f"reason.{name}", language) != f"reason.{name}" for name in named)


@pytest.mark.skipif(find_soffice() is not None, reason="LibreOffice is installed here")
def test_without_libreoffice_old_formats_are_named() -> None:
    assert reason(b"{\\rtf1 x}", ".rtf") == "needs_libreoffice"


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice (soffice) is not installed")
def test_old_formats_are_read_through_libreoffice() -> None:
    text = "".join(f"\\u{ord(c)}?" if ord(c) < 32768 else f"\\u{ord(c) - 65536}?" for c in TEXT[0])
    assert READERS[".doc"](b"{\\rtf1\\ansi " + text.encode() + b"\\par}") == TEXT[0]


def test_without_the_program_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.readers.office.find_soffice", lambda: None)
    assert reason(b"{\\rtf1 x}", ".doc") == "needs_libreoffice"
