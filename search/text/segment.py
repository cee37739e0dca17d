"""Cutting text into terms: one analyzer for whoever writes an index and whoever asks it.

Chinese is written without spaces, and no segmenter cuts a query as it cut the text it stands in (待处理 is one word,
and 处理 another). So a run of Chinese characters gives these kinds of term, all in one space:

- its words, as jieba cuts them with the project's own dictionary, and the words inside a long word (农业 in
  中国农业发展银行); a function word of one character is no word;
- its bigrams, every two characters that stand side by side: any two characters of a text, in whatever words they
  were cut, are found;
- its characters, for a query that is a single one;
- the numbers of clauses, one term for 第十二条 and 第12条.

What a term weighs depends on its kind: a pair of characters that is also a word weighs more than one that is not.
Runs of other letters and digits are terms as they stand (ppp, 2016, 3.5, 5g). Punctuation never makes a term.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from search.text.normalise import fold
from search.text.numerals import units

if TYPE_CHECKING:
    from search.text.dictionary import Segmenter
    from search.text.weighing import Weighed, Weigher

SCHEME = 3
"""Raised with every change of the code that changes terms; an index of another scheme must be built anew."""

_CHINESE = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # as is_cjk
_OTHER = rf"[^\W_{_CHINESE}]"
# A full stop between digits belongs to the number; every unbroken run of letters and digits lies within one term.
LETTERS = re.compile(rf"{_OTHER}+(?:(?<=\d)\.(?=\d){_OTHER}+)*")
_RUN = re.compile(rf"(?P<chinese>[{_CHINESE}]+)|{LETTERS.pattern}")

_REMEMBERED = 256
_AT_HAND = 16
"""Queries of which every token is kept: several times some hundred kilobytes where they are long."""
_SHORT = 64
"""Characters of a run up to which it may be a query's."""


class Kind(StrEnum):
    """What a term is in its text."""

    WORD = "word"
    PART = "part"
    BIGRAM = "bigram"
    CHARACTER = "character"
    UNIT = "unit"
    """第十二条 and 第12条: both are the term 第12条."""


# A clause's number is what its asker wants above all. The others: measured on msga_gov_qa and ncp_policy_doc (nDCG@10): words alone .708 and .611, with bigrams as heavy as words
# .716 and .640, with these weights in text and query .730 and .638.
WEIGHTS = {Kind.WORD: 1.0, Kind.PART: 0.5, Kind.BIGRAM: 0.5, Kind.CHARACTER: 0.2, Kind.UNIT: 3.0}


class Token(NamedTuple):
    """A term and the [start, end) of the folded text that it stands for."""

    term: str
    start: int
    end: int
    kind: Kind


@cache
def _resource(name: str) -> bytes:
    """A file of this package; it does not change while the process runs."""
    return (files("search.text") / name).read_bytes()


@cache
def _word_list(name: str) -> frozenset[str]:
    return frozenset(_resource(name).decode().split())


class Analyzer:
    """Text → terms. Making one loads nothing; the dictionary (0.05 s) is loaded by the first text, once for all threads.

    `cache` is the folder where the prepared dictionary is kept (settings.cache).
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "segmenter"
        self._lock = threading.Lock()
        self._segmenter: Segmenter | None = None
        self._weigher: Weigher | None = None
        # A query is cut for what is asked, for what is marked, and for what may be mistyped.
        self._cut_short = lru_cache(maxsize=_REMEMBERED)(lambda run: tuple(self._load().cut(run)))
        self._weighed_query = lru_cache(maxsize=_REMEMBERED)(self._weigh_query)
        self._tokens_of_query = lru_cache(maxsize=_AT_HAND)(lambda folded: tuple(self._tokens(folded)))

    @property
    def fingerprint(self) -> dict[str, str | int]:
        """What must be the same where an index is written and where it is read. Loads no dictionary."""
        lists = ("dictionary", "stopwords", "question_words")
        hashes = {name: sha256(_resource(f"{name}.txt")).hexdigest()[:16] for name in lists}
        return {"scheme": SCHEME, "jieba": version("jieba"), "opencc": version("opencc"), **hashes}

    def tokens(self, text: str) -> list[Token]:
        """Every term of a text, in the order of the runs; offsets are into fold(text)."""
        return list(self._tokens(fold(text)))

    def unpack(self) -> None:
        """Load the whole dictionary, of which texts else load what they need."""
        self._load().unpack()

    def query_tokens(self, text: str) -> Sequence[Token]:
        """As `tokens`, for a text that is asked for several times."""
        return self._tokens_of_query(fold(text))

    def words(self, text: str) -> list[Token]:
        """The words of a text as a person would name them: no parts, no bigrams, no function words."""
        return [token for token in self._tokens(fold(text)) if token.kind is Kind.WORD]

    def runs(self, text: str) -> list[str]:
        """The unbroken runs of a text, each of Chinese characters only or of other letters and digits only."""
        return [match[0] for match in _RUN.finditer(fold(text))]

    def weigh(self, text: str) -> dict[str, float]:
        """The terms of a text to be indexed, with what they weigh in it."""
        return _sum(self._tokens(fold(text)))

    def weigh_all(self, texts: Sequence[str]) -> Weighed:
        """The same for many texts, in far less time for each where they are hundreds."""
        from search.text.weighing import FEW, Weigher

        if self._weigher is None and len(texts) < FEW:
            return Weigher(None, (), self._tokens).weigh(texts)
        return self._load_weigher().weigh(texts)

    def weigh_query(self, text: str) -> dict[str, float]:
        """The terms to ask for. Question and politeness words count only when nothing else is there, and so does a
        single function word."""
        return dict(self._weighed_query(text))

    def _weigh_query(self, text: str) -> dict[str, float]:
        folded = fold(text)
        tokens = self._tokens_of_query(folded)
        longer = [token for token in tokens if token.kind is not Kind.CHARACTER]
        asking = list(accumulate(self._in_question_words(folded), initial=0))
        # What has a part of a question word is no term; so what stood apart does not come to stand side by side.
        telling = [token for token in longer if asking[token.start] == asking[token.end]]
        return _sum(telling) or _sum(longer) or _sum(tokens)

    def _in_question_words(self, folded: str) -> bytearray:
        """For each character whether it stands in one."""
        words, inside = _word_list("question_words.txt"), bytearray(len(folded))
        for match in _RUN.finditer(folded):
            at = match.start()
            for word in self._cut_run(match[0]) if match["chinese"] else ():
                if word in words:
                    inside[at : at + len(word)] = b"\1" * len(word)
                at += len(word)
        return inside

    def _tokens(self, folded: str) -> Iterator[Token]:
        for term, start, end in units(folded):
            yield Token(term, start, end, Kind.UNIT)
        for match in _RUN.finditer(folded):
            if match["chinese"]:
                yield from self._chinese(match[0], match.start())
            else:
                yield Token(match[0], *match.span(), Kind.WORD)

    def _chinese(self, run: str, at: int) -> Iterator[Token]:
        for i, character in enumerate(run, at):
            yield Token(character, i, i + 1, Kind.CHARACTER)
        for i, (left, right) in enumerate(pairwise(run), at):
            yield Token(left + right, i, i + 2, Kind.BIGRAM)
        stop_words = _word_list("stopwords.txt")
        for word in self._cut_run(run):
            if word not in stop_words:
                yield Token(word, at, at + len(word), Kind.WORD)
                yield from self._parts(word, at)
            at += len(word)

    def _cut_run(self, run: str) -> Iterable[str]:
        return self._cut_short(run) if len(run) <= _SHORT else self._load().cut(run)

    def _parts(self, word: str, at: int) -> Iterator[Token]:
        """The shorter words in a word."""
        known = self._load().known
        for length in range(2, len(word)):
            for start in range(len(word) - length + 1):
                part = word[start : start + length]
                if known(part):
                    yield Token(part, at + start, at + start + length, Kind.PART)

    def _load(self) -> Segmenter:
        if self._segmenter is None:
            with self._lock:
                if self._segmenter is None:
                    from search.text.dictionary import Segmenter

                    self._segmenter = Segmenter(_resource("dictionary.txt"), self._folder)
        return self._segmenter

    def _load_weigher(self) -> Weigher:
        segmenter = self._load()
        with self._lock:
            if self._weigher is None:
                from search.text.weighing import Weigher

                self._weigher = Weigher(segmenter.trie(), _word_list("stopwords.txt"), self._tokens)
            return self._weigher


def _sum(tokens: Iterable[Token]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term, _, _, kind in tokens:
        weights[term] = weights.get(term, 0.0) + WEIGHTS[kind]
    return weights
