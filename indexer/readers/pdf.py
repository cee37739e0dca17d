"""PDF files that have a text layer. Scans are named as such; nothing is recognised from pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.readers.placed import PlacedLine, join_pages
from indexer.readers.tables import visible
from indexer.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage  # type: ignore[import-untyped]

MOST_PAGES = 3000
"""No policy document is longer; a file of a kilobyte can claim a million pages."""
_FEW = 20
"""Characters of text on a page, fewer than which it counts as a picture where there is one."""
_PASSWORD_ERRORS = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_GARBLED = 0.3
"""Share of characters that stand for nothing: the fonts do not say which characters their shapes are."""


def read_pdf(data: bytes) -> str:
    """The text of a PDF. Raises Unreadable: `encrypted`, `corrupt`, `too_many_pages`, `scanned`, `garbled`, `no_text`."""
    document = _open(data)
    count = len(document)
    if count > MOST_PAGES:
        raise Unreadable("too_many_pages")
    pages, pictures = [], 0
    for index in range(count):
        lines, pictured = _page(document, index)
        pages.append(lines)
        pictures += pictured and sum(len(line.text) for line in lines) < _FEW
    paragraphs = join_pages(pages)
    _check("".join(paragraphs), pictures, count)
    return "\n".join(paragraphs)


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise Unreadable("encrypted" if code in _PASSWORD_ERRORS else "corrupt") from error


def _check(text: str, pictures: int, count: int) -> None:
    """Raises Unreadable where what was read cannot be the document."""
    if pictures and pictures >= 0.5 * count:
        raise Unreadable("scanned")
    if not any(c.isalnum() for c in text):
        raise Unreadable("no_text")
    if sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in text) > _GARBLED * len(text):
        raise Unreadable("garbled")


def _page(document: PdfDocument, index: int) -> tuple[list[PlacedLine], bool]:
    """The lines of a page, and whether it has pictures."""
    from pypdfium2 import PdfiumError
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE  # type: ignore[import-untyped]

    try:
        page = document[index]
    except PdfiumError:
        return [], False
    text_page = page.get_textpage()
    try:
        lines = list(_lines(page, text_page))
        pictured = len(lines) < 3 and next(page.get_objects([FPDF_PAGEOBJ_IMAGE]), None) is not None
        return lines, pictured
    finally:
        text_page.close()
        page.close()


def _lines(page: PdfPage, text_page: PdfTextPage) -> Iterator[PlacedLine]:
    height = page.get_height()
    text = text_page.get_text_range()
    # Offsets into the text are pdfium's character indices only while each character is one UTF-16 unit.
    placed = len(text) == text_page.count_chars()
    at = 0
    for raw in text.split("\n"):
        start, end = _solid_span(raw)
        shown = visible(raw[start:end])
        if shown:
            yield _place(text_page, shown, at + start, at + end - 1, height) if placed else _unplaced(shown)
        at += len(raw) + 1


def _solid_span(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


def _unplaced(text: str) -> PlacedLine:
    return PlacedLine(text, 0.0, 0.0, 0.0, 1.0)


def _place(text_page: PdfTextPage, text: str, first: int, last: int, height: float) -> PlacedLine:
    left, bottom, right, top = text_page.get_charbox(first, loose=True)
    end = text_page.get_charbox(last, loose=True)
    return PlacedLine(text, left, max(end[2], right), height - top, max(top - bottom, 1.0))
