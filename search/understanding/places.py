"""Which provinces a text speaks of: by name, or by a prefecture or city of theirs.

The names are those of the administrative divisions down to prefectures (民政部, 行政区划代码). A city's bare name counts
where it is no other word's part (武汉 yes, 汉中 and 白银 only as 汉中市 and 白银市).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DIVISION = re.compile(r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)$")
# Seats of provinces and cities of that rank, and longer names: no other words have them inside.
_PLAIN_NAMES = """
    石家庄 太原 呼和浩特 沈阳 大连 哈尔滨 南京 苏州 杭州 宁波 温州 合肥 福州 厦门 南昌 济南 青岛 郑州 洛阳 武汉 长沙 广州
    深圳 珠海 东莞 佛山 南宁 海口 三亚 成都 贵阳 昆明 拉萨 西安 兰州 西宁 银川 延边 恩施 湘西
"""
_PLAIN = frozenset(_PLAIN_NAMES.split())
_LONG = 3
_LAST = 0xFFFF


@cache
def _names() -> Mapping[str, str]:
    """What stands in a text → the short name of the province."""
    names: dict[str, str] = {}
    for line in (files("search.understanding") / "places.txt").read_text("utf-8").splitlines():
        province, *cities = line.split()
        short = _DIVISION.sub("", province)
        names[short] = short
        for city in cities:
            plain = city in _PLAIN or len(city) >= _LONG
            names |= {city: short} if plain else {f"{city}市": short, f"{city}地区": short, f"{city}州": short}
    return names


@cache
def _name() -> re.Pattern[str]:
    """Any of the names, the longest that begins at a place. Those of one first character stand together, which most places
    of a text are passed over by."""
    tails: dict[str, list[str]] = {}
    for name in sorted(_names(), key=len, reverse=True):
        tails.setdefault(name[0], []).append(name[1:])
    names = "|".join(f"{head}(?:{'|'.join(rest)})" for head, rest in tails.items())
    return re.compile(names)  # nothing in it repeats


def provinces_in(folded: str) -> frozenset[str]:
    """The short names of the provinces that a folded text names, itself or by a city: 浙江省 and 杭州 are 浙江."""
    names = _names()
    return frozenset(names[name] for name in set(_name().findall(folded)))


@cache
def _bits() -> Mapping[str, int]:
    return {province: 1 << number for number, province in enumerate(dict.fromkeys(_names().values()))}


def as_bits(provinces: Iterable[str]) -> int:
    """Provinces as one number, a bit for each (34 of them): what an index keeps of a clause."""
    bits = _bits()
    return sum(bits[province] for province in provinces)


def bits_in_each(folded: Sequence[str]) -> list[int]:
    """The provinces that each of some folded texts names, as bits; for many texts, most of which name none."""
    names, bits, name = _names(), _bits(), _name()
    found, begins = [0] * len(folded), list(accumulate([len(text) + 1 for text in folded], initial=0))
    joined, behind = "\n".join(folded), 0  # no name has a line break in it
    for place in _likely(joined):
        if place >= behind and (match := name.match(joined, place)):
            found[bisect_right(begins, place) - 1] |= bits[names[match[0]]]
            behind = match.end()
    return found


def _likely(text: str) -> list[int]:
    """Where two characters stand that names begin with: the pattern takes longer to pass over the rest."""
    import numpy as np

    first, second = _beginnings()
    codes = np.minimum(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), _LAST)
    places: list[int] = np.flatnonzero(first[codes[:-1]] & second[codes[1:]]).tolist()
    return places


@cache
def _beginnings() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each code point of 16 bits whether it is the first of a name, and whether it is the second."""
    import numpy as np

    tables = np.zeros((2, _LAST + 1), np.bool_)
    for name in _names():
        tables[0, ord(name[0])] = tables[1, ord(name[1])] = True
    return tables[0], tables[1]
