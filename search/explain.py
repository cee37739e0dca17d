"""Why a clause stands where it stands: which terms of the query it has and what they weigh, and what changed its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from search.comparison import differing
from search.model import Clause, Document, Explanation, Factor, WeighedTerm

if TYPE_CHECKING:
    from search.text.segment import Analyzer


def explain(
    clause: Clause, document: Document, weights: Mapping[str, float], factors: Sequence[Factor], analyzer: Analyzer
) -> Explanation:
    """Of the query's terms, given with their weights, those that the clause has and those it has not."""
    texts = {"title": document.title, "path": "\n".join(clause.path), "text": clause.text}
    terms = {name: analyzer.weigh(text).keys() for name, text in texts.items()}
    having: list[WeighedTerm] = []
    missing: list[tuple[str, float]] = []
    for term, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        where = tuple(name for name, found in terms.items() if term in found)
        if where:
            having.append(WeighedTerm(term, round(weight, 4), where))
        else:
            missing.append((term, round(weight, 4)))
    return Explanation(tuple(having), tuple(missing), tuple(factors))


def explain_likeness(clause: Clause, compared: str, factors: Sequence[Factor]) -> Explanation:
    """What of a clause is not in the text that it was found for."""
    return Explanation(factors=tuple(factors), differs=differing(clause.text, compared))
