"""The dashboard put together: its parts, its door, its pages."""

from __future__ import annotations

from flask import Blueprint, Flask

from search.settings import Settings
from web.asked import Record
from web.dashboard.doing import add_forms
from web.dashboard.entering import PATH, add_door
from web.dashboard.sessions import Sessions
from web.dashboard.views import Parts, add_pages
from web.dashboard.wording import Words
from web.jobs import Jobs
from web.keys import KeyFile
from web.opening import SearcherHolder

EXTENSION = "tiaokuan.sessions"


def install(app: Flask, holder: SearcherHolder, settings: Settings, jobs: Jobs, record: Record) -> None:
    """Add the pages. The server asks `app.extensions[EXTENSION]` who may send a large body."""
    keys = KeyFile(settings.home)
    sessions = app.extensions[EXTENSION] = Sessions(keys)
    dashboard = Blueprint("dashboard", __name__, url_prefix=PATH)
    parts = Parts(holder, settings, jobs, record, Words(settings, record))
    add_door(dashboard, keys, sessions)
    add_pages(dashboard, parts)
    add_forms(dashboard, parts)
    app.register_blueprint(dashboard)
