"""What had to be mended so that bytes became text: the report names it, file by file."""

from __future__ import annotations

from dataclasses import dataclass

REPLACED = "replaced"
"""Bytes that stand for no character became U+FFFD, so many times."""
CUT = "cut"
"""The bytes at the end are half a character, and were left out."""
NUL = "nul"
"""So many NUL characters were left out."""
GUESSED = "guessed"
"""Nothing says which encoding it is in, and it is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of repair to a file. `encoding` is given where it was guessed."""

    kind: str
    count: int = 1
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and what was mended in it."""

    text: str
    repairs: tuple[Repair, ...] = ()
