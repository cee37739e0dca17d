"""The one class that the front doors call: it holds the live generation and answers queries from it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from search.aside import Aside, Helpers
from search.embedding.on_demand import ModelOnDemand
from search.engines import ELSEWHERE
from search.errors import EmptyQuery, ModelUnavailable, QueryTooLong, UnknownClause, UnknownDocument
from search.folding import fold_copies, sorted_hits
from search.listing import list_documents, titled_first
from search.live import LiveIndex, Role, Snapshot
from search.lookup import find_numbers
from search.model import Citations, Clause, Document, Filters, Mode, Notice, ResultPage, Sort
from search.query import Query, is_plain
from search.ranked import Retrieved
from search.reading import QueryReader, Wording, documents_for, understood_notices
from search.reranking import Reranking
from search.retrieval import DEPTH, Guess, Retriever
from search.searching import Answer, Begun, Search, facets_of
from search.settings import Settings
from search.showing import Asked, clauses_of, named, show_hits
from search.similarity import Passage, nearest_to_clause, nearest_to_passage
from search.stages import stage
from search.suggest import Suggestion
from search.text.segment import Analyzer
from search.understanding.synonyms import SynonymBook
from search.vouching import semantic_floor
from search.windows import passages
from search.within import find_within

if TYPE_CHECKING:
    from search.embedding import Embedder
    from search.engines.protocol import Candidate

_NO_FILTERS = Filters()


class Searcher:
    """Answers from the live generation; a newer one is moved to between two calls. Safe for many threads."""

    def __init__(self, settings: Settings, role: Role = Role.COMMAND, following: str | None = None) -> None:
        """`following`: for a worker, the generation to serve (see `LiveIndex`). Raises as `open`."""
        self._settings = settings
        self._role = role
        self._analyzer = Analyzer(settings.cache)
        self._model = ModelOnDemand(self._load_model)
        self._live = LiveIndex(settings, self._analyzer, role, following)
        self._reranking = Reranking(settings.reranker, settings.rerank_depth)
        self.helpers = Helpers()
        self._reader = QueryReader(self._analyzer, SynonymBook(settings.home / "synonyms.txt"))

    @classmethod
    def open(cls, settings: Settings, *, verified: bool = False) -> Searcher:
        """A searcher on the live generation; `verified` compares checksums, too, as servers do (see `Role`). Where the live
        one is damaged, the one before it serves. Raises NoIndex, IndexMismatch or IndexDamaged."""
        return cls(settings, Role.SERVER if verified else Role.COMMAND)

    def close(self) -> None:
        """Let go of the index's files."""
        self.helpers.close()
        self._live.close()

    # -- what the front doors ask ----------------------------------------------------------------------------------

    def search(  # noqa: PLR0913 the options of the command line and of the API, by name
        self,
        query: str,
        *,
        mode: Mode = Mode.HYBRID,
        limit: int = 10,
        offset: int = 0,
        filters: Filters = _NO_FILTERS,
        sort: Sort = Sort.RELEVANCE,
        explained: bool = False,
        faceted: bool = False,
    ) -> ResultPage:
        """The clauses for a query; `explained` adds the reasons to each, `faceted` the counts by what their documents are.

        Raises EmptyQuery, QueryTooLong, and in semantic mode ModelUnavailable."""
        self._check_length(query)
        if mode is not Mode.KEYWORD and not self._model.is_loaded:
            self._load_for(query)
        began = time.perf_counter()
        with self._live.using() as snapshot, self.helpers.search() as beside:
            asked = self._asked(snapshot, query, mode, max(DEPTH, 2 * (offset + limit)), filters, beside)
            parsed, wording, find = asked.query, asked.wording, partial(self._folded, asked)
            found = find(filters)
            notices, folded = found.notices, sorted_hits(found.folded, sort, snapshot.catalogue)
            with stage("facets"):
                facets = facets_of(snapshot.catalogue, filters, find, found) if faceted else None
            if parsed.phrases and not folded:
                notices += (Notice("notice.phrase_not_found", {"phrase": parsed.phrases[0]}),)
            terms, doubtful, meant = wording.result()
            if doubtful and not meant and not folded:
                with stage("reading"):
                    meant = self._reader.meant(query, parsed, snapshot)
            notices += (Notice("notice.did_you_mean", {"query": meant}),) if meant else ()
            with stage("showing"):
                weights = snapshot.engine.term_weights(parsed.keyword()) if explained else None
                shown = Asked(terms, parsed.expansions, weights, within=found.documents)
                hits = show_hits(snapshot.catalogue, self._analyzer, folded[offset : offset + limit], shown)
            notices += self._live.notices()
        suggestions = (meant,) if meant else ()
        return ResultPage(query, mode, len(folded), hits, _since(began), notices, suggestions, facets)

    def similar(self, clause_id: str, *, limit: int = 10) -> ResultPage:
        """The clauses of other works whose meaning is nearest to a clause's own, copies of it first; other editions of
        its own work are left out. Each hit's explanation says what differs: nothing in a copy.

        Raises UnknownClause. Needs no model: the clause's vectors are in the index."""
        began = time.perf_counter()
        with self._live.using() as snapshot:
            stored = snapshot.catalogue.stored([clause_id]).get(clause_id)
            if stored is None:
                raise UnknownClause(clause_id=clause_id)
            ranked, own_work = nearest_to_clause(snapshot, stored, limit)
            folded = fold_copies(snapshot.catalogue, ranked)[:limit]
            text = stored.clause.text
            hits = show_hits(snapshot.catalogue, self._analyzer, folded, Asked(compared=text, without=own_work))
        return ResultPage(text, Mode.SEMANTIC, len(hits), hits, _since(began), self._live.notices())

    def similar_to_text(self, text: str, *, limit: int = 10, filters: Filters = _NO_FILTERS) -> ResultPage:
        """The clauses that are nearest to a passage in meaning, each with what differs from it.

        Raises EmptyQuery, QueryTooLong (beyond `max_query_characters`), ModelUnavailable."""
        self._check_length(text)
        if not any(c.isalnum() for c in text):
            raise EmptyQuery
        embedder = self._embedder()
        floor = semantic_floor(embedder.model, self._settings.semantic_floor)
        passage = Passage(text, embedder.encode_as_passages(passages("", text)), floor)
        began = time.perf_counter()
        with self._live.using() as snapshot:
            documents, notices = documents_for(snapshot.catalogue, filters)
            ranked = nearest_to_passage(snapshot, passage, limit, documents)
            folded = fold_copies(snapshot.catalogue, ranked)[:limit]
            hits = show_hits(snapshot.catalogue, self._analyzer, folded, Asked(compared=text, within=documents))
        return ResultPage(text, Mode.SEMANTIC, len(hits), hits, _since(began), notices + self._live.notices())

    def suggest(self, text: str, limit: int = 8) -> Sequence[Suggestion]:
        """What a person who has typed `text` may want: titles, 文号, headings and frequent terms."""
        with self._live.using() as snapshot:
            return snapshot.suggester.suggest(text, limit)

    def words(self, query: str) -> Sequence[str]:
        """What the keyword channel looks for: phrases, words and 文号, each once, folded."""
        return self._reader.terms(self._reader.read(query))

    def documents(self) -> Sequence[Document]:
        """All documents, in the order in which they were read."""
        with self._live.using() as snapshot:
            return snapshot.catalogue.documents()

    def facts(self) -> Sequence[Document]:
        """All documents without their bodies and evidence, in the order in which they were read."""
        with self._live.using() as snapshot:
            return snapshot.catalogue.facts()

    def document(self, document_id: str) -> Document:
        """Raises UnknownDocument."""
        with self._live.using() as snapshot:
            document = snapshot.catalogue.document(document_id)
        if document is None:
            raise UnknownDocument(document_id=document_id)
        return document

    def clauses(self, document_id: str) -> Sequence[Clause]:
        """The clauses of a document, in reading order."""
        with self._live.using() as snapshot:
            return snapshot.catalogue.clauses(document_id)

    def find_in(self, document_id: str, query: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """Where a document's clauses have a query: clause → [start, end) of its text. Nothing raises on what it says.

        Raises QueryTooLong."""
        self._check_length(query)
        parsed = self._reader.read(query)
        asked = Asked(() if parsed.is_empty else self._reader.terms(parsed), parsed.expansions)
        return find_within(self.clauses(document_id), query, asked.terms_in)

    def original(self, document_id: str) -> str:
        """The decoded text of a document's file, before anything was cleaned. Raises UnknownDocument."""
        with self._live.using() as snapshot:
            original = snapshot.catalogue.original(document_id)
        if original is None:
            raise UnknownDocument(document_id=document_id)
        return original

    def citations(self, document_id: str) -> Citations:
        """What a document cites, and who cites it. Raises UnknownDocument."""
        document = self.document(document_id)
        with self._live.using() as snapshot:
            outgoing = snapshot.catalogue.outgoing(document_id)
            incoming = snapshot.catalogue.incoming([document_id, *document.same_work_as])
        return Citations(tuple(outgoing), tuple(incoming))

    def clause(self, clause_id: str) -> Clause:
        """Raises UnknownClause."""
        with self._live.using() as snapshot:
            stored = snapshot.catalogue.stored([clause_id]).get(clause_id)
        if stored is None:
            raise UnknownClause(clause_id=clause_id)
        return stored.clause

    def status(self) -> Mapping[str, object]:
        """The live generation, its size, and the model it was embedded with."""
        with self._live.using() as snapshot:
            documents, clauses = snapshot.catalogue.counts()
            manifest = snapshot.generation.manifest
            return {
                "generation": snapshot.generation.name,
                "created": manifest.created,
                "documents": documents,
                "clauses": clauses,
                "model": manifest.embedder.get("model"),
                **self._problem(),
            }

    def check_answers(self) -> None:
        """Raises EngineUnreachable where the engine of the live index keeps it on a server that does not answer."""
        with self._live.using() as snapshot:
            if snapshot.generation.manifest.engine in ELSEWHERE:
                snapshot.engine.stats()

    def _problem(self) -> Mapping[str, object]:
        """Which generation ought to be served and is not, and why."""
        if (refused := self._live.refused) is None:
            return {}
        error, language = refused.error, self._settings.language
        said = {"code": error.code, "message": error.message(language), "remedy": error.remedy(language)}
        return {"generation_problem": {"generation": refused.name, **said}}

    def foresee(self, queries: Sequence[str]) -> None:
        """Embed several queries that will be asked next, if their meaning is plain. For a worker."""
        if self._model.is_loaded:
            with stage("embedding"):
                self._embedder().foresee([Guess.text_of(query) for query in queries if is_plain(query)])

    def follow(self, generation: str) -> None:
        """Answer from this generation from now on. For a worker."""
        self._live.follow(generation)

    def get_ready(self) -> None:
        """Load what the first query by words would otherwise wait for: dictionary, postings, and what documents are."""
        self._analyzer.words("预热")
        with self._live.using() as snapshot:
            snapshot.engine.known(("预热",))
            snapshot.catalogue.facts()

    def warm_up(self) -> None:
        """Load what the first query of any kind would otherwise wait for: the model and the vectors, too. What offers
        corrections is then gathered in the background."""
        self.get_ready()
        vectors = self._embedder().encode_queries(["预热"])
        with self._live.using() as snapshot:
            snapshot.engine.semantic(vectors, 1)
            snapshot.suggester.gather_soon()
        self._analyzer.unpack()

    def _embedder(self) -> Embedder:
        return self._model.get()

    def _load_model(self) -> Embedder:
        from search.embedding import Embedder  # keyword search loads no model

        return Embedder.for_queries(self._settings)

    # -- from ranked clauses to hits --------------------------------------------------------------------------------

    def _load_for(self, query: str) -> None:
        """Load the model if the query needs it: that is done once, and not part of what a search takes."""
        parsed = self._reader.read(query)
        if not (parsed.is_empty or parsed.is_lookup or parsed.is_listing):
            with suppress(ModelUnavailable):  # the retriever says so in its answer
                self._embedder()

    def _asked(  # noqa: PLR0913, PLR0917
        self, snapshot: Snapshot, query: str, mode: Mode, depth: int, filters: Filters, beside: Executor | None
    ) -> Search:
        """The search for a query. Where somebody helps, the query is embedded as it stands while the helper finds out what it
        means and begins to ask the keyword channel. Raises EmptyQuery."""
        read = partial(self._read, snapshot, query, mode, depth, beside)
        if beside is None or mode is not Mode.HYBRID or not self._model.is_loaded or not is_plain(query):
            return read()
        begun = Aside(lambda: self._begun(read(), filters), beside)
        begun.begin()
        guess = Guess.of(query, self._embedder())
        return replace(begun.result(), guess=guess)

    def _read(self, snapshot: Snapshot, query: str, mode: Mode, depth: int, beside: Executor | None) -> Search:
        with stage("reading"):
            parsed = self._reader.read(query)
        if parsed.is_empty:
            raise EmptyQuery
        wording = Aside(partial(self._wording, query, parsed, snapshot), beside)
        return Search(snapshot, parsed, mode, depth, wording, beside)

    def _begun(self, asked: Search, filters: Filters) -> Search:
        """The search with what the query's words take begun."""
        query = asked.query
        if query.is_lookup or query.is_listing:
            return asked
        documents, notices = documents_for(asked.snapshot.catalogue, filters.joined(query.filters))
        words = self._retriever(asked).asking(query, asked.depth, documents)
        words.begin()
        asked.wording.begin()
        return replace(asked, begun=Begun(filters, documents, notices, words))

    def _retriever(self, asked: Search, words: Aside[Sequence[Candidate]] | None = None) -> Retriever:
        settings, catalogue = self._settings, asked.snapshot.catalogue
        return Retriever(
            asked.snapshot.engine,
            self._embedder,
            partial(named, catalogue),
            settings.keyword_weight,
            settings.semantic_floor,
            asked.beside,
            (asked.wording,),
            catalogue.law_names,
            asked.guess,
            words,
        )

    def _folded(self, asked: Search, filters: Filters) -> Answer:
        """All hits, best first, and what the reader should know of them."""
        catalogue, query = asked.snapshot.catalogue, asked.query
        begun = asked.begun if asked.begun and asked.begun.filters == filters else None
        documents, notices = begun[1:3] if begun else documents_for(catalogue, filters.joined(query.filters))
        found = self._find(asked, documents, begun.words if begun else None)
        spread = not query.is_lookup and not query.is_listing and not query.articles
        with stage("folding"):
            folded = fold_copies(catalogue, found.ranked, spread=spread, looked_up=found.looked_up)
        if spread and asked.mode is not Mode.KEYWORD:
            with stage("reranking"):
                folded, said = self._reranking.apply(query.meaning, folded, partial(clauses_of, catalogue))
            notices += said
        return Answer(folded, notices + understood_notices(query) + found.notices, documents)

    def _find(
        self, asked: Search, documents: Collection[str] | None, words: Aside[Sequence[Candidate]] | None
    ) -> Retrieved:
        """What is listed by its facts, looked up by its 文号 or title, or searched for."""
        snapshot, query, mode = asked.snapshot, asked.query, asked.mode
        if query.is_listing:
            return list_documents(snapshot.catalogue, documents or (), query.excluded)
        if query.is_lookup and mode is not Mode.SEMANTIC:
            return find_numbers(snapshot.catalogue, snapshot.engine, query.document_numbers, documents)
        found = self._retriever(asked, words).retrieve(query, mode, asked.depth, documents)
        return found if mode is Mode.SEMANTIC else titled_first(snapshot.catalogue, found, query)

    def _wording(self, text: str, query: Query, snapshot: Snapshot) -> Wording:
        with stage("reading"):
            return self._reader.wording(text, query, snapshot, patient=self._role is Role.COMMAND)

    def _check_length(self, text: str) -> None:
        if len(text) > self._settings.max_query_characters:
            raise QueryTooLong(length=len(text), limit=self._settings.max_query_characters)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
