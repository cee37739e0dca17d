"""The Flask application: puts the parts together, and holds nothing but the searcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from web import failures, language, security
from web.api import create_api
from web.embed import create_embed
from web.feeds import create_feeds
from web.openapi import create_openapi
from web.opening import SearcherHolder
from web.pages import create_pages

if TYPE_CHECKING:
    from search.searcher import Searcher
    from search.settings import Settings


def create_app(settings: Settings, searcher: Searcher | None = None) -> Flask:
    """The app on a given searcher, or on one that it opens itself at the first request that needs it."""
    return app_on(settings, SearcherHolder(settings, searcher))


def app_on(settings: Settings, holder: SearcherHolder) -> Flask:
    """The app on a holder that the caller keeps, to warm it up and to close it."""
    app = Flask(__name__)
    app.config["EMBED_ORIGINS"] = settings.embed_origins
    _readable_json(app)
    language.install(app, settings.language)
    security.install(app)
    failures.install(app)
    app.register_blueprint(create_api(holder))
    app.register_blueprint(create_pages(holder))
    app.register_blueprint(create_embed())
    app.register_blueprint(create_feeds(holder))
    app.register_blueprint(create_openapi())
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    return app


def _readable_json(app: Flask) -> None:
    """Chinese as Chinese, keys in the order of the design; the charset is named for clients that assume Latin-1."""
    provider = cast(DefaultJSONProvider, app.json)
    provider.ensure_ascii = False
    provider.sort_keys = False
    provider.mimetype = "application/json; charset=utf-8"
