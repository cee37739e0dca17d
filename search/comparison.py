"""Two documents clause by clause: which clauses are the same, which were changed and where, which stand in one only.

Nothing here does IO. What only type-setters differ in (width, spaces, line breaks, punctuation, traditional characters)
is no difference; the points, dashes and signs of numbers are (1.5亿 is not 15亿). Time grows with the texts' length, not
with its square: see the bounds below.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain, pairwise

from search.model import Clause
from search.text.normalise import fold_with_origin

Span = tuple[int, int]
Pairs = dict[int, int]
Found = tuple[float, int, int]

# Two clauses are one in two wordings if they share that much of their character pairs: below it, what Jilin's measures
# (002) and the central opinion (004) share is only the vocabulary of such documents.
SIMILAR = 0.35
# How much being at the same relative place counts beside that.
_PLACE = 0.1
# Bounds of the search for similar clauses: the rarest pairs of a clause, and for each the nearest clauses that have it.
_RARE, _NEAR, _CANDIDATES = 48, 12, 6
# Bounds of the comparison within two clauses: equal characters to consider, for one row and for all.
_ROW_WORK, _ALL_WORK = 200_000, 20_000_000
# An agreement shorter than that between two differences is chance, and part of the difference.
_CHANCE = 2
_COUNTS = re.compile(r"[^\W_]|[%‰°=≤≥≠±×÷+]|[<>](?=\d)|(?<=\d)[.:/](?=\d)|(?<=\d)[-~](?=[-~\d])")


class RowKind(StrEnum):
    """How the two sides of a row stand to each other."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"


@dataclass(frozen=True, slots=True)
class Side:
    """A clause in a row, and the [start, end) of its text that the other side does not have."""

    clause: Clause
    differs: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A clause of one document (`here`), of the other (`there`), or one of each that belong together.

    `equal` is the share of the characters that both sides have, of all that count."""

    kind: RowKind
    here: Side | None
    there: Side | None
    equal: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """All clauses of both documents, each once, in the order of the first; `equal` as in a row, for all of the text."""

    rows: tuple[Row, ...]
    equal: float

    def count(self, kind: RowKind) -> int:
        """How many rows are of that kind."""
        return sum(row.kind is kind for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The characters of a text that count, and where each of them stands in it."""

    text: str
    origin: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Text(_Counted):
    """The same of a clause, with the pairs that the characters make."""

    clause: Clause
    pairs: frozenset[str]


def compare(here: Sequence[Clause], there: Sequence[Clause]) -> Comparison:
    """Lay the clauses of two documents side by side."""
    left, right = [_read(each) for each in here], [_read(each) for each in there]
    same = _equal(left, right)
    changed = _similar(left, right, same)
    work = min(_ROW_WORK, _ALL_WORK // max(1, len(changed)))
    rows = tuple(_row(left, right, place, work) for place in _order(len(left), len(right), same | changed))
    return Comparison(rows, _share(rows, left, right))


def differing(text: str, other: str) -> tuple[Span, ...]:
    """The [start, end) of a text that another one does not have. Words as type-set differently are the same."""
    here, there = _read_text(text), _read_text(other)
    return _gaps(here, [(a, n) for a, _, n in _agreements(here.text, there.text, _ROW_WORK)])


def _read(clause: Clause) -> _Text:
    counted = _read_text(clause.text)
    return _Text(counted.text, counted.origin, clause, frozenset(map("".join, pairwise(counted.text))))


def _read_text(shown: str) -> _Counted:
    folded = fold_with_origin(shown)
    solid = [(c, place) for c, place in zip(folded.text, folded.origin, strict=True) if c != " "]
    joined = "".join(c for c, _ in solid)
    counted = [match.start() for match in _COUNTS.finditer(joined)] or range(len(joined))
    return _Counted("".join(joined[i] for i in counted), tuple(solid[i][1] for i in counted))


# -- which belongs to which -------------------------------------------------------------------------------------------


def _equal(left: Sequence[_Text], right: Sequence[_Text]) -> Pairs:
    """The clauses that are the same; of repeated ones the first with the first, the second with the second."""
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for j, text in enumerate(right):
        waiting[text.text].append(j)
    return {i: waiting[text.text].popleft() for i, text in enumerate(left) if waiting.get(text.text)}


def _similar(left: Sequence[_Text], right: Sequence[_Text], same: Pairs) -> Pairs:
    """The best pairs of what is left over, the best of all first."""
    taken = set(same.values())
    places: defaultdict[str, list[int]] = defaultdict(list)
    for j, text in enumerate(right):
        for pair in text.pairs if j not in taken else ():
            places[pair].append(j)
    scale = len(right) / max(1, len(left))
    found = [f for i in range(len(left)) if i not in same for f in _candidates(i, left[i], right, places, scale)]
    pairs: Pairs = {}
    for _, i, j in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _candidates(
    i: int, text: _Text, right: Sequence[_Text], places: Mapping[str, list[int]], scale: float
) -> Iterator[Found]:
    """The clauses of the other document that could be this one in other words, with their score."""
    shared: Counter[int] = Counter()
    known = sorted((pair for pair in text.pairs if pair in places), key=lambda pair: (len(places[pair]), pair))
    for pair in known[:_RARE]:
        shared.update(_nearest(places[pair], int(i * scale)))
    for j, _ in sorted(shared.items(), key=lambda each: (-each[1], abs(each[0] - i * scale)))[:_CANDIDATES]:
        other = right[j].pairs
        likeness = 2 * len(text.pairs & other) / (len(text.pairs) + len(other))
        if likeness >= SIMILAR:
            yield likeness - _PLACE * abs(j - i * scale) / len(right), i, j


def _nearest(places: Sequence[int], expected: int) -> Sequence[int]:
    first = max(0, min(bisect_left(places, expected) - _NEAR // 2, len(places) - _NEAR))
    return places[first : first + _NEAR]


def _order(left: int, right: int, pairs: Pairs) -> Iterator[tuple[int | None, int | None]]:
    """The rows in the order of the first document; what only the second has, behind what it follows there."""
    back = {j: i for i, j in pairs.items()}
    behind: defaultdict[int, list[int]] = defaultdict(list)
    place = -1
    for j in range(right):
        place = back.get(j, place)
        if j not in back:
            behind[place].append(j)
    for i in range(-1, left):
        if i >= 0:
            yield i, pairs.get(i)
        yield from ((None, j) for j in behind[i])


# -- what differs -----------------------------------------------------------------------------------------------------


def _row(left: Sequence[_Text], right: Sequence[_Text], place: tuple[int | None, int | None], work: int) -> Row:
    i, j = place
    here, there = None if i is None else left[i], None if j is None else right[j]
    if here is None:
        return Row(RowKind.ONLY_THERE, None, Side(there.clause) if there else None)
    if there is None:
        return Row(RowKind.ONLY_HERE, Side(here.clause), None)
    if here.text == there.text:
        return Row(RowKind.SAME, Side(here.clause), Side(there.clause), 1.0)
    blocks = _agreements(here.text, there.text, work)
    equal = 2 * sum(size for _, _, size in blocks) / (len(here.text) + len(there.text))
    ours = Side(here.clause, _gaps(here, [(a, n) for a, _, n in blocks]))
    theirs = Side(there.clause, _gaps(there, [(b, n) for _, b, n in blocks]))
    return Row(RowKind.CHANGED, ours, theirs, equal)


def _agreements(a: str, b: str, work: int) -> list[tuple[int, int, int]]:
    """Where the texts agree, as (start in a, start in b, length). Where that is too much work, only both ends."""
    counts = Counter(b)
    if sum(counts[c] for c in a) > work:
        return _ends(a, b)
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return [(i, j, n) for i, j, n in blocks if n >= _CHANCE or (n and _at_an_end(i, j, n, a, b))]


def _at_an_end(i: int, j: int, n: int, a: str, b: str) -> bool:
    return i == j == 0 or (i + n == len(a) and j + n == len(b))


def _ends(a: str, b: str) -> list[tuple[int, int, int]]:
    most = min(len(a), len(b))
    head = next((n for n in range(most) if a[n] != b[n]), most)
    tail = next((n for n in range(most - head) if a[-1 - n] != b[-1 - n]), most - head)
    return [(0, 0, head), (len(a) - tail, len(b) - tail, tail)]


def _gaps(text: _Counted, agreed: Sequence[Span]) -> tuple[Span, ...]:
    """What lies between the agreements, given as (start, length), as spans of the clause's text."""
    edges = [0, *(edge for start, length in agreed for edge in (start, start + length)), len(text.text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple((text.origin[start], text.origin[end - 1] + 1) for start, end in gaps if start < end)


def _share(rows: Sequence[Row], left: Sequence[_Text], right: Sequence[_Text]) -> float:
    """Of all characters that count in both documents, the share that both have."""
    lengths = [{text.clause.clause_id: len(text.text) for text in texts} for texts in (left, right)]
    total = sum(len(text.text) for text in (*left, *right))
    sides = ((row, row.here, lengths[0]) for row in rows), ((row, row.there, lengths[1]) for row in rows)
    equal = sum(row.equal * known[side.clause.clause_id] for row, side, known in chain(*sides) if side)
    return equal / total if total else 1.0
