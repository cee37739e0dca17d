"""What kind of file bytes are. Offices rename files: what the bytes say wins over the ending of the name."""

from __future__ import annotations

import re
from enum import Enum
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from indexer.readers.unreadable import Unreadable


class Kind(Enum):
    """Kinds of files, each with its reader. OFFICE is what only LibreOffice reads."""

    TEXT = "text"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    OFD = "ofd"
    OFFICE = "office"


ENDINGS = {
    ".txt": Kind.TEXT,
    ".md": Kind.TEXT,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".shtml": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".docx": Kind.DOCX,
    ".pdf": Kind.PDF,
    ".ofd": Kind.OFD,
    ".doc": Kind.OFFICE,
    ".wps": Kind.OFFICE,
    ".rtf": Kind.OFFICE,
}
REASONS = {".mht": "web_archive", ".mhtml": "web_archive"}
"""Endings of formats that are known and not read → why; of all others the reason is `format`."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_PAGE = re.compile(
    rb"(?:\s|<!--.*?-->|<\?xml[^>]{0,200}\?>)*<(?:!doctype\s+html|html|head|body|meta|title)\b", re.I | re.S
)
_WORD_XML = re.compile(rb"\s*<\?xml[^>]{0,200}\?>(?:\s|<\?[^>]{0,200}\?>)*<(?:w:wordDocument|pkg:package)\b")
_WEB_ARCHIVE = re.compile(rb"^MIME-Version:.{0,2000}^Content-Type:\s*multipart/related", re.I | re.S | re.M)
_BINARY_KINDS = (Kind.DOCX, Kind.PDF, Kind.OFD, Kind.OFFICE)


def kind_of(data: bytes, ending: str) -> Kind:
    """The kind of a file. Raises Unreadable: `empty`, `format`, `encrypted`, `web_archive`, or `corrupt` where the
    ending promises a format that the bytes are not in."""
    if not data:
        raise Unreadable("empty")
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(_OLE):
        return _ole(data)
    if data.startswith(b"{\\rtf") or _WORD_XML.match(head):
        return Kind.OFFICE
    if data.startswith(_OTHERS):
        raise Unreadable("format")
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Kind.HTML
    if _WEB_ARCHIVE.search(head):
        raise Unreadable("web_archive")
    kind = ENDINGS[ending]
    if kind in _BINARY_KINDS:
        raise Unreadable("corrupt")
    return kind


def _zipped(data: bytes) -> Kind:
    try:
        with ZipFile(BytesIO(data)) as file:
            names = set(file.namelist())
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("corrupt") from error
    if any(name.lower().lstrip("/") == "ofd.xml" for name in names):
        return Kind.OFD
    if any(name.startswith("word/") for name in names):
        return Kind.DOCX
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:200]:
        return Kind.OFFICE
    raise Unreadable("format")


def _ole(data: bytes) -> Kind:
    """Word's old format, or what else is kept in the same container: a workbook, a docx with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("encrypted")
    if "WordDocument".encode("utf-16-le") not in data:
        raise Unreadable("format")
    # The stream with the text nearly always stands first; its header says whether a password is on it ([MS-DOC] 2.5.2).
    if data[512:514] == b"\xec\xa5" and data[512 + 11] & 1:
        raise Unreadable("encrypted")
    return Kind.OFFICE
