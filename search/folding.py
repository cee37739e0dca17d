"""One entry per text: copies of a clause in several documents are one hit, and one document does not fill the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from search.model import ChannelMatch, Factor, Sort
from search.ranked import DECIMALS, Factors, Ranked, RankedList

if TYPE_CHECKING:
    from search.store import Catalogue

Array = NDArray[Any]
_COLUMNS = ("scores", "texts", "documents", "standing", "highest", "several")
WHOLE = Factor("whole", 1.0)
"""Changes nothing, and is not shown."""

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


@dataclass(frozen=True, slots=True, eq=False)
class FoldedList(Sequence[Folded]):
    """One entry per text, best first. An entry becomes a `Folded` when somebody looks at it.

    Columns, (n,) each: for each entry its score, the number of its text, the position of its document, the places in `ranked`
    of the clause that stands for it and of the copy with the highest score, and whether there are several copies in it.
    `copies` (m,) are the numbers of the texts of all clauses of `ranked`, `aside` their factors; `further` are those of the
    entries."""

    ranked: RankedList
    copies: Array
    aside: Factors
    scores: Array
    texts: Array
    documents: Array
    standing: Array
    highest: Array
    several: Array
    further: Factors | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @overload
    def __getitem__(self, place: int) -> Folded: ...

    @overload
    def __getitem__(self, place: slice) -> list[Folded]: ...

    def __getitem__(self, place: int | slice) -> Folded | list[Folded]:
        if isinstance(place, slice):
            return [self[i] for i in range(len(self))[place]]
        standing, highest, text = int(self.standing[place]), int(self.highest[place]), int(self.texts[place])
        ranked = self.ranked[standing]
        matched_by = self._channels(ranked, text) if self.several[place] else ranked.matched_by
        factors = (ranked if highest == standing else self.ranked[highest]).factors + self.aside.of(highest)
        if self.further is not None:
            factors += self.further.of(place)
        shown = Ranked(ranked.clause_id, float(self.scores[place]), matched_by, factors)
        return Folded(shown, int(self.ranked.ordinals[standing]), int(self.documents[place]), text)

    def _channels(self, standing: Ranked, text: int) -> Mapping[str, ChannelMatch]:
        """What the channels said of the clause that stands for a text, or else of the first that they found."""
        having = np.flatnonzero(self.copies == text).tolist()
        others = [self.ranked[place] for place in reversed(having)]
        return dict(chain.from_iterable(each.matched_by.items() for each in [*others, standing]))

    def kept(self, which: Array) -> FoldedList:
        """Some of them, or all in another order: places."""
        columns = {name: getattr(self, name)[which] for name in _COLUMNS}
        return replace(self, **columns, further=self.further.kept(which) if self.further else None)

    def ordered(self) -> FoldedList:
        """Best first, equal ones as they were."""
        return self.kept(np.argsort(-self.scores, kind="stable"))

    def led(self, first: Sequence[int]) -> FoldedList:
        """The entries at these places in front, in this order, the others behind as they were. The scores stay where they
        are: in step with the order."""
        others = np.setdiff1d(np.arange(len(self)), first)
        return replace(self.kept(np.concatenate([np.array(first, np.int64), others])), scores=self.scores)


def fold_copies(
    catalogue: Catalogue, ranked: RankedList, *, spread: bool = False, looked_up: Collection[int] = ()
) -> FoldedList:
    """One entry per text, best first: its best edition among the ranked stands for it, with the best score that any copy
    reached; headings weigh less, but for those that were looked up (places in the catalogue). With `spread`, so do a
    document's clauses after its third."""
    places, at = catalogue.places, ranked.ordinals
    documents, texts = places.documents[at], places.texts[at]
    found = ~np.isin(at, list(looked_up)) if looked_up else True
    aside = Factors((WHOLE, Factor("heading", HEADING_WEIGHT)), places.aside[at] * found)
    scores = aside.times(ranked.scores)
    standing, highest, several = _standing(texts, places.editions[documents], scores)
    best = np.round(scores[highest], DECIMALS)
    columns = (best, texts[standing], documents[standing], standing, highest, several)
    folded = FoldedList(ranked, texts, aside, *columns).ordered()
    return _spread(folded) if spread else folded


def _standing(texts: Array, editions: Array, scores: Array) -> tuple[Array, Array, Array]:
    """For each text, in the order in which they come, where the clause is that stands for it, and the one with the highest
    score, and whether they are several."""
    by_edition = np.lexsort((-scores, editions, texts))
    ordered = texts[by_edition]
    begins = np.flatnonzero(np.concatenate([np.ones(min(len(texts), 1), np.bool_), ordered[1:] != ordered[:-1]]))
    if not len(begins):
        return begins, begins, begins
    coming = np.argsort(np.minimum.reduceat(by_edition, begins))
    by_score = np.lexsort((-scores, texts))
    several = np.diff(begins, append=len(texts)) > 1
    return by_edition[begins][coming], by_score[begins][coming], several[coming]


def sorted_hits(folded: FoldedList, sort: Sort, catalogue: Catalogue) -> FoldedList:
    """Hits that come best first, by relevance or by the date of issue of the document that stands for the text; those
    without a date last."""
    if sort is Sort.RELEVANCE:
        return folded
    facts = catalogue.facts()
    days = [facts[document].issued_on for document in folded.documents.tolist()]
    dated = [(day.toordinal(), place) for place, day in enumerate(days) if day is not None]
    dated.sort(key=lambda pair: pair[0], reverse=sort is Sort.NEWEST)
    undated = [place for place, day in enumerate(days) if day is None]
    return folded.kept(np.array([*(place for _, place in dated), *undated], np.int64))


def _spread(folded: FoldedList) -> FoldedList:
    """Each document's clauses after its third weighed less, the more the further down."""
    by_document = np.argsort(folded.documents, kind="stable")
    ordered = folded.documents[by_document]
    begins = np.searchsorted(ordered, ordered, side="left")
    earlier = np.empty(len(ordered), np.int64)
    earlier[by_document] = np.arange(len(ordered)) - begins
    which = np.maximum(earlier - FROM_ONE_DOCUMENT + 1, 0)
    kinds = (WHOLE, *(_further(clauses) for clauses in range(1, which.max(initial=0) + 1)))
    further = Factors(kinds, which)
    return replace(folded, scores=further.times(folded.scores), further=further).ordered()


@cache
def _further(clauses: int) -> Factor:
    return Factor("same_document", round(REPEATED_WEIGHT**clauses, 4))
