"""`tiaokuan doctor`: is the index what it should be, and can this machine search it?"""

from __future__ import annotations

import click

from web.commands.common import Command, json_option, load_settings, print_json


@click.command(cls=Command)
@click.option("--quick", is_flag=True, help="不抽查、不加载模型 · no sampled searches, no model")
@json_option
def doctor(quick: bool, as_json: bool) -> None:
    """自检索引和运行环境 · check the index and this machine"""
    from search.doctor import examine
    from search.errors import IndexUnhealthy
    from search.i18n import load_catalogue

    settings = load_settings()
    diagnosis = examine(settings, quick=quick)
    if as_json:
        print_json(diagnosis.as_dict(settings.language))
    else:
        say = load_catalogue("web").text
        for finding in diagnosis.findings:
            mark = say(f"doctor.{finding.severity}", settings.language)
            click.echo(f"{mark}  {finding.message(settings.language)}")
            if remedy := finding.remedy(settings.language):
                click.echo(f"      → {remedy}")
    if not diagnosis.healthy:
        raise IndexUnhealthy(count=diagnosis.problems)
