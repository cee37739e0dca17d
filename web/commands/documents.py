"""`tiaokuan documents` and `tiaokuan document`: what the index holds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from web.commands.common import Command, clean, json_option, load_settings, open_searcher, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.model import Document
    from web.citing import Entry


@click.command(cls=Command)
@json_option
def documents(as_json: bool) -> None:
    """列出全部文件 · list all documents"""
    from web.answers import documents_answer

    settings = load_settings()
    with open_searcher(settings) as searcher:
        found = searcher.facts()
        if as_json:
            print_json(documents_answer(found))
            return
        for document in found:
            _show_facts(document, settings.language)


@click.command(cls=Command)
@click.argument("document_id", metavar="DOCUMENT_ID")
@json_option
def document(document_id: str, as_json: bool) -> None:
    """显示一篇文件的各条款 · show one document clause by clause"""
    from web import citing
    from web.answers import document_answer

    settings = load_settings()
    with open_searcher(settings) as searcher:
        found = searcher.document(clean(document_id))
        clauses, citations = searcher.clauses(found.document_id), searcher.citations(found.document_id)
        if as_json:
            print_json(document_answer(found, clauses, citations, date.today()))
            return
        others = {each.document_id: each for each in searcher.facts()}
        _show_facts(found, settings.language)
        for clause in clauses:
            click.echo("  " * len(clause.path) + click.style(f"[{clause.clause_id}] ", dim=True) + clause.text)
        _show_citations("citations.outgoing", citing.cited(citations.outgoing, others), settings.language)
        _show_citations("citations.incoming", citing.citing(citations.incoming, others), settings.language)


def _show_citations(heading: str, entries: Sequence[Entry], language: str) -> None:
    from search.i18n import load_catalogue

    texts = load_catalogue("web")
    if entries:
        click.echo(click.style(texts.text(heading, language), bold=True))
    for entry in entries:
        relation = texts.text(f"relation.{entry.relation.name.lower()}", language)
        place = entry.document.document_id if entry.document else "–"
        click.echo(f"  {relation}  {entry.name}  {entry.document_number or ''}  [{place}]")


def _show_facts(document: Document, language: str) -> None:
    from search.i18n import load_catalogue

    texts = load_catalogue("web")
    facts = [
        document.issuer,
        document.document_number,
        document.issued_on and str(document.issued_on),
        texts.text("cli.clauses", language, count=document.clause_count),
        texts.text("cli.coverage", language, share=f"{document.coverage:.1%}"),
    ]
    if document.same_work_as:
        facts.append(texts.text("cli.same_work_as", language, documents=", ".join(document.same_work_as)))
    click.echo(f"{click.style(document.document_id, dim=True)}  {click.style(document.title, bold=True)}")
    click.echo("    " + " · ".join(fact for fact in facts if fact))
