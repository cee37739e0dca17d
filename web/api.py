"""The JSON API, version 1, and the sign of life for whoever supervises the process."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from search.comparison import compare as compare_clauses
from search.errors import TiaokuanError
from web import answers, caching, origins, params, suggestions
from web.language import language
from web.opening import SearcherHolder


def create_api(holder: SearcherHolder) -> Blueprint:
    """The blueprint that answers from the holder's searcher."""
    api = Blueprint("api", __name__)
    api.after_request(_shared)

    @api.get("/api/v1/search")
    def search() -> ResponseReturnValue:
        """The clauses that answer a query."""
        asked = params.search_parameters(request.args, language())
        page = holder.get().search(
            asked.query, mode=asked.mode, limit=asked.limit, offset=asked.offset, filters=asked.filters
        )
        return jsonify(answers.search_answer(page, language()))

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

    @api.get("/api/v1/documents")
    def documents() -> ResponseReturnValue:
        """All documents, without their text."""
        return jsonify(answers.documents_answer(holder.get().documents()))

    @api.get("/api/v1/documents/<document_id>")
    def document(document_id: str) -> ResponseReturnValue:
        """One document with its text and its clauses."""
        searcher = holder.get()
        found = searcher.document(document_id)
        clauses, citations = searcher.clauses(document_id), searcher.citations(document_id)
        return jsonify(answers.document_answer(found, clauses, citations, date.today()))

    @api.get("/api/v1/documents/<document_id>/compare/<other_id>")
    def compare(document_id: str, other_id: str) -> ResponseReturnValue:
        """Two documents clause by clause: the same, changed and where, in one only."""
        searcher = holder.get()
        here, there = searcher.document(document_id), searcher.document(other_id)
        found = compare_clauses(searcher.clauses(document_id), searcher.clauses(other_id))
        return jsonify(answers.comparison_answer(here, there, found))

    @api.get("/api/v1/clauses/<clause_id>/similar")
    def similar(clause_id: str) -> ResponseReturnValue:
        """The clauses whose meaning is nearest to a clause's own."""
        limit = params.limit(request.args, language())
        return jsonify(answers.search_answer(holder.get().similar(clause_id, limit=limit), language()))

    @api.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """200 as long as the process answers; `status` says whether it has an index to search."""
        try:
            return jsonify({"status": "ok", **holder.get().status()})
        except TiaokuanError as error:
            return jsonify({"status": error.code})

    return api


def _shared(response: Response) -> Response:
    """Who may read an answer, and how long it is good. Only the public answers, not the sign of life."""
    if not request.path.startswith("/api/"):
        return response
    origins.let_read(response, request.headers.get("Origin", ""), current_app.config["EMBED_ORIGINS"])
    return caching.conditional(response)
