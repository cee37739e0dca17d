"""Keys over HTTP: who asks is found out once for each request; what needs a key says so by `require` or `guard`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import Authorization

from search.settings import Settings
from web.errors import KeyRequired, KeysUnreadable, UnknownKey, WrongRole
from web.keys import Key, KeyFile, Role

# What says nothing of the corpus, or is asked by who supervises the process.
OPEN = {
    "static",
    "embed.script",
    "embed.facts",
    "embed.frame",
    "openapi.document",
    "openapi.reference",
    "health.healthz",
    "health.readyz",
    "health.metrics",
}
OWN_DOOR = "dashboard."
"""Endpoints that let nobody in without a key of an editor, whatever the setting says (web/dashboard/entering.py)."""
_EXTENSION = "tiaokuan.keys"


def install(app: Flask, keys: KeyFile, settings: Settings) -> None:
    """Ask for a reading key everywhere but at the open places, where the setting wants that."""
    app.extensions[_EXTENSION] = keys
    if settings.require_key:
        app.before_request(_guard)
        app.after_request(_private)


def caller() -> Key | None:
    """The key that came with the request, if it is one of ours. Raises KeysUnreadable: a damaged file opens nothing."""
    if "caller" not in g:
        given = _given()
        keys: KeyFile = current_app.extensions[_EXTENSION]
        g.caller = keys.find(given) if given else None
    found: Key | None = g.caller
    return found


def may_edit(keys: KeyFile, headers: Mapping[str, str]) -> bool:
    """Whether a request brings an editing key: asked by the server before it takes a large body. `headers` as in WSGI,
    without HTTP_."""
    given = headers.get("X_API_KEY", "").strip()
    sent = Authorization.from_header(headers.get("AUTHORIZATION"))
    if not given and sent is not None and sent.type == "bearer":
        given = (sent.token or "").strip()
    try:
        found = keys.find(given) if given else None
    except KeysUnreadable:
        return False
    return found is not None and found.role.allows(Role.EDIT)


def require(role: Role) -> Key:
    """The caller's key. Raises KeyRequired, UnknownKey, WrongRole or KeysUnreadable.

    Editing takes a key that the sender put there by hand: a browser sends a password again by itself, even for a page of
    another site."""
    given = _given(passwords=role is Role.READ)
    if not given:
        raise KeyRequired(basic=_by_people())
    found = caller()
    if found is None:
        raise UnknownKey(basic=_by_people())
    if not found.role.allows(role):
        raise WrongRole(name=found.name, role=role)
    return found


def _given(*, passwords: bool = True) -> str:
    """The key as it was sent: X-API-Key, a Bearer token, or the password that a browser asked its user for."""
    if sent := request.headers.get("X-API-Key", "").strip():
        return sent
    given = request.authorization
    if given is not None and given.type == "bearer":
        return (given.token or "").strip()
    if given is not None and given.type == "basic" and passwords:
        return (given.password or "").strip()
    return ""


def _by_people() -> bool:
    """Whether a browser should ask its user. Programs are told of Bearer tokens alone."""
    return not request.path.startswith("/api/") and request.method in {"GET", "HEAD"}


def _guard() -> None:
    if request.endpoint is not None and request.endpoint not in OPEN and not request.endpoint.startswith(OWN_DOOR):
        require(Role.READ)


def _private(response: Response) -> Response:
    """What was answered to a key is not for the others of a shared cache."""
    if request.endpoint not in OPEN:
        response.vary.update(("Authorization", "X-API-Key"))
        response.cache_control.private = True
    return response
