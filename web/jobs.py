"""Changes of the index that were asked for over HTTP: done one after the other, in a process of their own.

The index is made by `tiaokuan index` (or `tiaokuan remove`) in a subprocess, so that the memory of indexing goes with it, and so that a failure
there is none here. Changes that wait at the same time are done by one run.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Condition, Thread
from typing import Any
from uuid import uuid4

from search.settings import Settings

KEPT = 500
"""Jobs whose outcome is remembered."""
_WAIT = 600.0
"""Seconds that a job waits for another writer: an editor who asked over HTTP is not there to ask again."""
_PASSED_ON = ("home", "corpus", "cache", "model", "model_dtype", "language", "keep_generations", "uploads", "engine")
_log = logging.getLogger("tiaokuan")


class Action(StrEnum):
    """What a job does with its document."""

    ADD = "add"
    REMOVE = "remove"
    WITHDRAW = "withdraw"
    """Out of the index, while the file stays where it is, and is left out from now on."""


class State(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One change. `message` says why it failed; `by` is the name of the key that asked for it."""

    action: Action
    file: str
    document_id: str
    by: str
    job_id: str = field(default_factory=lambda: uuid4().hex)
    state: State = State.QUEUED
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    message: str = ""


Report = Mapping[str, Any]
"""What `tiaokuan index --json` prints."""


class IndexFailed(Exception):
    """The run came to nothing; its text is the one line that says why."""


class Jobs:
    """A queue and the one thread that works it off; the thread ends when there is nothing to do.

    `run` makes the index anew and raises IndexFailed. `unread` is told the file that was added and could not be read.
    `withdraw` takes documents out by their ids and raises IndexFailed.
    """

    def __init__(
        self,
        run: Callable[[], Report],
        unread: Callable[[str], None],
        withdraw: Callable[[Sequence[str]], object] | None = None,
    ) -> None:
        self._run, self._unread, self._withdraw = run, unread, withdraw
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._change = Condition()
        self._worker: Thread | None = None

    def add(self, job: Job) -> Job:
        """Queue a job."""
        with self._change:
            self._jobs[job.job_id] = job
            while len(self._jobs) > KEPT and next(iter(self._jobs.values())).state in {State.DONE, State.FAILED}:
                self._jobs.popitem(last=False)
            if self._worker is None:
                self._worker = Thread(target=self._work, name="indexing", daemon=True)
                self._worker.start()
        return job

    def get(self, job_id: str) -> Job | None:
        """A job as it is now; None where it was never there or is forgotten."""
        with self._change:
            return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """Every job that is remembered, the latest first."""
        with self._change:
            return list(self._jobs.values())[::-1]

    def wait(self) -> None:
        """Until nothing is queued or running."""
        with self._change:
            self._change.wait_for(lambda: self._worker is None)

    def _work(self) -> None:
        while waiting := self._take():
            withdrawals = [job for job in waiting if job.action is Action.WITHDRAW]
            others = [job for job in waiting if job.action is not Action.WITHDRAW]
            for job in withdrawals:  # each alone: one that is unknown keeps no other from going
                self._store(self._done([job]))
            if others:
                self._store(self._done(others))

    def _done(self, jobs: Sequence[Job]) -> list[Job]:
        """Jobs of one kind after they were done, all by one run."""
        try:
            if jobs[0].action is Action.WITHDRAW and self._withdraw is not None:
                self._withdraw([job.document_id for job in jobs])
                return [replace(job, state=State.DONE) for job in jobs]
            return self._outcomes(jobs, self._run())
        except IndexFailed as failure:
            return [replace(job, state=State.FAILED, message=str(failure)) for job in jobs]
        except Exception:
            _log.exception("indexing failed")
            return [replace(job, state=State.FAILED, message="internal error") for job in jobs]

    def _take(self) -> list[Job]:
        """All that waits, now running; the worker is done where nothing does."""
        with self._change:
            waiting = [job for job in self._jobs.values() if job.state is State.QUEUED]
            taken = [replace(job, state=State.RUNNING) for job in waiting]
            self._jobs.update({job.job_id: job for job in taken})
            if not taken:
                self._worker = None
                self._change.notify_all()
            return taken

    def _outcomes(self, jobs: Sequence[Job], report: Report) -> list[Job]:
        reasons = {each["file"]: str(each["reason"]) for each in report.get("skipped", ())}
        outcomes = []
        for job in jobs:
            reason = reasons.get(job.file) if job.action is Action.ADD else None
            if reason is not None:
                self._unread(job.file)
            state = State.DONE if reason is None else State.FAILED
            outcomes.append(replace(job, state=state, message=reason or ""))
        return outcomes

    def _store(self, jobs: Sequence[Job]) -> None:
        with self._change:
            self._jobs.update({job.job_id: job for job in jobs})
        for job in jobs:
            _log.info("%s %s by %s: %s %s", job.action, job.file, job.by, job.state, job.message)


def index_anew(settings: Settings) -> Report:
    """Run `tiaokuan index` under these settings, and return its report. Raises IndexFailed."""
    return _run(settings, "index")


def withdraw(settings: Settings, document_ids: Sequence[str]) -> Report:
    """Run `tiaokuan remove` under these settings, and return its report. Raises IndexFailed."""
    return _run(settings, "remove", *document_ids)


def _run(settings: Settings, command: str, *arguments: str) -> Report:
    given = {name: getattr(settings, name) for name in _PASSED_ON}
    own = {f"TIAOKUAN_{name.upper()}": str(value) for name, value in given.items() if value is not None}
    done = subprocess.run(  # noqa: S603 the arguments are ids of documents that are there, behind --
        [sys.executable, "-m", "web.cli", command, "--json", "--", *arguments],
        env={**os.environ, **own, "PYTHONIOENCODING": "utf-8", "TIAOKUAN_WAIT": str(max(_WAIT, settings.wait))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        report: Report = json.loads(done.stdout)
        return report
    if done.returncode != 2:  # not what a user can mend: the log has all of it, the answer the last line
        _log.error("indexing ended with status %d: %s", done.returncode, done.stderr)
    raise IndexFailed((done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
