"""Suggestions for the dictionary, worked out once for each generation, at the first visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from search.generation import CATALOGUE, open_current
from search.query import unquoted
from search.settings import Settings
from search.store import Catalogue
from search.text.normalise import fold
from search.text.segment import Analyzer
from search.understanding.cohesion import Cohesive
from search.understanding.coinages import ShortName, Wording, gather, nearest
from search.understanding.synonym_file import FILE
from search.understanding.synonyms import SynonymBook
from web.asked import Asked, Record

SHOWN = 25
"""Rows of each table."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A query that found nothing, without its quotation marks, and words of the documents that are near it."""

    asked: Asked
    typed: str
    near: Sequence[str]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What an editor may take into the dictionary; what it has already is left out."""

    unanswered: Sequence[Unanswered]
    short_names: Sequence[ShortName]
    cohesive: Sequence[Cohesive]


class Words:
    """The suggestions of one app."""

    def __init__(self, settings: Settings, record: Record) -> None:
        self._settings, self._record = settings, record
        self._analyzer = Analyzer(settings.cache)
        self._book = SynonymBook(settings.home / FILE)
        self._lock = Lock()
        self._known: tuple[str, int, Wording] | None = None

    def suggestions(self) -> Suggestions:
        """As of the live generation. Raises NoIndex, IndexMismatch or IndexDamaged."""
        told = self._wording()
        entries = self._book.current().entries
        empty = [each for each in self._record.empty(2 * SHOWN) if fold(unquoted(each.query)).strip() not in entries][
            :SHOWN
        ]
        vocabulary = {**told.words, **{each.text: each.count for each in told.cohesive}}
        return Suggestions(
            [Unanswered(each, unquoted(each.query), nearest(each.query, vocabulary)) for each in empty],
            [each for each in told.short_names if fold(each.short) not in entries][:SHOWN],
            [each for each in told.cohesive if fold(each.text) not in entries][:SHOWN],
        )

    def _wording(self) -> Wording:
        """Anew where another generation is live, or twice as many queries are known."""
        generation = open_current(self._settings.home)
        asked = self._record.all()
        with self._lock:
            if self._known is None or self._known[0] != generation.name or len(asked) > 2 * self._known[1] + 20:
                catalogue = Catalogue(generation.folder / CATALOGUE)
                try:
                    told = gather(catalogue, self._analyzer, [(each.query, each.times) for each in asked])
                finally:
                    catalogue.close()
                self._known = (generation.name, len(asked), told)
            return self._known[2]
