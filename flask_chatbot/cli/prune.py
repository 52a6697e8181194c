"""`prune`: deletes what is older than a time."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.operator import Deployment, duration, find_deployment
from flask_chatbot.cli.terminal import echo

if TYPE_CHECKING:
    from flask_chatbot.store.upkeep.pruning import Pruned


@click.command()
@click.option(
    "--older", callback=duration, required=True, metavar="DURATION", help='What is older than that: "90 days", "6 weeks", "180 hari".'
)
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
@click.pass_context
def prune(context: click.Context, older: timedelta, dry_run: bool) -> None:
    """Delete messages, callbacks and other records that are older than a time.

    The bot does so by itself after 30 days, and keeps the prices of messages for 400 days, its charts and the console's audit log for
    ever. What waits to be sent stays, and so do rows of `save`, people and opt-outs. It works in batches of 500 rows, so a bot of any
    size goes on meanwhile; with SQLite, it rests between them. Ctrl-C ends it after the current one.

    \b
    flask --app shop chatbot prune --older "90 days" --dry-run
    flask --app shop chatbot prune --older "2 weeks"

    Exit codes: 0 deleted or counted, 1 no app, or its database fails, 2 a wrong option.
    """
    from flask_chatbot.store.upkeep.pruning import LEAST, count_old

    if older.total_seconds() < LEAST:
        raise click.BadParameter(
            f"it is less than {LEAST / 86_400:.0f} days. Platforms bring a message again for a week, and the bot must know it then.",
            context,
            param_hint="'--older'",
        )
    deployment = find_deployment(context)
    if deployment.is_empty:
        echo("Nothing is stored yet.")
        return
    before = deployment.bot.clock().timestamp() - older.total_seconds()
    with deployment.database.reading() as connection:
        totals = count_old(connection, before)
    if dry_run:
        for each in totals:
            echo(f"{each.number:>12,}  {each.what} would be deleted")
        return
    for line in deleted(deployment, before, totals):
        echo(line)


def deleted(deployment: Deployment, before: float, totals: "Sequence[Pruned]") -> Iterator[str]:
    """Delete the rows, and yield a line for each kind; a terminal shows the progress meanwhile."""
    from flask_chatbot.store.upkeep.pruning import delete_old

    rest = time.sleep if deployment.database.kind == "sqlite" else None
    steps = groupby(delete_old(deployment.database.writing, before, rest), key=attrgetter("what"))
    for total, (what, batches) in zip(totals, steps, strict=True):
        count = 0
        bar = click.progressbar(length=total.number, label=what, width=24, file=sys.stderr) if sys.stderr.isatty() else None
        with bar or nullcontext():  # without a terminal, Click would still print each label
            for batch in batches:
                if bar is not None:
                    bar.update(batch.number)
                count += batch.number
        yield f"{count:>12,}  {what} deleted"
