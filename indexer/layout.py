"""The lines of a document's body by what they are: text, an inner title, a signature with its date, an attachment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from indexer.cleaning import Cleaned
from indexer.head import Head, read_head
from indexer.lines import Line
from indexer.markers import line_marker
from indexer.signatures import find_signature, public_note, read_signature, signature_length
from indexer.titles import is_title, join_title
from search.text.normalise import letters


class Role(Enum):
    """What a line of the body is."""

    TEXT = auto()
    INNER_TITLE = auto()
    SIGNATURE = auto()
    ATTACHMENT = auto()


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A line of the body and its role."""

    line: Line
    role: Role


@dataclass(frozen=True, slots=True)
class Layout:
    """A document taken apart: its head, the lines of its body, the organs and the date that it is signed with."""

    head: Head
    body: tuple[BodyLine, ...]
    signers: tuple[str, ...]
    signed_on: str | None


_ATTACHMENT = re.compile(r"附\s*(?:件|表|录|图)\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?")


def _inner_title(lines: Sequence[Line], index: int) -> int:
    """How many lines from `index` on are the wrapped title of a document that is printed with this one."""
    for end in range(index + 1, min(index + 6, len(lines)) + 1):
        text = lines[end - 1].text
        if line_marker(text) or re.search(r"[。；，,:：]", text) or len(text) > 60:
            return 0
        if is_title(join_title([line.text for line in lines[index:end]])):
            following = lines[end].text if end < len(lines) else ""
            if not (len(following) < 12 and is_title(following)):
                return end - index
    return 0


def _roles(lines: Sequence[Line]) -> list[Role]:
    roles: list[Role] = []
    texts = [line.text for line in lines]
    while len(roles) < len(lines):
        index = len(roles)
        signature = signature_length(texts, index)
        if signature:
            roles += [Role.SIGNATURE] * signature
            continue
        if _ATTACHMENT.fullmatch(texts[index]) and index + 1 < len(lines):
            roles.append(Role.ATTACHMENT)
            continue
        title_due = bool(roles) and roles[-1] in (Role.SIGNATURE, Role.ATTACHMENT)
        title = _inner_title(lines, index) if title_due else 0
        roles += [Role.INNER_TITLE] * title or [Role.TEXT]
    return roles


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
    if len(lines) > 1 and letters(lines[0].text) == letters(head.title):
        lines = lines[1:]
    body = tuple(BodyLine(line, role) for line, role in zip(lines, _roles(lines), strict=True))
    signers, signed_on = _signers(body)
    return Layout(_named_by_order(head, body), body, signers, signed_on)


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
