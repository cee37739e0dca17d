"""`tiaokuan serve`: the pages and the API over HTTP."""

from __future__ import annotations

import logging
import sys
from threading import Thread
from typing import TYPE_CHECKING

import click

from web.commands.common import Command, clean, load_settings

if TYPE_CHECKING:
    from web.opening import SearcherHolder

HOST = "127.0.0.1"
PORT = 8000
_log = logging.getLogger("tiaokuan")


@click.command(cls=Command)
@click.option("--host", default=HOST, metavar="H", help=f"地址，默认 {HOST} · the address to listen on")
@click.option("--port", default=str(PORT), metavar="P", help=f"端口，默认 {PORT} · the port; 0 takes a free one")
def serve(host: str, port: str) -> None:
    """提供检索网页和 JSON 接口 · serve the search page and the JSON API"""
    from search.i18n import load_catalogue
    from web import logs, params
    from web.app import app_on
    from web.opening import SearcherHolder
    from web.server import Server

    settings = load_settings()
    number = params.integer({"port": clean(port)}, "port", PORT, (0, 65535), settings.language)
    holder = SearcherHolder(settings)
    logs.configure(settings)
    server = Server(app_on(settings, holder), clean(host), number, settings)
    server.stop_on_signals()
    address = f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
    click.echo(load_catalogue("web").text("cli.serving", settings.language, address=address))
    sys.stdout.flush()
    Thread(target=_warm_up, args=(holder,), name="warm-up", daemon=True).start()
    try:
        server.run()
    finally:
        server.close()
        holder.close()


def _warm_up(holder: SearcherHolder) -> None:
    """Load the model before somebody's first search would have to wait for it."""
    try:
        holder.warm_up()
    except Exception as problem:  # a server without an index or model still has pages to show and errors to explain
        _log.warning("not warmed up: %s", problem)
