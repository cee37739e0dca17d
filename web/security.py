"""The headers that every answer carries. Pages load nothing but their own style sheet and search box."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request
from werkzeug.sansio.utils import host_is_trusted

from search.settings import Settings
from web import callers
from web.errors import UnknownHost

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    # A query can be confidential, and it stands in the address.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OWN = ("localhost", "127.0.0.1", "[::1]")
MAX_FORM_BYTES = 256 * 1024
"""What a request may carry, but for places that set a limit of their own."""


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every response of `app`, unless a view has set its own; bound what a request may carry."""
    headers = dict(HEADERS)
    if settings.hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM_BYTES
    if settings.trusted_hosts:
        _trust(app, settings.trusted_hosts)

    def secure(response: Response) -> Response:
        # A page with a policy of its own says there who may frame it, and the older header knows no list of sites.
        framed = "Content-Security-Policy" in response.headers
        for name, value in headers.items():
            if not (framed and name == "X-Frame-Options"):
                response.headers.setdefault(name, value)
        return response

    app.after_request(secure)


def _trust(app: Flask, hosts: Sequence[str]) -> None:
    """Answer under these names only, and to this machine under its own. Against pages that give a name of theirs this
    server's address (DNS rebinding), and against foreign names in the links of answers that a cache keeps."""

    def check() -> None:
        if host_is_trusted(request.host, hosts) or (callers.is_local() and host_is_trusted(request.host, _OWN)):
            return
        raise UnknownHost(host=request.host)

    app.before_request(check)
