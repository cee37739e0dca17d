"""The API keys: who may read, who may edit. The file holds hashes; a key itself is shown once, when it is made.

A key is 256 random bits, so that one SHA-256 is enough: what scrypt and the like make slow is guessing what people think
up, and nobody guesses a random number of this size. It costs a request nothing, and lends no lever to who sends many.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from threading import Lock
from unicodedata import normalize

from filelock import FileLock

from web.errors import BadKeyName, KeyNameTaken, KeysUnreadable, UnknownKeyName

FILE = "keys.json"
_PREFIX = "tk_"  # so that a key that was pasted somewhere can be found and recognised
_NAME = re.compile(r"[\w.@-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Role(StrEnum):
    """What a key allows; who may edit may read."""

    READ = "read"
    EDIT = "edit"

    def allows(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        return self is Role.EDIT or self is needed


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is stored. `digest` is the SHA-256 of the key, in hexadecimal digits."""

    name: str
    role: Role
    digest: str
    created: str


class KeyFile:
    """The keys of one `TIAOKUAN_HOME`. Other processes may change the file; every call sees it as it is now."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self._lock = Lock()
        self._seen: tuple[int, ...] | None = None
        self._keys: tuple[Key, ...] = ()

    def stored(self) -> Sequence[Key]:
        """All keys, in the order in which they were made. Raises KeysUnreadable."""
        with self._lock:
            stamp = self._stamp()
            if stamp is None:
                self._keys = ()
            elif stamp != self._seen:
                self._keys = self._read()
            self._seen = stamp
            return self._keys

    def find(self, secret: str) -> Key | None:
        """The key that `secret` is. Every stored hash is compared, and in constant time. Raises KeysUnreadable."""
        digest = _digest(secret)
        found = None
        for key in self.stored():
            if compare_digest(key.digest, digest):
                found = key
        return found

    def add(self, name: str, role: Role) -> str:
        """Make a key and return it; it is stored nowhere. Raises BadKeyName, KeyNameTaken, KeysUnreadable."""
        name = _clean_name(name)
        secret = _PREFIX + secrets.token_urlsafe(32)
        made = Key(name, role, _digest(secret), datetime.now(UTC).isoformat(timespec="seconds"))
        with self._changing():
            known = self.stored()
            if any(key.name == name for key in known):
                raise KeyNameTaken(name=name)
            self._write([*known, made])
        return secret

    def remove(self, name: str) -> Key:
        """From the next request on, the key of this name opens nothing. Raises UnknownKeyName, KeysUnreadable."""
        name = normalize("NFKC", name).strip()
        with self._changing():
            known = self.stored()
            gone = [key for key in known if key.name == name]
            if not gone:
                raise UnknownKeyName(name=name)
            self._write([key for key in known if key.name != name])
        return gone[0]

    def _stamp(self) -> tuple[int, ...] | None:
        """What differs after every change: the file is replaced, so that its inode is another one even within a tick."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeysUnreadable(file=self.path, reason=error.strerror or str(error)) from error
        return now.st_mtime_ns, now.st_size, now.st_ino

    def _read(self) -> tuple[Key, ...]:
        try:
            raw = json.loads(self.path.read_text("utf-8"))
            keys = tuple(Key(**{**each, "role": Role(each["role"])}) for each in raw["keys"])
            if not all(_DIGEST.fullmatch(key.digest) and isinstance(key.name, str) for key in keys):
                raise ValueError("a digest that is none")
            return keys
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise KeysUnreadable(file=self.path, reason=" ".join(str(error).split())) from error

    def _write(self, keys: Sequence[Key]) -> None:
        """Replace the file at once, readable by its owner only from its first byte on."""
        temporary = self.path.with_name(FILE + ".new")
        temporary.unlink(missing_ok=True)
        text = json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=2)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, self.path)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name("keys.lock")):
            try:
                yield
            finally:
                with suppress(FileNotFoundError):
                    self.path.with_name(FILE + ".new").unlink()


def _clean_name(name: str) -> str:
    """A name in one spelling: `ｅｄｉｔ１` is `edit1`."""
    clean = normalize("NFKC", name).strip()
    if not _NAME.fullmatch(clean):
        raise BadKeyName(name=name)
    return clean


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
