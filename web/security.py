"""The headers that every answer carries. Pages load nothing but their own style sheet and search box."""

from __future__ import annotations

from flask import Flask, Response

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


def install(app: Flask) -> None:
    """Add the headers to every response of `app`, unless a view has set its own."""
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    # A page with a policy of its own says there who may frame it, and the older header knows no list of sites.
    framed = "Content-Security-Policy" in response.headers
    for name, value in HEADERS.items():
        if not (framed and name == "X-Frame-Options"):
            response.headers.setdefault(name, value)
    return response
