"""The numbers of Word's automatic lists. A paragraph only names a list and a level; what shows (第一条, （二）) is worked out
from numbering.xml and from the paragraphs before it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.readers.numbering import format_number

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element  # type: ignore[import-untyped]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_LONGEST_STYLE_CHAIN = 20


def is_on(element: Element | None) -> bool:
    """Whether a switch such as w:vanish is there and not off."""
    return element is not None and element.get(W + "val", "true") not in ("false", "0", "off")


def _number(element: Element | None, path: str, default: int) -> int:
    found = element.find(path) if element is not None else None
    try:
        return int(found.get(W + "val", "")) if found is not None else default
    except ValueError:
        return default


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: its number format, its text (第%1条) and the number that it starts with."""

    kind: str
    text: str
    start: int
    restart: int
    """The level whose next number makes this one start anew (counted from 1); 0: it never does."""
    legal: bool

    @classmethod
    def of(cls, level: Element, index: int) -> _Level:
        kind, text = level.find(W + "numFmt"), level.find(W + "lvlText")
        return cls(
            kind=kind.get(W + "val", "decimal") if kind is not None else "decimal",
            text=text.get(W + "val", "") if text is not None else "",
            start=_number(level, W + "start", 1),
            restart=_number(level, W + "lvlRestart", index),
            legal=is_on(level.find(W + "isLgl")),
        )


@dataclass(slots=True)
class Numbering:
    """The lists of a document, and how far each has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by numId
    counters: dict[str, str] = field(default_factory=dict)  # numId → the list that it counts on in
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[str, tuple[str | None, str | None, int | None]] = field(default_factory=dict)  # based on, numId, level
    default_style: str | None = None
    _counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: Document) -> Numbering:
        """Of a document that may have no lists at all."""
        self = cls()
        self._read_styles(document.styles.element)
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return self
        abstract = {a.get(W + "abstractNumId", ""): a for a in root.iterchildren(W + "abstractNum")}
        for num in root.iterchildren(W + "num"):
            self._add(num, abstract)
        return self

    def _read_styles(self, root: Element) -> None:
        for style in root.iterchildren(W + "style"):
            based, properties = style.find(W + "basedOn"), style.find(f"{W}pPr/{W}numPr")
            number = _number(properties, W + "numId", -1)
            level = _number(properties, W + "ilvl", -1)
            name = style.get(W + "styleId", "")
            self.styles[name] = (
                based.get(W + "val") if based is not None else None,
                str(number) if number >= 0 else None,
                level if level >= 0 else None,
            )
            if style.get(W + "type") == "paragraph" and style.get(W + "default") in ("1", "true"):
                self.default_style = name

    def _add(self, num: Element, abstract: dict[str, Element]) -> None:
        number_id = num.get(W + "numId", "")
        source = str(_number(num, W + "abstractNumId", -1))
        found = abstract.get(source)
        levels = {} if found is None else {_level_index(e): e for e in found.iterchildren(W + "lvl")}
        restarts: dict[int, int] = {}
        for override in num.iterchildren(W + "lvlOverride"):
            index = _level_index(override)
            own = override.find(W + "lvl")
            if own is not None:
                levels[index] = own
            start = _number(override, W + "startOverride", -1)
            if start >= 0:
                restarts[index] = start
        self.levels[number_id] = {index: _Level.of(level, index) for index, level in levels.items()}
        self.counters[number_id] = source
        self.restarts[number_id] = restarts

    def label(self, paragraph: Element) -> str:
        """The number of a paragraph, which thereby counts; an empty text where it has none."""
        number_id, index = self._list_of(paragraph)
        level = self.levels.get(number_id, {}).get(index)
        if level is None:
            return ""
        counts = self._counts[self.counters[number_id]]
        self._begin(number_id, counts)
        counts[index] = counts[index] + 1 if index in counts else level.start
        self._restart_below(number_id, index, counts)
        return (
            "" if level.kind in ("bullet", "none") and "%" not in level.text else self._text(number_id, level, counts)
        )

    def _list_of(self, paragraph: Element) -> tuple[str, int]:
        """The list (numId) and level of a paragraph, from itself or from its style."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        number, index = _number(own, W + "numId", -1), _number(own, W + "ilvl", -1)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = style.get(W + "val") if style is not None else self.default_style
        styled, level = self._of_style(name)
        number_id = str(number) if number >= 0 else styled or "0"
        return number_id, index if index >= 0 else level or 0

    def _of_style(self, name: str | None) -> tuple[str | None, int | None]:
        number_id: str | None = None
        level: int | None = None
        for _ in range(_LONGEST_STYLE_CHAIN):
            if name is None or name not in self.styles:
                break
            name, number, own_level = self.styles[name]
            level = own_level if level is None else level
            if number is not None:
                number_id = number
                break
        return number_id, level

    def _begin(self, number_id: str, counts: dict[int, int]) -> None:
        """A list that restarts another one's numbers does so where it is first used."""
        if number_id not in self._begun:
            self._begun.add(number_id)
            for index, start in self.restarts[number_id].items():
                counts[index] = start - 1

    def _restart_below(self, number_id: str, index: int, counts: dict[int, int]) -> None:
        for below in range(index + 1, _LEVELS):
            level = self.levels[number_id].get(below)
            if level is not None and level.restart and index < level.restart:
                counts.pop(below, None)

    def _text(self, number_id: str, level: _Level, counts: dict[int, int]) -> str:
        levels = self.levels[number_id]

        def value(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            own = levels.get(index)
            kind = "decimal" if level.legal or own is None else own.kind
            return format_number(counts.get(index, own.start if own else 1), kind)

        return _PLACE.sub(value, level.text).strip()


def _level_index(element: Element) -> int:
    value = element.get(W + "ilvl", "0")
    return int(value) if value.isdecimal() else 0
