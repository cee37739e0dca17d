"""`tiaokuan watch`: keep the index in step with folders, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from web.commands.common import Command, error_line, json_option, load_settings

if TYPE_CHECKING:
    from search.settings import Settings


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option(
    "--interval", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, help="每隔几秒看一次 · seconds"
)
@click.option(
    "--quiet", type=click.FloatRange(0, 3600), default=5.0, show_default=True, help="静止几秒后更新 · seconds"
)
@json_option
def watch(paths: tuple[Path, ...], interval: float, quiet: float, as_json: bool) -> None:
    """文件夹有变化时更新索引，默认 corpus/ · index again when files change"""
    from indexer.watching import Rhythm, Watch, state_of

    settings = load_settings()
    runner = _Runner(paths, lambda report: _tell(report, settings, as_json))
    stop = Event()

    def stopped(*_: object) -> None:
        stop.set()
        runner.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    _tell({"watching": [str(path) for path in paths or settings.default_sources]}, settings, as_json)
    Watch(
        lambda: state_of(paths or settings.default_sources),
        runner.run,
        _complain,
        Rhythm(interval, quiet),
    ).run(stop)


class _Runner:
    """Indexes in a process of its own, so that the memory of indexing goes with it and a crash there is none here."""

    def __init__(self, paths: Sequence[Path], tell: Callable[[Mapping[str, Any]], None]) -> None:
        self._command = [sys.executable, "-m", "web.cli", "index", "--if-needed", "--json", "--", *map(str, paths)]
        self._tell = tell
        self._running: subprocess.Popen[str] | None = None
        self._stopped = False
        self._failure = ""

    def run(self) -> bool:
        """Index once; whether it went well."""
        with subprocess.Popen(  # noqa: S603 - this program itself
            self._command,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches this process alone, which passes it on
        ) as self._running:
            if self._stopped:
                self.stop()
            printed, complaint = self._running.communicate()
            status = self._running.returncode
        self._running = None
        if status == 0:
            self._failure = ""
            self._tell(json.loads(printed))
        elif not self._stopped:
            line = (complaint.strip().splitlines() or [f"exit status {status}"])[-1]
            if line != self._failure:
                click.echo(line, err=True)
            self._failure = line
        return status == 0

    def stop(self) -> None:
        """Let a run that is under way end: it leaves what it has for the next one."""
        self._stopped = True
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)


def _tell(report: Mapping[str, Any], settings: Settings, as_json: bool) -> None:
    """One line for each run that changed something; with --json one object."""
    from search.i18n import load_catalogue

    say = load_catalogue("web").text
    if as_json:
        short = {k: v for k, v in report.items() if k not in ("documents", "worst")}
        click.echo(json.dumps(short, ensure_ascii=False))
    elif "watching" in report:
        click.echo(say("cli.watching", settings.language, paths="、".join(report["watching"])))
    elif not report.get("up_to_date"):
        facts = {"name": report["generation"], "documents": len(report["documents"]), "clauses": report["clauses"]}
        click.echo(say("cli.watched", settings.language, **facts, skipped=len(report["skipped"])))
    sys.stdout.flush()


def _complain(problem: Exception) -> None:
    from search.errors import TiaokuanError

    known = isinstance(problem, TiaokuanError | OSError)
    click.echo(error_line(problem) if known else f"tiaokuan: {type(problem).__name__}: {problem}", err=True)
