"""What a person may be typing: titles, 文号, headings and frequent terms of the corpus.

Matching is on folded letters and digits only, so that 国发2016 finds 国发〔2016〕62号, and 民營 finds 民营银行.
What begins with the typed text comes before what holds it. Pinyin is tried only for Latin letters: between Chinese
words it would make 经典 of 景点.
"""

from __future__ import annotations

import re
import sqlite3
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, chain, pairwise
from threading import Lock, Thread
from typing import Any

from search.freeing import give_back
from search.model import Document
from search.store import Catalogue
from search.text.normalise import fold_with_origin, letters
from search.text.segment import Analyzer
from search.understanding.spelling import Speller

LONGEST = 60
"""Typed letters beyond which nobody is completing a term."""
PINYIN_LETTERS = 2
INITIALS_INSIDE = 3
"""Two initials stand inside half of all phrases; three say something."""
SAMPLE = 200_000
"""Characters from which terms are counted, about 2 s of segmenting; a larger corpus is sampled evenly."""
MOMENT_SECONDS = 0.3
"""So long an answer with hits waits for the words from which a correction may be offered, where they can be there by then."""
SMALL = 1000
"""Clauses of which the words are gathered in about a moment."""
LATER_SECONDS = 1.0
"""So much later words are gathered in the background where it takes long: the answer that needs them not comes first."""
MOST = 5000
"""Terms, and headings, that are kept; and entries of a kind that can be typed in pinyin."""
_FREQUENT = 3
_TOGETHER = 0.4
"""Two words are a phrase when this share of the rarer one's uses stands beside the other: 资源枯竭, but not 推进重点."""
_ALWAYS = 0.9
"""A part that stands beside the same word in this share of its uses is no term of its own."""
_LINKING_WORDS = """
    通过 关于 针对 对于 以及 根据 按照 有关 相关 进一步 进行 具有 成为 作为 给予 予以 用于 及其 这些 其他 以下 若干 部分
    我国 我省 我市 我县 提出 作出 方面 就是 一样 比较 不断 充分 切实 继续 没有 可以 应当 必须 不得 或者 因此 同时 其中
"""
_LINKING = frozenset(_LINKING_WORDS.split())
_COUNTED = re.compile(r"[〇零一二三四五六七八九十百千万两]+[个批项条年月日次家种名人]?")
_HEADING = range(4, 31)
_NUMBERING = re.compile(
    r"^\s*(第[〇零一二三四五六七八九十百\d]+[编章节条]|[（(]?[一二三四五六七八九十百\d]+[)）、.．])\s*"
)


class SuggestionKind(StrEnum):
    """What a suggestion is, in the order in which kinds are shown."""

    NUMBER = "number"
    TERM = "term"
    TITLE = "title"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`highlights` are the [start, end) of `text` that match what was typed. Titles and 文号 name their document."""

    text: str
    kind: SuggestionKind
    highlights: tuple[tuple[int, int], ...]
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to suggest, before anybody has typed."""

    text: str
    document_id: str | None = None


class Suggester:
    """Suggestions from one generation; gathered at the first question, once for all threads."""

    def __init__(self, catalogue: Catalogue, analyzer: Analyzer) -> None:
        self._catalogue, self._analyzer = catalogue, analyzer
        self._lock, self._starting = Lock(), Lock()
        self._terms: Sequence[str] | None = None
        self._index: Index | None = None
        self._speller: Speller | None = None
        self._gathering: Thread | None = None

    def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        """At most `limit` suggestions, the best first; none for what has no letters."""
        with self._lock:
            if self._index is None:
                self._index = Index(gather(self._catalogue, self._known_terms()))
        return self._index.suggest(typed, limit)

    def speller(self, *, patient: bool = True) -> Speller | None:
        """Who knows the same terms, for what is mistyped. None for who is not patient, while they are gathered in the
        background and that takes longer than a moment."""
        if patient:
            return self._made_speller()
        if self._speller is None:
            gathering = self.gather_soon()
            if self._is_small:
                gathering.join(MOMENT_SECONDS)
        return self._speller

    def gather_soon(self) -> Thread:
        """Gather in the background what corrections are made from, unless that is done or under way."""
        with self._starting:
            if self._gathering is None:
                self._gathering = Thread(target=self._gather_quietly, name="speller", daemon=True)
                self._gathering.start()
            return self._gathering

    @cached_property
    def _is_small(self) -> bool:
        return self._catalogue.counts()[1] <= SMALL

    def _gather_quietly(self) -> None:
        with suppress(sqlite3.Error):  # the catalogue was closed meanwhile: nobody asks any more
            if not self._is_small:
                time.sleep(LATER_SECONDS)
            self._made_speller()
        give_back()

    def _made_speller(self) -> Speller:
        with self._lock:
            if self._speller is None:
                self._speller = Speller(self._known_terms())
            return self._speller

    def _known_terms(self) -> Sequence[str]:
        """For who holds the lock."""
        if self._terms is None:
            self._terms = sampled_terms(self._catalogue, self._analyzer)
        return self._terms


def gather(catalogue: Catalogue, terms: Sequence[str]) -> dict[SuggestionKind, list[Entry]]:
    """All that can be suggested from a catalogue, the best of each kind first; `terms` as `sampled_terms` gives them."""
    documents = _newest_first(catalogue)
    headings: Counter[str] = Counter()
    for heading, count in catalogue.headings():
        headings[_bare(heading)] += count
    return {
        SuggestionKind.NUMBER: [Entry(d.document_number, d.document_id) for d in documents if d.document_number],
        SuggestionKind.TERM: [Entry(term) for term in terms],
        SuggestionKind.TITLE: [Entry(d.title, d.document_id) for d in documents],
        SuggestionKind.HEADING: [Entry(t) for t, _ in headings.most_common(MOST) if len(t) in _HEADING],
    }


def sampled_terms(catalogue: Catalogue, analyzer: Analyzer) -> list[str]:
    """The frequent terms of a catalogue, counted in SAMPLE characters of it."""
    sampled = [d.document_id for d in _newest_first(catalogue)[:: -(-catalogue.characters() // SAMPLE) or 1]]
    bodies = {i: d.body for i, d in catalogue.documents_by_id(sampled).items()}  # not of all: they may be gigabytes
    return frequent_terms(analyzer, (bodies[i] for i in sampled))


def _newest_first(catalogue: Catalogue) -> list[Document]:
    return sorted(catalogue.facts(), key=lambda d: str(d.issued_on or ""), reverse=True)


def frequent_terms(analyzer: Analyzer, texts: Iterable[str]) -> list[str]:
    """Words of the texts, and pairs of words that keep together, the most frequent first; none that is always a part of
    a longer one (机制障碍 of 体制机制障碍)."""
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        found = analyzer.words(text)
        for length in (1, 2, 3):
            for at in range(len(found) - length + 1):
                part = found[at : at + length]
                if all(left.end == right.start for left, right in pairwise(part)):
                    counts[tuple(word.term for word in part)] += 1
    bound = _bound(counts)
    terms = {"".join(part): count for part, count in counts.items() if _is_phrase(part, counts) and part not in bound}
    return [term for term, _ in Counter(terms).most_common(MOST)]


def _bound(counts: Mapping[tuple[str, ...], int]) -> set[tuple[str, ...]]:
    """What stands (nearly) always beside one and the same word."""
    return {
        part
        for longer, count in counts.items()
        if len(longer) > 1
        for part in (longer[1:], longer[:-1])
        if count >= _FREQUENT and count >= _ALWAYS * counts[part]
    }


def _is_phrase(part: tuple[str, ...], counts: Mapping[tuple[str, ...], int]) -> bool:
    """Whether a word, or a pair of words, is frequent enough, and its words keep together."""
    if len(part) > 2 or not all(map(is_term, part)):
        return False
    rarest = min(counts[(word,)] for word in part)
    return counts[part] >= (_FREQUENT if len(part) == 1 else max(_FREQUENT, _TOGETHER * rarest))


def is_term(word: str) -> bool:
    """Whether a word names something: no single character, number or function word."""
    return len(word) > 1 and not word[0].isdigit() and word not in _LINKING and not _COUNTED.fullmatch(word)


def _bare(heading: str) -> str:
    """A heading without its number, and without the text that runs on after its first sentence."""
    return _NUMBERING.sub("", heading).split("。")[0].strip()


class Index:
    """Answers from what was gathered. Pinyin is prepared when Latin letters are first typed."""

    def __init__(self, entries: Mapping[SuggestionKind, Sequence[Entry]]) -> None:
        self._entries = {kind: _distinct(entries.get(kind, ())) for kind in SuggestionKind}
        self._plain = {kind: _Lines([letters(e.text) for e in found]) for kind, found in self._entries.items()}
        self._lock = Lock()
        self._spoken: dict[SuggestionKind, _Pinyin] | None = None

    def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        """At most `limit` suggestions for the typed text, no kind taking more than half while others have any."""
        key = letters(typed)
        if not key or len(key) > LONGEST:
            return []
        found: dict[tuple[SuggestionKind, int], tuple[int, int]] = {}
        for kind, number, span in self._matches(key, limit):
            if kind is not SuggestionKind.TERM or self._plain[kind].keys[number] != key:  # nothing is left to type
                found.setdefault((kind, number), span)
        half = -(-limit // 2)
        taken: Counter[SuggestionKind] = Counter()
        first: list[tuple[int, SuggestionKind, int]] = []
        spare: list[tuple[int, SuggestionKind, int]] = []
        for place, (kind, number) in enumerate(found):
            taken[kind] += 1
            (first if taken[kind] <= half else spare).append((place, kind, number))
        chosen = sorted([*first, *spare][:limit])
        return [self._suggestion(kind, number, found[kind, number]) for _, kind, number in chosen]

    def _matches(self, key: str, limit: int) -> Iterator[tuple[SuggestionKind, int, tuple[int, int]]]:
        """(kind, number of the entry, matched span of its key), the best first."""
        spoken = len(key) >= PINYIN_LETTERS and key.isascii() and key.isalpha()
        for lines in (self._plain, self._pinyin()) if spoken else (self._plain,):
            beginning: Counter[SuggestionKind] = Counter()
            for kind in SuggestionKind:
                for number, span in lines[kind].find(key, limit, inside=False):
                    beginning[kind] += 1
                    yield kind, number, span
            for kind in SuggestionKind:
                if beginning[kind] < limit:
                    yield from ((kind, number, span) for number, span in lines[kind].find(key, limit, inside=True))

    def _pinyin(self) -> dict[SuggestionKind, _Pinyin]:
        with self._lock:
            if self._spoken is None:
                self._spoken = {kind: _Pinyin(lines.keys[:MOST]) for kind, lines in self._plain.items()}
            return self._spoken

    def _suggestion(self, kind: SuggestionKind, number: int, span: tuple[int, int]) -> Suggestion:
        entry = self._entries[kind][number]
        return Suggestion(entry.text, kind, (_shown(entry.text, span),), entry.document_id)


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """One entry for each text as it is matched: the first, which is the best."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(letters(entry.text), entry)
    kept.pop("", None)
    return list(kept.values())


def _shown(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """From a span of letters(text) to the span of the text as shown."""
    folded = fold_with_origin(text)
    places = [at for at, character in enumerate(folded.text) if character.isalnum()]
    return folded.span(places[span[0]], places[span[1] - 1] + 1)


class _Lines:
    """Keys in one long text, one a line, which is searched at the speed of str.find: 1 ms for a million characters."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys
        self._text = "\n" + "\n".join(keys) + "\n"
        self._starts = list(accumulate((len(key) + 1 for key in keys), initial=1))

    def find(self, key: str, limit: int, *, inside: bool) -> Iterator[tuple[int, tuple[int, int]]]:
        """At most `limit` lines that begin with the key, or hold it further in: their number, and its span."""
        found = 0
        needle = key if inside else "\n" + key
        at = self._text.find(needle)
        while at >= 0 and found < limit:
            at += not inside
            number = bisect_right(self._starts, at) - 1
            place = at - self._starts[number]
            if inside and not place:
                at = self._text.find(needle, at + 1)
                continue
            found += 1
            yield number, (place, place + len(key))
            at = self._text.find(needle, self._starts[number + 1] - 1)


class _Pinyin:
    """The same keys as they are spoken: 民营银行 is minyingyinhang and myyh. Latin letters stand for themselves."""

    def __init__(self, keys: Sequence[str]) -> None:
        spoken = [_syllables(key) for key in keys]
        self._borders = [list(accumulate(map(len, syllables), initial=0)) for syllables in spoken]
        self._initials = _Lines(["".join(syllable[0] for syllable in syllables) for syllables in spoken])
        self._full = _Lines(["".join(syllables) for syllables in spoken])

    def find(self, key: str, limit: int, *, inside: bool) -> Iterator[tuple[int, tuple[int, int]]]:
        """The number of an entry and the span of its key that is spoken so."""
        if not inside or len(key) >= INITIALS_INSIDE:
            yield from self._initials.find(key, limit, inside=inside)
        for number, (start, end) in self._full.find(key, limit, inside=inside):
            borders = self._borders[number]
            first, last = bisect_right(borders, start) - 1, bisect_right(borders, end - 1)
            if borders[first] == start:  # not within a syllable: xian is no 店 (dian)
                yield number, (first, last)


def _syllables(key: str) -> list[str]:
    """One for each character of a key."""
    from pypinyin import lazy_pinyin  # 0.3 s; only who types Latin letters needs it

    one_by_one: Any = list  # what has no sound stays as it is, character by character
    spoken = lazy_pinyin(key, errors=one_by_one)
    alone = chain.from_iterable(lazy_pinyin(character, errors=one_by_one) for character in key)
    return spoken if len(spoken) == len(key) else list(alone)
