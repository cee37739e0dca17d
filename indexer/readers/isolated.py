"""Readers in a process of their own, within bounds of time and memory: C libraries can crash, and any file can keep a
parser busy for hours. One worker reads many files; it is started anew after it had to be stopped."""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import astuple
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO

from indexer.readers.repairs import Decoded, Repair
from indexer.readers.unreadable import Unreadable

SECONDS = 40.0
"""Wall clock for one file. The slowest honest file of the tests, a PDF of 1,000 pages, takes a few seconds."""
MEMORY = 1536 * 1024 * 1024
"""Address space of the worker, in bytes."""
_ROOT = Path(__file__).resolve().parents[2]
_SIZE = struct.Struct("<Q")


class Worker:
    """A child process that calls readers by name: `module:function`, bytes → text, plain or `Decoded`."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, reader: str, data: bytes) -> Decoded:
        """What `reader` makes of `data`. Raises Unreadable: the reader's own reason, `timeout`, or `too_complex` where
        it ran out of memory or crashed."""
        with self._lock:
            process = self._running()
            timed_out = threading.Event()
            timer = threading.Timer(self._seconds, self._stop, (process, timed_out))
            timer.daemon = True
            timer.start()
            try:
                status, text, repairs = _ask(process, reader, data)
            except (OSError, EOFError, struct.error) as error:
                self._stop(process)
                raise Unreadable("timeout" if timed_out.is_set() else "too_complex") from error
            finally:
                timer.cancel()
        if status != "text":
            raise Unreadable(text)
        return Decoded(text, tuple(Repair(*values) for values in json.loads(repairs)))

    def close(self) -> None:
        """Ends the child, if there is one."""
        if self._process is not None:
            self._stop(self._process)
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            # -P: nothing in the folder that the person happens to be in is imported
            command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()", str(self._memory)]
            environment = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8"}
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment
            )
        return self._process

    @staticmethod
    def _stop(process: subprocess.Popen[bytes], timed_out: threading.Event | None = None) -> None:
        if timed_out is not None:
            timed_out.set()
        process.kill()
        process.wait()
        if timed_out is None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@cache
def _worker(process_id: int) -> Worker:
    """The worker of this process; a forked child must not share its parent's pipes, hence the key."""
    del process_id
    worker = Worker()
    atexit.register(worker.close)
    return worker


def in_worker(reader: str) -> Callable[[bytes], Decoded]:
    """The reader `module:function` as one that runs in the worker."""

    def read(data: bytes) -> Decoded:
        return _worker(os.getpid()).read(reader, data)

    return read


def _send(stream: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        stream.write(_SIZE.pack(len(part)))
        stream.write(part)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    (size,) = _SIZE.unpack(stream.read(_SIZE.size))
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _ask(process: subprocess.Popen[bytes], reader: str, data: bytes) -> tuple[str, str, str]:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise EOFError
    _send(stdin, reader.encode(), data)
    return _receive(stdout).decode(), _receive(stdout).decode(), _receive(stdout).decode()


def _answer(reader: str, data: bytes) -> tuple[str, str, tuple[Repair, ...]]:
    module, function = reader.split(":")
    try:
        found: str | Decoded = getattr(import_module(module), function)(data)
    except Unreadable as error:
        return "unreadable", error.reason, ()
    except (MemoryError, RecursionError):
        return "unreadable", "too_complex", ()
    except Exception:  # whatever a library raises, it is this one file that is not read
        return "unreadable", "corrupt", ()
    return ("text", found, ()) if isinstance(found, str) else ("text", found.text, found.repairs)


def _limit(memory: int) -> None:
    """Bounds this process's address space, where the system can."""
    try:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        pass


def main() -> None:
    """The child: answers requests until its standard input ends."""
    _limit(int(sys.argv[1]))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not break the answers
    while True:
        try:
            reader, data = _receive(requests).decode(), _receive(requests)
        except (EOFError, struct.error):
            return
        status, text, repairs = _answer(reader, data)
        _send(
            answers, status.encode(), text.encode("utf-8", "replace"), json.dumps(list(map(astuple, repairs))).encode()
        )
