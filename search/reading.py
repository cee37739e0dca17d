"""From what a person typed to a query that the index can answer: taken apart, with synonyms, and what it may have meant."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from search.engines.protocol import Engine, KeywordQuery
from search.live import Snapshot
from search.model import Filters, Notice
from search.query import Query, parse
from search.store import Catalogue
from search.text.normalise import fold_with_origin
from search.text.segment import Analyzer, Kind, Token
from search.understanding.spelling import Speller, is_doubtful, pairs_in
from search.understanding.synonyms import SynonymBook

LONGEST_SPELLED = 60
"""Characters beyond which a query is a passage, in which nothing is offered."""


class Wording(NamedTuple):
    """What to mark of a query in a clause, whether a character of it may be mistyped, and what was then meant."""

    terms: tuple[str, ...]
    doubtful: bool
    meant: str | None


class QueryReader:
    """Reads queries with one analyzer and one dictionary of synonyms."""

    def __init__(self, analyzer: Analyzer, synonyms: SynonymBook) -> None:
        self._analyzer = analyzer
        self._synonyms = synonyms

    def read(self, text: str, today: date | None = None) -> Query:
        """The query, with what its words also stand for. Words in quotation marks stand for themselves."""
        query = parse(text, today)
        if not query.words:
            return query
        return replace(query, expansions=self._synonyms.current().expand(query.words, self._analyzer.words))

    def terms(self, query: Query) -> tuple[str, ...]:
        """What to highlight: the phrases, and the words that the keyword channel asked for."""
        asked = self._analyzer.weigh_query(query.matched_text)
        tokens = self._analyzer.query_tokens(query.matched_text)
        words = [t.term for t in tokens if t.kind in (Kind.WORD, Kind.PART) and t.term in asked]
        long = [word for word in words if len(word) > 1]
        typed = [expansion.typed for expansion in query.expansions]
        single = [] if typed else words  # 混 and 改 of 混改 would be marked everywhere
        return tuple(dict.fromkeys([*query.phrases, *typed, *(long or single), *query.document_numbers]))

    def wording(self, text: str, query: Query, snapshot: Snapshot, *, patient: bool) -> Wording:
        """What the words of a query say beside what is asked for. Needs no answer yet."""
        doubtful, meant = False, None
        if query.words and len(text) <= LONGEST_SPELLED:
            pairs = pairs_in(query.words)
            known = snapshot.engine.known(pairs)
            if len(known) < len(pairs):
                words, occurs = self._words(query.words), _occurring(snapshot.engine, pairs, known)
                doubtful = is_doubtful(query.words, words, occurs)
                meant = (
                    self._meant(text, query, snapshot.suggester.speller(patient=patient), occurs) if doubtful else None
                )
        return Wording(self.terms(query), doubtful, meant)

    def meant(self, text: str, query: Query, snapshot: Snapshot) -> str | None:
        """A doubtful query as typed with one mistyped character put right, where the index does not know what was typed.

        The words of the index are gathered once, in a second or two; `wording` without patience goes without them
        meanwhile."""
        pairs = pairs_in(query.words)
        occurs = _occurring(snapshot.engine, pairs, snapshot.engine.known(pairs))
        return self._meant(text, query, snapshot.suggester.speller(), occurs)

    def _meant(self, text: str, query: Query, speller: Speller | None, occurs: Callable[[str], bool]) -> str | None:
        slip = speller.correction(query.words, self._words(query.words), occurs) if speller else None
        if slip is None:
            return None
        folded = fold_with_origin(text)
        at = folded.text.find(slip.typed)
        if at < 0:
            return None
        start, end = folded.span(at, at + len(slip.typed))
        return f"{text[:start]}{slip.meant}{text[end:]}"

    def _words(self, text: str) -> list[Token]:
        return [token for token in self._analyzer.query_tokens(text) if token.kind is Kind.WORD]


def _occurring(engine: Engine, pairs: Collection[str], known: Collection[str]) -> Callable[[str], bool]:
    """Tells whether some characters stand anywhere in the index; of the `pairs` of the query those that are `known` do."""

    def occurs(characters: str) -> bool:
        if characters in pairs:
            return characters in known
        return bool(engine.keyword(KeywordQuery(phrases=(characters,)), 1))

    return occurs


def understood_notices(query: Query) -> tuple[Notice, ...]:
    """What of the query was taken to mean more than its words, so that the reader can undo it."""
    if query.understood is None:
        return ()
    since, until = query.understood.period.since, query.understood.period.until
    key = {(True, True): "between", (True, False): "since", (False, True): "until"}[
        since is not None, until is not None
    ]
    days = {"since": str(since or ""), "until": str(until or "")}
    return (Notice(f"notice.period_{key}", {"words": query.understood.words, **days}),)


def documents_for(catalogue: Catalogue, filters: Filters) -> tuple[Collection[str] | None, tuple[Notice, ...]]:
    """The documents that a filter lets through (None for all), and which others it could not judge."""
    if not filters:
        return None, ()
    undated = catalogue.undated() if filters.by_date else 0
    unstated = catalogue.unstated() if filters.by_validity else 0
    counts = {"notice.undated": undated, "notice.unstated": unstated}
    notices = tuple(Notice(key, {"count": count}) for key, count in counts.items() if count)
    return catalogue.document_ids(filters), notices
