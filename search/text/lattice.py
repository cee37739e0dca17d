"""jieba's cutting for many texts at a time, with numpy: the same words, at a twentieth of the time.

jieba (without its guesses at unknown words) takes, of all ways to part a run of Chinese characters into words of the
dictionary, the one with the greatest product of frequencies. Here the words that begin at any place of any text are
looked up together, one character further at a time, and the best ways are found for all runs together, from their ends
backwards. Sums are added in jieba's order, so that even ties come out alike (tests/search/test_weighing.py compares).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FIRST, BEHIND = 0x4E00, 0x9FD6
"""The characters of which jieba makes words (its `re_han_default`); all others stand alone."""
_CUTTABLE = re.compile(f"[{chr(FIRST)}-{chr(BEHIND - 1)}]+")
_BITS = 15
_FREE = -1
_NONE: Array = np.zeros(0, np.int64)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Trie:
    """Words and what begins words, as numbers: a node for each, from 0, the shorter ones first."""

    def __init__(self, frequencies: Mapping[str, int]) -> None:
        """`frequencies`: of each word, and 0 for each beginning of a word that is none itself."""
        words: list[str] = []
        steps: list[Array] = []
        for spelled, characters in _by_length(frequencies):
            nodes = _walked(steps, characters[:, :-1])
            keys = nodes << _BITS | characters[:, -1]
            order = np.argsort(keys)
            steps.append(keys[order])
            words += [spelled[i] for i in order.tolist()]
        self.words: Sequence[str] = words
        self.gain, self.unknown = _gains(frequencies, words)
        singles = len(steps[0]) if steps else 0
        self._first = np.full(BEHIND - FIRST, _FREE, np.int32)
        if singles:
            self._first[steps[0]] = np.arange(singles)
        self._steps = _HashTable(np.concatenate([*steps, _NONE])[singles:], np.arange(singles, len(words)))

    def beginning(self, characters: Array) -> Array:
        """The nodes of single characters (0 for FIRST), negative where there is none."""
        return self._first[characters]

    def longer(self, nodes: Array, characters: Array) -> Array:
        """The nodes one character further, negative where there is none."""
        return self._steps.find(nodes.astype(np.int64) << _BITS | characters)


def _by_length(frequencies: Mapping[str, int]) -> Iterator[tuple[Sequence[str], Array]]:
    """The words of one character, of two and so on, with their characters (words, length), 0 for FIRST."""
    by_length: dict[int, list[str]] = {}
    for word in frequencies:
        by_length.setdefault(len(word), []).append(word)
    for length in range(1, max(by_length, default=0) + 1):
        words = [word for word in by_length.get(length, ()) if _CUTTABLE.fullmatch(word)]
        codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
        yield words, codes.astype(np.int64).reshape(-1, length) - FIRST


def _walked(steps: Sequence[Array], characters: Array) -> Array:
    """The nodes of beginnings (words, length), all of which are there: each of a length are sorted by their steps."""
    nodes = np.zeros(len(characters), np.int64)
    before = 0
    for keys, last in zip(steps, characters.T, strict=True):
        nodes = before + np.searchsorted(keys, nodes << _BITS | last)
        before += len(keys)
    return nodes


def _gains(frequencies: Mapping[str, int], words: Sequence[str]) -> tuple[Array, float]:
    """What each word adds to the sum of a way through it, the logarithm of its share, and -inf for what is no word; and
    what an unknown character adds. By math.log, as jieba does: numpy's may differ in the last bit."""
    total = log(sum(frequencies.values()) or 1)
    different, which = np.unique([frequencies[word] for word in words], return_inverse=True)
    logarithms = [log(frequency) - total if frequency else -np.inf for frequency in different.tolist()]
    return np.array(logarithms)[which], log(1) - total


class _HashTable:
    """Numbers by keys (none negative, all different), all looked up together: open addressing, at most half full."""

    def __init__(self, keys: Array, values: Array) -> None:
        bits = max(4, (2 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(1 << bits, _FREE, np.int64)
        self._values = np.full(1 << bits, _FREE, np.int64)
        slots = self._slots(keys)
        while len(keys):
            free = self._keys[slots] == _FREE
            self._keys[slots[free]] = keys[free]  # of several for one slot the last stays
            placed = self._keys[slots] == keys
            self._values[slots[placed]] = values[placed]
            keys, values, slots = keys[~placed], values[~placed], self._next(slots[~placed])

    def _slots(self, keys: Array) -> Array:
        slots: Array = (keys.astype(np.uint64) * _GOLDEN >> self._shift).astype(np.int64)
        return slots

    def _next(self, slots: Array) -> Array:
        return (slots + 1) & (len(self._keys) - 1)

    def find(self, keys: Array) -> Array:
        """The numbers, negative for keys that are not there."""
        slots = self._slots(keys)
        there = self._keys[slots]
        found: Array = np.where(there == keys, self._values[slots], _FREE)
        left = np.flatnonzero((there != keys) & (there != _FREE))
        slots = slots[left]
        while len(left):
            slots = self._next(slots)
            there = self._keys[slots]
            same = there == keys[left]
            found[left[same]] = self._values[slots[same]]
            on = ~same & (there != _FREE)
            left, slots = left[on], slots[on]
        return found


@dataclass(frozen=True, slots=True)
class Cut:
    """How texts were cut. Places are numbers of characters in all of them together."""

    starts: Array
    """(words,) where each word begins, ascending"""
    lengths: Array
    """(words,)"""
    long_words: tuple[Array, Array]
    """Places and nodes of the words of three characters and more."""
    parts: tuple[Array, Array, Array]
    """Places, nodes and lengths of the shorter words (of two characters and more) in words."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of the dictionary that have `length` characters: where they begin, and their nodes."""

    length: int
    places: Array
    nodes: Array


def cut(trie: Trie, codes: Array) -> Cut:
    """Cut texts, given as the code points of all of them, each with a point behind it that is of no word."""
    characters = codes.astype(np.int64) - FIRST
    cuttable = (codes >= FIRST) & (codes < BEHIND)
    found = list(_find(trie, characters, cuttable))
    if not found:
        return Cut(_NONE, _NONE, (_NONE, _NONE), (_NONE, _NONE, _NONE))
    length_at = _likeliest(trie, cuttable, found)
    starts = _starts(cuttable, length_at)
    lengths = length_at[starts]
    return Cut(starts, lengths, _long_words(starts, length_at, found), _parts(len(codes), starts, lengths, found))


def _find(trie: Trie, characters: Array, cuttable: Array) -> Iterator[_Words]:
    """All words of the dictionary at all places, the shorter ones first."""
    places = np.flatnonzero(cuttable)
    nodes = trie.beginning(characters[places])
    length = 1
    while len(places):
        there = nodes >= 0
        places, nodes = places[there], nodes[there]
        known = trie.gain[nodes] > -np.inf
        yield _Words(length, places[known], nodes[known])
        on = cuttable[places + length]
        places, nodes = places[on], nodes[on]
        nodes = trie.longer(nodes, characters[places + length])
        length += 1


def _likeliest(trie: Trie, cuttable: Array, found: Sequence[_Words]) -> Array:
    """For each place the length of the word that the best way on from there takes first."""
    places, distances = _from_ends(cuttable)
    longest = found[-1].length
    lengths = np.arange(longest, 0, -1)  # of ways as good as each other the one with the longest word is first
    rank = np.zeros(len(cuttable), np.int64)
    rank[places] = np.arange(len(places))
    gains = np.full((len(places), longest), -np.inf)
    unknown = np.ones(len(places), np.bool_)
    for words in found:
        rows = rank[words.places]
        gains[rows, longest - words.length] = trie.gain[words.nodes]
        unknown[rows] = False
    gains[unknown, longest - 1] = trie.unknown
    best_on = np.zeros(len(cuttable) + longest)  # sums from a place to the end of its run
    length_at = np.zeros(len(cuttable), np.int64)
    firsts = np.searchsorted(distances, np.arange(1, distances[-1] + 2))
    for distance, (first, last) in enumerate(zip(firsts[:-1].tolist(), firsts[1:].tolist(), strict=True), 1):
        here, fitting = places[first:last], slice(longest - min(longest, distance), None)
        sums = gains[first:last, fitting] + best_on[here[:, None] + lengths[fitting]]
        best = sums.argmax(axis=1)
        best_on[here] = sums[np.arange(len(here)), best]
        length_at[here] = lengths[fitting][best]
    return length_at


def _from_ends(cuttable: Array) -> tuple[Array, Array]:
    """The places of runs by how far they are from the end of their run, and these distances, from 1."""
    edges = np.flatnonzero(np.diff(cuttable, prepend=False, append=False))
    begin, end = edges[::2], edges[1::2]
    places = np.flatnonzero(cuttable)
    distances = np.repeat(end, end - begin) - places
    order = np.argsort(distances.astype(np.int32), kind="stable")
    return places[order], distances[order]


def _starts(cuttable: Array, length_at: Array) -> Array:
    """Where words begin: at the beginning of each run, and behind each word in it."""
    begins = np.zeros(len(cuttable), np.bool_)
    here = np.flatnonzero(np.diff(cuttable, prepend=False) & cuttable)
    while len(here):
        begins[here] = True
        here = here + length_at[here]
        here = here[cuttable[here]]
    return np.flatnonzero(begins)


def _long_words(starts: Array, length_at: Array, found: Sequence[_Words]) -> tuple[Array, Array]:
    begins = np.zeros(len(length_at), np.bool_)
    begins[starts] = True
    chosen = [(w, begins[w.places] & (length_at[w.places] == w.length)) for w in found[2:]]
    return _joined([w.places[here] for w, here in chosen]), _joined([w.nodes[here] for w, here in chosen])


def _parts(count: int, starts: Array, lengths: Array, found: Sequence[_Words]) -> tuple[Array, Array, Array]:
    word = np.zeros(count, np.int64)
    word[starts] = 1
    word = np.cumsum(word) - 1  # the word that a place lies in; -1 before the first
    inside = []
    for w in found[1:]:
        of = word[w.places]
        inside.append((w.places + w.length <= starts[of] + lengths[of]) & (w.length < lengths[of]))
    return (
        _joined([w.places[here] for w, here in zip(found[1:], inside, strict=True)]),
        _joined([w.nodes[here] for w, here in zip(found[1:], inside, strict=True)]),
        _joined([np.full(np.count_nonzero(here), w.length) for w, here in zip(found[1:], inside, strict=True)]),
    )


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else _NONE
