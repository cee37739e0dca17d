"""How much of a text's wording others share: what two clauses say in the same rare words is hardly a chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

from search.text.normalise import letters


def shared_wording(text: str, others: Sequence[str]) -> list[float]:
    """For each of the others, the share of the text's character pairs that it has (0…1), pairs that are rare among the
    others counting more (by their inverse document frequency there)."""
    own = _pairs(text)
    theirs = [_pairs(other) & own for other in others]
    holders = Counter(pair for pairs in theirs for pair in pairs)
    weights = {pair: log(1 + (len(others) - holders[pair] + 0.5) / (holders[pair] + 0.5)) for pair in own}
    whole = sum(weights.values())
    return [sum(weights[pair] for pair in pairs) / whole if whole else 0.0 for pairs in theirs]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(letters(text))))
