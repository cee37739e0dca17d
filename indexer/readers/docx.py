"""Word documents: paragraphs and tables in the order in which they stand, with the numbers that Word adds by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from indexer.readers.archive import open_zip
from indexer.readers.docx_numbering import Numbering, W, is_on
from indexer.readers.numbering import labelled
from indexer.readers.tables import row_lines, visible
from indexer.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element as Element  # type: ignore[import-untyped]

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
_TEXT = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
# Deleted or moved away, field codes, notes (their text stands elsewhere), the reading above a character.
_LEFT_OUT = frozenset(
    W + name for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "footnoteReference", "rt", "sectPr")
)
_BOX = W + "txbxContent"


def read_docx(data: bytes) -> str:
    """The text of a document. Raises Unreadable: `corrupt`, `encrypted`, `zip_bomb`, `unsafe`, `no_text`."""
    with open_zip(data) as file:
        for part in file.infolist():
            if part.filename.endswith((".xml", ".rels")) and _ENTITIES.search(file.read(part)):
                raise Unreadable("unsafe")
    from docx import Document  # brings lxml; loaded where a document is read

    document = Document(BytesIO(data))
    numbering = Numbering.of(document)
    lines = _Blocks(numbering).lines(document.element.body)
    if not any(c.isalnum() for line in lines for c in line):
        raise Unreadable("no_text")
    return "\n".join(lines)


@dataclass(slots=True)
class _Blocks:
    """Reads containers of paragraphs: the body, cells, text boxes."""

    numbering: Numbering
    held: str = ""
    """Text of a paragraph whose end was deleted: it runs on into the next one."""

    def lines(self, container: Element) -> list[str]:
        """The lines of all that is in a container."""
        found: list[str] = []
        for child in container:
            if child.tag == W + "p":
                found += self._paragraph(child)
            elif child.tag == W + "tbl":
                found += self._table(child)
            elif child.tag == W + "sdt":
                found += [line for part in child.iterchildren(W + "sdtContent") for line in self.lines(part)]
            elif child.tag in (W + "ins", W + "moveTo", W + "customXml", W + "smartTag"):
                found += self.lines(child)
        return found

    def _table(self, table: Element) -> list[str]:
        found: list[str] = []
        for row in table.iter(W + "tr"):
            if _owner(row, W + "tbl") is not table or row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = [cell for cell in row.iter(W + "tc") if _owner(cell, W + "tr") is row]
            found += row_lines([[] if _continues(cell) else self.lines(cell) for cell in cells])
        return found

    def _paragraph(self, paragraph: Element) -> list[str]:
        run = _Run()
        run.read(paragraph)
        label = self.numbering.label(paragraph) if run.text.strip() or run.pictures else ""
        text = self.held + labelled(label, run.text.strip(" ") if label else run.text)
        self.held = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self.held, text = text, ""
        lines = [line.rstrip() for line in visible(text).split("\n") if line.strip()]
        for box in run.boxes:
            lines += _Blocks(self.numbering).lines(box)
        return lines


@dataclass(slots=True)
class _Run:
    """What a paragraph shows, and the text boxes that hang on it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    pictures: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def read(self, root: Element) -> None:
        """Goes through all that is in `root`, without recursion."""
        stack = list(reversed(root))
        while stack:
            element = stack.pop()
            tag = element.tag
            if tag in _LEFT_OUT or (tag == W + "r" and _is_hidden(element)):
                continue
            if tag == _BOX:
                self.boxes.append(element)
            elif tag in (W + "t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"):
                self.pieces.append(element.text or "")
            elif tag in _TEXT:
                self.pieces.append(_TEXT[tag])
            else:
                self.pictures += tag == W + "drawing"
                stack.extend(reversed(_shown(element)))


def _shown(element: Element) -> list[Element]:
    """The children that show; of alternatives for newer and older programs, one."""
    if element.tag != _MC + "AlternateContent":
        return list(element)
    choice = element.find(_MC + "Choice")
    if choice is None or next(choice.iter(_BOX, W + "t"), None) is None:
        choice = element.find(_MC + "Fallback")
    return [] if choice is None else list(choice)


def _owner(element: Element, tag: str) -> Element | None:
    return next(element.iterancestors(tag), None)


def _continues(cell: Element) -> bool:
    """Whether a cell only goes on with the one above it."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(W + "val", "continue") == "continue"


def _is_hidden(run: Element) -> bool:
    return is_on(run.find(f"{W}rPr/{W}vanish"))
