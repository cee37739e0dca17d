"""Every error of a request becomes one answer: JSON in the one error shape for programs, a friendly page for people."""

from __future__ import annotations

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from search.errors import BadRequest, TiaokuanError, UnknownPage
from web.answers import error_answer
from web.errors import MethodNotAllowed
from web.language import language

# Paths whose readers are programs.
PROGRAM_PATHS = ("/api/", "/healthz", "/embed.json", "/openapi.json")


def install(app: Flask) -> None:
    """Handle the project's own errors, Flask's, and those that nobody expected."""
    app.register_error_handler(TiaokuanError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _known(error: TiaokuanError) -> ResponseReturnValue:
    return _answer(error, error.http_status)


def _http(failure: HTTPException) -> ResponseReturnValue:
    status = failure.code or 500
    response = make_response(_answer(_translated(status), status))
    # For 405 this is `Allow`; the body's own headers are replaced.
    for name, value in failure.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _translated(status: int) -> TiaokuanError:
    kinds: dict[int, type[TiaokuanError]] = {404: UnknownPage, 405: MethodNotAllowed}
    if status in kinds:
        return kinds[status]()
    return BadRequest() if status < 500 else TiaokuanError()


def _unexpected(failure: Exception) -> ResponseReturnValue:
    # The path only: a query can be confidential.
    current_app.logger.exception("unexpected error at %s %s", request.method, request.path, exc_info=failure)
    return _answer(TiaokuanError(), 500)


def _answer(error: TiaokuanError, status: int) -> ResponseReturnValue:
    if request.path.startswith(PROGRAM_PATHS):
        return jsonify(error_answer(error, language())), status
    page = render_template("error.html", message=error.message(language()), remedy=error.remedy(language()))
    return page, status
