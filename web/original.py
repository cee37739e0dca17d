"""A document's original text beside the cleaned one, passage by passage. Pure; cleaning only leaves characters out.

Passages are clauses, and what stands between them: the page's furniture, and the head and signature of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from search.model import Clause, Document
from web.rendering import Segment

REMOVED = "removed"
# What cannot be seen is shown by a sign where it was left out.
_SIGNS = str.maketrans(
    {"\n": "↵", "\r": "", " ": "·", "\u00a0": "·", "\t": "→", "\u3000": "□", "\ufeff": "", "\f": "¶"}
)
_FEW = 400
"""Characters up to which a passage that is not a part of its original is compared letter by letter."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the original and what became of it. `clause` is None between clauses; `cleaned` is blank where
    nothing was kept."""

    original: list[Segment]
    cleaned: str
    clause: Clause | None = None

    @property
    def removed(self) -> bool:
        """Whether all of it was left out."""
        return not self.cleaned


def passages(document: Document, clauses: Sequence[Clause], original: str) -> list[Passage]:
    """The whole original in order, cut at the clauses. A clause that begins before the last one ended (its place in the
    source is a part of it, or a table's) is shown again and loses nothing."""
    found: list[Passage] = []
    read = shown = 0
    for clause in sorted(clauses, key=lambda each: (each.source_start, each.ordinal)):
        found += _between(original[read : clause.source_start], document.body[shown : clause.start])
        found.append(
            Passage(marked(original[clause.source_start : clause.source_end], clause.text), clause.text, clause)
        )
        read, shown = max(read, clause.source_end), max(shown, clause.end)
    return [*found, *_between(original[read:], document.body[shown:])]


def _between(original: str, cleaned: str) -> Iterator[Passage]:
    if original.strip() or cleaned.strip():
        yield Passage(marked(original.strip("\n"), cleaned.strip()), cleaned.strip())


def marked(original: str, cleaned: str) -> list[Segment]:
    """The original with what is not in `cleaned` marked, and made visible where it is white space."""
    runs: list[Segment] = []
    end = 0
    for start, size in _kept(original, cleaned):
        runs += _removed(original[end:start])
        if size:
            runs.append(Segment(original[start : start + size]))
        end = start + size
    return runs + _removed(original[end:])


def _removed(text: str) -> list[Segment]:
    return [Segment(text.translate(_SIGNS), REMOVED)] if text.translate(_SIGNS) else []


def _kept(original: str, cleaned: str) -> list[tuple[int, int]]:
    """Runs of the original that were kept, as (start, length)."""
    if (runs := _as_part(original, cleaned)) is not None:
        return runs
    if len(original) > _FEW:  # the reader of the file did more than leave out: no mark is better than a wrong one
        return [(0, len(original))]
    matcher = SequenceMatcher(None, original, cleaned, autojunk=False)
    return [(block.a, block.size) for block in matcher.get_matching_blocks() if block.size]


def _as_part(original: str, cleaned: str) -> list[tuple[int, int]] | None:
    """Where the characters of `cleaned` stand in `original`, in order; None where they do not all. Read from behind, so
    that what was left out at a passage's beginning is not mistaken for its first characters."""
    places: list[int] = []
    at = len(original)
    for character in reversed(cleaned):
        at = original.rfind(character, 0, at)
        if at < 0:
            return None
        places.append(at)
    return _runs(places[::-1])


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
