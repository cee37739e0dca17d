"""Which documents bear the name of a law that somebody names an article of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from search.text.normalise import fold, fold_all
from search.text.numerals import units

_NATION = "中华人民共和国"
_REMEMBERED = 1024
_BETWEEN = "\n"


@lru_cache(maxsize=_REMEMBERED)
def name_of(title: str) -> str:
    """A law's name without the nation's and an article's number: 中华人民共和国公司法第六十条 → 公司法."""
    return _name(fold(title))


def distance(name: str, law: str) -> int | None:
    """How far a law's name is from the one that was typed, in characters; None where neither is in the other."""
    return abs(len(name) - len(law)) if name and (name in law or law in name) else None


class LawNames:
    """The names of many documents, made once: a look-up takes as long as there are letters in all of them to pass over, which
    is next to nothing."""

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        """`titles`: the documents' ids and titles."""
        self._documents: dict[str, list[str]] = {}
        listed = list(titles)
        for (document_id, _), folded in zip(listed, fold_all([title for _, title in listed]), strict=True):
            self._documents.setdefault(_name(folded).replace(_BETWEEN, " "), []).append(document_id)
        self._documents.pop("", None)
        self._names = list(self._documents)
        self._lengths = set(map(len, self._names))
        self._joined = _BETWEEN.join(self._names)
        self._begins = list(accumulate((len(name) + 1 for name in self._names), initial=0))

    def nearest(self, law: str, within: Collection[str] | None = None) -> list[str]:
        """The ids of the documents whose name is the nearest to a law's, of those `within` only (None: of all)."""
        by_distance: dict[int, list[str]] = {}
        for name in {*self._in(law), *self._around(law)}:
            by_distance.setdefault(abs(len(name) - len(law)), []).append(name)
        for far in sorted(by_distance):
            found = [i for name in by_distance[far] for i in self._documents[name] if within is None or i in within]
            if found:
                return found
        return []

    def _in(self, law: str) -> Iterator[str]:
        """Names that stand in a law's."""
        starts = ((start, length) for length in self._lengths for start in range(len(law) - length + 1))
        parts = (law[start : start + length] for start, length in starts)
        return (part for part in parts if part in self._documents)

    def _around(self, law: str) -> Iterator[str]:
        """Names that a law's stands in."""
        at = self._joined.find(law)
        while at >= 0:
            number = bisect_right(self._begins, at) - 1
            yield self._names[number]
            at = self._joined.find(law, self._begins[number + 1])


def _name(folded: str) -> str:
    number = next(units(folded), None) if "第" in folded else None
    return folded[: number[1] if number else None].removeprefix(_NATION).strip()
