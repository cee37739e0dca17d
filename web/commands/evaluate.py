"""`tiaokuan evaluate`: relevance on judged queries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.commands.common import Command, json_option, load_settings, print_json

if TYPE_CHECKING:
    from search.evaluation import Figures


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--mode", "modes", multiple=True, help="hybrid | keyword | semantic（可多次 · may be repeated）")
@click.option("--limit-queries", type=click.IntRange(min=1), help="只用前若干条查询 · only so many queries")
@json_option
def evaluate(folder: Path, modes: tuple[str, ...], limit_queries: int | None, as_json: bool) -> None:
    """在带评判的查询集（BEIR 格式）上衡量检索质量 · measure relevance on judged queries (BEIR layout)"""
    from search.evaluation import evaluate as run
    from search.model import Mode
    from web import params

    chosen = [params.mode({"mode": mode}) for mode in modes] or list(Mode)
    figures = run(load_settings(), folder, chosen, limit_queries)
    if as_json:
        print_json({"modes": {f.mode.value: f.as_dict() for f in figures}})
    else:
        click.echo("\n".join(_table(figures)))


def _table(figures: list[Figures]) -> list[str]:
    names = list(figures[0].means)
    lines = ["mode      " + "".join(f"{name:>24}" for name in names) + "   queries"]
    for f in figures:
        cells = (f"{f.means[n]:.4f} [{f.intervals[n][0]:.3f}, {f.intervals[n][1]:.3f}]" for n in names)
        lines.append(f"{f.mode.value:<10}" + "".join(f"{cell:>24}" for cell in cells) + f"{f.queries:>10}")
    return lines
