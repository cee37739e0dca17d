"""What every rival is given: the same texts, the same words, the same vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    Vectors = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Given:
    """n texts: their ids, jieba's words of each (search mode), and one vector of each as a whole, (n, dimension)."""

    ids: Sequence[str]
    texts: Sequence[str]
    words: Sequence[Sequence[str]]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it was typed, its words and its vector, (dimension,)."""

    text: str
    words: Sequence[str]
    vector: Vectors


class Rival(Protocol):
    """A system that finds the ids of the best ten texts for a question."""

    def build(self, given: Given, folder: Path) -> None: ...

    def search(self, question: Question) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A rival's line in the table."""

    name: str
    kind: str
    """words, meaning or hybrid: only like is compared with like."""
    rival: Rival


def words_of(text: str) -> list[str]:
    """jieba's words in search mode, without what is no word: as much help as any of the rivals gets."""
    import jieba

    return [word for word in jieba.lcut_for_search(text.lower()) if any(c.isalnum() for c in word)]


def mean_grade(found: Mapping[str, Sequence[str]], judgments: Mapping[str, Mapping[str, int]]) -> float:
    """nDCG@10 over all questions."""
    from ir_measures import calc_aggregate, nDCG

    run = {query: {each: 1 / rank for rank, each in enumerate(ids, 1)} for query, ids in found.items()}
    return float(calc_aggregate([nDCG @ DEPTH], {query: judgments[query] for query in found}, run)[nDCG @ DEPTH])
