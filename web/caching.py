"""ETag, 304 and Cache-Control: whoever asks the same again sends what it has, and gets it confirmed."""

from __future__ import annotations

import re
from hashlib import sha256

from flask import Response, request

ASK_AGAIN = "no-cache"
# What would make each answer differ from the last though it says the same.
_TOOK = re.compile(rb'"took_ms": ?[\d.]+')


def conditional(response: Response) -> Response:
    """An answer to GET with its ETag, or 304 where the asker has it. Errors are kept by nobody."""
    if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    response.headers.setdefault("Cache-Control", ASK_AGAIN)
    if not response.is_streamed and "ETag" not in response.headers:
        body = _TOOK.sub(b"", response.get_data())
        response.set_etag(sha256(body).hexdigest()[:32], weak=True)
    response.make_conditional(request)
    return response
