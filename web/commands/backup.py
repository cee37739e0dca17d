"""`tiaokuan backup` and `tiaokuan restore`: the index and what cannot be made again, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from web.commands.common import Command, json_option, load_settings, print_json, wait_option, waiting

_File = click.Path(path_type=Path)


@click.command(cls=Command)
@click.argument("file", type=_File, metavar="FILE")
@click.option("--with-keys", is_flag=True, help="连同接口密钥 · the API's keys, too")
@json_option
def backup(file: Path, with_keys: bool, as_json: bool) -> None:
    """备份索引、同义词、评判和上传的文件 · write a backup"""
    from search.backup import write_backup
    from search.i18n import load_catalogue

    settings = load_settings()
    report = write_backup(settings, file, with_keys=with_keys)
    if as_json:
        print_json(report.as_dict())
        return
    facts = {"file": file, "name": report.generation, "size": f"{report.size / 1e6:.1f}"}
    click.echo(load_catalogue("web").text("cli.backed_up", settings.language, **facts))


@click.command(cls=Command)
@click.argument("file", type=_File, metavar="FILE")
@wait_option
@json_option
def restore(file: Path, wait: float | None, as_json: bool) -> None:
    """恢复备份 · restore a backup"""
    from search.i18n import load_catalogue
    from search.restore import restore_backup

    settings = waiting(load_settings(), wait)
    report = restore_backup(settings, file)
    if as_json:
        print_json(report.as_dict())
        return
    say = load_catalogue("web").text
    click.echo(say("cli.restored", settings.language, name=report.generation))
    for key, names in (("cli.restored_own", report.restored), ("cli.kept_own", report.kept)):
        if names:
            click.echo(say(key, settings.language, files="、".join(names)))
