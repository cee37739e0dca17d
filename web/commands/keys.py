"""`tiaokuan keys`: who may read and who may edit over HTTP."""

from __future__ import annotations

import click

from web.commands.common import Group, clean, json_option, load_settings, print_json


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """管理接口密钥 · manage the keys of the API"""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@keys.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--role",
    type=click.Choice(["read", "edit"]),
    default="read",
    show_default=True,
    help="edit 可上传和删除文件 · edit: may upload and remove documents",
)
@json_option
def add(name: str, role: str, as_json: bool) -> None:
    """建立密钥，只显示一次 · make a key; it is shown once"""
    from search.i18n import load_catalogue
    from web.keys import KeyFile, Role

    settings = load_settings()
    secret = KeyFile(settings.home).add(clean(name), Role(role))
    if as_json:
        print_json({"name": name, "role": role, "key": secret})
        return
    click.echo(load_catalogue("web").text("cli.key_made", settings.language, name=name, role=role), err=True)
    click.echo(secret)


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """列出密钥的名称和权限 · list names and roles"""
    from search.i18n import load_catalogue
    from web.keys import KeyFile

    settings = load_settings()
    found = KeyFile(settings.home).stored()
    if as_json:
        print_json({"keys": [{"name": k.name, "role": k.role, "created": k.created} for k in found]})
    elif not found:
        click.echo(load_catalogue("web").text("cli.no_keys", settings.language))
    else:
        for key in found:
            click.echo(f"{key.role:4}  {key.created}  {key.name}")


@keys.command()
@click.argument("name", metavar="NAME")
@json_option
def remove(name: str, as_json: bool) -> None:
    """移除密钥 · remove a key"""
    from search.i18n import load_catalogue
    from web.keys import KeyFile

    settings = load_settings()
    gone = KeyFile(settings.home).remove(clean(name))
    if as_json:
        print_json({"removed": gone.name})
    else:
        click.echo(load_catalogue("web").text("cli.key_removed", settings.language, name=gone.name))
