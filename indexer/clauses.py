"""Splits the body of a document into clauses: the smallest numbered units and paragraphs, each with the headings above
it. Clauses stand in the body in order, do not overlap, and leave out nothing but signatures and tables of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.layout import BodyLine, Role
from indexer.lines import Body
from indexer.markers import Level, Marker
from indexer.responsible import is_bracketed, names_responsible, responsible_bodies
from indexer.rows import cells, responsible_column
from indexer.units import Unit, group_units, to_units
from search.model import ClauseKind

LONG_UNIT = 400
"""A unit of more characters is split at its sentences: a reader wants the sentence, and a vector blurs over a page."""
PART_LENGTH = 240
"""Parts of a long unit are filled with whole sentences up to about so many characters."""
STUB_LENGTH = 60
"""No part is shorter: a heading's sentence stays with what follows it."""
_LABEL_LENGTH = 60
_SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[”’」』）)】]*|[^。！？；]+$")
_HEADING_LEVELS = (Level.ATTACHMENT, Level.PART, Level.CHAPTER, Level.SECTION)
_HEADING = re.compile(r"[^。；：，,:;！？]{1,60}[。：:]?|[^。；：:;！？]{1,40}[。：:]?")
_LIST_LEVELS = (Level.CIRCLED, Level.DASH)
_NAMING = (Role.INNER_TITLE, Role.ATTACHMENT, Role.LISTING)
"""What names documents or attachments, and has no text of its own."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause before it has an identifier; offsets are into the body's text."""

    kind: ClauseKind
    path: tuple[str, ...]
    start: int
    end: int
    responsible: str | None = None


def split_clauses(lines: Sequence[BodyLine]) -> list[Draft]:
    """The clauses of a body made of `lines` (as `body_lines` gives them), in reading order."""
    body = Body(tuple(body_line.line for body_line in lines))
    units = to_units(lines)
    trailing = _headings_trail(units)
    groups = group_units(units, trailing)
    paths = _trailing_paths(groups) if trailing else _paths(groups)
    drafts: list[Draft] = []
    at = 0
    for group, (path, kind), responsible in zip(groups, paths, _of_tables(groups), strict=True):
        start, last = body.starts[at], at + len(group) - 1
        end = body.starts[last] + len(lines[last].line.text)
        at = last + 1
        if not group[0].role.is_outside:
            drafts.extend(_split_long(Draft(kind, path, start, end, responsible), body.text, group[0]))
    return _share_responsible(drafts, body.text) if trailing else [_with_responsible(d, body.text) for d in drafts]


def _is_heading_line(unit: Unit) -> bool:
    return unit.marker is not None and bool(_HEADING.fullmatch(unit.text[unit.marker.end :].strip()))


def _headings_trail(units: Sequence[Unit]) -> bool:
    """Whether headings stand behind their text: a table was flattened column by column, so that a heading is followed
    by its column of responsible bodies, and by nothing else of its own."""
    headings = [i for i, unit in enumerate(units[:-1]) if unit.marker and _is_heading_line(unit)]
    followed = sum(names_responsible(units[i + 1].text) for i in headings)
    inner = sum(units[i].marker.level is Level.CHINESE_BRACKETS for i in headings)  # type: ignore[union-attr]
    return followed >= 3 and followed >= 0.6 * inner


def heading_label(text: str, marker: Marker | None) -> str:
    """How a unit appears in the path of what stands under it: its number and first sentence, not longer than a line."""
    text = text.replace("\n", " ")
    after = marker.end if marker else 0
    match = re.compile(r"[。！？；：:]").search(text, after)
    label = text[: match.start()] if match else text
    if len(label) > _LABEL_LENGTH:
        comma = re.compile(r"[，,、]").search(label, min(after + 8, len(label)))
        label = label[: comma.start()] if comma and comma.start() <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"
    return label.strip() or text[:after].strip()


def _kind(unit: Unit, *, heading: bool) -> ClauseKind:
    if unit.role is Role.NOTE:
        return ClauseKind.NOTE
    if heading:
        return ClauseKind.ATTACHMENT if unit.role in (Role.ATTACHMENT, Role.LISTING) else ClauseKind.HEADING
    return ClauseKind.TABLE if unit.is_row else ClauseKind.TEXT


_Placed = tuple[tuple[str, ...], ClauseKind]


def _group_text(group: Sequence[Unit]) -> str:
    return " ".join(unit.text for unit in group)


def _is_heading(groups: Sequence[Sequence[Unit]], index: int) -> bool:
    """A heading has no text of its own, and something under it."""
    group = groups[index]
    unit = group[0]
    if unit.role in _NAMING:
        return True
    if unit.marker is None or not _is_heading_line(unit):
        return False
    if unit.marker.level in _HEADING_LEVELS:
        return True
    following = groups[index + 1][0] if index + 1 < len(groups) else None
    if following is None or following.role is not Role.TEXT:
        return False
    return following.marker is None or following.marker.level > unit.marker.level


def _paths(groups: Sequence[Sequence[Unit]]) -> list[_Placed]:
    placed: list[_Placed] = []
    stack: list[tuple[Level, str]] = []
    for index, group in enumerate(groups):
        unit, heading = group[0], _is_heading(groups, index)
        kind = _kind(unit, heading=heading)
        level = unit.marker.level if unit.marker else None
        if unit.role is Role.ATTACHMENT:
            stack = [(Level.ATTACHMENT, heading_label(_group_text(group), None))]
            placed.append(((), kind))
            continue
        if unit.role is Role.LISTING:
            placed.append(((), kind))
            continue
        if unit.role is Role.INNER_TITLE:
            stack = []
        elif level is not None:
            stack = _above(stack, level)
        elif not unit.is_row and _closes(groups, index, stack):
            stack = []
        else:
            while stack and stack[-1][0] in _LIST_LEVELS:
                stack.pop()
        placed.append((tuple(label for _, label in stack), kind))
        if level is not None:
            stack.append((level, heading_label(unit.text, unit.marker)))
    return placed


def _above(stack: list[tuple[Level, str]], level: Level) -> list[tuple[Level, str]]:
    levels = [entry[0] for entry in stack]
    if level in levels:
        return stack[: levels.index(level)]
    return [entry for entry in stack if entry[0] < level]


def _closes(groups: Sequence[Sequence[Unit]], index: int, stack: Sequence[tuple[Level, str]]) -> bool:
    """Whether an unnumbered paragraph closes the whole document: the last one, behind a measure that has its own text."""
    last = index + 1 >= len(groups) or groups[index + 1][0].role is not Role.TEXT
    before = groups[index - 1][0] if index else None
    return last and bool(stack) and before is not None and before.marker is not None and not _is_heading_line(before)


def _trailing_paths(groups: Sequence[Sequence[Unit]]) -> list[_Placed]:
    """Paths where headings stand behind their text: a paragraph belongs to the next heading in brackets, unless a
    column of responsible bodies shows that its heading got lost."""
    placed: list[_Placed] = []
    top: tuple[str, ...] = ()
    waiting: list[int] = []
    for index, group in enumerate(groups):
        unit = group[0]
        column = is_bracketed(unit.text)
        if unit.role is not Role.TEXT:
            placed.append(((), _kind(unit, heading=unit.role in _NAMING)))
        elif unit.marker and unit.marker.level < Level.CHINESE_BRACKETS:
            top, waiting = (heading_label(unit.text, unit.marker),), []
            placed.append(((), ClauseKind.HEADING))
        elif unit.marker and _is_heading_line(unit):
            for i in waiting:
                placed[i] = ((*top, heading_label(unit.text, unit.marker)), placed[i][1])
            waiting = []
            placed.append((top, ClauseKind.HEADING))
        else:
            waiting = [] if column else [*waiting, index]
            placed.append((top, _kind(unit, heading=column)))
    last_text = max((i for i, group in enumerate(groups) if group[0].role is Role.TEXT), default=-1)
    if last_text in waiting:
        placed[last_text] = ((), ClauseKind.TEXT)
    return placed


def _part_starts(body: str, start: int, end: int) -> list[int]:
    """Where the parts of a long unit begin: at sentences, none of the parts a mere stub."""
    starts, filled = [start], 0
    for match in _SENTENCE.finditer(body, start, end):
        if filled >= STUB_LENGTH and filled + len(match[0]) > PART_LENGTH and end - match.start() >= STUB_LENGTH:
            starts.append(match.start())
            filled = 0
        filled += len(match[0])
    return starts


def _split_long(draft: Draft, body: str, unit: Unit) -> Iterator[Draft]:
    if draft.end - draft.start <= LONG_UNIT or draft.kind.is_heading:
        yield draft
        return
    own = (heading_label(unit.text, unit.marker),) if unit.marker else ()
    starts = _part_starts(body, draft.start, draft.end)
    for nth, (start, end) in enumerate(zip(starts, [*starts[1:], draft.end], strict=True)):
        text = body[start:end]
        first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        yield replace(draft, path=draft.path + own if nth else draft.path, start=first, end=last)


def _with_responsible(draft: Draft, body: str) -> Draft:
    if draft.kind in (ClauseKind.TEXT, ClauseKind.TABLE) and draft.responsible is None:
        return replace(draft, responsible=responsible_bodies(body[draft.start : draft.end]))
    return draft


def _of_tables(groups: Sequence[Sequence[Unit]]) -> Iterator[str | None]:
    """For each group, who is responsible, where it is a row of a table that has a column for that."""
    column, width, in_table = None, 0, False
    for group in groups:
        row = cells(group[0].text) if group[0].is_row else []
        if row and not in_table:
            column, width = responsible_column(group[0].text), len(row)
            yield None
        else:
            yield row[column] if row and column is not None and len(row) == width else None
        in_table = bool(row)


def _share_responsible(drafts: Sequence[Draft], body: str) -> list[Draft]:
    """Gives each paragraph of a flattened table the body of its row, where a column has as many entries as paragraphs."""
    shared = list(drafts)
    waiting: list[int] = []
    for index, draft in enumerate(drafts):
        if draft.kind is ClauseKind.TEXT:
            waiting.append(index)
            continue
        bodies = [line[1:-1] for line in body[draft.start : draft.end].split("\n") if is_bracketed(line)]
        if len(bodies) == len(waiting):
            for i, name in zip(waiting, bodies, strict=True):
                shared[i] = replace(shared[i], responsible=name)
        waiting = []
    return shared
