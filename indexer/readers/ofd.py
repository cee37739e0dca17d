"""OFD (GB/T 33190), the format of official documents: a zip of XML files that say which text stands where on which page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from indexer.readers.archive import open_zip
from indexer.readers.placed import PlacedLine, join_pages
from indexer.readers.tables import visible
from indexer.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_PAGES = 3000
_ONE_LINE = 0.5
"""Pieces of text whose base lines differ by less than this share of the letters' height are on one line."""
_GAP = 0.6
"""A gap of so many letters' widths between two pieces is a space."""


def read_ofd(data: bytes) -> str:
    """The text of an OFD file. Raises Unreadable: `corrupt`, `encrypted`, `zip_bomb`, `unsafe`, `too_many_pages`,
    `scanned`, `no_text`."""
    with open_zip(data) as file:
        package = _Package.of(file)
        pages = list(package.pages())
    paragraphs = join_pages([_lines(page) for page in pages])
    if not any(c.isalnum() for text in paragraphs for c in text):
        pictured = any(_named(page, "ImageObject") for page in pages)
        raise Unreadable("scanned" if pictured else "no_text")
    return "\n".join(paragraphs)


@dataclass(frozen=True, slots=True)
class _Package:
    file: ZipFile
    names: dict[str, str]
    """Names of the parts, as they are looked up → as they stand in the zip."""

    @classmethod
    def of(cls, file: ZipFile) -> _Package:
        names = {posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower(): name for name in file.namelist()}
        if "encryptions.xml" in names:
            raise Unreadable("encrypted")
        return cls(file, names)

    def xml(self, path: str) -> Element:
        """A part of the package. A path that leads out of it names no part; nothing is ever looked up on the disk."""
        from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
        from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]

        name = self.names.get(path.lower())
        if name is None:
            raise Unreadable("corrupt")
        try:
            element: Element = fromstring(self.file.read(name), forbid_dtd=True)
        except DefusedXmlException as error:
            raise Unreadable("unsafe") from error
        except (ParseError, BadZipFile, ZlibError, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable("corrupt") from error
        return element

    def pages(self) -> Iterator[Element]:
        """The contents of all pages of all documents in the package, in order."""
        count = 0
        for root in _texts(self.xml("OFD.xml"), "DocRoot"):
            path = _resolve("", root)
            for page in _named(self.xml(path), "Page"):
                count += 1
                if count > MOST_PAGES:
                    raise Unreadable("too_many_pages")
                yield self.xml(_resolve(posixpath.dirname(path), page.get("BaseLoc", "")))


def _resolve(folder: str, location: str) -> str:
    location = location.strip().replace("\\", "/")
    return posixpath.normpath(location.lstrip("/") if location.startswith("/") else posixpath.join(folder, location))


def _named(root: Element, name: str) -> list[Element]:
    """All elements of that name below `root`; programs use the namespace with and without a prefix, or another one."""
    return root.findall(f".//{{*}}{name}")


def _texts(root: Element, name: str) -> list[str]:
    return [element.text or "" for element in _named(root, name)]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    left: float
    right: float
    base: float
    size: float


def _numbers(value: str | None) -> list[float]:
    """The numbers of an attribute; what is none ends them."""
    found: list[float] = []
    for word in (value or "").split():
        try:
            found.append(float(word))
        except ValueError:
            break
    return found


T = TypeVar("T")


def _at(values: Sequence[T], index: int, default: T) -> T:
    return values[index] if index < len(values) else default


def _advances(value: str | None) -> float:
    """The sum of DeltaX: distances between characters, `g 3 4.2` for 4.2 three times."""
    words, total, at = (value or "").split(), 0.0, 0
    while at < len(words):
        repeated = words[at] == "g" and at + 2 < len(words)
        numbers = _numbers(" ".join(words[at + 1 : at + 3]) if repeated else words[at])
        total += numbers[0] * numbers[1] if repeated and len(numbers) > 1 else sum(numbers)
        at += 3 if repeated else 1
    return total


def _pieces(page: Element) -> Iterator[_Piece]:
    for item in _named(page, "TextObject"):
        if item.get("Visible") == "false":
            continue
        x, y = (_at(_numbers(item.get("Boundary")), i, 0.0) for i in (0, 1))
        matrix = _numbers(item.get("CTM"))
        a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        size = _at(_numbers(item.get("Size")), 0, 4.0)
        code_x, code_y = 0.0, size
        for code in item.findall(".//{*}TextCode"):
            code_x, code_y = (_at(_numbers(code.get(k)), 0, old) for k, old in (("X", code_x), ("Y", code_y)))
            text = visible(code.text or "").replace("\n", "")
            left, base = x + a * code_x + c * code_y + e, y + b * code_x + d * code_y + f
            width = _advances(code.get("DeltaX")) * abs(a) + size * abs(a) if text else 0.0
            if text.strip():
                yield _Piece(text, left, left + width, base, size * (abs(d) or abs(b) or 1.0))


def _lines(page: Element) -> list[PlacedLine]:
    """The lines of a page from top to bottom, each from left to right."""
    rows: list[list[_Piece]] = []
    for piece in sorted(_pieces(page), key=lambda piece: (piece.base, piece.left)):
        if rows and piece.base - rows[-1][0].base <= _ONE_LINE * min(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_line(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _line(row: Sequence[_Piece]) -> PlacedLine:
    text, right = row[0].text, row[0].right
    for before, piece in pairwise(row):
        text += (" " if piece.left - before.right > _GAP * piece.size else "") + piece.text
        right = max(right, piece.right)
    size = max(piece.size for piece in row)
    return PlacedLine(text.strip(), row[0].left, right, row[0].base - size, size)
