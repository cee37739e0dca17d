"""Every error of a request becomes one answer: JSON in the one error shape for programs, a friendly page for people."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from search.errors import BadRequest, TiaokuanError, UnknownPage
from web import outcome
from web.answers import error_answer
from web.errors import HeadersTooLarge, MethodNotAllowed, TooLarge, WebError
from web.language import language

# Paths whose readers are programs.
PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/embed.json", "/openapi.json")
_BY_STATUS: Mapping[int, type[TiaokuanError]] = {
    404: UnknownPage,
    405: MethodNotAllowed,
    413: TooLarge,
    431: HeadersTooLarge,
}


def install(app: Flask) -> None:
    """Handle the project's own errors, Flask's, and those that nobody expected."""
    app.register_error_handler(TiaokuanError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def of_status(status: int) -> TiaokuanError:
    """The error of ours for one that the framework or the server found."""
    if kind := _BY_STATUS.get(status):
        return kind()
    return BadRequest() if status < 500 else TiaokuanError()


def _known(error: TiaokuanError) -> ResponseReturnValue:
    response = make_response(_answer(error, error.http_status))
    if isinstance(error, WebError):
        response.headers.update(error.headers)
    return response


def _http(failure: HTTPException) -> ResponseReturnValue:
    status = failure.code or 500
    response = make_response(_answer(of_status(status), status))
    # For 405 this is `Allow`; the body's own headers are replaced.
    for name, value in failure.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _unexpected(failure: Exception) -> ResponseReturnValue:
    # The path only: a query can be confidential.
    current_app.logger.exception("unexpected error at %s %s", request.method, request.path, exc_info=failure)
    return _answer(TiaokuanError(), 500)


def _answer(error: TiaokuanError, status: int) -> ResponseReturnValue:
    outcome.note_error(error)
    if request.path.startswith(PROGRAM_PATHS):
        return jsonify(error_answer(error, language())), status
    page = render_template("error.html", message=error.message(language()), remedy=error.remedy(language()))
    return page, status
