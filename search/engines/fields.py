"""The three analysed fields of many clauses. No library of an engine is imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from search.engines.ranking import Fields, fields_of

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
    fields = [fields_of(entry) for entry in entries]
    titles: dict[str, int] = {}
    paths: dict[str, int] = {}
    places = [(titles.setdefault(f.title, len(titles)), paths.setdefault(f.path, len(paths))) for f in fields]
    texts = [*titles, *paths, *(f.text for f in fields)]
    first = (0, len(titles), len(titles) + len(paths))
    rows = [(title, path, number) for number, (title, path) in enumerate(places)]
    which = np.array(rows, np.int64).reshape(-1, len(Fields._fields)) + first
    return AnalysedFields(entries, texts, analyzer.weigh_all(texts), which)


def together(entries: Iterable[ClauseEntry]) -> Iterator[Sequence[ClauseEntry]]:
    """The clauses in lots of `TOGETHER`."""
    remaining = iter(entries)
    while lot := list(islice(remaining, TOGETHER)):
        yield lot
