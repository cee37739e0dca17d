"""The three analysed fields of many clauses. No library of an engine is imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from search.engines.ranking import Fields, path_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.engines.protocol import ClauseEntry
    from search.text.segment import Analyzer
    from search.text.weighing import Weighed

TOGETHER = 2048
"""Clauses that are analysed and written at a time."""


@dataclass(frozen=True, slots=True)
class AnalysedFields:
    """The terms of some clauses. `texts` are what `weighed` has the terms of: titles and paths once each, then the text of
    each clause; `which` (clauses, 3) says which of them the fields of a clause are."""

    entries: Sequence[ClauseEntry]
    texts: Sequence[str]
    weighed: Weighed
    which: NDArray[Any]

    @property
    def shared(self) -> int:
        """How many of the texts are titles and paths, which other clauses may have, too: the first ones."""
        return len(self.texts) - len(self.entries)

    @property
    def folded(self) -> Sequence[str]:
        """The folded text of each clause."""
        return self.weighed.folded[self.shared :]

    def of_fields(self, values: Sequence[float]) -> NDArray[Any]:
        """For each of the texts the value (title, path, text) of the field that it is."""
        field = np.zeros(len(self.texts), np.int64)
        for number in range(len(Fields._fields)):
            field[self.which[:, number]] = number
        return np.asarray(values, np.float64)[field]


def analysed(entries: Sequence[ClauseEntry], analyzer: Analyzer) -> AnalysedFields:
    """Analyse all fields of some clauses together."""
    titles: dict[str, int] = {}
    paths: dict[tuple[str, ...], int] = {}
    which = np.empty((len(entries), len(Fields._fields)), np.int64)
    which[:, 0] = [titles.setdefault(entry.title, len(titles)) for entry in entries]
    which[:, 1] = [paths.setdefault(entry.path, len(paths)) for entry in entries]
    which[:, 1] += len(titles)
    which[:, 2] = np.arange(len(entries)) + len(titles) + len(paths)
    texts = [*titles, *map(path_text, paths), *[entry.text for entry in entries]]
    return AnalysedFields(entries, texts, analyzer.weigh_all(texts), which)


def together(entries: Iterable[ClauseEntry]) -> Iterator[Sequence[ClauseEntry]]:
    """The clauses in lots of `TOGETHER`."""
    remaining = iter(entries)
    while lot := list(islice(remaining, TOGETHER)):
        yield lot
