"""A small hand-built searcher, so that the front doors are tested without an index and without a model."""

from __future__ import annotations

from collections.abc import Sequence

from search.errors import EmptyQuery, UnknownClause, UnknownDocument
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
)
from search.suggest import Entry, Index, Suggestion, SuggestionKind

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
    ) -> ResultPage:
        self.asked.append((query, mode, limit, offset, filters))
        if not query.strip():
            raise EmptyQuery
        found = [clause for text in self.texts.values() for clause in text.clauses if query in clause.text]
        hits = [self._hit(clause, query, rank) for rank, clause in enumerate(found, 1)]
        notices = (Notice("notice.phrase_not_found", {"phrase": query}),) if not hits else ()
        return ResultPage(query, mode, len(hits), hits[offset : offset + limit], 1.25, notices)

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

    def close(self) -> None:
        self.asked.append("closed")
