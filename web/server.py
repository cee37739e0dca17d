"""The HTTP server: waitress, with bounds on slow and oversized requests, answers in the one error shape, and a stop that
waits for the requests under way.

Waitress reads and writes for all connections in one thread and answers in a few others, so that a slow caller holds a
connection and some kilobytes, never a thread. What waitress leaves open is how long a caller may take: it closes what is
silent, but not what sends a byte now and then. `_Channel` does.
"""

from __future__ import annotations

import errno
import json
import logging
import signal
import time
from collections.abc import Iterator
from copy import copy
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask

from search.settings import Settings
from web import access
from web.answers import error_answer
from web.dashboard.entering import is_signed_in
from web.dashboard.installing import EXTENSION
from web.errors import CannotListen, KeysUnreadable, PortTaken
from web.failures import of_status
from web.keys import KeyFile
from web.security import MAX_FORM_BYTES

HEAD_SECONDS = 20
"""Time for the head of a request, from its first byte."""
BODY_SECONDS = 300
"""Time for a request with its body: 20 MB at half a megabit a second."""
SILENT_SECONDS = 60
"""An idle connection is kept as long."""
STOP_SECONDS = 25
"""Time for the requests under way when the server is told to stop."""
THREADS = 16
"""Requests that are answered at a time. They mostly wait for search processes, which are asked several questions at once where
several wait (search/desk.py)."""
CONNECTIONS = 1000
_HEAD_BYTES = 16 * 1024
_BYTES_OF_A_CHARACTER = 12  # four bytes of UTF-8, each written %XX
_MARGIN = 1_000_000
"""Bytes by which a body may be too large and is still read, so that the app refuses it, in the asker's language."""
_access = logging.getLogger("tiaokuan.access")


class Server:
    """Listens from the beginning, so that a port which is taken is an error before anything is said."""

    def __init__(self, app: Flask, host: str, port: int, settings: Settings) -> None:
        self._stopping = False
        self._map: dict[int, Any] = {}
        self._first = self._listen(app, host, port, settings)
        larger = copy(self._first.adj)
        larger.max_request_body_size = settings.max_upload_bytes + _MARGIN
        for listener in self._listeners():
            listener.channel_class = _Channel
            listener.language = settings.language
            listener.adj.for_editors = larger
            listener.adj.keys = KeyFile(settings.home)
            listener.adj.sessions = app.extensions.get(EXTENSION)

    @property
    def port(self) -> int:
        """The port, also where a free one was asked for. A name such as localhost can mean several sockets, on one port."""
        return int(next(self._listeners()).effective_port)

    def run(self) -> None:
        """Answer until `stop`, then finish what is under way."""
        while not self._stopping:
            self._turn(timeout=1)
        self._finish(time.monotonic() + STOP_SECONDS)

    def stop(self) -> None:
        """Take no more requests. May be called from a signal handler or another thread."""
        self._stopping = True
        for listener in self._listeners():
            listener.pull_trigger()

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM and Ctrl-C; a second one ends the process at once."""

        def stop(*_: int | FrameType | None) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)

    def close(self) -> None:
        """Close all sockets."""
        self._first.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def _listen(self, app: Flask, host: str, port: int, settings: Settings) -> Any:
        try:
            return create_server(
                app,
                map=self._map,
                host=host,
                port=port,
                ident=None,
                threads=THREADS,
                connection_limit=CONNECTIONS,
                asyncore_use_poll=True,  # select knows only 1024 files
                channel_timeout=SILENT_SECONDS,
                cleanup_interval=10,
                max_request_header_size=_HEAD_BYTES + _BYTES_OF_A_CHARACTER * settings.max_query_characters,
                max_request_body_size=MAX_FORM_BYTES + _MARGIN,
                # The app itself believes only `trusted_proxies`, and wants to see that there is a proxy.
                clear_untrusted_proxy_headers=False,
            )
        except (OSError, ValueError) as problem:
            wasyncore.close_all(self._map)
            if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
                raise PortTaken(host=host, port=port) from problem
            reason = getattr(problem, "strerror", None) or str(problem).rstrip(".")
            raise CannotListen(host=host, port=port, reason=reason) from problem

    def _listeners(self) -> Iterator[Any]:
        return (each for each in list(self._map.values()) if isinstance(each, BaseWSGIServer))

    def _channels(self) -> list[Any]:
        return [each for each in list(self._map.values()) if isinstance(each, HTTPChannel)]

    def _turn(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, map=self._map, use_poll=True, count=1)

    def _finish(self, deadline: float) -> None:
        """Waitress itself ends its loop first and then waits for its threads, whose answers nobody sends any more."""
        triggers = [listener.trigger for listener in self._listeners()]
        for listener in self._listeners():
            wasyncore.dispatcher.close(listener)  # the socket alone: its trigger is still needed
        while time.monotonic() < deadline:
            busy = [channel for channel in self._channels() if _is_busy(channel)]
            for channel in self._channels():
                channel.will_close |= channel not in busy
            if not busy:
                break
            self._turn(timeout=0.2)
        for trigger in triggers:
            trigger.close()


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.total_outbufs_len or channel.request is not None)


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Waitress' own refusals: what is no HTTP, and what is too large to be read at all."""

    def execute(self) -> None:
        found = self.request.error
        error = of_status(found.code)
        body = json.dumps(error_answer(error, self.channel.server.language), ensure_ascii=False).encode()
        self.status = f"{found.code} {found.reason}"
        self.response_headers += [
            ("Content-Type", "application/json; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
        facts = {"method": "-", "route": "-", "status": found.code, "error": error.code}
        _access.info("%s", " ".join(f"{k}={v}" for k, v in facts.items()), extra={"facts": facts})


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Takes the body of a document only from who may edit: what others send would fill memory and disk unasked."""

    adj: Any
    headers: dict[str, str]

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if access.may_edit(self.adj.keys, self.headers) or self._comes_from_the_dashboard():
            self.adj = self.adj.for_editors

    def _comes_from_the_dashboard(self) -> bool:
        sessions = self.adj.sessions
        try:
            return sessions is not None and is_signed_in(sessions, self.headers)
        except KeysUnreadable:
            return False


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose requests must arrive in time."""

    error_task_class = _ErrorTask
    parser_class = _Parser
    _timed: object = None
    _began = 0.0

    def received(self, data: bytes) -> bool:
        """Take what came; give up on a request that has been coming for too long."""
        going = bool(super().received(data))
        if self.request is not self._timed:
            self._timed, self._began = self.request, time.monotonic()
        if self.request is not None:
            allowed = BODY_SECONDS if self.request.headers_finished else HEAD_SECONDS
            self.will_close |= time.monotonic() - self._began > allowed
        return going
