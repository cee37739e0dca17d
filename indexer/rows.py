"""Rows of tables among lines of text: cells parted by a tab, as the readers give them, or by the bars of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.markers import line_marker

_BARS = re.compile(r"\|.*\|.*\|")
_RESPONSIBLE = re.compile(
    r"(?:(?:主要|具体)?(?:责任|牵头|负责|配合|承办|主办|实施|落实)(?:单位|部门|主体|处室)(?:及.{2,8})?)"
)


def cells(text: str) -> list[str]:
    """The cells of a row; one where a line is none. A tab behind a number (一、⇥总体要求) parts no cells."""
    if "\t" in text:
        marker = line_marker(text)
        first = text[: marker.end] if marker else ""
        parts = [part.strip() for part in text[len(first) :].split("\t") if part.strip()]
        return [first.strip() + parts[0], *parts[1:]] if parts else [text]
    return [part.strip() for part in text.strip("|").split("|")] if _BARS.fullmatch(text) else [text]


def table_rows(texts: Sequence[str]) -> set[int]:
    """The lines that are rows of a table: those of three and more cells, and those of two beside another row. A single
    line with a tab in it is text that somebody set with tabs."""
    counts = {i: len(cells(text)) for i, text in enumerate(texts) if "\t" in text or text.startswith("|")}
    rows = {i for i, count in counts.items() if count > 1}
    return {i for i in rows if counts[i] > 2 or i - 1 in rows or i + 1 in rows}


def responsible_column(header: str) -> int | None:
    """Which cell of a table's rows names who is responsible, by its first row."""
    names = [re.sub(r"\s", "", cell) for cell in cells(header)]
    return next((i for i, name in enumerate(names) if _RESPONSIBLE.fullmatch(name)), None)
