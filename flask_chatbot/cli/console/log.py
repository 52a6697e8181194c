"""``flask chatbot console-log``: who did what in the console, and when."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.operator import Deployment, as_table, duration, find_deployment, form_option
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.controls import json_text

if TYPE_CHECKING:
    from flask_chatbot.store.console.audit import RecordedAct


@click.command("console-log")
@click.option("--name", default="", help="Only what somebody of this name did.")
@click.option("--action", default="", help='Only acts of this kind, as the table shows it: "taken over".')
@click.option("--since", callback=duration, metavar="DURATION", help='Only acts within that time: "2 hours", "7 hari".')
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The maximum of acts, the newest first.")
@form_option
@click.pass_context
def console_log(context: click.Context, name: str, action: str, since: timedelta | None, limit: int, form: str) -> None:
    """List who logged in to the console or tried to, looked at whole numbers, or changed something there; the newest first.

    ABOUT is what it was done to: the id of a person, as `flask chatbot person` takes it, or of a message, or a page.

    \b
    flask chatbot console-log
    flask chatbot console-log --name ani --since "7 days"
    flask chatbot console-log --action "failed login" --format json

    Exit codes: 0 listed (there may be nothing), 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    found = find_acts(deployment, name, action, since, limit)
    if form == "json":
        echo(json_text([data_of(deployment, each) for each in found]))
    elif found:
        rows = [(deployment.when(each.at), each.name or "-", each.action, each.about, each.address) for each in found]
        for line in as_table(("WHEN", "WHO", "ACTION", "ABOUT", "FROM"), rows):
            echo(line)
    else:
        echo("nobody did such a thing in the console")


def find_acts(deployment: Deployment, name: str, action: str, since: timedelta | None, limit: int) -> "list[RecordedAct]":
    """The acts that are asked for, newest first."""
    from flask_chatbot.store.console import audit

    if deployment.is_empty:
        return []
    start = 0.0 if since is None else (deployment.bot.clock() - since).timestamp()
    with deployment.database.reading() as connection:
        return audit.latest(connection, limit, audit.ActFilter(name, action, (start, float("inf"))))


def data_of(deployment: Deployment, act: "RecordedAct") -> dict[str, str | None]:
    """An act as JSON."""
    return {"at": deployment.iso(act.at), "name": act.name, "action": act.action, "about": act.about, "address": act.address}
