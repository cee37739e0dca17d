"""A document's clauses as files to work on: a table (CSV) and a text (DOCX). Pure but for the clock that Word wants.

What a spreadsheet would run is made text: a cell that begins with = + - @, their full-width forms or a control character
gets an apostrophe before it (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from search.model import Clause, Document
from web.outline import Block, blocks

if TYPE_CHECKING:
    from docx.document import Document as Word

CSV_TYPE = "text/csv; charset=utf-8"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PATH_STEP = " › "
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# What XML 1.0 has no place for.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LATIN, _CHINESE = "Times New Roman", "宋体"

CLAUSE_COLUMNS = ("clause_id", "ordinal", "kind", "path", "text", "responsible", "start", "end")


def guarded(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula; blank for None."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV as RFC 4180 has it, in UTF-8 with the mark by which Excel knows it."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace")


def clauses_csv(clauses: Sequence[Clause]) -> bytes:
    """The clauses in reading order, one a row, in CLAUSE_COLUMNS; `path` joined by ` › `, offsets into the body."""
    rows = (
        (c.clause_id, c.ordinal, c.kind, PATH_STEP.join(c.path), c.text, c.responsible, c.start, c.end) for c in clauses
    )
    return table(CLAUSE_COLUMNS, rows)


def document_docx(
    document: Document, clauses: Sequence[Clause], facts: Sequence[tuple[str, str]], address: str
) -> bytes:
    """The document as Word reads it: title, `facts` (name and value), the text under its headings, tables as tables,
    and at the end the address it came from."""
    word = new_docx(document.title)
    for name, value in facts:
        word.add_paragraph(xml_text(f"{name}：{value}"))
    for block in blocks(document, clauses, {}):
        (_add_table if block.is_table else _add_block)(word, block)
    word.add_paragraph(xml_text(address))
    return saved(word)


def new_docx(title: str) -> Word:
    """An empty text with a title, in fonts that Chinese Word has."""
    import docx  # Word's format is for who asks for it

    word = docx.Document()
    for name in ("Normal", "Title", *(f"Heading {level}" for level in range(1, 7))):
        _set_fonts(word.styles[name])
    now = datetime.now(UTC)
    word.core_properties.title = xml_text(title)[:255]
    word.core_properties.author, word.core_properties.created, word.core_properties.modified = "", now, now
    word.core_properties.comments = ""
    word.add_heading(xml_text(title), level=0)
    return word


def saved(word: Word) -> bytes:
    """The file."""
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _set_fonts(style: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name = _LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's font would win
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), _CHINESE)


def _add_block(word: Word, block: Block) -> None:
    if block.level:
        piece = block.pieces[0]
        word.add_heading(xml_text("".join(run.text for run in piece.segments)), level=block.level - 1)
        if piece.rest:
            word.add_paragraph(xml_text("".join(run.text for run in piece.rest)))
    else:
        word.add_paragraph(xml_text(block.outside or "".join(piece.clause.text for piece in block.pieces)))


def _add_table(word: Word, block: Block) -> None:
    rows = [line.split("\t") for piece in block.pieces for line in piece.clause.text.split("\n")]
    grid = word.add_table(len(rows), max(len(row) for row in rows), style="Table Grid")
    for cells, row in zip(grid.rows, rows, strict=True):
        # One look at a row's cells: python-docx counts them anew at every `grid.cell`.
        for cell, text in zip(cells.cells, row, strict=False):
            cell.text = xml_text(text)


def xml_text(text: str) -> str:
    """A text without the characters that XML has no place for."""
    return _NOT_XML.sub("", text)


Translate = Callable[..., str]


def docx_facts(document: Document, text: Translate) -> list[tuple[str, str]]:
    """The facts at the head of a text, named by `text` of the keys `fact.…`."""
    values = {
        "issuer": document.issuer,
        "number": document.document_number,
        "issued_on": document.issued_on,
        "source": document.source or document.site,
    }
    return [(text(f"fact.{name}"), str(value)) for name, value in values.items() if value]
