"""One piece of work in a process of its own, beside this one: the interpreter runs one thread of a process at a time."""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from indexer.collecting import seldom_collecting
from search.worker import start_quietly

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Result = TypeVar("Result")
_LOOKING_SECONDS = 0.1


class GivenUp(Exception):
    """Nobody waits any more for what is being done."""


class Ended(Exception):
    """The process has ended without a result; with its exit code, negative for a signal."""


def done_apart(work: Callable[..., Result], *arguments: Any, given_up: Event) -> Result:
    """What `work`, a function of a module, gives for arguments that can be pickled. Raises what it raises, Ended, and
    GivenUp within a moment after that is set. The process ends before this returns, and with this one however that ends."""
    context = get_context("spawn")  # a fork would copy locks that other threads hold
    pipe, end = context.Pipe()
    process = context.Process(target=_work, args=(end,), name="tiaokuan-index", daemon=True)
    start_quietly(process)
    end.close()
    try:
        pipe.send((work, arguments))
        while not pipe.poll(_LOOKING_SECONDS):
            if given_up.is_set():
                raise GivenUp
        result, error = pipe.recv()
    except (EOFError, OSError):
        process.join()
        raise Ended(process.exitcode) from None
    finally:
        process.kill()
        process.join()
        pipe.close()
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for systems that know no masks
    with suppress(EOFError):  # it has gone before it said what to do
        work, arguments = pipe.recv()
        Thread(target=_end_with, args=(pipe,), daemon=True).start()
        pipe.send(_answer(work, arguments))


def _answer(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        with seldom_collecting():
            return work(*arguments), None
    except Exception as error:
        return None, _sendable(error)


def _end_with(pipe: Connection) -> None:
    """End this process when the other end of its pipe is closed."""
    with suppress(EOFError, OSError):
        pipe.recv()
    os._exit(1)


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # whatever an exception's own pickling raises
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
