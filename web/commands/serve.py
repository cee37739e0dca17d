"""`tiaokuan serve`: the pages and the API over HTTP."""

from __future__ import annotations

import errno
import logging
import signal
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from web.commands.common import Command, clean, load_settings

if TYPE_CHECKING:
    from flask import Flask

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
    from web import params
    from web.app import app_on
    from web.opening import SearcherHolder

    settings = load_settings()
    number = params.integer({"port": clean(port)}, "port", PORT, (0, 65535), settings.language)
    holder = SearcherHolder(settings)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = _listen(app_on(settings, holder), clean(host), number)
    signal.signal(signal.SIGTERM, _stop)
    click.echo(load_catalogue("web").text("cli.serving", settings.language, address=_address(server, host)))
    sys.stdout.flush()
    Thread(target=_warm_up, args=(holder,), name="warm-up", daemon=True).start()
    try:
        # Returns on Ctrl-C and on SIGTERM, when the requests under way have been answered.
        server.run()
    finally:
        server.close()
        holder.close()


def _listen(app: Flask, host: str, port: int) -> Any:
    """A waitress server that listens already, so that a port which is taken is an error before anything is said."""
    from waitress.server import create_server

    from web.errors import CannotListen, PortTaken

    try:
        return create_server(app, host=host, port=port, ident=None)
    except (OSError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port) from problem
        reason = getattr(problem, "strerror", None) or str(problem).rstrip(".")
        raise CannotListen(host=host, port=port, reason=reason) from problem


def _address(server: Any, host: str) -> str:
    """Where to point a browser. A name such as localhost can mean several sockets, all on one port."""
    port = getattr(server, "effective_port", None) or server.effective_listen[0][1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _warm_up(holder: SearcherHolder) -> None:
    """Load the model before somebody's first search would have to wait for it."""
    try:
        holder.get().warm_up()
    except Exception as problem:  # a server without an index or model still has pages to show and errors to explain
        _log.warning("not warmed up: %s", problem)


def _stop(*_: object) -> None:
    raise SystemExit(0)
