"""Who is signed in: a random token for each browser, kept in memory as a hash, good as long as its key is."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from web.keys import Key, KeyFile, Role

HOURS = 8
"""A session ends so long after it began."""
MOST = 1000
"""Sessions at a time; beyond, the oldest ends."""


@dataclass(frozen=True, slots=True)
class _Session:
    key: str
    """The digest of the key that was shown."""
    until: float


class Sessions:
    """The sessions of one app. They end with the process. `clock` gives seconds. Safe for many threads."""

    def __init__(self, keys: KeyFile, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._clock = keys, clock
        self._lock = Lock()
        self._open: OrderedDict[str, _Session] = OrderedDict()

    def begin(self, key: Key) -> str:
        """A new session for who showed a key; its token, which is stored nowhere."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._open[_digest(token)] = _Session(key.digest, self._clock() + HOURS * 3600)
            while len(self._open) > MOST:
                self._open.popitem(last=False)
        return token

    def editor(self, token: str) -> Key | None:
        """The key of a session that goes on: not over, its key still there and still one that may edit.

        Raises KeysUnreadable: a damaged file opens nothing."""
        with self._lock:
            found = self._open.get(_digest(token))
        if found is None or found.until < self._clock():
            return None
        known = (key for key in self._keys.stored() if hmac.compare_digest(key.digest, found.key))
        return next((key for key in known if key.role.allows(Role.EDIT)), None)

    def end(self, token: str) -> None:
        """Sign out."""
        with self._lock:
            self._open.pop(_digest(token), None)


def form_token(token: str) -> str:
    """What this session's forms carry: it tells nothing of the token, and no page elsewhere can know it."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
