"""Splits the body of a document into clauses: the smallest numbered units and paragraphs, each with the headings above
it. Clauses stand in the body in order, do not overlap, and leave out nothing but signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.layout import BodyLine, Role
from indexer.lines import Body, Line
from indexer.markers import Level, Marker, inline_markers, line_marker
from search.model import ClauseKind

LONG_UNIT = 400
"""A unit of more characters is split at its sentences: a reader wants the sentence, and a vector blurs over a page."""
PART_LENGTH = 240
"""Parts of a long unit are filled with whole sentences up to about so many characters."""
STUB_LENGTH = 60
"""No part is shorter: a heading's sentence stays with what follows it."""
_LABEL_LENGTH = 60
_SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[”’」』）)】]*|[^。！？；]+$")
_RESPONSIBLE_WORDS = r"负责|牵头|责任单位|责任部门|分工|组织实施|指导|配合|按职责"
_BRACKETED_LINE = re.compile(r"[（(〔][^（）]*(?:[（(][^（）]*[）)][^（）]*)*[）)〕]")
_RESPONSIBLE_LINE = re.compile(
    rf"(?:[（(〔].*(?:{_RESPONSIBLE_WORDS}).*[）)〕]|[（(]?(?:责任单位|牵头单位|责任部门|配合单位).*[）)]?)。?"
)
_RESPONSIBLE_END = re.compile(r"[（(]([^（）()]*(?:[（(〔][^（）()]*[）)〕][^（）()]*)*)[）)]\s*。?$")
_ORGAN_WORD = re.compile(r"[厅局委办部院会行市省州县区]|政府|中心|单位|部门")
_HEADING_LEVELS = (Level.ATTACHMENT, Level.PART, Level.CHAPTER, Level.SECTION)
_HEADING = re.compile(r"[^。；：，,:;！？]{1,60}[。：:]?|[^。；：:;！？]{1,40}[。：:]?")
_LIST_LEVELS = (Level.CIRCLED, Level.DASH)


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause before it has an identifier; offsets are into the body's text."""

    kind: ClauseKind
    path: tuple[str, ...]
    start: int
    end: int
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """A line of the body with its number; `lines` of them where lines below it belong to it."""

    line: Line
    role: Role
    marker: Marker | None
    lines: int = 1

    @property
    def text(self) -> str:
        return self.line.text


def body_lines(lines: Sequence[BodyLine]) -> list[BodyLine]:
    """The lines with those line breaks put back that got lost before a number."""
    restored = []
    for body_line in lines:
        cuts = [marker.start for marker in inline_markers(body_line.line.text)] if body_line.role is Role.TEXT else []
        for start, end in zip([0, *cuts], [*cuts, None], strict=True):
            part = body_line.line.cut(start, end).strip()
            if part.text:
                restored.append(BodyLine(part, body_line.role))
    return restored


def split_clauses(lines: Sequence[BodyLine]) -> list[Draft]:
    """The clauses of a body made of `lines` (as `body_lines` gives them), in reading order."""
    body = Body(tuple(body_line.line for body_line in lines))
    units = _units(lines)
    trailing = _headings_trail(units)
    groups = _group(units, trailing)
    paths = _trailing_paths(groups) if trailing else _paths(groups)
    drafts: list[Draft] = []
    at = 0
    for group, (path, kind) in zip(groups, paths, strict=True):
        start, last = body.starts[at], at + sum(unit.lines for unit in group) - 1
        end = body.starts[last] + len(lines[last].line.text)
        at = last + 1
        if group[0].role is not Role.SIGNATURE:
            drafts.extend(_split_long(Draft(kind, path, start, end), body.text, group[0]))
    return (
        _share_responsible(drafts, groups, body.text) if trailing else [_with_responsible(d, body.text) for d in drafts]
    )


def _units(lines: Sequence[BodyLine]) -> list[_Unit]:
    units: list[_Unit] = []
    open_quotes, last_number = 0, dict[Level, int]()
    for body_line in lines:
        text = body_line.line.text
        marker = line_marker(text) if body_line.role is Role.TEXT else None
        if marker and open_quotes > 0 and marker.number != last_number.get(marker.level, 0) + 1:
            marker = None  # part of a passage that is quoted, as in decisions that amend a law
        if marker:
            last_number[marker.level] = marker.number
            open_quotes = 0
        open_quotes = max(0, open_quotes + text.count("“") - text.count("”"))
        units.append(_Unit(body_line.line, body_line.role, marker))
    return units


def _is_heading_line(unit: _Unit) -> bool:
    return unit.marker is not None and bool(_HEADING.fullmatch(unit.text[unit.marker.end :].strip()))


def _headings_trail(units: Sequence[_Unit]) -> bool:
    """Whether headings stand behind their text: a table was flattened column by column, so that a heading is followed
    by its column of responsible bodies, and by nothing else of its own."""
    headings = [i for i, unit in enumerate(units[:-1]) if unit.marker and _is_heading_line(unit)]
    followed = sum(bool(_RESPONSIBLE_LINE.fullmatch(units[i + 1].text)) for i in headings)
    inner = sum(units[i].marker.level is Level.CHINESE_BRACKETS for i in headings)  # type: ignore[union-attr]
    return followed >= 3 and followed >= 0.6 * inner


def _group(units: Sequence[_Unit], trailing: bool) -> list[list[_Unit]]:
    """Units that make one clause together: a unit with the responsible bodies on the lines below it, the lines of a
    wrapped inner title, an attachment's mark with its name."""
    groups: list[list[_Unit]] = []
    for unit in units:
        previous = groups[-1][-1] if groups else None
        joins = previous is not None and (
            (unit.role is Role.INNER_TITLE and previous.role in (Role.INNER_TITLE, Role.ATTACHMENT))
            or (
                previous.role is Role.ATTACHMENT and unit.role is Role.TEXT and len(unit.text) <= 60 and not unit.marker
            )
            or (_joins_responsible(unit, previous, trailing))
        )
        if joins:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def _joins_responsible(unit: _Unit, previous: _Unit, trailing: bool) -> bool:
    if unit.marker or unit.role is not Role.TEXT or previous.role is not Role.TEXT:
        return False
    if trailing and _BRACKETED_LINE.fullmatch(unit.text):
        return bool(previous.marker) or bool(_BRACKETED_LINE.fullmatch(previous.text))
    return not trailing and bool(_RESPONSIBLE_LINE.fullmatch(unit.text)) and len(unit.text) < 200


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


_Placed = tuple[tuple[str, ...], ClauseKind]


def _group_text(group: Sequence[_Unit]) -> str:
    return " ".join(unit.text for unit in group)


def _is_heading(groups: Sequence[Sequence[_Unit]], index: int) -> bool:
    """A heading has no text of its own, and something under it."""
    group = groups[index]
    unit = group[0]
    if unit.role in (Role.INNER_TITLE, Role.ATTACHMENT):
        return True
    if unit.marker is None or not _is_heading_line(unit):
        return False
    if unit.marker.level in _HEADING_LEVELS:
        return True
    following = groups[index + 1][0] if index + 1 < len(groups) else None
    if following is None or following.role is not Role.TEXT:
        return False
    return following.marker is None or following.marker.level > unit.marker.level


def _paths(groups: Sequence[Sequence[_Unit]]) -> list[_Placed]:
    placed: list[_Placed] = []
    stack: list[tuple[Level, str]] = []
    for index, group in enumerate(groups):
        unit, heading = group[0], _is_heading(groups, index)
        kind = ClauseKind.HEADING if heading else ClauseKind.TEXT
        level = unit.marker.level if unit.marker else None
        if unit.role is Role.ATTACHMENT:
            stack = [(Level.ATTACHMENT, heading_label(_group_text(group), None))]
            placed.append(((), kind))
            continue
        if unit.role is Role.INNER_TITLE:
            stack = []
        elif level is not None:
            stack = _above(stack, level)
        elif _closes(groups, index, stack):
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


def _closes(groups: Sequence[Sequence[_Unit]], index: int, stack: Sequence[tuple[Level, str]]) -> bool:
    """Whether an unnumbered paragraph closes the whole document: the last one, behind a measure that has its own text."""
    last = index + 1 >= len(groups) or groups[index + 1][0].role is not Role.TEXT
    before = groups[index - 1][0] if index else None
    return last and bool(stack) and before is not None and before.marker is not None and not _is_heading_line(before)


def _trailing_paths(groups: Sequence[Sequence[_Unit]]) -> list[_Placed]:
    """Paths where headings stand behind their text: a paragraph belongs to the next heading in brackets, unless a
    column of responsible bodies shows that its heading got lost."""
    placed: list[_Placed] = []
    top: tuple[str, ...] = ()
    waiting: list[int] = []
    for index, group in enumerate(groups):
        unit = group[0]
        column = unit.role is Role.TEXT and _BRACKETED_LINE.fullmatch(unit.text)
        if unit.marker and unit.marker.level < Level.CHINESE_BRACKETS:
            top, waiting = (heading_label(unit.text, unit.marker),), []
            placed.append(((), ClauseKind.HEADING))
        elif unit.marker and _is_heading_line(unit):
            for i in waiting:
                placed[i] = ((*top, heading_label(unit.text, unit.marker)), placed[i][1])
            waiting = []
            placed.append((top, ClauseKind.HEADING))
        else:
            waiting = [] if column else [*waiting, index]
            placed.append((top, ClauseKind.HEADING if column else ClauseKind.TEXT))
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


def _split_long(draft: Draft, body: str, unit: _Unit) -> Iterator[Draft]:
    if draft.end - draft.start <= LONG_UNIT or draft.kind is ClauseKind.HEADING:
        yield draft
        return
    own = (heading_label(unit.text, unit.marker),) if unit.marker else ()
    starts = _part_starts(body, draft.start, draft.end)
    for nth, (start, end) in enumerate(zip(starts, [*starts[1:], draft.end], strict=True)):
        text = body[start:end]
        first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        yield replace(draft, path=draft.path + own if nth else draft.path, start=first, end=last)


def responsible_bodies(text: str) -> str | None:
    """The responsible bodies that a measure names in brackets at its end, without the brackets."""
    match = _RESPONSIBLE_END.search(text)
    if not match:
        return None
    inner = re.sub(r"^(?:责任单位|牵头单位|责任部门)\s*[:：]\s*", "", match[1].strip())
    names = re.split("[、,，;；]", inner)
    looks = sum(bool(_ORGAN_WORD.search(name[-3:])) for name in names)
    stated = re.search(_RESPONSIBLE_WORDS, match[1]) is not None
    return inner if inner and len(inner) >= 3 and (stated or looks >= 0.6 * len(names)) and match.start() > 0 else None


def _with_responsible(draft: Draft, body: str) -> Draft:
    if draft.kind is ClauseKind.HEADING:
        return draft
    return replace(draft, responsible=responsible_bodies(body[draft.start : draft.end]))


def _share_responsible(drafts: Sequence[Draft], groups: Sequence[Sequence[_Unit]], body: str) -> list[Draft]:
    """Gives each paragraph of a flattened table the body of its row, where a column has as many entries as paragraphs."""
    shared = list(drafts)
    waiting: list[int] = []
    for index, draft in enumerate(drafts):
        if draft.kind is ClauseKind.TEXT:
            waiting.append(index)
            continue
        lines = body[draft.start : draft.end].split("\n")
        bodies = [line[1:-1] for line in lines if _BRACKETED_LINE.fullmatch(line)]
        if len(bodies) == len(waiting):
            for i, name in zip(waiting, bodies, strict=True):
                shared[i] = replace(shared[i], responsible=name)
        waiting = []
    return shared
