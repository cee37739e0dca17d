"""`tiaokuan remove`: take documents out of the index, and keep them out."""

from __future__ import annotations

import click

from web.commands.common import (
    Command,
    clean,
    in_background,
    json_option,
    load_settings,
    print_json,
    wait_option,
    waiting,
)


@click.command(cls=Command)
@click.argument("document_ids", nargs=-1, required=True, metavar="DOCUMENT_ID…")
@wait_option
@json_option
def remove(document_ids: tuple[str, ...], wait: float | None, as_json: bool) -> None:
    """从索引中移除文件 · take documents out of the index"""
    from indexer.removing import remove_documents
    from search.i18n import load_catalogue

    settings = waiting(load_settings(), wait)
    in_background(settings)
    report = remove_documents(settings, [clean(document_id) for document_id in document_ids])
    if as_json:
        print_json(report.as_dict())
        return
    say = load_catalogue("web").text
    for document in report.removed:
        click.echo(f"{document.document_id}  {document.title}")
    facts = {"count": len(report.removed), "documents": report.documents, "name": report.generation}
    click.echo(say("cli.removed", settings.language, **facts))
    click.echo(say("cli.removed_stay_out", settings.language))
