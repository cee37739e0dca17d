"""The terms of many texts at once, as an index is given them: what `Analyzer.weigh` says of each, at a tenth of the time.

Terms of one and two Chinese characters, most of all terms, are numbers put together of their code points; longer words
are nodes of a trie; everything else (runs of letters, numbers of clauses) is numbered as it comes. A term of a text is one
number with the text's in front, and sorting these brings together what is to be added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.text import lattice
from search.text.normalise import fold_all, is_cjk
from search.text.numerals import units
from search.text.segment import LETTERS, WEIGHTS, Kind, Token

if TYPE_CHECKING:
    from search.text.lattice import Trie

Array = NDArray[Any]
FEW = 500
"""Texts from which on preparing the dictionary for this way (half a second) is worth it."""
_PARTING = "\0"
"""Stands behind each text: neither a letter nor a blank, so no run and no number of a clause goes over it."""
_TOGETHER = 200_000
"""Characters that are taken at a time, at some hundred bytes of memory each."""
_LONG_RUN, _LONG_TEXT = 400, 20_000
"""A text with so many characters, or so many in a run, is left to the way for single texts: each character of the longest
run is a step for all."""
_WEIGHT_BITS, _TERM_BITS = 5, 33
_OTHER = 1 << 32
"""Terms that are no characters' code points: nodes of the trie, and behind them what is numbered as it comes."""
_TENTHS = {kind: round(10 * weight) for kind, weight in WEIGHTS.items()}
_MOST = 255
_BEYOND = 0xFFFF
_IDEOGRAPHS = ("\u3400", "\ua000")  # but for rare ones, which do no harm


def hash_of(term: str) -> int:
    """What a term is known by where its letters are not kept: CRC-32 of its UTF-8."""
    return crc32(term.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weighted terms of some texts. Text i has the terms `first[i]:first[i + 1]`, each once, in no order to rely on."""

    folded: Sequence[str]
    """The texts as they were analysed."""
    first: Array
    hashes: Array
    """(terms,) uint32, as `hash_of`"""
    weights: Array
    """(terms,) float32"""
    lengths: Array
    """(texts,) float32: the sums of the weights"""
    terms: Array
    names: Mapping[int, str]
    """Those that are not made of code points."""

    def letters(self) -> set[str]:
        """The terms that do not begin with an ideograph."""
        leading = self.terms >> 16
        outside = (leading < ord(_IDEOGRAPHS[0])) | (leading >= ord(_IDEOGRAPHS[1]))
        outside = np.unique(self.terms[outside & (self.terms < _OTHER)])
        all_terms = [*_spelled(outside, np.ones(len(outside), np.int64)).split(), *self.names.values()]
        return {term for term in all_terms if not _IDEOGRAPHS[0] <= term < _IDEOGRAPHS[1]}

    def repeated(self, scales: Array) -> list[str]:
        """For each text its terms, a blank behind each, as often as `scales` (texts,) times their weight, at least once."""
        counts = np.repeat(scales, np.diff(self.first)) * self.weights
        times = np.clip((counts + 0.5).astype(np.int64), 1, _MOST)
        short = self.terms < _OTHER
        sizes = np.where(short, times * (2 + (self.terms & 0xFFFF > 0)), 0)
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])[self.first].tolist()
        spelled = _spelled(self.terms[short], times[short])
        others = self._repeated_others(np.flatnonzero(~short), times)
        return [spelled[a:b] + other for (a, b), other in zip(pairwise(bounds), others, strict=True)]

    def _repeated_others(self, places: Array, times: Array) -> Iterator[str]:
        pieces = [
            (self.names[term] + " ") * count
            for term, count in zip(self.terms[places].tolist(), times[places].tolist(), strict=True)
        ]
        bounds = np.searchsorted(places, self.first).tolist()
        return ("".join(pieces[a:b]) for a, b in pairwise(bounds))

    def mappings(self) -> Iterator[dict[str, float]]:
        """For each text its terms with their weights."""
        short = self.terms < _OTHER
        spelled = iter(_spelled(self.terms[short], np.ones(np.count_nonzero(short), np.int64)).split())
        every = [self.names[term] if term >= _OTHER else next(spelled) for term in self.terms.tolist()]
        weights = (np.rint(self.weights.astype(np.float64) * 10) / 10).tolist()
        bounds = self.first.tolist()
        for a, b in pairwise(bounds):
            yield dict(zip(every[a:b], weights[a:b], strict=True))


def _spelled(terms: Array, times: Array) -> str:
    """Terms of code points, each so many times, a blank behind each."""
    repeated = np.repeat(terms, times)
    characters = np.empty((len(repeated), 3), np.uint16)
    characters[:, 0], characters[:, 1], characters[:, 2] = repeated >> 16, repeated & 0xFFFF, ord(" ")
    text: str = characters[characters != 0].tobytes().decode("utf-16-le")
    return text


class Weigher:
    """Weighs texts, with the dictionary and the function words of an analyzer; `tokens` is its way for single texts.

    Without a trie all texts go that way."""

    def __init__(self, trie: Trie | None, stop_words: Iterable[str], tokens: Callable[[str], Iterable[Token]]) -> None:
        self._trie = trie
        self._tokens = tokens
        self._weighty = np.ones(1 << 16, np.bool_)
        self._weighty[[ord(word) for word in stop_words]] = False

    def weigh(self, texts: Sequence[str]) -> Weighed:
        """The terms of texts as shown."""
        folded = fold_all(texts)
        named = _Named(self._trie)
        numbers = np.array([i for i, text in enumerate(folded) if self._trie and len(text) <= _LONG_TEXT], np.int64)
        sizes = np.array([len(folded[i]) + 1 for i in numbers], np.int64)
        singly = set(range(len(folded))) - set(numbers.tolist())
        keys: list[Array] = []
        for some in np.split(numbers, _cuts(sizes)):
            together = _Together(folded, some)
            if len(odd := together.odd()):
                singly.update(odd.tolist())
                together = _Together(folded, np.setdiff1d(some, odd))
            keys += self._together(together, named)
        keys += [
            _keys(number, named.number(term), kind)
            for number in sorted(singly)
            for term, _, _, kind in self._tokens(folded[number])
        ]
        return _reduced(folded, np.hstack([np.zeros(0, np.int64), *keys]), named)

    def _together(self, texts: _Together, named: _Named) -> Iterator[Array]:
        """The weights of all terms, each with its text and term, wherever they stand."""
        if not self._trie or not len(texts.codes):
            return
        codes, of = texts.codes.astype(np.int64), texts.text_of
        places = np.flatnonzero(texts.chinese)
        yield _keys(of[places], codes[places] << 16, Kind.CHARACTER)
        places = np.flatnonzero(texts.chinese[:-1] & texts.chinese[1:])
        yield _keys(of[places], _pairs(codes, places), Kind.BIGRAM)
        places = np.flatnonzero(texts.chinese & ~texts.cuttable & self._weighty[texts.codes])
        yield _keys(of[places], codes[places] << 16, Kind.WORD)
        found = lattice.cut(self._trie, texts.codes)
        places = found.starts[found.lengths == 1]
        places = places[self._weighty[texts.codes[places]]]
        yield _keys(of[places], codes[places] << 16, Kind.WORD)
        places = found.starts[found.lengths == 2]
        yield _keys(of[places], _pairs(codes, places), Kind.WORD)
        places, nodes = found.long_words
        yield _keys(of[places], nodes | _OTHER, Kind.WORD)
        places, nodes, lengths = found.parts
        yield _keys(of[places], np.where(lengths == 2, _pairs(codes, places), nodes | _OTHER), Kind.PART)
        runs = [(match.start(), named.number(match[0])) for match in LETTERS.finditer(texts.joined)]
        yield _numbered(runs, of, Kind.WORD)
        yield _numbered([(start, named.number(term)) for term, start, _ in units(texts.joined)], of, Kind.UNIT)


def _cuts(sizes: Array) -> Array:
    """Where to part texts of these sizes into lots of about `_TOGETHER` characters."""
    lots = np.cumsum(sizes) // _TOGETHER
    return np.flatnonzero(np.diff(lots)) + 1


def _keys(texts: Array | int, terms: Array | int, kind: Kind) -> Array:
    """Text, term and weight as one number each."""
    keys: Array = (np.asarray(texts, np.int64) << _TERM_BITS | terms) << _WEIGHT_BITS | _TENTHS[kind]
    return keys


def _pairs(codes: Array, places: Array) -> Array:
    pairs: Array = codes[places] << 16 | codes[places + 1]
    return pairs


def _numbered(found: Sequence[tuple[int, int]], text_of: Array, kind: Kind) -> Array:
    places, terms = np.array(found, np.int64).reshape(-1, 2).T
    return _keys(text_of[places], terms, kind)


class _Named:
    """Numbers for terms that are no characters' code points."""

    def __init__(self, trie: Trie | None) -> None:
        self._words = trie.words if trie else ()
        self._first = _OTHER + len(self._words)
        self._numbers: dict[str, int] = {}

    def number(self, term: str) -> int:
        """A term's number; in a text, a term is numbered either here or by its node or code points."""
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = self._first + len(self._numbers)
        return number

    def names(self, terms: Iterable[int]) -> dict[int, str]:
        """The terms that numbers stand for."""
        own = list(self._numbers)
        words, count = self._words, len(self._words)
        nodes = ((term, term - _OTHER) for term in terms)
        return {term: words[node] if node < count else own[node - count] for term, node in nodes}


class _Together:
    """Some of the texts as one array of code points, a parting one behind each."""

    def __init__(self, folded: Sequence[str], numbers: Array) -> None:
        self.joined = "".join([folded[i] + _PARTING for i in numbers.tolist()])
        self.codes: Array = np.frombuffer(self.joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        self.text_of: Array = np.repeat(numbers, [len(folded[i]) + 1 for i in numbers.tolist()])
        self.chinese: Array = _chinese()[np.minimum(self.codes, _BEYOND)]
        self.cuttable: Array = (self.codes >= lattice.FIRST) & (self.codes < lattice.BEHIND)

    def odd(self) -> Array:
        """The texts that are left to the other way: with characters beyond 16 bits, or with a long run."""
        begin, end = np.flatnonzero(np.diff(self.chinese, prepend=False, append=False)).reshape(-1, 2).T
        places = np.concatenate([np.flatnonzero(self.codes > _BEYOND), begin[end - begin > _LONG_RUN]])
        return np.unique(self.text_of[places])


@cache
def _chinese() -> Array:
    """For each code point of 16 bits whether it is a Chinese character."""
    return np.array([is_cjk(chr(point)) for point in range(_BEYOND + 1)])


def _reduced(folded: Sequence[str], keys: Array, named: _Named) -> Weighed:
    """Brings together what is of one term in one text."""
    keys.sort()
    apart = keys >> _WEIGHT_BITS
    begins = np.flatnonzero(np.diff(apart, prepend=-1))
    tenths = np.add.reduceat(keys & (1 << _WEIGHT_BITS) - 1, begins) if len(begins) else np.zeros(0, np.int64)
    apart = apart[begins]
    terms = apart & (1 << _TERM_BITS) - 1
    first = np.searchsorted(apart >> _TERM_BITS, np.arange(len(folded) + 1))
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(tenths)])
    others = terms >= _OTHER
    different, which = np.unique(terms[others], return_inverse=True)
    names = named.names(different.tolist())
    hashes = np.empty(len(terms), np.uint32)
    hashes[~others] = _hashes(terms[~others])
    hashes[others] = np.array([hash_of(name) for name in names.values()], np.uint32)[which]
    weights, lengths = (tenths / 10).astype(np.float32), (np.diff(sums[first]) / 10).astype(np.float32)
    return Weighed(folded, first, hashes, weights, lengths, terms, names)


@cache
def _hash_tables() -> tuple[Array, Array, Array]:
    """The hashes of single Chinese characters of 16 bits, and what each adds to that of a pair, in front and behind: CRC
    of equally long strings is linear, but for a constant."""
    tables = np.zeros((3, _BEYOND + 1), np.uint32)
    nothing = b"\0\0\0"
    for point in np.flatnonzero(_chinese()).tolist():
        character = chr(point).encode()
        tables[:, point] = crc32(character), crc32(character + nothing), crc32(nothing + character)
    tables[2] ^= np.uint32(crc32(nothing + nothing))
    return tables[0], tables[1], tables[2]


def _hashes(terms: Array) -> Array:
    """The hashes of terms of one or two code points."""
    alone, in_front, behind = _hash_tables()
    one, other = terms >> 16, terms & 0xFFFF
    hashes: Array = np.where(other == 0, alone[one], in_front[one] ^ behind[other])
    return hashes
