"""`tiaokuan serve`: the pages and the API over HTTP."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, suppress
from threading import Thread
from typing import TYPE_CHECKING

import click

from search.cores import usable_cores
from web.commands.common import Command, clean, load_settings

if TYPE_CHECKING:
    from search.settings import Settings
    from web.opening import SearcherHolder
    from web.server import Server

HOST = "127.0.0.1"
PORT = 8000
MAX_WORKERS = 4
"""Taken by default; each holds a dictionary and a model."""
OPENING_SECONDS = 1.0
"""So long the pages wait for the index, for which the first search waits, too: their imports would keep each other up."""
_log = logging.getLogger("tiaokuan")


@click.command(cls=Command)
@click.option("--host", default=HOST, metavar="H", help=f"地址，默认 {HOST} · the address to listen on")
@click.option("--port", default=str(PORT), metavar="P", help=f"端口，默认 {PORT} · the port; 0 takes a free one")
@click.option("--workers", type=click.IntRange(0, 64), help="检索进程数，默认每核一个，至多 4 · processes that search")
def serve(host: str, port: str, workers: int | None) -> None:
    """提供检索网页和 JSON 接口 · serve the search page and the JSON API"""
    from search.i18n import load_catalogue

    holder, settings = _holder(workers)
    try:
        from web import logs, params

        number = params.integer({"port": clean(port)}, "port", PORT, (0, 65535), settings.language)
        logs.configure(settings)
        opening = Thread(target=_open, args=(holder,), name="opening", daemon=True)
        opening.start()
        opening.join(OPENING_SECONDS)
        server = _listening(settings, holder, clean(host), number)
    except BaseException:
        holder.close()
        raise
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


def _holder(workers: int | None) -> tuple[SearcherHolder, Settings]:
    """The holder of the searcher to be, and the settings. A process that searches takes as long to get ready as the server
    does, so that the first one begins before all else."""
    from search.worker import Worker
    from web.opening import SearcherHolder

    with ExitStack() as untaken:
        first = Worker() if _workers(workers) else None
        if first is not None:
            untaken.callback(first.kill)
        settings = load_settings()
        count = _workers(settings.workers if workers is None else workers)
        if count:
            untaken.pop_all()
        return SearcherHolder(settings, workers=count, first=first if count else None), settings


def _listening(settings: Settings, holder: SearcherHolder, host: str, port: int) -> Server:
    from web.app import app_on
    from web.server import Server

    return Server(app_on(settings, holder), host, port, settings)


def _open(holder: SearcherHolder) -> None:
    with suppress(Exception):  # whoever asks is told
        holder.get()


def _workers(wanted: int | None) -> int:
    """One process for each core is the most that gains; a single core gains nothing by any."""
    if wanted is not None:
        return wanted
    cores = usable_cores()
    return min(cores, MAX_WORKERS) if cores > 1 else 0


def _warm_up(holder: SearcherHolder) -> None:
    """Load the model before somebody's first search would have to wait for it."""
    try:
        holder.warm_up()
    except Exception as problem:  # a server without an index or model still has pages to show and errors to explain
        _log.warning("not warmed up: %s", problem)
