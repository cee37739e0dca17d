"""The language of a request: `?lang=` (remembered in a cookie), else the cookie, else the setting."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from search.errors import BadParameter
from search.i18n import LANGUAGES, load_catalogue
from web.params import chosen_language

COOKIE = "tiaokuan_lang"
_YEAR = 365 * 24 * 3600
# What the `lang` attribute of a page says, so that browsers choose the glyphs of the mainland.
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def language() -> str:
    """The language of the running request."""
    if "language" not in g:
        g.language = _remembered()
    return str(g.language)


def text(key: str, **parameters: object) -> str:
    """A text of the front doors' catalogue, in the language of the request."""
    return load_catalogue("web").text(key, language(), **parameters)


def install(app: Flask, default: str) -> None:
    """Choose the language before each request and remember a choice after it."""
    app.config["LANGUAGE"] = default
    app.before_request(_choose)
    app.after_request(_remember)
    app.context_processor(lambda: {"t": text, "language": language(), "html_language": HTML_LANGUAGE[language()]})


def _remembered() -> str:
    cookie = request.cookies.get(COOKIE)
    return cookie if cookie in LANGUAGES else str(current_app.config["LANGUAGE"])


def _choose() -> None:
    g.language = _remembered()
    g.language = chosen_language(request.args, language()) or language()


def _remember(response: Response) -> Response:
    response.vary.add("Cookie")
    try:
        chosen = chosen_language(request.args, language())
    except BadParameter:
        return response
    if chosen:
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="Lax", path="/")
    return response
