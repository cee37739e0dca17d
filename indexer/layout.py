"""The lines of a document's body by what they are: text, an inner title, a signature with its date, an attachment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from indexer.cleaning import Cleaned
from indexer.dates import WRITTEN_DATE
from indexer.head import Head, is_title, join_title, read_head
from indexer.lines import Line
from indexer.markers import line_marker
from indexer.organs import split_organs
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


_DATE = re.compile(rf"[（(]?\s*{WRITTEN_DATE}\s*[）)]?(?:印发|发布)?")
_PUBLIC_NOTE = re.compile(
    r"[（(](?:此件|本文|此文|联系人|信息公开|公开属性|主动公开|依申请).{0,60}[）)]|[（(]?此件.{0,14}公开.{0,6}[）)]?"
)
_OFFICER = re.compile(
    r"(?:国务院)?(?:总理|主席|委员长|省长|市长|州长|县长|区长|主任|部长|局长|厅长|院长|检察长|署长|行长|会长)[\s\u3000]+[\u4e00-\u9fff·\s]{2,12}"
)
_PRINTED_BY = re.compile(rf".{{2,30}}(?:办公厅|办公室|秘书处)?\s*(?:{WRITTEN_DATE})\s*印发")
_ATTACHMENT = re.compile(r"附\s*(?:件|表|录|图)\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?")
_ANY_DATE = re.compile(WRITTEN_DATE)
_ORGANS_LENGTH = 90
"""A signature's organs take no more characters than this, joint ones included."""


def _signature_at(lines: Sequence[Line], index: int) -> int:
    """How many lines from `index` on are a signature: organs' names and a date, or a note on publication."""
    if _PUBLIC_NOTE.fullmatch(lines[index].text) or _PRINTED_BY.fullmatch(lines[index].text):
        return 1
    if _OFFICER.fullmatch(lines[index].text) and index + 1 < len(lines) and _DATE.fullmatch(lines[index + 1].text):
        return 2
    end = index
    while (
        end < len(lines) and end - index < 12 and split_organs(re.sub(r"[\s\u3000]|[（(]章[）)]", "", lines[end].text))
    ):
        end += 1
    has_organ = end > index
    if end < len(lines) and _DATE.fullmatch(lines[end].text) and (has_organ or end + 2 >= len(lines)):
        return end + 1 - index
    return end - index if has_organ and end >= len(lines) - 1 else 0


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
    while len(roles) < len(lines):
        index = len(roles)
        signature = _signature_at(lines, index)
        if signature:
            roles += [Role.SIGNATURE] * signature
            continue
        if _ATTACHMENT.fullmatch(lines[index].text) and index + 1 < len(lines):
            roles.append(Role.ATTACHMENT)
            continue
        title_due = bool(roles) and roles[-1] in (Role.SIGNATURE, Role.ATTACHMENT)
        title = _inner_title(lines, index) if title_due else 0
        roles += [Role.INNER_TITLE] * title or [Role.TEXT]
    return roles


def _glued_signature(text: str) -> tuple[tuple[str, ...], str] | None:
    """A signature whose line breaks were lost: …认真贯彻执行。人力资源社会保障部财政部2019年5月31日"""
    for match in _ANY_DATE.finditer(text):
        before = re.split(r"[。；：:？！”)）]", text[max(0, match.start() - _ORGANS_LENGTH) : match.start()])[-1]
        organs = split_organs(re.sub(r"[\s\u3000]", "", before))
        if organs:
            return organs, match[0]
    return None


def _signers(lines: Sequence[BodyLine]) -> tuple[tuple[str, ...], str | None]:
    """The organs and the date under the first text that is signed."""
    organs: list[str] = []
    for body_line in lines:
        text = re.sub(r"[\s\u3000]|[（(]章[）)]", "", body_line.line.text)
        if body_line.role is Role.SIGNATURE:
            organs += split_organs(text)
            if _DATE.fullmatch(text):
                return tuple(dict.fromkeys(organs)), text
        elif not organs and len(body_line.line.text) > 20:
            glued = _glued_signature(body_line.line.text)
            if glued:
                return glued
    return tuple(dict.fromkeys(organs)), None


def lay_out(cleaned: Cleaned, fallback_title: str) -> Layout:
    """Takes a cleaned document apart. Nothing is lost: every line is in the head, in the body, or was skipped before."""
    head = read_head(cleaned.lines, fallback_title)
    lines = list(cleaned.lines[head.body :])
    if lines and head.cut:
        lines[0] = lines[0].cut(head.cut).strip()
    lines = [line for line in lines if line.text]
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
