"""What was asked, as editors may see it: each query once, how often, how long it took, and whether it found nothing.

It tells what people look for and nothing of them: no address, no key, no time but that of the latest asking. It stays in
memory, is bounded, and is kept on the disk (`queries.json` in TIAOKUAN_HOME, for its owner alone) only with `log_queries`.
"""

from __future__ import annotations

import json
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from flask import Flask, Response, request

from search.model import ResultPage
from search.settings import Settings
from search.text.normalise import fold
from web import outcome

FILE = "queries.json"
SLOW_MS = 500.0
"""A search that took so long is slow."""
_SEARCHES = {"pages.search", "api.search"}
_SAVED_EVERY = 50
_log = logging.getLogger("tiaokuan")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was typed last. `empty`: how often it found nothing; `slowest_ms`: its longest search."""

    query: str
    mode: str
    times: int
    empty: int
    total: int
    slowest_ms: float
    last: str


class Record:
    """The latest `most` different queries; 0 keeps none. `file` is where they outlast the process. Safe for many threads."""

    def __init__(self, most: int, file: Path | None = None) -> None:
        self.most = most
        self.file = file if most else None
        self._lock = Lock()
        self._known: OrderedDict[str, Asked] = OrderedDict()
        self._unsaved = 0
        if self.file is not None:
            self._load(self.file)

    def note(self, page: ResultPage) -> None:
        """Remember what was asked and found. Full and half width, simplified and traditional are one query."""
        if not self.most:
            return
        key = " ".join(fold(page.query).split())
        now = datetime.now(UTC).isoformat(timespec="minutes")
        with self._lock:
            before = self._known.pop(key, None) or Asked(page.query, "", 0, 0, 0, 0.0, now)
            self._known[key] = replace(
                before,
                query=page.query,
                mode=str(page.mode),
                times=before.times + 1,
                empty=before.empty + (not page.total),
                total=page.total,
                slowest_ms=max(before.slowest_ms, page.took_ms),
                last=now,
            )
            while len(self._known) > self.most:
                self._known.popitem(last=False)
            self._unsaved += 1
            if self.file is not None and self._unsaved >= _SAVED_EVERY:
                self._save(self.file)

    def all(self) -> list[Asked]:
        """What is known, the latest first."""
        with self._lock:
            return list(self._known.values())[::-1]

    def slow(self, limit: int) -> list[Asked]:
        """The slow ones, the slowest first."""
        return _best(self.all(), lambda each: each.slowest_ms >= SLOW_MS, lambda each: each.slowest_ms, limit)

    def empty(self, limit: int) -> list[Asked]:
        """Those whose latest search found nothing, the most frequent first."""
        return _best(self.all(), lambda each: not each.total, lambda each: each.empty, limit)

    def frequent(self, limit: int) -> list[Asked]:
        """Those asked most often."""
        return _best(self.all(), lambda each: each.times > 1, lambda each: each.times, limit)

    def clear(self) -> None:
        """Forget all of it, on the disk, too."""
        with self._lock:
            self._known.clear()
            if self.file is not None:
                self.file.unlink(missing_ok=True)

    def _load(self, file: Path) -> None:
        try:
            for raw in json.loads(file.read_text("utf-8"))[-self.most :]:
                asked = Asked(**raw)
                self._known[" ".join(fold(asked.query).split())] = asked
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError) as problem:
            _log.warning("%s: %s", file, " ".join(str(problem).split()))

    def _save(self, file: Path) -> None:
        """Readable by its owner only, from its first byte on. A disk that is full costs the record, not the answer."""
        self._unsaved = 0
        temporary = file.with_name(FILE + ".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
                json.dump([asdict(each) for each in self._known.values()], stream, ensure_ascii=False)
            os.replace(temporary, file)
        except OSError as problem:
            _log.warning("%s: %s", file, problem)


def install(app: Flask, settings: Settings) -> Record:
    """Note the searches of people and of programs. What is turned over page by page is one asking."""
    file = settings.home / FILE
    if not settings.log_queries:  # what was kept before that was switched off goes
        file.unlink(missing_ok=True)
    record = Record(settings.query_record, file if settings.log_queries else None)

    def note(response: Response) -> Response:
        page = outcome.page()
        first = request.args.get("page", "1") == "1" and request.args.get("offset", "0") == "0"
        if page is not None and first and request.endpoint in _SEARCHES:
            record.note(page)
        return response

    app.after_request(note)
    return record


def _best(
    known: Sequence[Asked], wanted: Callable[[Asked], bool], weight: Callable[[Asked], float], limit: int
) -> list[Asked]:
    return sorted(filter(wanted, known), key=weight, reverse=True)[:limit]
