"""Which other sites may use this one: their pages may read the API (CORS) and frame the search box (frame-ancestors)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

EVERY = "*"


def allowed(origin: str, origins: Sequence[str]) -> bool:
    """Whether a page of `origin` (as in the header Origin) may read answers. `https://*.a.cn` allows any host below a.cn."""
    asked = origin.lower()
    return any(each in (EVERY, asked) or _below(asked, each) for each in origins)


def _below(origin: str, pattern: str) -> bool:
    scheme, star, domain = pattern.partition("//*.")
    return bool(star) and origin.startswith(f"{scheme}//") and origin.endswith(f".{domain}")


def let_read(response: Response, origin: str, origins: Sequence[str]) -> None:
    """Let a page of an allowed origin read a response. Cookies never come along."""
    if EVERY in origins:
        response.headers["Access-Control-Allow-Origin"] = EVERY
    elif origins:
        response.vary.add("Origin")
        if origin and allowed(origin, origins):
            response.headers["Access-Control-Allow-Origin"] = origin
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Expose-Headers"] = "ETag"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def frame_ancestors(origins: Sequence[str]) -> str:
    """The directive of the content security policy for a page that these origins may frame."""
    return f"frame-ancestors {EVERY}" if EVERY in origins else " ".join(["frame-ancestors 'self'", *origins])
