"""Finding within one document: where what was typed stands in each of its clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from search.highlight import Span, find_terms
from search.model import Clause
from search.text.normalise import fold


def find_within(
    clauses: Iterable[Clause], typed: str, terms_in: Callable[[str], Sequence[str]]
) -> Mapping[str, tuple[Span, ...]]:
    """Clause → [start, end) of what was typed, in the clauses that have it. Compared folded: full and half width, simplified
    and traditional are one.

    Where the document has all that was typed nowhere as it was typed, it is looked for word by word: `terms_in` gives the
    words to mark in a text."""
    listed = list(clauses)
    whole = fold(typed.strip())
    found = _marks(listed, lambda _: [whole]) if whole else {}
    return found or _marks(listed, terms_in)


def _marks(clauses: Iterable[Clause], terms_in: Callable[[str], Sequence[str]]) -> dict[str, tuple[Span, ...]]:
    marks = ((clause.clause_id, find_terms(clause.text, terms_in(clause.text))[0]) for clause in clauses)
    return {clause_id: spans for clause_id, spans in marks if spans}
