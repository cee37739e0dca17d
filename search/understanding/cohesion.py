"""Which neighbouring words of a segmenter are one word to those who write and ask: runs that keep together.

Two measures, both usual for finding new words. A run's words occur together far more often than by chance: pointwise mutual
information, normalised to -1 … 1 (Bouma 2009, "Normalized (Pointwise) Mutual Information in Collocation Extraction"). And the
run is not always a part of one longer run: then that one is the word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from search.suggest import is_term
from search.text.normalise import is_cjk
from search.text.segment import Token

LEAST_TOGETHER = 3
"""A run that occurs less often is chance."""
COHESIVE = 0.5
"""Normalised mutual information of each two neighbours, from which a run keeps together."""
WORDS = 4
"""The longest run."""
_SIZES = range(3, 11)
_ALWAYS = 0.8
"""A run that is part of one longer run so often is a part, and no word."""
_Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cohesive:
    """A run, the words it was cut into, how often it occurs, and how firmly its loosest two neighbours keep together
    (normalised mutual information)."""

    text: str
    words: tuple[str, ...]
    count: int
    firmness: float


class RunCounts:
    """How often words and runs of neighbouring words occur in texts that were cut."""

    def __init__(self) -> None:
        self._runs: Counter[_Run] = Counter()
        self._total = 0

    def add(self, tokens: Sequence[Token], times: int = 1) -> None:
        """One text's words in their order (`Analyzer.words`), `times` over. Words with anything between are apart."""
        for stretch in _stretches(tokens):
            self._total += times * len(stretch)
            for length in range(1, WORDS + 1):
                for at in range(len(stretch) - length + 1):
                    self._runs[tuple(stretch[at : at + length])] += times

    def cohesive(self, least: int = LEAST_TOGETHER) -> list[Cohesive]:
        """The runs that keep together, those that occur most often first."""
        kept = dict(self._firm(least))
        parts = _parts(kept, self._runs)
        found = [Cohesive("".join(run), run, self._runs[run], firm) for run, firm in kept.items() if run not in parts]
        return sorted(found, key=lambda each: (-each.count, -each.firmness, each.text))

    def words(self) -> Mapping[str, int]:
        """The single words and how often they occur."""
        return {run[0]: count for run, count in self._runs.items() if len(run) == 1}

    def _firm(self, least: int) -> Iterator[tuple[_Run, float]]:
        for run, count in self._runs.items():
            if len(run) > 1 and count >= least and _could_be_word(run):
                firmness = min(self._information(left, right) for left, right in pairwise(run))
                if firmness >= COHESIVE:
                    yield run, round(firmness, 3)

    def _information(self, left: str, right: str) -> float:
        """log(p(xy) / (p(x) p(y))) / -log p(xy), of two neighbours."""
        together = self._runs[left, right] / self._total
        if together >= 1:
            return 1.0
        apart = self._runs[(left,)] * self._runs[(right,)] / self._total**2
        return log(together / apart) / -log(together)


def _stretches(tokens: Sequence[Token]) -> Iterator[list[str]]:
    """The words that stand side by side."""
    stretch: list[str] = []
    end = -1
    for token in tokens:
        if token.start != end and stretch:
            yield stretch
            stretch = []
        stretch.append(token.term)
        end = token.end
    if stretch:
        yield stretch


def _could_be_word(run: _Run) -> bool:
    """Words that name something, or characters that were all cut apart (放|管|服); one character beside a word is mostly
    a part of what was left out (人|计划)."""
    text = "".join(run)
    if not all(map(is_term, run)) and any(len(word) > 1 for word in run):
        return False
    return len(text) in _SIZES and all(map(is_cjk, text)) and not any(c in "一二三四五六七八九十百千万第" for c in text)


def _parts(kept: Iterable[_Run], counts: Mapping[_Run, int]) -> set[_Run]:
    """The runs that are nearly always a part of one longer run that is kept."""
    return {
        part
        for longer in kept
        for part in (longer[1:], longer[:-1])
        if len(part) > 1 and counts[longer] >= _ALWAYS * counts[part]
    }
