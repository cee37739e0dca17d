"""Folding for matching: width, case, traditional characters, quotes and brackets, with a map back to the text as shown.

Folding works character by character, so that any part of a text folds to the same part of the folded text: a
phrase found in one is a phrase of the other. (Phrase-wise conversion of traditional text depends on what stands
around a character and would break that.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.text.translating import Translation

# Marks that mean the same and differ only by type-setter, keyboard or region.
_SAME_MARK = str.maketrans(
    {
        **dict.fromkeys("“”„‟〝〞〟「」『』﹁﹂﹃﹄«»", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("〔【［〖﹝", "["),
        **dict.fromkeys("〕】］〗﹞", "]"),
        **dict.fromkeys("〈＜﹤‹", "<"),
        **dict.fromkeys("〉＞﹥›", ">"),
        **dict.fromkeys("‐‑‒–—―─−－﹣", "-"),
        **dict.fromkeys("·•・‧∙⋅●", "·"),
        "｡": "。",
    }
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_CJK_RANGES = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


def is_cjk(character: str) -> bool:
    """Whether a character is a Chinese one (ideographs, radicals, 々 and 〇)."""
    point = ord(character)
    return any(low <= point <= high for low, high in _CJK_RANGES)


@cache
def _simplified() -> dict[int, str]:
    """Traditional → simplified, one character to one, as OpenCC's `t2s` gives it for a character that stands alone."""
    from opencc import OpenCC

    characters = [chr(p) for low, high in _CJK_RANGES for p in range(low, high + 1)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(c): to for c, to in zip(characters, converted, strict=True) if to != c and len(to) == 1}
    # A few lead on to another (薴 → 苧 → 苎): follow them to the end, so that folding twice is folding once.
    return {point: table.get(ord(to), to) for point, to in table.items()}


@cache
def _fold_character(character: str) -> str:
    """What one character becomes: nothing, one character, or several (㈠ becomes (一))."""
    if character in _INVISIBLE:
        return ""
    marked = character.translate(_SAME_MARK)
    folded = unicodedata.normalize("NFKC", marked).translate(_SAME_MARK).casefold().translate(_simplified())
    return " " if folded.isspace() else folded


class _Table(dict[int, str]):
    """A table for `str.translate` that is filled as characters come: two to three times as fast as a call for each."""

    def __init__(self, made_of: Callable[[str], str]) -> None:
        self._made_of = made_of

    def __missing__(self, point: int) -> str:
        self[point] = made = self._made_of(chr(point))
        return made


_FOLDED = _Table(_fold_character)
_LENGTHS = _Table(lambda character: "1" if len(_fold_character(character)) == 1 else "")
_LETTERS = _Table(lambda character: "".join(c for c in _fold_character(character) if c.isalnum()))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters comes from: `origin[i]` is an offset into the text as shown."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the text as shown that [start, end) of the folded text stands for (not empty)."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> str:
    """The text as it is matched."""
    return text.translate(_FOLDED)


def fold_with_origin(text: str) -> Folded:
    """The text as it is matched, with the map back to `text`."""
    if text.translate(_LENGTHS).count("1") == len(text):
        return Folded(fold(text), range(len(text)))  # one for one, as nearly always
    pieces = [_fold_character(c) for c in text]
    origin = tuple(i for i, piece in enumerate(pieces) for _ in piece)
    return Folded("".join(pieces), origin)


def simplify(text: str) -> str:
    """The text with traditional characters made simplified and nothing else changed: what a model is given, so that
    民營銀行 and 民营银行 have one vector."""
    return text.translate(_simplified())


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` for many texts, faster."""
    return _translation(fold)(texts)


def simplify_all(texts: Sequence[str]) -> list[str]:
    """`simplify` for many texts, faster."""
    return _translation(simplify)(texts)


def letters_all(texts: Sequence[str]) -> list[str]:
    """`letters` for many texts, faster."""
    return _translation(letters)(texts)


@cache
def _translation(of_one: Callable[[str], str]) -> Translation:
    from search.text.translating import Translation  # with numpy

    return Translation(of_one)


def letters(text: str) -> str:
    """Only what carries meaning, folded: letters, digits and Chinese characters. Editions of a text agree in this."""
    return text.translate(_LETTERS)
