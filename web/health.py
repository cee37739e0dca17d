"""For whoever supervises the server: is the process alive, can it search, and how does it fare."""

from __future__ import annotations

import logging

from flask import Blueprint, Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from search.errors import ModelUnavailable, TiaokuanError
from search.model import Mode
from search.settings import Settings
from web import access, callers, outcome
from web.answers import error_answer
from web.keys import Role
from web.language import language
from web.metrics import Metrics
from web.opening import SearcherHolder, Semantic

_log = logging.getLogger("tiaokuan")


def install(app: Flask, holder: SearcherHolder, metrics: Metrics, settings: Settings) -> None:
    """Add the three addresses, and learn from every search whether searching by meaning works."""

    def learn(response: Response) -> Response:
        if (state := _learnt()) is not None:
            holder.semantic = state
        return response

    app.after_request(learn)
    app.register_blueprint(create_health(holder, metrics, settings))


def create_health(holder: SearcherHolder, metrics: Metrics, settings: Settings) -> Blueprint:
    """The blueprint of /healthz, /readyz and /metrics. None of them loads the model."""
    health = Blueprint("health", __name__)
    health.after_request(_unkept)

    @health.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """200 as long as the process answers; `status` says whether it has an index to search."""
        try:
            searcher = holder.get()
            searcher.check_answers()
            status = {"status": "ok", **searcher.status()}
        except TiaokuanError as error:
            status = {"status": error.code}
        return jsonify({**status, "semantic": holder.semantic})

    @health.get("/readyz")
    def readyz() -> ResponseReturnValue:
        """200 when searches can be answered, be it by words alone; else 503 and why not."""
        try:
            searcher = holder.get()
            searcher.check_answers()
            generation = searcher.status()["generation"]
        except TiaokuanError as error:
            outcome.note_error(error)
            return jsonify(error_answer(error, language())), 503
        except Exception:
            _log.exception("not ready")
            return jsonify(error_answer(TiaokuanError(), language())), 503
        return jsonify({"status": "ready", "generation": generation, "semantic": holder.semantic})

    @health.get("/metrics", endpoint="metrics")
    def numbers() -> ResponseReturnValue:
        """For this machine, for a key, or for everybody where the setting says so: it tells how busy the service is."""
        if not (settings.public_metrics or callers.is_local()):
            access.require(Role.READ)
        return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return health


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _learnt() -> Semantic | None:
    """What the running request tells of the model, if anything."""
    if isinstance(outcome.error(), ModelUnavailable):
        return Semantic.UNAVAILABLE
    page = outcome.page()
    if page is None or page.mode is Mode.KEYWORD:
        return None
    if any(notice.key == "notice.semantic_unavailable" for notice in page.notices):
        return Semantic.UNAVAILABLE
    return Semantic.OK if any("semantic" in hit.matched_by for hit in page.hits) else None
