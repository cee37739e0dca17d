"""The door: signing in with a key that may edit, signing out, and who stands before a page or a form unasked.

A program sends its key with every request; a person shows it once and gets a cookie, which only these pages are sent, which
no script reads, and which no request from another site carries. Every form has a token of its session besides."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from math import ceil

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.errors import TiaokuanError
from web import callers, forms
from web.dashboard.sessions import HOURS, Sessions, form_token
from web.errors import ForeignForm, NoKeysYet, SignInFirst, TooManyRequests, UnknownKey, WrongRole
from web.keys import KeyFile, Role
from web.language import language
from web.limits import Limiter, Rate

COOKIE = "tiaokuan_editor"
PATH = "/dashboard"
TRIES = Rate(10, 60)
"""How often one address may try keys, this machine included."""
_SIGNING_IN = {"dashboard.sign_in", "dashboard.enter"}
_KEY_BYTES = 4 * 1024


def add_door(dashboard: Blueprint, keys: KeyFile, sessions: Sessions) -> None:
    """The sign-in page, signing out, and the guard of all other pages."""
    tries = Limiter(TRIES)
    dashboard.before_request(lambda: _guard(sessions))
    dashboard.after_request(_unkept)
    dashboard.context_processor(lambda: {"form_token": g.get("form_token", ""), "editor": g.get("caller")})

    @dashboard.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        return _sign_in_page(keys)

    @dashboard.post("/sign-in")
    def enter() -> ResponseReturnValue:
        request.max_content_length = _KEY_BYTES
        forms.refuse_foreign()
        if wait := tries.wait(callers.counted_address()):
            raise TooManyRequests(seconds=ceil(wait))
        key = keys.find(request.form.get("key", "").strip())
        if key is None:
            return _sign_in_page(keys, UnknownKey())
        if not key.role.allows(Role.EDIT):
            return _sign_in_page(keys, WrongRole(name=key.name, role=Role.EDIT))
        _forget(sessions)
        response = redirect(url_for("dashboard.overview"), 303)
        response.set_cookie(
            COOKIE,
            sessions.begin(key),
            max_age=HOURS * 3600,
            path=PATH,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
        return response

    @dashboard.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        _forget(sessions)
        response = redirect(url_for("dashboard.sign_in"), 303)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Strict", secure=request.is_secure)
        return response


def is_signed_in(sessions: Sessions, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from who is signed in: asked by the server before it takes a large body. `headers` as in
    WSGI, without HTTP_. Raises KeysUnreadable."""
    try:
        sent = SimpleCookie(headers.get("COOKIE", "")).get(COOKIE)
    except CookieError:
        return False
    return sent is not None and sessions.editor(sent.value) is not None


def _guard(sessions: Sessions) -> ResponseReturnValue | None:
    if request.endpoint in _SIGNING_IN:
        return None
    token = request.cookies.get(COOKIE, "")
    editor = sessions.editor(token) if token else None
    if editor is None:
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("dashboard.sign_in"), 303)
        raise SignInFirst
    g.caller, g.form_token = editor, form_token(token)  # the log names the key
    if request.method not in {"GET", "HEAD"}:
        forms.refuse_foreign()
    return None


def check_form() -> None:
    """Raises ForeignForm unless the form is of this session. To be called by every view that changes something, when it
    has said how large the form may be."""
    if not compare_digest(request.form.get("token", "").encode(), g.form_token.encode()):
        raise ForeignForm


def _forget(sessions: Sessions) -> None:
    if token := request.cookies.get(COOKIE, ""):
        sessions.end(token)


def _sign_in_page(keys: KeyFile, refused: TiaokuanError | None = None) -> ResponseReturnValue:
    if refused is None and not any(key.role is Role.EDIT for key in keys.stored()):
        refused = NoKeysYet()
    said = (refused.message(language()), refused.remedy(language())) if refused else None
    page = render_template("dashboard/sign_in.html", said=said)
    return page, 403 if refused and not isinstance(refused, NoKeysYet) else 200


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
