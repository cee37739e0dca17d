"""What the running server writes down: one line for each request, as text or JSON, each with the request's id.

Never a key, never a header, never a whole address, and a query only where the setting `log_queries` says so.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

from search.settings import Settings
from web import access, callers, outcome
from web.errors import KeysUnreadable

HEADER = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FACTS = "facts"
_access = logging.getLogger("tiaokuan.access")


def configure(settings: Settings) -> None:
    """Send the log to stderr in the setting's format: the program's own from INFO on, of libraries only warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("tiaokuan").setLevel(logging.INFO)
    # Says for each request that it had to wait for a thread; the durations in the metrics say so too, and shorter.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def install(app: Flask, settings: Settings) -> None:
    """Give each request its id and write its line. To be installed first, so that nothing is refused before."""

    def write(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        facts = {**_line(response), **_found(settings.log_queries)}
        _access.info("%s", " ".join(f"{k}={v}" for k, v in facts.items()), extra={_FACTS: facts})
        return response

    app.before_request(_begin)
    app.after_request(write)


def request_id() -> str:
    """The id of the running request: the one it came with, if that is harmless, or a new one."""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "")
        g.request_id = given if _ID.fullmatch(given) else uuid4().hex
    return str(g.request_id)


def elapsed() -> float:
    """Seconds since the request began."""
    return time.perf_counter() - float(g.get("began", time.perf_counter()))


def route() -> str:
    """The rule that the request's path met. Paths themselves are the caller's words; rules are ours, and few."""
    return request.url_rule.rule if request.url_rule else "-"


def _begin() -> None:
    g.began = time.perf_counter()


def _line(response: Response) -> dict[str, object]:
    facts: dict[str, object] = {
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round(elapsed() * 1000, 1),
        "address": callers.logged_address(),
    }
    try:
        key = access.caller()
    except KeysUnreadable:
        key = None
    if key is not None:
        facts["key"] = key.name
    if error := outcome.error():
        facts["error"] = error.code
    return facts


def _found(with_query: bool) -> dict[str, object]:
    page = outcome.page()
    if page is None:
        return {}
    facts: dict[str, object] = {"mode": str(page.mode), "total": page.total, "search_ms": page.took_ms}
    return facts | ({"query": page.query} if with_query else {})


def _id_of_request() -> str | None:
    return request_id() if has_request_context() else None


class TextFormatter(logging.Formatter):
    """For people: one line for each record; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the name is logging's
        """A caller's line breaks cannot feign further lines."""
        line = _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))
        known = _id_of_request()
        return f"{line} request_id={known}" if known else line


class JsonFormatter(logging.Formatter):
    """For programs: one JSON object on one line for each record, Chinese as Chinese."""

    def format(self, record: logging.LogRecord) -> str:
        """`time` is UTC; a record with facts of its own has them as members instead of a message."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if known := _id_of_request():
            told["request_id"] = known
        facts = getattr(record, _FACTS, None)
        told |= facts if isinstance(facts, Mapping) else {"message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)
