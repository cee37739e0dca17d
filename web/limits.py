"""How often one caller may ask: the generic cell rate algorithm (ITU-T I.371), one number for each caller.

Flask-Limiter 4.1 was looked at. Its in-memory storage (limits 5.8) starts a timer thread at almost every request and walks
through all callers in it; the storages that do not are servers of their own. What is needed here is this page.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock

from flask import Flask, request

from search.settings import Settings
from web import access, callers
from web.errors import TooManyRequests

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"(\d+)/(second|minute|hour|day)")
MAX_CALLERS = 100_000
"""Callers remembered for each rate, about 20 MB; beyond, who asked longest ago is forgotten."""
UNLIMITED = {"static", "embed.script", "health.healthz", "health.readyz"}


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` requests in any `seconds` seconds."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> list[Rate]:
        """The rates of a setting such as `20/second;600/minute`; empty for none. The setting was checked before."""
        return [cls(int(count), _SECONDS[period]) for count, period in _RATE.findall(text)]


class Limiter:
    """Counts callers against one rate. `clock` gives seconds. Safe for many threads."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, callers: int = MAX_CALLERS) -> None:
        self._spacing = rate.seconds / rate.count
        self._burst = rate.seconds - self._spacing
        self._clock, self._callers = clock, callers
        self._due: OrderedDict[str, float] = OrderedDict()  # when a caller who kept the rate would have asked last
        self._lock = Lock()

    def wait(self, caller: str) -> float:
        """0 where the caller may ask now, which is counted; else the seconds to wait, and nothing is counted."""
        with self._lock:
            now = self._clock()
            due = max(now, self._due.get(caller, now))
            early = due - now - self._burst
            if early > 1e-9:
                return early
            self._due[caller] = due + self._spacing
            self._due.move_to_end(caller)
            if len(self._due) > self._callers:
                self._due.popitem(last=False)
            return 0.0


def install(app: Flask, settings: Settings) -> None:
    """Limit every caller but this machine itself by key, or by address where there is none."""
    limiters = [Limiter(rate) for rate in Rate.parse(settings.rate_limit)]

    def limit() -> None:
        if request.endpoint in UNLIMITED or callers.is_loopback():
            return
        key = access.caller()
        who = f"key {key.name}" if key else callers.counted_address()
        wait = max((limiter.wait(who) for limiter in limiters), default=0.0)
        if wait:
            raise TooManyRequests(seconds=ceil(wait))

    if limiters:
        app.before_request(limit)
