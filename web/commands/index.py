"""`tiaokuan index`: make the index hold what the given paths hold."""

from __future__ import annotations

from pathlib import Path

import click

from search.engines import ENGINES
from web.commands.common import Command, json_option, load_settings, print_json


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option("--rebuild", is_flag=True, help="全部重建，不沿用旧索引 · take nothing over from the old index")
@click.option("--engine", type=click.Choice(ENGINES), help="由何引擎保存，见 README · what keeps the index")
@click.option("--if-needed", is_flag=True, help="没有变化则不做 · do nothing when the index is up to date")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="保留几代索引 · generations kept for rollback")
@click.option("--restore-removed", is_flag=True, help="恢复移除过的文件 · bring back what `remove` took out")
@json_option
def index(  # noqa: PLR0913 one for each option
    *,
    paths: tuple[Path, ...],
    rebuild: bool,
    engine: str | None,
    if_needed: bool,
    keep: int | None,
    restore_removed: bool,
    as_json: bool,
) -> None:
    """建立索引，默认 corpus/ · index files and folders"""
    from indexer.pipeline import build_index, index_needed
    from search.i18n import load_catalogue

    settings = load_settings()
    if engine:
        settings = settings.model_copy(update={"engine": engine})
    if keep:
        settings = settings.model_copy(update={"keep_generations": keep})
    given = paths or settings.default_sources
    if if_needed and not rebuild and not restore_removed and not index_needed(settings, given):
        if as_json:
            print_json({"up_to_date": True})
        else:
            click.echo(load_catalogue("web").text("cli.up_to_date", settings.language))
        return
    report = build_index(settings, given, rebuild=rebuild, progress=not as_json, restore_removed=restore_removed)
    if as_json:
        print_json(report.as_dict())
    else:
        for line in report.lines(settings.language):
            click.echo(line)
