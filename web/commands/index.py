"""`tiaokuan index`: make the index hold what the given paths hold."""

from __future__ import annotations

from pathlib import Path

import click

from web.commands.common import Command, json_option, load_settings, print_json


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option("--rebuild", is_flag=True, help="全部重建，不沿用旧索引 · take nothing over from the old index")
@click.option("--if-needed", is_flag=True, help="没有变化则不做 · do nothing when the index is up to date")
@json_option
def index(paths: tuple[Path, ...], rebuild: bool, if_needed: bool, as_json: bool) -> None:
    """建立索引，默认 corpus/ · index files and folders"""
    from indexer.pipeline import build_index, index_needed
    from search.i18n import load_catalogue

    settings = load_settings()
    given = paths or (settings.corpus,)
    if if_needed and not rebuild and not index_needed(settings, given):
        if as_json:
            print_json({"up_to_date": True})
        else:
            click.echo(load_catalogue("web").text("cli.up_to_date", settings.language))
        return
    report = build_index(settings, given, rebuild=rebuild, progress=not as_json)
    if as_json:
        print_json(report.as_dict())
    else:
        for line in report.lines(settings.language):
            click.echo(line)
