"""The Flask application: puts the parts together, and holds nothing but the searcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from web import access, asked, dashboard, failures, health, judging, language, limits, logs, metrics, security
from web.api import create_api
from web.editing import create_editing, jobs_of
from web.embed import create_embed
from web.exports import create_exports
from web.feeds import create_feeds
from web.keys import KeyFile
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
    app.config["MAX_QUERY_CHARACTERS"] = settings.max_query_characters
    _readable_json(app)
    # In this order: every request has its id and its line; who may not ask costs little; only then is anything read.
    logs.install(app, settings)
    metered = metrics.install(app, holder)
    security.install(app, settings)
    limits.install(app, settings)
    access.install(app, KeyFile(settings.home), settings)
    language.install(app, settings.language)
    failures.install(app)
    health.install(app, holder, metered, settings)
    app.register_blueprint(create_api(holder))
    app.register_blueprint(create_pages(holder))
    jobs = jobs_of(settings, holder)
    app.register_blueprint(create_editing(holder, settings, jobs))
    dashboard.install(app, holder, settings, jobs, asked.install(app, settings))
    app.register_blueprint(create_embed())
    app.register_blueprint(create_exports(holder))
    app.register_blueprint(create_feeds(holder))
    app.register_blueprint(create_openapi())
    judging.install(app, holder, settings)
    _behind_proxies(app, settings.trusted_proxies)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    return app


def _behind_proxies(app: Flask, count: int) -> None:
    """Believe what so many proxies say of the caller. Not X-Forwarded-Host: a proxy that does not set it passes on what
    the caller wrote."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]


def _readable_json(app: Flask) -> None:
    """Chinese as Chinese, keys in the order of the design; the charset is named for clients that assume Latin-1."""
    provider = cast(DefaultJSONProvider, app.json)
    provider.ensure_ascii = False
    provider.sort_keys = False
    provider.mimetype = "application/json; charset=utf-8"
