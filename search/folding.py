"""One entry per text: copies of a clause in several documents are one hit, and one document does not fill the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

from search.model import ClauseKind, Edition, Factor, Sort
from search.ranked import Ranked
from search.store import Catalogue, StoredClause

HEADING_WEIGHT = 0.5
"""A heading alone answers less than the text under it, which has the heading's words in its path; so does a 题注."""
FROM_ONE_DOCUMENT = 3
"""Clauses of one document that keep their whole score."""
REPEATED_WEIGHT = 0.95
"""What each further clause of the same document keeps of its score, once more for each: among near equals another
document's comes first, and a clause that is ahead stays ahead."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the answer: the clause that stands for it, and where else the text is."""

    ranked: Ranked
    stored: StoredClause
    also_in: tuple[Edition, ...]

    @property
    def document_ids(self) -> frozenset[str]:
        """The documents that have the text."""
        return frozenset((self.stored.clause.document_id, *(e.document_id for e in self.also_in)))

    def without(self, documents: Collection[str]) -> Self:
        """The same, these documents not named among those that have the text."""
        return replace(self, also_in=tuple(e for e in self.also_in if e.document_id not in documents))


def fold_copies(
    catalogue: Catalogue, ranked: Sequence[Ranked], documents: Collection[str] | None, *, spread: bool = False
) -> list[Folded]:
    """One entry per text, best first: its best edition stands for it (the best that the filter lets through), with the
    best score that any copy reached; headings weigh less. With `spread`, so do a document's clauses after its third."""
    stored = catalogue.stored([r.clause_id for r in ranked])
    groups: dict[int, list[Ranked]] = {}
    for r in ranked:
        kind = stored[r.clause_id].clause.kind
        aside = kind.is_heading or kind is ClauseKind.NOTE
        weighed = r.weighed(Factor("heading", HEADING_WEIGHT)) if aside else r
        groups.setdefault(stored[r.clause_id].folded, []).append(weighed)
    copies = catalogue.copies(groups.keys())
    folded = [_entry(members, stored, copies[number], documents) for number, members in groups.items()]
    folded.sort(key=lambda f: -f.ranked.score)
    return _spread(folded) if spread else folded


def sorted_hits(folded: list[Folded], sort: Sort, catalogue: Catalogue) -> list[Folded]:
    """Hits that come best first, by relevance or by the date of issue of the document that stands for the text."""
    if sort is Sort.RELEVANCE:
        return folded
    days = {d.document_id: d.issued_on for d in catalogue.facts()}
    dated = [(days[f.stored.clause.document_id], f) for f in folded]
    known = [(day, f) for day, f in dated if day is not None]
    known.sort(key=lambda pair: pair[0], reverse=sort is Sort.NEWEST)
    return [f for _, f in known] + [f for day, f in dated if day is None]


def _entry(
    members: Sequence[Ranked],
    stored: Mapping[str, StoredClause],
    copies: Sequence[tuple[int, Edition]],
    documents: Collection[str] | None,
) -> Folded:
    best = min(members, key=lambda r: (stored[r.clause_id].edition, -r.score))
    highest = max(members, key=lambda r: r.score)
    channels = dict(chain.from_iterable(r.matched_by.items() for r in reversed(members))) | dict(best.matched_by)
    others = [edition for _, edition in sorted(copies, key=lambda c: c[0]) if edition.clause_id != best.clause_id]
    shown = tuple(e for e in others if documents is None or e.document_id in documents)
    ranked = replace(best, score=round(highest.score, 4), matched_by=channels, factors=highest.factors)
    return Folded(ranked, stored[best.clause_id], shown)


def _spread(folded: Sequence[Folded]) -> list[Folded]:
    seen: Counter[str] = Counter()
    weighed = []
    for f in folded:
        document_id = f.stored.clause.document_id
        seen[document_id] += 1
        further = max(0, seen[document_id] - FROM_ONE_DOCUMENT)
        factor = Factor("same_document", round(REPEATED_WEIGHT**further, 4))
        weighed.append(replace(f, ranked=f.ranked.weighed(factor)) if further else f)
    return sorted(weighed, key=lambda f: -f.ranked.score)
