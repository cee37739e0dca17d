"""The JSON API, version 1, and the sign of life for whoever supervises the process."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from search.errors import TiaokuanError
from web import answers, params
from web.language import language
from web.opening import SearcherHolder


def create_api(holder: SearcherHolder) -> Blueprint:
    """The blueprint that answers from the holder's searcher."""
    api = Blueprint("api", __name__)

    @api.get("/api/v1/search")
    def search() -> ResponseReturnValue:
        asked = params.search_parameters(request.args, language())
        page = holder.get().search(
            asked.query, mode=asked.mode, limit=asked.limit, offset=asked.offset, filters=asked.filters
        )
        return jsonify(answers.search_answer(page, language()))

    @api.get("/api/v1/documents")
    def documents() -> ResponseReturnValue:
        return jsonify(answers.documents_answer(holder.get().documents()))

    @api.get("/api/v1/documents/<document_id>")
    def document(document_id: str) -> ResponseReturnValue:
        searcher = holder.get()
        found = searcher.document(document_id)
        return jsonify(answers.document_answer(found, searcher.clauses(document_id)))

    @api.get("/api/v1/clauses/<clause_id>/similar")
    def similar(clause_id: str) -> ResponseReturnValue:
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
