"""Where the words of a query stand in a clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from search.text.normalise import fold_with_origin

Span = tuple[int, int]


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def find_terms(text: str, terms: Sequence[str]) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """Where folded `terms` stand in a text as shown: [start, end) spans in `text`, and which of the terms were found.

    A term inside a longer one that was found at the same place is not counted again."""
    folded = fold_with_origin(text)
    spans: list[Span] = []
    found: set[str] = set()
    for term in sorted({t for t in terms if t in folded.text and t}, key=len, reverse=True):
        at = folded.text.find(term)
        while at >= 0:
            end = at + len(term)
            if not _lies_in(at, end, spans):
                spans.append((at, end))
                found.add(term)
            at = folded.text.find(term, at + 1)
    return merge(folded.span(start, end) for start, end in spans), tuple(t for t in dict.fromkeys(terms) if t in found)


def _lies_in(at: int, end: int, spans: Sequence[Span]) -> bool:
    for first, last in spans:  # noqa: SIM110 any() of a generator takes three times as long
        if first <= at and end <= last:
            return True
    return False
