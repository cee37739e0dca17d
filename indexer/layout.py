"""The lines of a document's body by what they are: text, an inner title, a signature with its date, an attachment; and
the 题注 above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import islice, pairwise

from indexer.attached import listing_start, lists_files
from indexer.cleaning import Cleaned
from indexer.contents import find_contents, flat_contents
from indexer.head import Head, read_head
from indexer.lines import Line
from indexer.markers import Level, line_marker
from indexer.signatures import find_signature, public_note, read_signature, signature_length
from indexer.titles import is_title, join_title
from search.text.normalise import letters


class Role(Enum):
    """What a line of the body is."""

    TEXT = auto()
    INNER_TITLE = auto()
    SIGNATURE = auto()
    ATTACHMENT = auto()
    LISTING = auto()
    """Names of files that the page offers as attachments."""
    CONTENTS = auto()
    """A table of contents: its headings come again, with their text."""
    NOTE = auto()

    @property
    def is_outside(self) -> bool:
        """Whether such lines are no clauses: a signature is a fact, contents say nothing of their own."""
        return self in (Role.SIGNATURE, Role.CONTENTS)


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A line of the body and its role."""

    line: Line
    role: Role


@dataclass(frozen=True, slots=True)
class Layout:
    """A document taken apart: its head, the lines of its body, the organs and the date that it is signed with, and the
    lines of its 题注."""

    head: Head
    body: tuple[BodyLine, ...]
    signers: tuple[str, ...]
    signed_on: str | None
    notes: tuple[BodyLine, ...] = ()

    @property
    def shown(self) -> tuple[BodyLine, ...]:
        """What a reader is shown: the 题注 and the body."""
        return self.notes + self.body


_ATTACHMENT = re.compile(r"附\s*(?:件|表|录|图)\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?")


_OPENING = re.compile(
    r"第[\s\u3000]*[一1][\s\u3000]*章[\s\u3000]*[^，。；：、第]{1,24}?第[\s\u3000]*[一1][\s\u3000]*条(?![款的规之至和、])"
)
_OPENING_LENGTH = 200
_CELL_LENGTH = 6
"""Two lines of so few characters below one another are a table's heads, one in a line, and no wrapped title."""


def _inner_title(lines: Sequence[Line], index: int) -> int:
    """How many lines from `index` on are the wrapped title of a document that is printed with this one."""
    for end in range(index + 1, min(index + 6, len(lines)) + 1):
        text = lines[end - 1].text
        if line_marker(text) or re.search(r"[。；，,:：\t]", text) or len(text) > 60:
            return 0
        if end - index > 1 and max(len(text), len(lines[end - 2].text)) <= _CELL_LENGTH:
            return 0
        if is_title(join_title([line.text for line in lines[index:end]])):
            following = lines[end].text if end < len(lines) else ""
            if not (len(following) < 12 and is_title(following)):
                return end - index
    return 0


def _begins_law(texts: Sequence[str]) -> bool:
    """Whether the line below a title is a first part or chapter: what it stands above is a document of its own."""
    marker = line_marker(texts[0]) if texts else None
    return marker is not None and marker.level in (Level.PART, Level.CHAPTER) and marker.number == 1


def _roles(lines: Sequence[Line]) -> list[Role]:
    roles: list[Role] = []
    texts = [line.text for line in lines]
    contents = find_contents(texts)
    while len(roles) < len(lines):
        index = len(roles)
        if index in contents:
            roles.append(Role.CONTENTS)
            continue
        signature = signature_length(texts, index)
        if signature:
            roles += [Role.SIGNATURE] * signature
            continue
        if _ATTACHMENT.fullmatch(texts[index]) and index + 1 < len(lines):
            roles.append(Role.ATTACHMENT)
            continue
        if lists_files(texts[index]):
            roles.append(Role.LISTING)
            continue
        title_due = bool(roles) and roles[-1] in (Role.SIGNATURE, Role.ATTACHMENT)
        if is_title(texts[index]) and (index + 1 in contents or _begins_law(texts[index + 1 : index + 2])):
            roles.append(Role.INNER_TITLE)
            continue
        title = _inner_title(lines, index) if title_due else 0
        roles += [Role.INNER_TITLE] * title or [Role.TEXT]
    return roles


def _part_glued(line: Line) -> list[Line]:
    """The parts of a line whose breaks were lost before and behind a table of contents, between a title and the first
    chapter (附件：某条例第一章总则第一条…), or before the names of attached files."""
    contents = flat_contents(line.text)
    cuts = list(contents) if contents else _opening_cuts(line.text)
    listing = listing_start(line.text)
    cuts = [0, *cuts, *([listing] if listing > max(cuts, default=0) else []), len(line.text)]
    parts = (line.cut(start, end).strip() for start, end in pairwise(cuts))
    return [part for part in parts if part.text]


def _opening_cuts(text: str) -> list[int]:
    match = _OPENING.search(text[:_OPENING_LENGTH])
    before = text[: match.start()].rstrip() if match else ""
    mark = _ATTACHMENT.match(before)
    title = before[mark.end() :] if mark else before
    if match is None or not is_title(title.strip()) or re.search(r"[。；，：:]", title):
        return []
    return [mark.end(), match.start()] if mark else [match.start()]


def _part_signature(lines: Sequence[Line]) -> list[Line]:
    """The lines with the first signature that ran into its neighbours on a line of its own: 2021年10月27日…导向目录."""
    for index, line in enumerate(lines):
        found = find_signature(line.text, lines[index - 1].text if index else "")
        if found:
            end = found.end + public_note(line.text[found.end :])
            parts = [line.cut(0, found.start), line.cut(found.start, end), line.cut(end)]
            return [*lines[:index], *(part for part in map(Line.strip, parts) if part.text), *lines[index + 1 :]]
    return list(lines)


def _signers(lines: Sequence[BodyLine]) -> tuple[tuple[str, ...], str | None]:
    """The organs and the date under the first text that is signed."""
    organs: list[str] = []
    for body_line in lines:
        if body_line.role is Role.SIGNATURE:
            signature = read_signature(body_line.line.text)
            organs += signature.organs
            if signature.date:
                return tuple(dict.fromkeys(organs)), signature.date
    return tuple(dict.fromkeys(organs)), None


def lay_out(cleaned: Cleaned, fallback_title: str) -> Layout:
    """Takes a cleaned document apart. Nothing is lost: every line is in the head, in the body, or was skipped before."""
    head = read_head(cleaned.lines, fallback_title)
    lines = list(cleaned.lines[head.body :])
    if lines and head.cut:
        lines[0] = lines[0].cut(head.cut).strip()
    lines = _part_signature([line for line in lines if line.text])
    lines = [part for line in lines for part in _part_glued(line)]
    if len(lines) > 1 and letters(lines[0].text) == letters(head.title):
        lines = lines[1:]
    body = tuple(BodyLine(line, role) for line, role in zip(lines, _roles(lines), strict=True))
    signers, signed_on = _signers(body)
    return Layout(_named_by_order(head, body), body, signers, signed_on, _notes(head, cleaned.lines))


def _notes(head: Head, lines: Sequence[Line]) -> tuple[BodyLine, ...]:
    """The lines, or parts of lines, of the head that are the 题注, in their order. One that is a part of another stands for
    itself only where it stands elsewhere, too."""
    above = [*lines[: head.body], *(line.cut(0, head.cut) for line in lines[head.body : head.body + 1])]
    found: list[tuple[int, int, int]] = []
    for note in sorted(dict.fromkeys(head.notes), key=len, reverse=True):
        places = ((number, at) for number, line in enumerate(above) if (at := line.text.find(note)) >= 0)
        free = (
            (number, at, at + len(note))
            for number, at in places
            if not any(number == other and at < end and start < at + len(note) for other, start, end in found)
        )
        found += islice(free, 1)
    notes = (above[number].cut(start, end).strip() for number, start, end in sorted(found))
    return tuple(BodyLine(line, Role.NOTE) for line in notes if line.text)


def _named_by_order(head: Head, body: Sequence[BodyLine]) -> Head:
    """An order (国务院令) only promulgates: the document is known by the title of what is printed with it."""
    if not head.title.endswith("令"):
        return head
    parts = []
    for body_line in body:
        if body_line.role is Role.INNER_TITLE:
            parts.append(body_line.line.text)
        elif parts:
            break
    return replace(head, title=join_title(parts)) if parts else head
