"""Real servers on loopback for the browser: the site, and portals of other origins (another port is another origin)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask, Response
from werkzeug.serving import make_server


@contextmanager
def served(app: Callable[..., Any]) -> Iterator[str]:
    """The origin under which an app answers for as long as the context lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Portal:
    """A site that shows whatever page a test hands it, under the content security policy that the test wants."""

    def __init__(self) -> None:
        self.app = Flask("portal")
        self.page, self.policy = "", ""
        self.origin = ""
        self.app.add_url_rule("/", view_func=self._show)
        self.app.add_url_rule("/favicon.ico", view_func=lambda: Response(status=204), endpoint="icon")

    def show(self, body: str, *, script: str, policy: str = "", lang: str = "zh-CN") -> str:
        """Take a page with this body and this script element; the address of it."""
        head = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>门户</title>{script}</head>'
        self.page, self.policy = f"{head}<body><main><h1>门户</h1>{body}</main></body></html>", policy
        return f"{self.origin}/"

    def _show(self) -> Response:
        response = Response(self.page, mimetype="text/html")
        if self.policy:
            response.headers["Content-Security-Policy"] = self.policy
        return response
