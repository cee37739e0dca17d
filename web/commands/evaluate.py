"""`tiaokuan evaluate`: relevance on judged queries, and whether a change of settings or of code made it better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from web.commands.common import Command, bad_usage, json_option, load_settings, print_json

if TYPE_CHECKING:
    from search.evaluation import Difference, Figures, Run, Setup
    from search.model import Mode, Notice
    from search.settings import Settings

_File = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, mode by mode; `name` says which. `silent` are the shares of the negatives that found nothing, before
    and after, where both runs have negatives."""

    name: str
    modes: Mapping[Mode, Sequence[Difference]]
    silent: Mapping[Mode, tuple[float, float]]

    def as_dict(self) -> dict[str, object]:
        modes: dict[str, dict[str, object]] = {
            mode.value: {d.measure: d.as_dict() for d in found} for mode, found in self.modes.items()
        }
        for mode, (before, after) in self.silent.items():
            modes[mode.value]["silent"] = {"before": round(before, 4), "after": round(after, 4)}
        return {"name": self.name, "modes": modes}


@click.command(cls=Command)
@click.argument("judged", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
@click.option("--mode", "modes", multiple=True, help="hybrid | keyword | semantic（可多次 · may be repeated）")
@click.option("--limit-queries", type=click.IntRange(min=1), help="只用前若干条查询 · only so many queries")
@click.option("--against", multiple=True, metavar="NAME=VALUE", help="与另一设置成对比较 · compare with other settings")
@click.option("--save", type=_File, help="逐条保存本次结果 · save the run, query by query")
@click.option("--baseline", type=_File, help="与保存的结果成对比较 · compare with a saved run")
@json_option
def evaluate(judged: Path, modes: tuple[str, ...], limit_queries: int | None, as_json: bool, **compared: Any) -> None:
    """用评判过的查询衡量检索质量 · measure relevance on judged queries

    FOLDER: BEIR 格式的文件夹 · a folder in BEIR layout. FILE: 评判文件，用现有索引 · a judgment file, on the live index.
    """
    from search.evaluation import Setup, figures, load_run, save_run
    from search.model import Mode
    from web import params

    settings = load_settings()
    against, save, baseline = compared["against"], compared["save"], compared["baseline"]
    other = _changed(settings, against) if against else None
    before = load_run(baseline) if baseline else None
    setup = Setup([params.mode({"mode": mode}) for mode in modes] or tuple(Mode), limit_queries)
    run = _run(settings, judged, setup)
    comparisons = [_compared(baseline.name, before, run)] if baseline and before else []
    if other:
        comparisons.append(_compared(" ".join(against), run, _run(other, judged, setup)))
    if save:
        save_run(save, run)
    found = {mode: figures(measured, run.classes) for mode, measured in run.modes.items()}
    if as_json:
        print_json(_answer(found, comparisons, run.notices, settings.language))
    else:
        click.echo("\n".join([*_table(found), *_comparison_lines(comparisons)]))
        for text in _notices(run.notices, settings.language):
            click.echo(text)


def _run(settings: Settings, judged: Path, setup: Setup) -> Run:
    from search.evaluation import evaluate, evaluate_live

    return (evaluate_live if judged.is_file() else evaluate)(settings, judged, setup)


def _changed(settings: Settings, changes: Sequence[str]) -> Settings:
    """The settings with NAME=VALUE changed. Raises BadSettings."""
    from pydantic import ValidationError

    from web.errors import BadSettings

    values = settings.model_dump()
    for change in changes:
        name, mark, value = change.partition("=")
        if not mark:
            raise bad_usage("bad_change", change, click.get_current_context())
        values[name.strip().lower()] = value.strip()
    try:
        return type(settings)(**values)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise BadSettings(name=".".join(map(str, first["loc"])), reason=first["msg"]) from problem


def _compared(name: str, before: Run, after: Run) -> Comparison:
    from search.evaluation import compare

    pairs = {mode: (before.modes[mode], found) for mode, found in after.modes.items() if mode in before.modes}
    silent = {
        mode: (fmean(old.silent.values()), fmean(new.silent.values()))
        for mode, (old, new) in pairs.items()
        if old.silent and new.silent
    }
    return Comparison(name, {mode: compare(old, new) for mode, (old, new) in pairs.items()}, silent)


def _answer(
    found: Mapping[Mode, Figures], comparisons: Sequence[Comparison], notices: Sequence[Notice], language: str
) -> dict[str, object]:
    answer: dict[str, object] = {"modes": {mode.value: f.as_dict() for mode, f in found.items()}}
    if comparisons:
        answer["comparisons"] = [comparison.as_dict() for comparison in comparisons]
    if notices:
        answer["notices"] = _notices(notices, language)
    return answer


def _notices(notices: Sequence[Notice], language: str) -> list[str]:
    from web.answers import notice_text

    return [notice_text(notice, language) for notice in notices]


def _table(found: Mapping[Mode, Figures]) -> Iterator[str]:
    from search.evaluation import MEASURES

    head = "".join(f"{name:>24}" for name in MEASURES)
    yield f"{'mode':<10}{'class':<12}{head}{'queries':>9}{'silent':>14}{'ms p50':>9}{'p95':>7}"
    for mode, whole in found.items():
        yield _row(mode.value, "", whole)
        for name, figures in whole.classes.items():
            yield _row("", name, figures)


def _row(mode: str, group: str, figures: Figures) -> str:
    from search.evaluation import MEASURES

    spans = figures.intervals
    cells = [f"{figures.means[n]:.4f} [{spans[n][0]:.3f}, {spans[n][1]:.3f}]" if n in spans else "" for n in MEASURES]
    silent = f"{figures.silent:.3f} of {figures.negatives}" if figures.negatives else ""
    p50, p95 = figures.latency
    columns = "".join(f"{cell:>24}" for cell in cells)
    return f"{mode:<10}{group:<12}{columns}{figures.queries:>9}{silent:>14}{p50:>9.1f}{p95:>7.1f}"


def _comparison_lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for comparison in comparisons:
        yield ""
        head = f"{'before':>8}{'after':>9}{'difference':>12}{'95 %':>20}{'p':>8}{'wins':>7}{'ties':>7}{'losses':>7}"
        yield f"{comparison.name}\n{'mode':<10}{'':<8}{head}"
        for mode, differences in comparison.modes.items():
            for number, d in enumerate(differences):
                yield f"{mode.value if not number else '':<10}{d.measure:<8}{_difference_cells(d)}"
            if mode in comparison.silent:
                before, after = comparison.silent[mode]
                yield f"{'':<10}{'silent':<8}{before:>8.4f}{after:>9.4f}{after - before:>+12.4f}"


def _difference_cells(d: Difference) -> str:
    span = f"[{d.interval[0]:+.4f}, {d.interval[1]:+.4f}]"
    return (
        f"{d.before:>8.4f}{d.after:>9.4f}{d.difference:>+12.4f}{span:>20}{d.p:>8.4f}{d.wins:>7}{d.ties:>7}{d.losses:>7}"
    )
