"""`tiaokuan index`: make the index hold what the given paths hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.engines import ENGINES
from web.commands.common import Command, in_background, json_option, load_settings, print_json, wait_option, waiting

if TYPE_CHECKING:
    from search.settings import Settings


@click.command(cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option("--rebuild", is_flag=True, help="全部重建，不沿用旧索引 · take nothing over from the old index")
@click.option("--engine", type=click.Choice(ENGINES), help="由何引擎保存，见 README · what keeps the index")
@click.option("--if-needed", is_flag=True, help="没有变化则不做 · do nothing when the index is up to date")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="保留几代索引 · generations kept for rollback")
@click.option("--restore-removed", is_flag=True, help="恢复移除过的文件 · bring back what `remove` took out")
@click.option("--part", metavar="K/N", help="只向量化 N 份之第 K 份，不建索引 · only embed part K of N, into a file")
@click.option(
    "--vectors", multiple=True, type=click.Path(path_type=Path), help="沿用各份的向量文件 · take over files of --part"
)
@wait_option
@json_option
def index(  # noqa: PLR0913 one for each option
    *,
    paths: tuple[Path, ...],
    rebuild: bool,
    engine: str | None,
    if_needed: bool,
    keep: int | None,
    restore_removed: bool,
    part: str | None,
    vectors: tuple[Path, ...],
    wait: float | None,
    as_json: bool,
) -> None:
    """建立索引，默认 corpus/ · index files and folders"""
    from indexer.pipeline import build_index, index_needed
    from search.i18n import load_catalogue

    settings = waiting(load_settings(), wait)
    if engine:
        settings = settings.model_copy(update={"engine": engine})
    if keep:
        settings = settings.model_copy(update={"keep_generations": keep})
    given = paths or settings.default_sources
    if part:
        _embed(settings, given, part, as_json=as_json)
        return
    if if_needed and not rebuild and not restore_removed and not index_needed(settings, given):
        if as_json:
            print_json({"up_to_date": True})
        else:
            click.echo(load_catalogue("web").text("cli.up_to_date", settings.language))
        return
    in_background(settings)
    report = build_index(
        settings, given, rebuild=rebuild, progress=not as_json, restore_removed=restore_removed, vectors=vectors
    )
    if as_json:
        print_json(report.as_dict())
    else:
        for line in report.lines(settings.language):
            click.echo(line)


def _embed(settings: Settings, paths: Sequence[Path], written: str, *, as_json: bool) -> None:
    """Embeds one part."""
    from indexer.parts import Part, embed_part

    try:
        part = Part.of(written)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--part") from error
    report = embed_part(settings, paths, part, progress=not as_json)
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(report.line(settings.language))
