"""The app on a real socket, to be asked byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask

from search.settings import Settings
from web.server import Server


@contextmanager
def serving(app: Flask, settings: Settings) -> Iterator[Server]:
    """The server, running in a thread until the end of the block."""
    server = Server(app, "127.0.0.1", 0, settings)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
        server.close()


def ask(server: Server, *pieces: bytes) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side closes, also where it does so while we still have something to say."""
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer
