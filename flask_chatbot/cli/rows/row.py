"""`row`: one saved row with its history, moved on to its next state."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from flask_chatbot.cli.operator import Deployment, as_table, find_deployment, form_option
from flask_chatbot.cli.rows.saved import check_name
from flask_chatbot.cli.terminal import echo
from flask_chatbot.core.language.controls import json_text, visible
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.core.lookups.spreadsheets import cell_text
from flask_chatbot.core.lookups.states import COMMAND_LINE, mover
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_chatbot.answering.moving import Outcome
    from flask_chatbot.store.rows.moving import Step
    from flask_chatbot.store.rows.reminders import StoredReminder
    from flask_chatbot.store.saved import SavedRow

NO_TEXT = tr("the rules have no text for this state.")
FATES = {"queued": tr("waits"), "sent": tr("sent"), "failed": tr("failed"), "": tr("sent or given up long ago")}


@click.command()
@click.argument("name")
@click.argument("number")
@click.argument("state", default="")
@form_option
@click.pass_context
def row(context: click.Context, name: str, number: str, state: str, form: str) -> None:
    """Show row NUMBER that a rule with `save: NAME` kept, with its history; with STATE, move it into that state.

    Its customer gets the text that the rule has for the state, if it has one. With a `numbering`, NUMBER is the whole number, such as
    INV-2026-0012, or the running number in it, 12.

    \b
    flask chatbot row pesanan 12
    flask chatbot row pesanan 12 "siap diambil"
    flask chatbot row pesanan INV-2026-0012 selesai

    Exit codes: 0 shown or moved, 1 no such row or state, no app, or its database fails, 2 a wrong option.
    """
    deployment = find_deployment(context)
    found = find(deployment, name, number)
    outcome = moved(deployment, name, found.number, state) if state else None
    found, steps = read(deployment, found)
    later = reminders_of(deployment, name, found.number)
    if form == "json":
        echo(json_text(as_data(deployment, found, steps, later, outcome)))
        return
    for line in reported(deployment, outcome) if outcome is not None else described(deployment, found, steps, later):
        echo(line)


def moved(deployment: Deployment, name: str, number: int, state: str) -> "Outcome":
    """Move a row; raise `click.ClickException` if there is no such table, row or state."""
    from flask_chatbot.answering.moving import book_saving_to, move_row

    check_name(deployment, name)
    lines = deployment.app.extensions["chatbot"].lines
    now = deployment.bot.clock().timestamp()
    try:
        book = book_saving_to(deployment.bots.books(), name)
        return move_row(deployment.database, lines, book, name, number, state=state, actor=COMMAND_LINE, now=now)
    except NotAccepted as error:
        raise click.ClickException(reason_of(error)) from None


def find(deployment: Deployment, name: str, number: str) -> "SavedRow":
    """The row that is meant; raises `click.ClickException` if there is no such table or row, or several may be meant."""
    from flask_chatbot.answering.moving import book_saving_to, row_meant

    try:
        return row_meant(deployment.database, book_saving_to(deployment.bots.books(), name), name, number)
    except NotAccepted as error:
        check_name(deployment, name)
        raise click.ClickException(reason_of(error)) from None


def read(deployment: Deployment, found: "SavedRow") -> "tuple[SavedRow, Sequence[Step]]":
    """A row as it is now, with its history."""
    from flask_chatbot.store.rows.moving import find_row, history

    with deployment.database.reading() as connection:
        return find_row(connection, found.name, found.number) or found, history(connection, found.name, found.number)


def reminders_of(deployment: Deployment, name: str, number: int) -> "Sequence[StoredReminder]":
    """The reminders of a row, the next ones last."""
    from flask_chatbot.store.rows import reminders

    with deployment.database.reading() as connection:
        return reminders.of_row(connection, name, number)


def fate_of(reminder: "StoredReminder", now: float) -> str:
    """The fate of a reminder, in a few words."""
    if not reminder.message:
        return tr("never: its time was over before the row was saved")
    if not reminder.fate and reminder.due_at > now:
        return tr("cancelled")
    return FATES.get(reminder.fate, reminder.fate)


def who(deployment: Deployment, found: "SavedRow") -> str:
    """The customer of a row, by name and number."""
    number = format_phone(found.sender, deployment.bot.book.locale.country) if found.sender.isdecimal() else found.sender
    return visible(" ".join(filter(None, [found.sender_name, number])))


def reported(deployment: Deployment, outcome: "Outcome") -> Iterator[str]:
    """Describe what has become of a row, and if its customer gets a message."""
    now, before = outcome.moved.row, outcome.moved.before
    of_row = {"table": now.name, "number": now.shown, "state": now.state, "customer": who(deployment, now)}
    since = {"since": deployment.when(before.at), "actor": mover(before.actor), "before": before.state}
    if not outcome.moved.is_moved:
        yield tr("{table} {number} was {state} already, since {since}, by {actor}. {customer} gets nothing more.", **of_row, **since)
        return
    if before.state:
        yield tr("{table} {number} is {state} now; it was {before} since {since}, by {actor}.", **of_row, **since)
    else:
        yield tr("{table} {number} is {state} now; it was in no state.", **of_row)
    if outcome.is_told:
        yield tr("{customer} gets a message.", **of_row)
    else:
        yield tr("{customer} gets no message: {reason}", **of_row, reason=outcome.why_not or NO_TEXT)


def described(deployment: Deployment, found: "SavedRow", steps: "Sequence[Step]", later: "Sequence[StoredReminder]") -> Iterator[str]:
    """A row, its history and its reminders, a line each."""
    yield f"{found.name} {found.shown}{f': {found.state}' if found.state else ''}"
    yield tr("saved {at} by {customer}", at=deployment.when(found.at), customer=who(deployment, found))
    yield from (f"{name}: {visible(cell_text(value))}" for name, value in found.fields.items())
    if steps:
        heads = (tr("STATE"), tr("SINCE"), tr("BY"))
        yield from as_table(heads, [(each.state, deployment.when(each.at), mover(each.actor)) for each in steps])
    if later:
        now = deployment.bot.clock().timestamp()
        shown = [(deployment.when(each.due_at), fate_of(each, now), visible(each.text)) for each in later]
        yield from as_table((tr("REMINDER"), tr("STATUS"), tr("TEXT")), shown)


def as_data(
    deployment: Deployment,
    found: "SavedRow",
    steps: "Sequence[Step]",
    later: "Sequence[StoredReminder]",
    outcome: "Outcome | None",
) -> dict[str, object]:
    """A row, its history and its reminders as JSON."""
    data: dict[str, object] = {
        "number": found.number,
        "code": found.code or None,
        "at": deployment.iso(found.at),
        "sender": found.sender,
        "sender_name": found.sender_name,
        "state": found.state or None,
        "fields": dict(found.fields),
        "history": [{"state": each.state, "at": deployment.iso(each.at), "by": each.actor or None} for each in steps],
    }
    if later:
        data["reminders"] = [
            {"at": deployment.iso(each.due_at), "text": each.text, "message": each.message or None, "fate": each.fate or None}
            for each in later
        ]
    if outcome is None:
        return data
    return {**data, "moved": outcome.moved.is_moved, "told": outcome.is_told, **({"reason": outcome.why_not} if outcome.why_not else {})}
