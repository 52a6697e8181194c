"""`failed` and `resend`: list the dead letters, and send them again."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import click

from flask_chatbot.cli.operator import Deployment, as_table, duration, find_deployment, form_option
from flask_chatbot.cli.reports import counted
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.controls import json_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flask_chatbot.store.waiting import Waiting

MOST = 10_000  # of each kind, in one run of `resend`
BATCH = 500  # in one transaction, so that a server that writes at the same time waits for moments only


class DeadLetter(NamedTuple):
    """A message or callback that was given up."""

    id: str
    kind: str  # the type of a message, or "callback"
    to: str  # a chat, or the host of an address: the rest of it may hold secrets
    at: float | None
    tries: int
    error: str
    message: str = ""  # of a callback: the message it reports on


@click.command()
@click.option("--since", callback=duration, metavar="DURATION", help='Only those given up within that time: "2 hours", "1 hari".')
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The maximum of each kind, oldest first.")
@click.option("--refused", is_flag=True, help="The callbacks that were never tried, since their address is not allowed.")
@form_option
@click.pass_context
def failed(context: click.Context, since: timedelta | None, limit: int, refused: bool, form: str) -> None:
    """List the messages and callbacks that were given up, each with its reason, and those that wait after a failure.

    Dead letters are kept for 30 days, and `flask chatbot resend` sends them after all. Those that wait are retried automatically, at
    the time shown; they are listed whatever --since says.

    \b
    flask chatbot failed
    flask chatbot failed --since "2 hours" --format json
    flask chatbot failed --refused

    Exit codes: 0 listed (there may be none), 1 no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    dead = find_dead_letters(deployment, since, limit, refused)
    waiting = [] if refused else find_waiting(deployment, limit)
    if form == "json":
        echo(json_text([*(data_of(deployment, each) for each in dead), *(data_of_waiting(deployment, each) for each in waiting)]))
        return
    for line in dead_table(deployment, dead):
        echo(line)
    if not dead:
        echo("no callback was refused" if refused else "nothing was given up")
    for line in waiting_table(deployment, waiting):
        echo(line)
    if not refused and (untaken := find_overdue(deployment)):
        echo(f"{counted(untaken, 'message')} due for more than a minute. Is a worker running, and connected? Its log says more.", err=True)
    if not refused and has_refused(deployment, since):
        echo("Callbacks to addresses that are not allowed are listed separately: flask chatbot failed --refused", err=True)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--since", callback=duration, metavar="DURATION", help='All that were given up within that time: "2 hours", "1 hari".')
@click.option("--dry-run", is_flag=True, help="Only print what would be sent again.")
@click.pass_context
def resend(context: click.Context, ids: tuple[str, ...], since: timedelta | None, dry_run: bool) -> None:
    """Resend messages and callbacks that were given up, each under its own id.

    ID is the one that `flask chatbot failed` shows. A worker takes them up as it does new ones: a thread of the server, or
    `flask chatbot worker`.

    \b
    flask chatbot resend 3EB02B7BEAD27AFA278E
    flask chatbot resend --since "2 hours" --dry-run

    Exit codes: 0 they are queued (there may be none), 1 no app, its database fails, or an ID was not given up, 2 a wrong option.
    """
    if (ids and since) or not (ids or since):
        raise click.UsageError('Name what to send again: one or more IDs, or --since "2 hours".')
    deployment = find_deployment(context)
    queued = resend_since(deployment, since, dry_run) if since else resend_ids(deployment, ids, dry_run)
    counts = f"{counted(queued.messages, 'message')} and {counted(queued.callbacks, 'callback')}"
    echo(f"{counts} would be sent again" if dry_run else f"{counts} queued again")
    if since and MOST in queued:
        echo("There may be more: run it again.", err=True)


def find_dead_letters(deployment: Deployment, since: timedelta | None, limit: int, refused: bool = False) -> list[DeadLetter]:
    """The messages and callbacks that were given up since then, messages first."""
    from flask_chatbot.store import callbacks, stored

    if deployment.is_empty:
        return []
    start = start_of(deployment, since)
    with deployment.database.reading() as connection:
        messages = [] if refused else stored.failed(connection, start, limit)
        calls = callbacks.failed(connection, start, limit, state="refused" if refused else "failed")
    return [
        *(DeadLetter(each.id, each.type, each.chat, each.settled_at, each.tries, each.error or "") for each in messages),
        *(DeadLetter(each.id, "callback", each.host, each.settled_at, each.tries, each.error or "", each.message) for each in calls),
    ]


def find_waiting(deployment: Deployment, limit: int) -> "list[Waiting]":
    """The messages and callbacks that failed and are tried again, and those that wait behind them; messages first."""
    from flask_chatbot.store import waiting

    if deployment.is_empty:
        return []
    with deployment.database.reading() as connection:
        messages = waiting.waiting_messages(connection, deployment.bot.clock().timestamp(), limit)
        return [*messages, *waiting.waiting_callbacks(connection, limit)]


def find_overdue(deployment: Deployment) -> int:
    """The number of messages that are due but that no worker takes, though the pace of their line allows it."""
    from flask_chatbot.delivery.pacing import count_overdue
    from flask_chatbot.delivery.waits import OVERDUE

    if deployment.is_empty:
        return 0
    lines = [(each.transport.name, each.tempo) for each in deployment.app.extensions["chatbot"].lines or ()]
    with deployment.database.reading() as connection:
        return count_overdue(connection, lines, deployment.bot.clock().timestamp() - OVERDUE)


def has_refused(deployment: Deployment, since: timedelta | None) -> bool:
    """True if callbacks were refused since then."""
    return bool(find_dead_letters(deployment, since, 1, refused=True))


def start_of(deployment: Deployment, since: timedelta | None) -> float:
    """The start of a period that ends now, in epoch seconds; 0 without one."""
    return 0.0 if since is None else (deployment.bot.clock() - since).timestamp()


def dead_table(deployment: Deployment, dead: Sequence[DeadLetter]) -> Iterator[str]:
    """A heading and a line for each dead letter; nothing if there are none."""
    if dead:
        rows = [(each.id, each.kind, each.to, deployment.when(each.at), each.tries, each.error) for each in dead]
        yield from as_table(("ID", "KIND", "TO", "GIVEN UP", "TRIES", "WHY"), rows)


def waiting_table(deployment: Deployment, waiting: "Sequence[Waiting]") -> Iterator[str]:
    """A heading and a line for each item that waits, with the time of its next try; nothing if there are none."""
    if waiting:
        rows = [(each.id, each.kind, each.to, deployment.when(each.due_at), each.tries, why_of(each)) for each in waiting]
        yield from as_table(("ID", "KIND", "TO", "WAITS UNTIL", "TRIES", "WHY"), rows)


def why_of(waiting: "Waiting") -> str:
    """The reason for a wait, as a sentence."""
    from flask_chatbot.delivery.waits import describe_behind

    return describe_behind("message", waiting.ahead, waiting.error) if waiting.ahead else waiting.error or ""


def data_of_waiting(deployment: Deployment, waiting: "Waiting") -> dict[str, object]:
    """A waiting item as JSON; it has no time of giving up."""
    dead = DeadLetter(waiting.id, waiting.kind, waiting.to, None, waiting.tries, why_of(waiting), waiting.message)
    behind = {"behind": waiting.ahead} if waiting.ahead else {}
    return {**data_of(deployment, dead), "waits_until": deployment.iso(waiting.due_at), **behind}


def data_of(deployment: Deployment, dead: DeadLetter) -> dict[str, object]:
    """A dead letter, as JSON."""
    data: dict[str, object] = {**dead._asdict(), "at": deployment.iso(dead.at)}
    if not dead.message:
        del data["message"]
    return data


class Queued(NamedTuple):
    """The numbers of messages and callbacks that were queued."""

    messages: int
    callbacks: int


class _OnlyLooking(Exception):
    """Raised to roll the transaction back."""


def resend_ids(deployment: Deployment, ids: Sequence[str], dry_run: bool) -> Queued:
    """Queue messages and callbacks by id; return how many. If one was not given up, raises `click.ClickException` and queues none."""
    queued = Queued(0, 0)
    ids = tuple(dict.fromkeys(ids))
    with suppress(_OnlyLooking), deployment.database.writing() as connection:
        found = [queue(deployment, connection, [each], [each]) for each in ids]
        unknown = [each for each, counts in zip(ids, found, strict=True) if counts == (0, 0)]
        if unknown:
            raise click.ClickException(f"nothing was given up under {', '.join(unknown)}, so nothing is queued. See: flask chatbot failed")
        queued = Queued(sum(each.messages for each in found), sum(each.callbacks for each in found))
        if dry_run:
            raise _OnlyLooking
    return queued


def resend_since(deployment: Deployment, since: timedelta, dry_run: bool) -> Queued:
    """Queue all messages and callbacks that were given up in that period; return how many."""
    dead = find_dead_letters(deployment, since, MOST)
    messages = [each.id for each in dead if not each.message]
    callbacks = [each.id for each in dead if each.message]
    if dry_run:
        return Queued(len(messages), len(callbacks))
    done = [Queued(0, 0)]
    for start in range(0, max(len(messages), len(callbacks)), BATCH):
        end = start + BATCH
        with deployment.database.writing() as connection:
            done.append(queue(deployment, connection, messages[start:end], callbacks[start:end]))
    return Queued(sum(each.messages for each in done), sum(each.callbacks for each in done))


def queue(deployment: Deployment, connection: "Connection", messages: Sequence[str], callbacks: Sequence[str]) -> Queued:
    """Queue those of these messages and callbacks that were given up; return how many."""
    from flask_chatbot.delivery.gateway import LIFETIME
    from flask_chatbot.store import callbacks as calls
    from flask_chatbot.store import stored

    expires_at = deployment.bot.clock().timestamp() + LIFETIME
    return Queued(stored.resend(connection, messages, expires_at), calls.resend(connection, callbacks))
