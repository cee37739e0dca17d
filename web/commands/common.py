"""What the subcommands share: settings, the searcher, printing, and errors in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from search.errors import TiaokuanError
    from search.searcher import Searcher
    from search.settings import Settings

json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 · print JSON")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0, max=86400),
    metavar="SECONDS",
    help="等待另一写入者 · wait for another writer",
)


def in_background(settings: Settings) -> None:
    """Searches of a server that reads this index go before what this process is about to do."""
    from search.errors import TiaokuanError
    from search.generation import CATALOGUE, current_name
    from search.holding import give_way

    with suppress(TiaokuanError):
        if name := current_name(settings.home):
            give_way(settings.home / "generations" / name / CATALOGUE)


def waiting(settings: Settings, wait: float | None) -> Settings:
    """The settings with what the option `--wait` says."""
    return settings if wait is None else settings.model_copy(update={"wait": wait})


class Command(click.Command):
    """A command whose surplus arguments are a user error of ours, in the user's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allow_extra_args = True

    def invoke(self, ctx: click.Context) -> Any:
        if ctx.args:
            raise bad_usage("unexpected", ctx.args[0], ctx)
        return super().invoke(ctx)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            raise bad_usage("no_such_option" if args[0].startswith("-") else "no_such_command", args[0], ctx)
        return super().resolve_command(ctx, args)


def bad_usage(problem: str, subject: str, context: click.Context | None) -> TiaokuanError:
    """A command line that is not as it should be. `problem` is a key below `usage.` in the catalogue."""
    from web.errors import BadUsage

    command = context.command_path.partition(" ")[2] if context is not None else ""
    return BadUsage(problem=problem, subject=subject, command=command)


def usage_error(problem: click.ClickException) -> TiaokuanError:
    """What click found wrong, as an error of ours."""
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    match problem:
        case click.NoSuchOption():
            return bad_usage("no_such_option", problem.option_name, context)
        case click.MissingParameter():
            return bad_usage("missing", problem.param.human_readable_name if problem.param else "", context)
        case click.BadOptionUsage():
            return bad_usage("bad_option", problem.option_name, context)
    return bad_usage("other", problem.format_message(), context)


def load_settings() -> Settings:
    """The settings. Raises BadSettings, which names the first one that cannot be used."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from search.settings import Settings
    from web.errors import BadSettings

    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        raise BadSettings(name=".".join(map(str, first["loc"])), reason=first["msg"]) from problem
    except (TOMLDecodeError, SettingsError, UnicodeDecodeError) as problem:
        raise BadSettings(name="tiaokuan.toml", reason=str(problem)) from problem


@contextmanager
def open_searcher(settings: Settings) -> Iterator[Searcher]:
    """A searcher for the time of one command."""
    from search.searcher import Searcher

    searcher = Searcher.open(settings)
    try:
        yield searcher
    finally:
        searcher.close()


def print_json(answer: Mapping[str, object]) -> None:
    """JSON for programs, with Chinese as Chinese."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def clean(text: str) -> str:
    """An argument as Unicode: bytes that were no UTF-8 (lone surrogates in argv) become �."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def error_line(problem: Exception) -> str:
    """What is wrong and what to do, in one line of printable characters."""
    from search.errors import TiaokuanError
    from web.errors import FileTrouble

    if not isinstance(problem, TiaokuanError):
        assert isinstance(problem, OSError)  # noqa: S101 - main() catches nothing else
        problem = FileTrouble(file=problem.filename or "", reason=problem.strerror or str(problem))
    language = _language()
    mark = "。" if language == "zh" else "; "
    line = " ".join(f"tiaokuan: {problem.message(language)}{mark}{problem.remedy(language)}".split())
    return "".join(character if character.isprintable() else "�" for character in line)


def _language() -> str:
    """The language of the settings; Chinese where they are what is wrong."""
    from search.errors import TiaokuanError

    try:
        return load_settings().language
    except (TiaokuanError, OSError):
        return "zh"
