"""Republications: which documents are one work, and which clauses are one text.

Editions of a work agree in their letters, whatever a site did to width, spaces, punctuation, lines and surroundings.
So documents are compared by the runs of letters that they share (shingles), never by embeddings: vectors of two
provinces' like-worded rules lie as close as those of two copies (a public measurement at cosine 0.85 merged 70–83 % of
texts that differ in substance; see docs/decisions.md). A sketch of each document proposes the pairs (the smallest
hashes: MinHash), all their shingles decide.

How much must agree depends on what the documents say of themselves:

- one title (or one within the other) or one 文号: SAME_WORK, or the shorter one is an abridgement of the longer. Where a
  date is not known, the shorter one must also be WITHIN the longer: copies leave out and add, amendments reword;
- different titles, or different 文号: SAME_TEXT, since like-worded rules of two places are two works;
- dates further apart than a publication takes: SAME_LETTERS. The same law of 2015 and 2020 is two editions of time, of
  which one may be in force; only a text that nobody changed is a republication with a date misread.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.model import Clause, ClauseKind
from search.text.normalise import letters, letters_all

SAME_WORK = 0.8
"""Share of shingles (Jaccard) from which two documents of one name are one work."""
SAME_WITH_GAPS = 0.7
"""… where the shorter one says nothing that the longer one does not, and few passages are left out: amendments reword,
careless copies leave out."""
_APART = 400
"""Letters. Where passages are left out more often than that, two texts are woven into one."""
SAME_TEXT = 0.95
"""… and two documents of different names."""
SAME_LETTERS = 0.9995
"""… and two documents of different times, not counting a head or foot that a site left on."""
WITHIN = 0.97
"""Share of the shorter one's shingles that the longer one has, where it is abridged or one of both has no date."""
SAME_CLAUSE = 0.8
"""Share of character pairs (Jaccard) from which clauses at the same place of two editions are one."""
PUBLICATION = timedelta(days=90)
"""Dates of one edition lie no further apart: it is passed, then signed, then published."""
_SHINGLE = 6
"""Letters. A changed word costs few of them, and few runs of so many letters are formulas."""
_SKETCH = 64
_COMMON = 50
"""A shingle that more documents share is a formula, or they are all copies: it proposes only neighbours."""
_KEPT = 32
"""Texts whose shingles are kept in memory while pairs are compared; the others are made again when needed."""
_FEWEST = 3
"""So much of a sketch is shared by documents of one name that are worth comparing; half of it by others."""
_OMISSION = 200
"""Letters. Who abridges leaves out passages; texts that differ by a sentence here and there are different texts."""
_TOGETHER = 0.6
"""Share of what is left out that stands in such passages."""
_PHRASE = 20
"""Letters. Shorter runs are phrases that recur anywhere; they do not part what is left out."""
_SHORT = 100
"""Letters. A shorter text is mostly formula: there the names must agree too."""
_SHORTEST_TITLE = 6
"""Letters from which on a title within another is the same name."""
_SHORTEST_COPY = 12
"""Letters from which on equal clauses of different works are one text, and not one formula."""
_NUMBER = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零〇\d]+[条章节]|[（(]?[一二三四五六七八九十百\d]{1,4}[）)、.．]|[①-⑳]|——)\s*",
)

# Type-setters make their own numbers, and a line may break inside one: 一、 is left out where a line
# begins, 第三条 where a sentence does (within one it is a reference, which an amendment may change).
_LIST_NUMBER = re.compile(r"^\s*[一二三四五六七八九十百\d]{1,4}[）)、.．]", re.MULTILINE)
_ANY_NUMBER = re.compile(
    r"第(?<=[。；：;:]第)[一二三四五六七八九十百零〇\d]+[条章节]|[（(][一二三四五六七八九十百\d]{1,4}[）)]|[①-⑳]"
)

Shingles = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a document decides whether another is the same work."""

    document_id: str
    title: str
    document_number: str | None
    body: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What is kept in memory of a document until its editions are found, whatever its length. `sketch` holds the
    smallest hashes of its text, `title` its letters."""

    document_id: str
    title: str
    number: str | None
    issued_on: date | None
    sketch: Shingles

    def same_name(self, other: Profile) -> bool:
        if self.number and other.number:
            return self.number == other.number
        short, long = sorted((self.title, other.title), key=len)
        return short == long or (len(short) >= _SHORTEST_TITLE and short in long)


def _shingles(body: str) -> Shingles:
    """A hash of every run of letters of a body; numbers of articles do not count."""
    text = letters(_ANY_NUMBER.sub("", "".join(_LIST_NUMBER.sub("", body).split())))
    text = text and text.ljust(_SHINGLE)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = max(len(codes) - _SHINGLE + 1, 0)
    hashes = np.zeros(count, dtype=np.uint64)
    for i in range(_SHINGLE):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[i : i + count]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (hashes >> np.uint64(32)).astype(np.uint32)


def profile(document: Candidate) -> Profile:
    """The document as it is compared with all others."""
    d = document
    return Profile(d.document_id, letters(d.title), d.document_number, d.issued_on, _sketch(_shingles(d.body)))


def _sketch(shingles: Shingles) -> Shingles:
    """The smallest different hashes, ascending. Sorting a few of the smallest is enough unless many are equal."""
    few = 4 * _SKETCH
    if len(shingles) > few:
        smallest = np.unique(np.partition(shingles, few)[:few])
        if len(smallest) >= _SKETCH:
            return smallest[:_SKETCH].copy()
    return np.unique(shingles)[:_SKETCH].copy()


def _likely_pairs(texts: Sequence[Profile]) -> Iterator[tuple[int, int]]:
    """Pairs whose sketches agree enough. Their number grows with the documents, not with their square."""
    numbers = np.repeat(np.arange(len(texts)), [len(t.sketch) for t in texts])
    shingles = np.concatenate([t.sketch for t in texts]) if texts else np.zeros(0, np.uint32)
    order = np.argsort(shingles, kind="stable")
    numbers, edges = numbers[order], np.flatnonzero(np.diff(shingles[order])) + 1
    met = array("q")
    for start, end in _runs(edges, len(order)):
        met.extend(one * len(texts) + other for one, other in _meetings(numbers[start:end].tolist()))
    pairs, counts = np.unique(np.frombuffer(met, np.int64), return_counts=True)
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        one, other = divmod(pair, len(texts))
        least = min(len(texts[one].sketch), len(texts[other].sketch))
        if 2 * count >= least or (count >= min(_FEWEST, least) and texts[one].same_name(texts[other])):
            yield one, other


def _runs(edges: NDArray[np.intp], length: int) -> Iterator[tuple[int, int]]:
    """The runs longer than one that `edges` cut a sorted array of that length into."""
    starts, ends = np.append(0, edges), np.append(edges, length)
    long = ends - starts > 1
    return zip(starts[long].tolist(), ends[long].tolist(), strict=True)


def _meetings(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    return combinations(numbers, 2) if len(numbers) <= _COMMON else pairwise(numbers)


class _Agreement(NamedTuple):
    share: float
    """What two texts have in common of all; 0 where they are not one work."""
    unchanged: bool = False
    """Whether they are the same to the letter, but for what stands before and after."""


def _agreement(one: Profile, other: Profile, shingles: tuple[Shingles, Shingles]) -> _Agreement:
    short, long = sorted(shingles, key=len)
    kept, found = _found(short, long), _found(long, short)
    shared = int(kept.sum())
    share = shared / (len(short) + len(long) - shared)
    if one.same_name(other):
        dated = one.issued_on is not None and other.issued_on is not None
        own, few = _own(kept), len(_missing(found)[0]) <= 1 + len(found) // _APART
        whole = share >= (SAME_WITH_GAPS if few and not own else SAME_WORK) and (dated or own <= 1 - WITHIN)
        same = whole or (few and own <= 1 - WITHIN and _left_out_in_passages(found))
    else:
        same = share >= SAME_TEXT and len(short) >= _SHORT
    return _Agreement(share, _unchanged(kept) and _unchanged(found)) if same else _Agreement(0.0)


def _found(one: Shingles, other: Shingles) -> NDArray[np.bool_]:
    """For each shingle of a text, whether the other one has it as often as it came here: what the end of a law repeats
    of its beginning is not found in a copy of the beginning."""
    order = np.argsort(one, kind="stable")
    ranked = one[order]
    nth = np.arange(len(one)) - np.searchsorted(ranked, ranked)
    there = np.sort(other)
    count = np.searchsorted(there, ranked, "right") - np.searchsorted(there, ranked)
    found = np.empty(len(one), dtype=np.bool_)
    found[order] = nth < count
    return found


def _own(kept: NDArray[np.bool_]) -> float:
    """The share of a text that the other one does not have. Where a sentence is left out, the seam makes up to five
    shingles that are not found; a changed word makes six and more."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], kept, [True])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= _SHINGLE].sum() / len(kept))


def _missing(found: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the passages that are not found begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], found, [True])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    parted = starts[1:] - ends[:-1] >= _PHRASE
    return starts[np.append(True, parted)[: len(starts)]], ends[np.append(parted, True)[: len(ends)]]


def _left_out_in_passages(found: NDArray[np.bool_]) -> bool:
    """Whether most of what is not found stands together."""
    starts, ends = _missing(found)
    runs = ends - starts
    return bool(runs[runs >= min(_OMISSION, len(found) // 5)].sum() >= _TOGETHER * runs.sum())


def _unchanged(found: NDArray[np.bool_]) -> bool:
    """Whether all is found but a head or foot that a site left on."""
    starts, ends = _missing(found)
    runs = ends - starts
    outside = ((starts == 0) | (ends == len(found))) & (runs <= _OMISSION)
    return bool(runs[~outside].sum() <= (1 - SAME_LETTERS) * len(found))


class _Works:
    """Documents joined to works (union-find), each with the first and last date that its editions bear."""

    def __init__(self, texts: Sequence[Profile]) -> None:
        self._parent = list(range(len(texts)))
        self._dates = [(t.issued_on, t.issued_on) if t.issued_on else None for t in texts]

    def of(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int, *, unchanged: bool) -> None:
        """Joins two works, unless they are editions of different times."""
        first, second = sorted((self.of(one), self.of(other)))
        dates = [d for pair in (self._dates[first], self._dates[second]) if pair for d in pair]
        if first == second or (dates and max(dates) - min(dates) > PUBLICATION and not unchanged):
            return
        self._parent[second] = first
        self._dates[first] = (min(dates), max(dates)) if dates else None


def group_works(documents: Sequence[Candidate]) -> list[list[str]]:
    """The documents by work, as `group_profiles` gives them, where all texts are at hand."""
    bodies = {d.document_id: d.body for d in documents}
    return group_profiles([profile(d) for d in documents], bodies.__getitem__)


def group_profiles(documents: Sequence[Profile], body_of: Callable[[str], str]) -> list[list[str]]:
    """The documents by work: lists of document ids, each document in one, in the order given. `body_of` is asked for
    the bodies of the few that are compared letter by letter.

    The closest pairs are joined first, so that a copy without a date goes to the edition of time that it repeats.
    """
    texts = documents

    @lru_cache(maxsize=_KEPT)
    def shingles(number: int) -> Shingles:
        return _shingles(body_of(texts[number].document_id))

    agreeing = [(_agreement(texts[a], texts[b], (shingles(a), shingles(b))), a, b) for a, b in _likely_pairs(texts)]
    works = _Works(texts)
    for agreement, one, other in sorted(agreeing, key=lambda found: (-found[0].share, found[1], found[2])):
        if agreement.share:
            works.join(one, other, unchanged=agreement.unchanged)
    groups: dict[int, list[str]] = defaultdict(list)
    for number, document in enumerate(documents):
        groups[works.of(number)].append(document.document_id)
    return list(groups.values())


def clause_key(clause: Clause) -> str:
    """What equal clauses agree in: the letters, without the number that each document gives its own."""
    return letters(_NUMBER.sub("", clause.text))


def text_number(clause: Clause, work: str) -> int:
    """The number that equal clauses share (63 bits of a hash). Clauses of some length are equal wherever they stand,
    short ones and headings only within their work and under the same headings."""
    return _text_number(clause, clause_key(clause), work, _path_letters(clause.path))


def text_numbers(clauses: Sequence[Clause], work: str) -> list[int]:
    """`text_number` of many clauses of one document."""
    keys = letters_all([_NUMBER.sub("", clause.text) for clause in clauses])
    paths = {path: _path_letters(path) for path in {clause.path for clause in clauses}}
    return [_text_number(clause, key, work, paths[clause.path]) for clause, key in zip(clauses, keys, strict=True)]


def _path_letters(path: tuple[str, ...]) -> str:
    return "/".join(map(letters, path))


def _text_number(clause: Clause, key: str, work: str, path: str) -> int:
    everywhere = clause.kind in (ClauseKind.TEXT, ClauseKind.TABLE) and len(key) >= _SHORTEST_COPY
    where = "" if everywhere else f"{work}/{path}"
    digest = blake2b(f"{where}\n{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def fold_clauses(clauses: Sequence[Clause], work_of: Mapping[str, str]) -> dict[str, int]:
    """Clause id → number of its text; clauses with one number are one text in several places.

    Within a work all equal clauses fold, and those at the same place that differ by a slip; between works only
    clauses of some length that are equal to the letter, and no headings.
    """
    works: dict[str, dict[str, list[Clause]]] = defaultdict(dict)
    for clause in clauses:
        works[work_of[clause.document_id]].setdefault(clause.document_id, []).append(clause)
    folded: dict[str, int] = {}
    for work, editions in works.items():
        folded |= {clause.clause_id: text_number(clause, work) for edition in editions.values() for clause in edition}
        best, *others = editions.values()
        for other in others:
            folded |= fold_slips(best, other, work)
    return folded


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def fold_slips(one: Sequence[Clause], other: Sequence[Clause], work: str) -> dict[str, int]:
    """For the clauses of an edition that no equal clause of the best one was found for, but one that differs by a slip
    at about the same place: clause id → the number of the best one's text."""
    folded = {clause.clause_id: text_number(clause, work) for clause in (*one, *other)}
    slips: dict[str, int] = {}
    taken = {folded[c.clause_id] for c in one} & {folded[c.clause_id] for c in other}
    left = [c for c in one if folded[c.clause_id] not in taken]
    for clause in (c for c in other if folded[c.clause_id] not in taken):
        mine = _pairs(clause_key(clause))
        for match in (c for c in left if abs(c.ordinal - clause.ordinal) <= 3 and c.kind is clause.kind):
            theirs = _pairs(clause_key(match))
            if mine and len(mine & theirs) >= SAME_CLAUSE * len(mine | theirs):
                slips[clause.clause_id] = folded[match.clause_id]
                left.remove(match)
                break
    return slips
