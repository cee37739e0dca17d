"""Forms that change something: only this site's own pages may send them."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from web.errors import ForeignForm


def refuse_foreign() -> None:
    """Raises ForeignForm where a page of another site sent the request on behalf of a browser that reaches this server.

    Browsers say where a form comes from in Sec-Fetch-Site, older ones in Origin; what says neither is no browser (the
    algorithm of Go's http.CrossOriginProtection)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign:
        raise ForeignForm
