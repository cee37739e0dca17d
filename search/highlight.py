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
    found: list[str] = []
    for term in sorted({t for t in terms if t}, key=len, reverse=True):
        at = folded.text.find(term)
        while at >= 0:
            span = (at, at + len(term))
            if not any(start <= span[0] and span[1] <= end for start, end in spans):
                spans.append(span)
                if term not in found:
                    found.append(term)
            at = folded.text.find(term, at + 1)
    found.sort(key=lambda term: list(terms).index(term))
    return merge(folded.span(start, end) for start, end in spans), tuple(found)
