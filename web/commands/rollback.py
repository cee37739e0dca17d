"""`tiaokuan rollback`: back to an earlier generation of the index."""

from __future__ import annotations

import click

from web.commands.common import Command, clean, json_option, load_settings, print_json, wait_option, waiting


@click.command(cls=Command)
@click.argument("generation", required=False, metavar="[GENERATION]")
@wait_option
@json_option
def rollback(generation: str | None, wait: float | None, as_json: bool) -> None:
    """退回以前的索引，默认上一代 · go back to an earlier index"""
    from search.i18n import load_catalogue
    from search.rollback import roll_back

    settings = waiting(load_settings(), wait)
    was, live = roll_back(settings, clean(generation) if generation is not None else None)
    if as_json:
        print_json({"generation": live.name, "was": was, "created": live.manifest.created})
        return
    facts = {"name": live.name, "created": live.manifest.created, "documents": live.manifest.counts.get("documents", 0)}
    click.echo(load_catalogue("web").text("cli.rolled_back", settings.language, **facts))
