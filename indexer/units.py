"""The lines of a body as units: which numbers they begin with, and which lines make one clause together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.layout import BodyLine, Role
from indexer.lines import Line
from indexer.markers import Level, Marker, decimal_markers, inline_markers, line_marker
from indexer.responsible import is_bracketed, names_responsible
from indexer.rows import responsible_column, table_rows

_ROWS_LENGTH = 240
"""Rows of a table make one clause up to so many characters: a reader wants the few that belong together."""
_NAME_LENGTH = 60
_COLUMN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of the body with its number. A row of a table has none: its first cell counts rows."""

    line: Line
    role: Role
    marker: Marker | None
    is_row: bool = False

    @property
    def text(self) -> str:
        return self.line.text


def _rows(lines: Sequence[BodyLine]) -> set[int]:
    return table_rows([body_line.line.text if body_line.role is Role.TEXT else "" for body_line in lines])


def body_lines(lines: Sequence[BodyLine]) -> list[BodyLine]:
    """The lines with those line breaks put back that got lost before a number."""
    restored, rows = [], _rows(lines)
    for index, body_line in enumerate(lines):
        whole = body_line.role is not Role.TEXT or index in rows
        cuts = [] if whole else [marker.start for marker in inline_markers(body_line.line.text)]
        for start, end in zip([0, *cuts], [*cuts, None], strict=True):
            part = body_line.line.cut(start, end).strip()
            if part.text:
                restored.append(BodyLine(part, body_line.role))
    return restored


def to_units(lines: Sequence[BodyLine]) -> list[Unit]:
    """Each line with its number, none where the line is within a passage that is quoted."""
    units: list[Unit] = []
    rows, decimals = _rows(lines), decimal_markers([body_line.line.text for body_line in lines])
    open_quotes, last_number = 0, dict[Level, int]()
    for index, body_line in enumerate(lines):
        text = body_line.line.text
        numbered = body_line.role is Role.TEXT and index not in rows
        marker = line_marker(text) or decimals.get(index) if numbered else None
        if marker and open_quotes > 0 and marker.number != last_number.get(marker.level, 0) + 1:
            marker = None  # as in decisions that amend a law
        if marker:
            last_number[marker.level] = marker.number
            open_quotes = 0
        open_quotes = max(0, open_quotes + text.count("“") - text.count("”"))
        units.append(Unit(body_line.line, body_line.role, marker, index in rows))
    return units


def group_units(units: Sequence[Unit], trailing: bool) -> list[list[Unit]]:
    """Units that make one clause together: a unit with the responsible bodies on the lines below it, the lines of a
    wrapped inner title, an attachment's mark with its name, the names of attached
    files, the lines of a 题注, short rows of a table.

    `trailing` says that headings stand behind their text."""
    groups: list[list[Unit]] = []
    column = False  # whether the table under way names who is responsible for each row
    for unit in units:
        previous = groups[-1][-1] if groups else None
        if unit.is_row and not (previous and previous.is_row):
            column = responsible_column(unit.text) is not None
        if previous is not None and (
            _joins(unit, previous, trailing) or (not column and _joins_rows(unit, groups[-1]))
        ):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def _joins(unit: Unit, previous: Unit, trailing: bool) -> bool:
    match unit.role:
        case Role.NOTE:
            return previous.role is Role.NOTE
        case Role.INNER_TITLE:
            return previous.role in (Role.INNER_TITLE, Role.ATTACHMENT)
        case Role.LISTING:
            return previous.role in (Role.LISTING, Role.ATTACHMENT)
        case Role.TEXT if previous.role is Role.ATTACHMENT:
            return len(unit.text) <= _NAME_LENGTH and not unit.marker and not unit.is_row
        case Role.TEXT if previous.role is Role.TEXT and not unit.marker and not unit.is_row:
            return _joins_responsible(unit, previous, trailing)
        case _:
            return False


def _joins_rows(unit: Unit, group: Sequence[Unit]) -> bool:
    rows = unit.is_row and group[-1].is_row
    return rows and sum(len(row.text) + 1 for row in group) + len(unit.text) <= _ROWS_LENGTH


def _joins_responsible(unit: Unit, previous: Unit, trailing: bool) -> bool:
    if trailing and is_bracketed(unit.text):
        return bool(previous.marker) or is_bracketed(previous.text)
    return not trailing and len(unit.text) < _COLUMN_LENGTH and names_responsible(unit.text)
