"""`tiaokuan search` and `tiaokuan similar`: clauses on the terminal, or as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from web.commands.common import Command, bad_usage, clean, json_option, load_settings, open_searcher, print_json

if TYPE_CHECKING:
    from search.model import Hit, ResultPage
    from web.rendering import Segment

_LOOKS: dict[str, dict[str, Any]] = {
    "keyword": {"bold": True, "fg": "yellow"},
    "semantic": {"underline": True},
    "gap": {"dim": True},
    "differs": {"underline": True, "fg": "cyan"},
}


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})  # -公司 is a word to leave out
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@click.option("--mode", metavar="hybrid|keyword|semantic", help="综合、关键词或语义 · both channels (default) or one")
@click.option("--limit", metavar="N", help="条数，1–100，默认 10 · how many, 1 to 100, default 10")
@click.option("--offset", metavar="N", help="跳过的条数 · how many to skip")
@click.option("--issuer", metavar="X", help="发文机关 · issued by")
@click.option("--since", metavar="D", help="成文日期自：2016、2016-11 或 2016-11-01 · issued on or after")
@click.option("--until", metavar="D", help="成文日期至 · issued on or before")
@click.option("--kind", metavar="K", help="文种，如 通知 · kind of document")
@click.option("--region", metavar="R", help="地区，如 河北省，全国指中央文件 · region; 全国 is national")
@click.option("--level", metavar="central|provincial|local", help="发文机关层级 · level of the issuer")
@click.option("--validity", metavar="V", help="效力：in_force、not_yet、expired、repealed、unstated · in force or not")
@click.option("--sort", metavar="relevance|newest|oldest", help="排序，默认按相关度 · order, default by relevance")
@click.option("--explain", "explained", is_flag=True, help="详列命中原因 · with all reasons")
@json_option
def search(query: tuple[str, ...], explained: bool, as_json: bool, **options: str | None) -> None:
    """检索条款 · find clauses by words, by meaning, or both"""
    from web import params

    unknown = next((part for part in query if part.startswith("--") and part != "--"), None)
    if unknown:
        raise bad_usage("no_such_option", unknown, click.get_current_context())
    settings = load_settings()
    values = {name: clean(value) for name, value in options.items() if value is not None}
    asked = params.search_parameters({"q": clean(" ".join(query)), **values}, settings.language)
    with open_searcher(settings) as searcher:
        _say_model_is_loading(asked.mode)
        page = searcher.search(
            asked.query,
            mode=asked.mode,
            limit=asked.limit,
            offset=asked.offset,
            filters=asked.filters,
            sort=asked.sort,
            explained=explained,
        )
        _show(page, settings.language, as_json, first=asked.offset + 1)


def _say_model_is_loading(mode: str) -> None:
    """Loading takes some seconds; whoever watches a terminal should know why nothing happens."""
    if mode != "keyword" and sys.stderr.isatty():
        click.echo("正在加载语义模型（--mode keyword 不需要）… loading the model", err=True)


@click.command(cls=Command)
@click.argument("clause_id", metavar="[CLAUSE_ID]", required=False)
@click.option("--text", metavar="T", help="一段文字，- 为标准输入 · a passage, - for standard input")
@click.option("--limit", metavar="N", help="条数，1–100，默认 10 · how many, 1 to 100, default 10")
@json_option
def similar(clause_id: str | None, text: str | None, limit: str | None, as_json: bool) -> None:
    """查找相似条款 · find clauses like this one in other documents, or like a passage"""
    from web import params

    if (clause_id is None) == (text is None):
        raise bad_usage("clause_or_text", "", click.get_current_context())
    settings = load_settings()
    count = params.limit({"limit": clean(limit or "")}, settings.language)
    with open_searcher(settings) as searcher:
        if text is None:
            found = searcher.similar(clean(clause_id or ""), limit=count)
        else:
            _say_model_is_loading("semantic")
            passage = sys.stdin.read() if text == "-" else text
            found = searcher.similar_to_text(clean(passage).strip(), limit=count)
        _show(found, settings.language, as_json)


def _show(page: ResultPage, language: str, as_json: bool, first: int = 1) -> None:
    from search.i18n import load_catalogue
    from web.answers import explained_answer, notice_text, search_answer

    if as_json:
        explained = any(hit.explanation and hit.explanation.differs is None for hit in page.hits)
        print_json((explained_answer if explained else search_answer)(page, language))
        return
    texts = load_catalogue("web")
    for notice in page.notices:
        click.secho(notice_text(notice, language), italic=True)
    for number, hit in enumerate(page.hits, first):
        _show_hit(number, hit, language)
    if not page.total:
        click.echo(texts.text("cli.none", language))
    click.echo(texts.text("cli.total", language, total=page.total, took=round(page.took_ms)))


def _show_hit(number: int, hit: Hit, language: str) -> None:
    from search.i18n import load_catalogue
    from web.reasons import details, reasons
    from web.rendering import hit_excerpt, hit_segments

    document = hit.document
    facts = (document.issuer, document.document_number, document.issued_on and str(document.issued_on))
    lines = [
        click.style(f"{number}. {document.title}", bold=True),
        click.style("   " + " · ".join(fact for fact in facts if fact), dim=True) if any(facts) else "",
        click.style("   " + " › ".join(hit.clause.path), dim=True) if hit.clause.path else "",
        "   " + "".join(_styled(run) for run in hit_excerpt(hit) or hit_segments(hit)),
        click.style(f"   {reasons(hit, language)}  [{hit.clause.clause_id}]", dim=True),
    ]
    if hit.also_in:
        titles = "; ".join(f"{other.title} [{other.clause_id}]" for other in hit.also_in)
        lines.append("   " + load_catalogue("web").text("cli.also_in", language, count=len(hit.also_in), titles=titles))
    lines += [click.style(f"     {line}", dim=True) for line in details(hit, language)]
    click.echo("\n".join(line for line in lines if line.strip()) + "\n")


def _styled(run: Segment) -> str:
    text = run.text.replace("\n", "\n   ")
    return click.style(text, **{name: value for css in run.css.split() for name, value in _LOOKS[css].items()})
