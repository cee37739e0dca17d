"""What every keyword engine ranks by: BM25F over three fields. Pure; no engine's library is imported here.

BM25F adds up the weighted, length-normalised frequencies of a term over the fields and saturates the sum once
(Robertson & Zaragoza 2009, 3.6). Adding up a BM25 per field instead, as Whoosh does, lost .015 nDCG@10 on stard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, NamedTuple

from search.text.normalise import is_cjk

if TYPE_CHECKING:
    from search.engines.protocol import ClauseEntry, KeywordQuery
    from search.text.segment import Analyzer

_LETTERS = re.compile(r"[^\W_]+")


class Fields(NamedTuple):
    """One value for each of the analysed fields of a clause."""

    title: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The parameters of BM25F. `boosts` are for title, path and text.

    k1 0.9 was better than 1.2 on msga_gov_qa, ncp_policy_doc and stard (by .002 to .005 nDCG@10).
    """

    k1: float = 0.9
    b: float = 0.75
    boosts: tuple[float, float, float] = (0.5, 0.5, 1.0)

    def idf(self, clauses: int, with_term: int) -> float:
        """Never negative."""
        return log(1 + (clauses - with_term + 0.5) / (with_term + 0.5))


def fields_of(entry: ClauseEntry) -> Fields:
    """The texts that are analysed."""
    return Fields(entry.title, path_text(entry.path), entry.text)


def path_text(path: tuple[str, ...]) -> str:
    """A path as it is analysed: its parts are kept apart, so that no term spans two."""
    return "\n".join(path)


def query_weights(query: KeywordQuery, analyzer: Analyzer) -> dict[str, float]:
    """The terms that rank, with their weights: those of the text and those of the phrases, the heavier if in both."""
    weights = analyzer.weigh_query(query.text)
    for phrase in query.phrases:
        for term, weight in analyzer.weigh_query(phrase).items():
            weights[term] = max(weight, weights.get(term, 0.0))
    return weights


class PhraseParts(NamedTuple):
    """What a text must have that a phrase stands in. `pairs` are terms of it: each two Chinese characters side by side, or
    a single one. `letters` are parts of terms of it (pp of ppp)."""

    pairs: frozenset[str]
    letters: frozenset[str]


def phrase_parts(phrase: str, analyzer: Analyzer) -> PhraseParts:
    """The parts of a folded phrase."""
    runs = analyzer.runs(phrase)
    chinese = [run for run in runs if is_cjk(run[0])]
    pairs = {run[i : i + 2] for run in chinese for i in range(max(len(run) - 1, 1))}
    others = (run for run in runs if not is_cjk(run[0]))
    return PhraseParts(frozenset(pairs), frozenset(letters for run in others for letters in _LETTERS.findall(run)))
