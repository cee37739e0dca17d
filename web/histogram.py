"""How many hits are of each year, as bars of an SVG that needs neither style nor script. Pure; lengths in SVG units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.model import FacetCount

WIDTH, HEIGHT = 240, 56
_GAP = 0.15
"""Share of a year's width that is left free."""
_LEAST = 2
"""Height of a bar that stands for few hits, so that it is seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: `left` and `width` are of its whole column, which takes clicks; the bar within has `x` and `bar_width`."""

    year: int
    count: int
    chosen: bool
    left: float
    width: float
    x: float
    bar_width: float
    height: float

    @property
    def y(self) -> float:
        return round(HEIGHT - self.height, 1)


def bars(years: Sequence[FacetCount], since: int | None, until: int | None) -> list[Bar]:
    """A column for each year from the first to the last, also those without hits; those within `since` and `until` are
    chosen, all of them where neither is given."""
    counts = {int(each.value): each.count for each in years}
    if not counts:
        return []
    first, last, most = min(counts), max(counts), max(counts.values())
    width = WIDTH / (last - first + 1)
    chosen = range(since or first, (until or last) + 1)
    return [
        Bar(
            year,
            count := counts.get(year, 0),
            year in chosen,
            left=round((year - first) * width, 2),
            width=round(width, 2),
            x=round((year - first + _GAP / 2) * width, 2),
            bar_width=round((1 - _GAP) * width, 2),
            height=max(_LEAST, round(HEIGHT * count / most, 1)) if count else 0,
        )
        for year in range(first, last + 1)
    ]
