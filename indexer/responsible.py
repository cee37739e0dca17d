"""责任单位: the bodies that a document makes responsible for a measure, in brackets behind it, in a column of its own, or
in a column of a table."""

from __future__ import annotations

import re

_WORDS = r"负责|牵头|责任单位|责任部门|分工|组织实施|指导|配合|按职责"
_BRACKETED_LINE = re.compile(r"[（(〔][^（()）]*(?:[（(][^（()）]*[）)][^（()）]*)*[）)〕]")
_LINE = re.compile(rf"(?:[（(〔].*(?:{_WORDS}).*[）)〕]|[（(]?(?:责任单位|牵头单位|责任部门|配合单位).*[）)]?)。?")
_END = re.compile(r"[（(]([^（）()〔〕]*(?:[（(〔][^（）()〔〕]*[）)〕][^（）()〔〕]*)*)[）)]\s*。?$")
_ORGAN_WORD = re.compile(r"[厅局委办部院会行市省州县区]|政府|中心|单位|部门")


def is_bracketed(text: str) -> bool:
    """Whether a line is nothing but a bracket, as the entries of a column of responsible bodies are."""
    return bool(_BRACKETED_LINE.fullmatch(text))


def names_responsible(text: str) -> bool:
    """Whether a line does nothing but name who is responsible."""
    return bool(_LINE.fullmatch(text))


def responsible_bodies(text: str) -> str | None:
    """The responsible bodies that a measure names in brackets at its end, without the brackets."""
    match = _END.search(text)
    if not match:
        return None
    inner = re.sub(r"^(?:责任单位|牵头单位|责任部门)\s*[:：]\s*", "", match[1].strip())
    names = re.split("[、,，;；]", inner)
    looks = sum(bool(_ORGAN_WORD.search(name[-3:])) for name in names)
    stated = re.search(_WORDS, match[1]) is not None
    return inner if inner and len(inner) >= 3 and (stated or looks >= 0.6 * len(names)) and match.start() > 0 else None
