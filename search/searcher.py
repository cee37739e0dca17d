"""The one class that the front doors call: it holds the live generation and answers queries from it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from search.engines import open_engine
from search.engines.protocol import Engine, KeywordQuery
from search.errors import EmptyQuery, ModelUnavailable, QueryTooLong, TiaokuanError, UnknownClause, UnknownDocument
from search.generation import Generation, check_fingerprint, current_name, expected_model, open_current
from search.highlight import find_terms
from search.lookup import Named
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
from search.query import Query, parse
from search.retrieval import DEPTH, Ranked, Retrieved, Retriever
from search.settings import Settings
from search.store import Catalogue, StoredClause
from search.suggest import Suggester, Suggestion
from search.text.segment import Analyzer, Kind

if TYPE_CHECKING:
    from search.embedding import Embedder

HEADING_WEIGHT = 0.5
"""A heading alone answers less than the text under it, which has the heading's words in its path."""
SIMILAR_DEPTH = 100
_NO_FILTERS = Filters()


@dataclass(slots=True)
class _Snapshot:
    """An open generation and how many calls are using it."""

    generation: Generation
    catalogue: Catalogue
    engine: Engine
    suggester: Suggester
    users: int = 0
    retired: bool = False

    def close(self) -> None:
        self.engine.close()
        self.catalogue.close()


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text in the answer: the clause that stands for it, and where else the text is."""

    ranked: Ranked
    stored: StoredClause
    also_in: tuple[Edition, ...]


class Searcher:
    """Answers from the live generation; a newer one is moved to between two calls. Safe for many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._analyzer = Analyzer(settings.cache)
        self._lock = Lock()
        self._model_lock = Lock()
        self._model: Embedder | None = None
        self._snapshot = self._load()

    @classmethod
    def open(cls, settings: Settings) -> Searcher:
        """A searcher on the live generation. Raises NoIndex, IndexMismatch or IndexDamaged."""
        return cls(settings)

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._retire()

    # -- what the front doors ask ----------------------------------------------------------------------------------

    def search(
        self, query: str, *, mode: Mode = Mode.HYBRID, limit: int = 10, offset: int = 0, filters: Filters = _NO_FILTERS
    ) -> ResultPage:
        """The clauses for a query. Raises EmptyQuery, QueryTooLong, and in semantic mode ModelUnavailable."""
        if len(query) > self._settings.max_query_characters:
            raise QueryTooLong(length=len(query), limit=self._settings.max_query_characters)
        parsed = parse(query)
        if parsed.is_empty:
            raise EmptyQuery
        if mode is not Mode.KEYWORD and not parsed.is_lookup:
            with suppress(ModelUnavailable):  # the retriever says so in its answer
                self._embedder()  # loaded once; not part of what a search takes
        began = time.perf_counter()
        with self._using() as snapshot:
            documents, notices = _documents(snapshot.catalogue, filters)
            if parsed.is_lookup and mode is not Mode.SEMANTIC:
                found = _look_up(snapshot, parsed, documents)
            else:
                retriever = self._retriever(snapshot)
                found = retriever.retrieve(parsed, mode, max(DEPTH, 2 * (offset + limit)), documents)
            folded = _fold(snapshot.catalogue, found.ranked, documents)
            notices += found.notices
            if parsed.phrases and not folded:
                notices += (Notice("notice.phrase_not_found", {"phrase": parsed.phrases[0]}),)
            hits = self._hits(snapshot, folded[offset : offset + limit], self._terms(parsed))
        return ResultPage(query, mode, len(folded), hits, _since(began), notices)

    def similar(self, clause_id: str, *, limit: int = 10) -> ResultPage:
        """The clauses of other works whose meaning is nearest to a clause's own; copies of it are left out.

        Raises UnknownClause. Needs no model: the clause's vectors are in the index."""
        began = time.perf_counter()
        with self._using() as snapshot:
            stored = snapshot.catalogue.stored([clause_id]).get(clause_id)
            if stored is None:
                raise UnknownClause(clause_id=clause_id)
            ranked = _nearest(snapshot, stored, limit)
            hits = self._hits(snapshot, _fold(snapshot.catalogue, ranked, None)[:limit], ())
        return ResultPage(stored.clause.text, Mode.SEMANTIC, len(hits), hits, _since(began))

    def suggest(self, text: str, limit: int = 8) -> Sequence[Suggestion]:
        """What a person who has typed `text` may want: titles, 文号, headings and frequent terms."""
        with self._using() as snapshot:
            return snapshot.suggester.suggest(text, limit)

    def documents(self) -> Sequence[Document]:
        """All documents, in the order in which they were read."""
        with self._using() as snapshot:
            return snapshot.catalogue.documents()

    def document(self, document_id: str) -> Document:
        """Raises UnknownDocument."""
        with self._using() as snapshot:
            document = snapshot.catalogue.document(document_id)
        if document is None:
            raise UnknownDocument(document_id=document_id)
        return document

    def clauses(self, document_id: str) -> Sequence[Clause]:
        """The clauses of a document, in reading order."""
        with self._using() as snapshot:
            return snapshot.catalogue.clauses(document_id)

    def citations(self, document_id: str) -> Citations:
        """What a document cites, and who cites it. Raises UnknownDocument."""
        document = self.document(document_id)
        with self._using() as snapshot:
            outgoing = snapshot.catalogue.outgoing(document_id)
            incoming = snapshot.catalogue.incoming([document_id, *document.same_work_as])
        return Citations(tuple(outgoing), tuple(incoming))

    def clause(self, clause_id: str) -> Clause:
        """Raises UnknownClause."""
        with self._using() as snapshot:
            stored = snapshot.catalogue.stored([clause_id]).get(clause_id)
        if stored is None:
            raise UnknownClause(clause_id=clause_id)
        return stored.clause

    def status(self) -> Mapping[str, object]:
        """The live generation, its size, and the model it was embedded with."""
        with self._using() as snapshot:
            documents, clauses = snapshot.catalogue.counts()
            manifest = snapshot.generation.manifest
            return {
                "generation": snapshot.generation.name,
                "created": manifest.created,
                "documents": documents,
                "clauses": clauses,
                "model": manifest.embedder.get("model"),
            }

    def warm_up(self) -> None:
        """Load what the first query would otherwise wait for: dictionary, model and vectors."""
        self._analyzer.words("预热")
        vectors = self._embedder().encode_queries(["预热"])
        with self._using() as snapshot:
            snapshot.engine.semantic(vectors, 1)
            snapshot.suggester.suggest("预热", 1)

    # -- the live generation ----------------------------------------------------------------------------------------

    def _load(self) -> _Snapshot:
        generation = open_current(self._settings.home)
        check_fingerprint("analyzer", generation.manifest.analyzer, self._analyzer.fingerprint)
        check_fingerprint("model", generation.manifest.embedder, expected_model(self._settings))
        catalogue = Catalogue(generation.folder / "catalogue.sqlite")
        suggester = Suggester(catalogue, self._analyzer)
        return _Snapshot(generation, catalogue, open_engine(generation.folder, self._analyzer), suggester)

    @contextmanager
    def _using(self) -> Iterator[_Snapshot]:
        with self._lock:
            self._move_on()
            snapshot = self._snapshot
            snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                snapshot.users -= 1
                if snapshot.retired and not snapshot.users:
                    snapshot.close()

    def _move_on(self) -> None:
        """Change to a newer generation if there is one. One that cannot be opened is left alone: the old one serves."""
        name = current_name(self._settings.home)
        if name is None or name == self._snapshot.generation.name:
            return
        try:
            newer = self._load()
        except TiaokuanError:
            return
        self._retire()
        self._snapshot = newer

    def _retire(self) -> None:
        if not self._snapshot.retired:
            self._snapshot.retired = True
            if not self._snapshot.users:
                self._snapshot.close()

    def _embedder(self) -> Embedder:
        with self._model_lock:
            if self._model is None:
                from search.embedding import Embedder  # keyword search loads no model

                self._model = Embedder.open(self._settings)
            return self._model

    # -- from ranked clauses to hits --------------------------------------------------------------------------------

    def _retriever(self, snapshot: _Snapshot) -> Retriever:
        def named(clause_ids: Collection[str]) -> Mapping[str, Named]:
            clauses = {i: s.clause for i, s in snapshot.catalogue.stored(clause_ids).items()}
            documents = snapshot.catalogue.documents_by_id({c.document_id for c in clauses.values()})
            return {i: Named(documents[c.document_id].title, c.path, c.text) for i, c in clauses.items()}

        settings = self._settings
        return Retriever(snapshot.engine, self._embedder, named, settings.keyword_weight, settings.semantic_floor)

    def _terms(self, query: Query) -> tuple[str, ...]:
        """What to highlight: the phrases, and the words that the keyword channel asked for."""
        asked = self._analyzer.weigh_query(query.matched_text)
        tokens = self._analyzer.tokens(query.matched_text)
        words = [t.term for t in tokens if t.kind in (Kind.WORD, Kind.PART) and t.term in asked]
        long = [word for word in words if len(word) > 1]
        return tuple(dict.fromkeys([*query.phrases, *(long or words), *query.document_numbers]))

    def _hits(self, snapshot: _Snapshot, folded: Sequence[_Folded], terms: Sequence[str]) -> list[Hit]:
        documents = snapshot.catalogue.documents_by_id({f.stored.clause.document_id for f in folded})
        hits = []
        for f in folded:
            clause = f.stored.clause
            spans, found = find_terms(clause.text, terms) if terms else ((), ())
            document, ranked = documents[clause.document_id], f.ranked
            hits.append(Hit(clause, document, ranked.score, ranked.matched_by, spans, found, f.also_in))
        return hits


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _documents(catalogue: Catalogue, filters: Filters) -> tuple[frozenset[str] | None, tuple[Notice, ...]]:
    if not filters:
        return None, ()
    undated = catalogue.undated() if filters.since or filters.until else 0
    notices = (Notice("notice.undated", {"count": undated}),) if undated else ()
    return catalogue.document_ids(filters), notices


def _look_up(snapshot: _Snapshot, query: Query, documents: Collection[str] | None) -> Retrieved:
    """A bare 文号: the opening clause of the document that bears it, then the clauses that name it."""
    openings = snapshot.catalogue.opening_clauses(query.document_numbers)
    stored = snapshot.catalogue.stored(openings)
    openings = [i for i in openings if documents is None or stored[i].clause.document_id in documents]
    naming = [
        candidate.clause_id
        for number in query.document_numbers
        for candidate in snapshot.engine.keyword(KeywordQuery(number, (number,)), DEPTH, documents)
    ]
    ordered = list(dict.fromkeys([*openings, *naming]))
    ranked = [
        Ranked(clause_id, round(1 / rank, 4), {"keyword": ChannelMatch(rank, 1 / rank)})
        for rank, clause_id in enumerate(ordered, 1)
    ]
    missing = (
        () if openings else tuple(Notice("notice.number_not_found", {"number": n}) for n in query.document_numbers)
    )
    return Retrieved(ranked, missing)


def _nearest(snapshot: _Snapshot, stored: StoredClause, limit: int) -> list[Ranked]:
    clause = stored.clause
    own = snapshot.catalogue.document(clause.document_id)
    same_work = {clause.document_id, *(own.same_work_as if own else ())}
    found = snapshot.engine.semantic(snapshot.engine.vectors(clause.clause_id), max(SIMILAR_DEPTH, 4 * limit))
    others = snapshot.catalogue.stored([c.clause_id for c in found])
    kept = [c for c in found if _is_other(others[c.clause_id], stored, same_work)]
    return [
        Ranked(c.clause_id, round(c.score, 4), {"semantic": ChannelMatch(rank, c.score, c.window)})
        for rank, c in enumerate(kept, 1)
    ]


def _is_other(other: StoredClause, stored: StoredClause, same_work: Collection[str]) -> bool:
    """Whether a clause may be shown as similar: text, from another work, and no copy of the clause itself."""
    elsewhere = other.clause.document_id not in same_work
    return elsewhere and other.clause.kind is ClauseKind.TEXT and other.folded != stored.folded


def _fold(catalogue: Catalogue, ranked: Sequence[Ranked], documents: Collection[str] | None) -> list[_Folded]:
    """One entry per text, in order: its best edition stands for it (the best that the filter lets through), with the
    best score that any copy reached; headings weigh less."""
    stored = catalogue.stored([r.clause_id for r in ranked])
    groups: dict[int, list[Ranked]] = {}
    for r in ranked:
        weight = HEADING_WEIGHT if stored[r.clause_id].clause.kind is ClauseKind.HEADING else 1.0
        groups.setdefault(stored[r.clause_id].folded, []).append(replace(r, score=r.score * weight))
    copies = catalogue.copies(groups.keys())
    folded = [_entry(members, stored, copies[number], documents) for number, members in groups.items()]
    return sorted(folded, key=lambda f: -f.ranked.score)


def _entry(
    members: Sequence[Ranked],
    stored: Mapping[str, StoredClause],
    copies: Sequence[tuple[int, Edition]],
    documents: Collection[str] | None,
) -> _Folded:
    best = min(members, key=lambda r: (stored[r.clause_id].edition, -r.score))
    score = max(r.score for r in members)
    channels = {name: match for r in reversed(members) for name, match in r.matched_by.items()}
    channels |= dict(best.matched_by)
    others = [edition for _, edition in sorted(copies, key=lambda c: c[0]) if edition.clause_id != best.clause_id]
    shown = tuple(e for e in others if documents is None or e.document_id in documents)
    return _Folded(replace(best, score=round(score, 4), matched_by=channels), stored[best.clause_id], shown)
