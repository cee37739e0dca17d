"""A small hand-built searcher, so that the front doors are tested without an index and without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from search.errors import EmptyQuery, UnknownClause, UnknownDocument
from search.facets import count_facets
from search.filtering import admits
from search.model import (
    ChannelMatch,
    Citations,
    Clause,
    ClauseKind,
    Document,
    Edition,
    Filters,
    Hit,
    Mode,
    Notice,
    ResultPage,
    Sort,
)
from search.suggest import Entry, Index, Suggestion, SuggestionKind
from search.within import find_within

TODAY = date(2026, 1, 1)
HOSTILE = "<script>alert(1)</script>"


def document(document_id: str, title: str, lines: Sequence[tuple[ClauseKind, tuple[str, ...], str]]) -> FakeText:
    """A document whose body is these lines, each of them a clause."""
    clauses, body = [], ""
    for ordinal, (kind, path, text) in enumerate(lines):
        start = len(body)
        body += text + "\n"
        span = (start, start + len(text))
        clauses.append(Clause(f"{document_id}.{ordinal}", document_id, ordinal, kind, path, text, *span, *span))
    facts = Document(document_id, f"{document_id}.txt", title, body, coverage=1.0, clause_count=len(clauses))
    return FakeText(facts, tuple(clauses))


class FakeText:
    """A document with its clauses."""

    def __init__(self, facts: Document, clauses: tuple[Clause, ...]) -> None:
        self.facts, self.clauses = facts, clauses
        self.citations = Citations()


class FakeSearcher:
    """Finds the query where it stands, and says so as the real one would."""

    def __init__(self, texts: Sequence[FakeText]) -> None:
        self.texts = {text.facts.document_id: text for text in texts}
        self.asked: list[object] = []

    def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.HYBRID,
        limit: int = 10,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008
        sort: Sort = Sort.RELEVANCE,
        explained: bool = False,
        faceted: bool = False,
    ) -> ResultPage:
        self.asked.append((query, mode, limit, offset, filters))
        if not query.strip():
            raise EmptyQuery
        found = self._clauses(query, filters)
        if sort is not Sort.RELEVANCE:
            found.sort(key=lambda c: str(self._facts(c).issued_on or ""), reverse=sort is Sort.NEWEST)
        hits = [self._hit(clause, query, rank) for rank, clause in enumerate(found, 1)]
        notices = (Notice("notice.phrase_not_found", {"phrase": query}),) if not hits else ()
        facets = count_facets(filters, lambda wanted: self._having(query, wanted), TODAY) if faceted else None
        return ResultPage(query, mode, len(hits), hits[offset : offset + limit], 1.25, notices, facets=facets)

    def words(self, query: str) -> Sequence[str]:
        return query.split()

    def facts(self) -> Sequence[Document]:
        return [replace(text.facts, body="") for text in self.texts.values()]

    def _facts(self, clause: Clause) -> Document:
        return self.texts[clause.document_id].facts

    def _clauses(self, query: str, filters: Filters) -> list[Clause]:
        texts = [text for text in self.texts.values() if admits(filters, text.facts, TODAY)]
        return [clause for text in texts for clause in text.clauses if query in clause.text]

    def _having(self, query: str, filters: Filters) -> list[list[Document]]:
        return [[self._facts(clause)] for clause in self._clauses(query, filters)]

    def _hit(self, clause: Clause, query: str, rank: int) -> Hit:
        start = clause.text.index(query)
        facts = self.texts[clause.document_id].facts
        also = tuple(Edition(other, f"{other}.0", self.texts[other].facts.title) for other in facts.same_work_as)
        matches = {"keyword": ChannelMatch(rank, 9.1)}
        if rank == 1:
            matches["semantic"] = ChannelMatch(2, 0.876, (0, len(clause.text) // 2))
        return Hit(clause, facts, 1 / rank, matches, ((start, start + len(query)),), (query,), also)

    def similar(self, clause_id: str, *, limit: int = 10) -> ResultPage:
        clause = self.clause(clause_id)
        hits = [
            Hit(other, text.facts, 0.9, {"semantic": ChannelMatch(1, 0.9)})
            for text in self.texts.values()
            for other in text.clauses
            if text.facts.document_id != clause.document_id
        ]
        return ResultPage(clause.text, Mode.HYBRID, len(hits), hits[:limit], 1.0)

    def similar_to_text(self, text: str, *, limit: int = 10, filters: Filters = Filters()) -> ResultPage:  # noqa: B008
        return self.search(text, mode=Mode.SEMANTIC, limit=limit, filters=filters)

    def suggest(self, text: str, limit: int = 8) -> Sequence[Suggestion]:
        titles = [Entry(each.facts.title, each.facts.document_id) for each in self.texts.values()]
        terms = [Entry("民营银行"), Entry("民营经济")]
        return Index({SuggestionKind.TITLE: titles, SuggestionKind.TERM: terms}).suggest(text, limit)

    def documents(self) -> Sequence[Document]:
        return [text.facts for text in self.texts.values()]

    def _text(self, document_id: str) -> FakeText:
        if document_id not in self.texts:
            raise UnknownDocument(document_id=document_id)
        return self.texts[document_id]

    def document(self, document_id: str) -> Document:
        return self._text(document_id).facts

    def clauses(self, document_id: str) -> Sequence[Clause]:
        return self._text(document_id).clauses

    def find_in(self, document_id: str, query: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
        return find_within(self.clauses(document_id), query, lambda _: query.split())

    def original(self, document_id: str) -> str:
        return self.document(document_id).body

    def citations(self, document_id: str) -> Citations:
        return self._text(document_id).citations

    def clause(self, clause_id: str) -> Clause:
        for text in self.texts.values():
            for clause in text.clauses:
                if clause.clause_id == clause_id:
                    return clause
        raise UnknownClause(clause_id=clause_id)

    def status(self) -> dict[str, object]:
        clauses = sum(len(text.clauses) for text in self.texts.values())
        return {"generation": "000001", "documents": len(self.texts), "clauses": clauses}

    def check_answers(self) -> None:
        """It always answers."""

    def close(self) -> None:
        self.asked.append("closed")
