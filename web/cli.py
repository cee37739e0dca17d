"""The command `tiaokuan`. Each subcommand is a small module of web/commands; what is heavy is imported when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

import click

from web.commands import backup, doctor, documents, evaluate, index, keys, remove, rollback, search, serve, watch
from web.commands.common import Group, error_line, usage_error

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # what a shell gives a program that Ctrl-C ended


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, help="版本号 · the version")
@click.pass_context
def cli(context: click.Context, version: bool) -> None:
    """条款（Tiaokuan）：在政策文件中检索条款 · find clauses in Chinese policy documents"""
    if version:
        click.echo(f"tiaokuan {_version()}")
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    index.index,
    search.search,
    search.similar,
    documents.documents,
    documents.document,
    evaluate.evaluate,
    serve.serve,
    watch.watch,
    remove.remove,
    rollback.rollback,
    doctor.doctor,
    backup.backup,
    backup.restore,
    keys.keys,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line. 0 when all went well; 2 and one line on stderr when the user can mend what went wrong."""
    _forgiving_streams()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:
        return _reader_left()
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except click.ClickException as problem:
        return _fail(usage_error(problem))
    except OSError as problem:
        return _fail(problem)
    except Exception as problem:
        from search.errors import TiaokuanError

        if not isinstance(problem, TiaokuanError):
            raise
        return _fail(problem)


def _run(arguments: list[str]) -> int:
    try:
        with cli.make_context("tiaokuan", arguments, color=False if os.environ.get("NO_COLOR") else None) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    finally:
        sys.stdout.flush()
    return 0


def _fail(problem: Exception) -> int:
    with suppress(BrokenPipeError):
        click.echo(error_line(problem), err=True)
    return EXIT_USER_ERROR


def _forgiving_streams() -> None:
    """Print what the terminal's encoding (or UTF-8 itself) cannot say as an escape, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _reader_left() -> int:
    """`| head` has seen enough. Python would complain once more when it flushes at exit, so that goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # 30 ms that only --version needs

    try:
        return version("tiaokuan")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
