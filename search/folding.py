"""One entry per text: copies of a clause in several documents are one hit, and one document does not fill the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from search.model import ChannelMatch, Factor, Sort
from search.ranked import Ranked

if TYPE_CHECKING:
    from search.clause_places import Places
    from search.store import Catalogue

HEADING_WEIGHT = 0.5
"""A heading alone answers less than the text under it, which has the heading's words in its path; so does a 题注."""
FROM_ONE_DOCUMENT = 3
"""Clauses of one document that keep their whole score."""
REPEATED_WEIGHT = 0.95
"""What each further clause of the same document keeps of its score, once more for each: among near equals another
document's comes first, and a clause that is ahead stays ahead."""


class Folded(NamedTuple):
    """A text in the answer: the clause that stands for it, that one's place in the index and its document's position in the
    catalogue, and the number of the text. Where else the text is, and its words, are looked up when they are shown."""

    ranked: Ranked
    place: int
    document: int
    text: int


def fold_copies(catalogue: Catalogue, ranked: Sequence[Ranked], *, spread: bool = False) -> list[Folded]:
    """One entry per text, best first: its best edition among the ranked stands for it, with the best score that any copy
    reached; headings weigh less. With `spread`, so do a document's clauses after its third."""
    if not ranked:
        return []
    places = catalogue.places
    at = np.array(catalogue.ordinals(ranked))
    documents, texts, aside = (column[at].tolist() for column in (places.documents, places.texts, places.aside))
    groups: dict[int, list[Folded]] = {}
    heading = Factor("heading", HEADING_WEIGHT)
    for r, place, document, text, is_aside in zip(ranked, at.tolist(), documents, texts, aside, strict=True):
        weighed = r.weighed(heading) if is_aside else r
        groups.setdefault(text, []).append(Folded(weighed, place, document, text))
    folded = [_entry(members, places) for members in groups.values()]
    folded.sort(key=_by_score)
    return _spread(folded) if spread else folded


def sorted_hits(folded: list[Folded], sort: Sort, catalogue: Catalogue) -> list[Folded]:
    """Hits that come best first, by relevance or by the date of issue of the document that stands for the text."""
    if sort is Sort.RELEVANCE:
        return folded
    facts = catalogue.facts()
    dated = [(facts[f.document].issued_on, f) for f in folded]
    known = [(day, f) for day, f in dated if day is not None]
    known.sort(key=lambda pair: pair[0], reverse=sort is Sort.NEWEST)
    return [f for _, f in known] + [f for day, f in dated if day is None]


def _by_score(folded: Folded) -> float:
    return -folded.ranked.score


def _entry(members: Sequence[Folded], places: Places) -> Folded:
    if len(members) == 1:
        (clause_id, score, matched_by, factors, _), place, document, text = members[0]
        return Folded(Ranked(clause_id, round(score, 4), matched_by, factors, place), place, document, text)
    best = min(members, key=lambda f: (places.editions[f.document], -f.ranked.score))
    highest = max(members, key=lambda f: f.ranked.score).ranked
    ranked = best.ranked._replace(
        score=round(highest.score, 4), matched_by=_channels(best, members), factors=highest.factors
    )
    return best._replace(ranked=ranked)


def _channels(best: Folded, members: Sequence[Folded]) -> Mapping[str, ChannelMatch]:
    """What the channels said of the best edition, or else of the first that they found."""
    others = chain.from_iterable(f.ranked.matched_by.items() for f in reversed(members))
    return dict(others) | dict(best.ranked.matched_by)


def _spread(folded: Sequence[Folded]) -> list[Folded]:
    seen: Counter[int] = Counter()
    weighed = []
    for f in folded:
        ranked, place, document, text = f
        seen[document] += 1
        further = seen[document] - FROM_ONE_DOCUMENT
        weighed.append(Folded(ranked.weighed(_further(further)), place, document, text) if further > 0 else f)
    return sorted(weighed, key=_by_score)


@cache
def _further(clauses: int) -> Factor:
    return Factor("same_document", round(REPEATED_WEIGHT**clauses, 4))
