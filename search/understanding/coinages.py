"""What the dictionary of synonyms may lack, as far as the documents and what people ask tell: for an editor to take or leave.

- Short names that the documents themselves introduce: 全国社会保障基金理事会（以下简称社保基金会）.
- Runs of words that keep together, in headings, titles, quotation marks and queries, which the segmenter cuts apart.
- For a query that found nothing: the words of the documents that are nearest to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from search.store import Catalogue
from search.text.normalise import fold
from search.text.segment import Analyzer
from search.understanding.cohesion import Cohesive, RunCounts

MOST_TEXTS = 20_000
"""Clauses and headings that are read, evenly from all: a sample tells as much, and takes some seconds."""
_NAMED = re.compile(
    r"(?P<long>[\u4e00-\u9fff、“”《》]{4,40})[（(](?:以下|下)(?:[统統][称稱]|[简簡][称稱]|[称稱])(?:为|:|：)?\s*"
    r"[“\"‘「《]?(?P<short>[\u4e00-\u9fffA-Za-z0-9]{2,12})[”\"’」》]?[）)]"
)
_QUOTED = re.compile(r"[“「『]([\u4e00-\u9fff]{3,12})[”」』]")
_BREAKS = re.compile(r"[、“”《》]")
# What a document calls itself, which in another document is another one.
_OF_ONE_DOCUMENT = re.compile(r".*(?:意见|通知|方案|办法|规定|条例|规划|决定|纲要|本[市省县区]|我[市省县区])")
_DESCRIBES = re.compile(r"的|或者|以及|其他|应当|负责|是")
_NEAR = 0.34
"""Share of characters in common from which a word is near."""


@dataclass(frozen=True, slots=True)
class ShortName:
    """A short name, what it stands for, and in how many clauses it is introduced."""

    short: str
    long: str
    count: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What one generation's documents tell. `words`: how often its words occur where names stand."""

    short_names: Sequence[ShortName]
    cohesive: Sequence[Cohesive]
    words: Mapping[str, int]


def gather(catalogue: Catalogue, analyzer: Analyzer, queries: Iterable[tuple[str, int]] = ()) -> Wording:
    """What the documents and the queries (each with how often it was asked) tell."""
    runs, introduced = RunCounts(), Counter[tuple[str, str]]()
    headings = catalogue.headings()
    for heading, count in headings[:: _step(len(headings))]:
        runs.add(analyzer.words(heading), count)
    for document in catalogue.facts():
        runs.add(analyzer.words(document.title))
    for text in _sample(catalogue):
        introduced.update(set(short_names(text)))
        for quoted in _QUOTED.findall(text):
            runs.add(analyzer.words(quoted))
    for query, times in queries:
        runs.add(analyzer.words(query), times)
    names = [ShortName(short, long, count) for (short, long), count in introduced.most_common()]
    return Wording(names, runs.cohesive(), runs.words())


def short_names(text: str) -> Iterator[tuple[str, str]]:
    """(short, long) of each short name that a text introduces, where the short one is made of the long one's characters
    in their order. The long one is the shortest that has them all; a description (……的……) is no name."""
    for match in _NAMED.finditer(text):
        short, before = match["short"], _BREAKS.split(match["long"].rstrip("”》"))[-1]
        if _OF_ONE_DOCUMENT.fullmatch(short):
            continue
        ends = (before[at:] for at in range(len(before) - 1, -1, -1) if before[at] == short[0])
        long = next((end for end in ends if _is_made_of(short, end)), "")
        if len(long) > len(short) and not _DESCRIBES.search(long):
            yield short, long


def nearest(query: str, words: Mapping[str, int], limit: int = 3) -> list[str]:
    """The words that share most characters with a query (Dice's coefficient), of equal ones those that occur more often;
    none that stands in it."""
    asked = fold(query)
    characters = set(asked)
    scored: list[tuple[float, int, str]] = []
    for word, count in words.items():
        if len(word) > 1 and word not in asked:
            own = set(word)
            share = 2 * len(own & characters) / (len(own) + len(characters))
            if share >= _NEAR:
                scored.append((-share, -count, word))
    return [word for _, _, word in sorted(scored)[:limit]]


def _is_made_of(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


def _sample(catalogue: Catalogue) -> Iterator[str]:
    return (text for _, _, text in islice(catalogue.texts(), 0, None, _step(catalogue.counts()[1])))


def _step(count: int) -> int:
    """The steps by which so many are gone through to meet MOST_TEXTS at the most."""
    return max(1, -(-count // MOST_TEXTS))
