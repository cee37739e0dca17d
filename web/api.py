"""The JSON API, version 1."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from search.comparison import compare as compare_clauses
from search.model import ResultPage
from web import answers, caching, origins, outcome, params, suggestions
from web.language import language
from web.opening import SearcherHolder


def create_api(holder: SearcherHolder) -> Blueprint:
    """The blueprint that answers from the holder's searcher."""
    api = Blueprint("api", __name__)
    api.after_request(_shared)
    _add_documents(api, holder)

    @api.get("/api/v1/search")
    def search() -> ResponseReturnValue:
        """The clauses that answer a query."""
        asked = params.search_parameters(request.args, language())
        page = holder.get().search(
            asked.query,
            mode=asked.mode,
            limit=asked.limit,
            offset=asked.offset,
            filters=asked.filters,
            sort=asked.sort,
            explained=asked.explained,
        )
        return jsonify(_answer(outcome.note_page(page), asked.explained))

    @api.get("/api/v1/facets")
    def facets() -> ResponseReturnValue:
        """How many of a query's hits there are of each level, issuer, year, kind, region and validity."""
        asked = params.search_parameters(request.args, language())
        page = holder.get().search(asked.query, mode=asked.mode, limit=1, filters=asked.filters, faceted=True)
        return jsonify(answers.facets_answer(outcome.note_page(page), language()))

    @api.get("/api/v1/suggest")
    def suggest() -> ResponseReturnValue:
        """Titles, document numbers, headings and frequent terms for what somebody is typing."""
        typed = request.args.get("q", "")
        bounds = (1, suggestions.MAX_LIMIT)
        limit = params.integer(request.args, "limit", suggestions.DEFAULT_LIMIT, bounds, language())
        found = holder.get().suggest(typed, limit)
        if params.suggestion_format(request.args, language()) == suggestions.OPENSEARCH:
            answer = jsonify(suggestions.opensearch_answer(typed, found, request.url_root))
            answer.mimetype = suggestions.MIMETYPE
        else:
            answer = jsonify(suggestions.suggest_answer(typed, found))
        answer.cache_control.max_age = 60
        return answer

    @api.get("/api/v1/clauses/<clause_id>/similar")
    def similar(clause_id: str) -> ResponseReturnValue:
        """The clauses whose meaning is nearest to a clause's own."""
        limit = params.limit(request.args, language())
        explained = params.switch(request.args, "explain", language())
        return jsonify(_answer(holder.get().similar(clause_id, limit=limit), explained))

    @api.get("/api/v1/similar")
    def similar_to_text() -> ResponseReturnValue:
        """The clauses whose meaning is nearest to a passage."""
        limit = params.limit(request.args, language())
        explained = params.switch(request.args, "explain", language())
        wanted = params.filters(request.args, language())
        found = holder.get().similar_to_text(request.args.get("text", ""), limit=limit, filters=wanted)
        return jsonify(_answer(outcome.note_page(found), explained))

    return api


def _add_documents(api: Blueprint, holder: SearcherHolder) -> None:
    """What is known of documents and clauses, beside what is searched for."""

    @api.get("/api/v1/documents")
    def documents() -> ResponseReturnValue:
        """All documents, without their text."""
        return jsonify(answers.documents_answer(holder.get().facts()))

    @api.get("/api/v1/documents/<document_id>")
    def document(document_id: str) -> ResponseReturnValue:
        """One document with its text and its clauses."""
        searcher = holder.get()
        found = searcher.document(document_id)
        clauses, citations = searcher.clauses(document_id), searcher.citations(document_id)
        return jsonify(answers.document_answer(found, clauses, citations, date.today()))

    @api.get("/api/v1/documents/<document_id>/citations")
    def citations(document_id: str) -> ResponseReturnValue:
        """What a document cites and who cites it, with the sentences that say so."""
        searcher = holder.get()
        return jsonify(answers.citations_answer(searcher.document(document_id), searcher.citations(document_id)))

    @api.get("/api/v1/documents/<document_id>/compare/<other_id>")
    def compare(document_id: str, other_id: str) -> ResponseReturnValue:
        """Two documents clause by clause: the same, changed and where, in one only."""
        searcher = holder.get()
        here, there = searcher.document(document_id), searcher.document(other_id)
        found = compare_clauses(searcher.clauses(document_id), searcher.clauses(other_id))
        return jsonify(answers.comparison_answer(here, there, found))

    @api.get("/api/v1/clauses/<clause_id>")
    def clause(clause_id: str) -> ResponseReturnValue:
        """One clause with its document's facts and what it cites."""
        searcher = holder.get()
        found = searcher.clause(clause_id)
        document, cited = searcher.document(found.document_id), searcher.citations(found.document_id)
        return jsonify(answers.clause_answer(found, document, cited))


def _answer(page: ResultPage, explained: bool) -> answers.Json:
    return (answers.explained_answer if explained else answers.search_answer)(page, language())


def _shared(response: Response) -> Response:
    """Who may read an answer, and how long it is good."""
    origins.let_read(response, request.headers.get("Origin", ""), current_app.config["EMBED_ORIGINS"])
    return caching.conditional(response)
