"""Whether a query is a document's title: typed whole, without its issuer, with 《》, cut short, or with a slip."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from search.text.normalise import letters

_NATION = "中华人民共和国"
_ABOUT = "关于"
_SHORTEST = 8
"""Letters from which a part of a title is one; a shorter query must be a title letter by letter."""
_SHARE = 0.8
"""How much of a title its part must have, or of the query the title in it."""
_LIKENESS = 0.92
_REMEMBERED = 16_384


def is_title(query: str, title: str) -> bool:
    """Whether a query, as typed, is (nearly) this title."""
    return is_form(letters(query), title)


def is_form(typed: str, title: str) -> bool:
    """The same, given the letters of the query: for many titles."""
    forms, shortest, longest = _forms(title)
    if len(typed) < _SHARE * shortest or longest < _SHARE * len(typed):
        return False  # as nearly always
    return any(_is_form(typed, form) for form in forms)


@lru_cache(maxsize=_REMEMBERED)
def _forms(title: str) -> tuple[frozenset[str], int, int]:
    """What a title may be typed as, and the lengths of the shortest and the longest of these."""
    whole = letters(title)
    forms = frozenset({whole, whole.removeprefix(_NATION), whole[max(whole.find(_ABOUT), 0) :]} - {""})
    lengths = [len(form) for form in forms] or [0]
    return forms, min(lengths), max(lengths)


def _is_form(typed: str, form: str) -> bool:
    if typed == form:
        return True
    shorter, longer = sorted((typed, form), key=len)
    if len(shorter) < _SHORTEST or len(shorter) < _SHARE * len(longer):
        return False
    if shorter in longer:
        return True
    both = len(typed) + len(form)
    if 2 * len(shorter) < _LIKENESS * both or 2 * sum(map(set(longer).__contains__, shorter)) < _LIKENESS * both:
        return False  # cheaper than, and no stricter than, SequenceMatcher's own bounds
    likeness = SequenceMatcher(None, typed, form, autojunk=False)
    return likeness.quick_ratio() >= _LIKENESS and likeness.ratio() >= _LIKENESS
