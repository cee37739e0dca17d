"""Synonyms and official abbreviations: what else to search for when a person types 三供一业, PPP or 放管服.

Only queries are expanded, so that an edited dictionary counts at once and nothing is analysed again. An entry of several
parts (简政放权、放管结合、优化服务) is found where all of them stand; see search/text/synonyms.txt for the notation.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

from search.text.normalise import fold, is_cjk
from search.text.segment import Token

_LINE = re.compile(r"(?P<left>[^=]+)(?P<sign>=>?)(?P<right>.*)")
_SHORTEST = 2
_MOST = 4
"""Expansions of one query: each is one more question to the engine."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a typed word (folded) also stands for: all of `parts` (folded) together."""

    typed: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """One state of the dictionary: a folded word → what it also stands for."""

    entries: Mapping[str, Sequence[tuple[str, ...]]]
    unread: Sequence[str] = field(default=())
    """Lines that say nothing."""

    def expand(self, words: str, cut_words: Callable[[str], Iterable[Token]]) -> tuple[Expansion, ...]:
        """For the words of a query; `cut_words` gives the analyzer's words in them. The longest entry counts where
        several overlap."""
        typed_here = sorted((key for key in self.entries if key in words), key=len, reverse=True)
        if not typed_here:
            return ()
        found: list[Expansion] = []
        taken: list[tuple[int, int]] = []
        cut = [(token.start, token.end) for token in cut_words(words)]
        for typed in typed_here:
            span = next(_places(typed, words, cut), None)
            if span and not any(start < span[1] and span[0] < end for start, end in taken):
                taken.append(span)
                found += [Expansion(typed, parts) for parts in self.entries[typed]]
        return tuple(found[:_MOST])


def _places(typed: str, words: str, cut: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where an entry stands as a word of its own, or as the beginning or end of a longer one: 中考 is not in 集中|考试, and
    ppp not in pppx."""
    at = words.find(typed)
    while at >= 0:
        end = at + len(typed)
        across = [(s, e) for s, e in cut if s < end and at < e and (s < at or end < e)]
        if all(s == at or e == end for s, e in across) and not _runs_on(words, at, end):
            yield at, end
        at = words.find(typed, at + 1)


def _runs_on(words: str, start: int, end: int) -> bool:
    """Whether letters or digits that are not Chinese go on across either end."""

    def alike(left: str, right: str) -> bool:
        return all(c.isalnum() and not is_cjk(c) for c in (left, right))

    before = start > 0 and alike(words[start - 1], words[start])
    return before or (end < len(words) and alike(words[end - 1], words[end]))


def read_synonyms(*texts: str) -> Synonyms:
    """The entries of several files, each on top of those before it. A line that cannot be read is left out and named."""
    entries: dict[str, list[tuple[str, ...]]] = {}
    unread: list[str] = []
    for text in texts:
        for line in filter(None, (line.split("#")[0].strip() for line in text.removeprefix("\ufeff").splitlines())):
            if not _add(entries, _notation(line)):
                unread.append(line)
    return Synonyms({key: tuple(dict.fromkeys(found)) for key, found in entries.items()}, tuple(unread))


def _notation(line: str) -> str:
    """An arrow or equals sign of any width."""
    return line.replace("＝", "=").replace("＞", ">").replace("⇒", "=>").replace("→", "=>")


def _add(entries: dict[str, list[tuple[str, ...]]], line: str) -> bool:
    match = _LINE.fullmatch(line)
    if not match:
        return False
    left, right = " ".join(fold(match["left"]).split()), " ".join(fold(match["right"]).split())
    if not right:
        entries.pop(left, None)
        return True
    if min(len(left), len(right)) < _SHORTEST:
        return False
    pairs = [(left, right)] if match["sign"] == "=>" else [(left, right), (right, left)]
    for typed, meant in pairs:
        parts = tuple(part.strip() for part in meant.split("、") if any(c.isalnum() for c in part))
        if parts:
            entries.setdefault(typed, []).append(parts)
    return True


@cache
def _shipped() -> str:
    return (files("search.text") / "synonyms.txt").read_text("utf-8")


class SynonymBook:
    """The shipped dictionary and the user's file on top of it, which is read again when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._state: tuple[int, int] | None = None
        self._synonyms: Synonyms | None = None

    def current(self) -> Synonyms:
        """The entries as they are now. A file that cannot be read is as good as none, and the log says so."""
        with self._lock:
            state = self._seen()
            if self._synonyms is None or state != self._state:
                self._synonyms, self._state = read_synonyms(_shipped(), self._own() if state else ""), state
                for line in self._synonyms.unread:
                    _log.warning("%s: not an entry: %s", self._file, line)
            return self._synonyms

    def _seen(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _own(self) -> str:
        try:
            return self._file.read_text("utf-8")
        except (OSError, ValueError) as error:
            _log.warning("%s: %s", self._file, error)
            return ""
