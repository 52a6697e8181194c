"""Plans the reminders of saved rows: which begin when a row is saved or moved, which end, and what they say."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.restoring import restored
from flask_chatbot.core.reminding.times import due_of
from flask_chatbot.core.values.actions import Reminder, Save
from flask_chatbot.errors import AnswerFailed

log = get_logger(__name__)


class Plan(NamedTuple):
    """A reminder with its place in the list of its rule, and the time at which it is due.

    From `until` on it is of no use any more. With `is_past`, that time was over when the row was saved, and it is never sent.
    """

    place: int
    reminder: Reminder
    at: datetime
    until: datetime | None
    text: str
    is_past: bool


class RowAs(NamedTuple):
    """A saved row as reminders know it. `fields` are as they were stored."""

    table: str
    number: int
    fields: Mapping[str, object]
    sender: str
    sender_name: str
    state: str = ""
    code: str = ""


def names_of_row(book: RuleBook, row: RowAs) -> dict[str, object]:
    """The names for templates about a row, long after it was saved: its fields, its number and its sender."""
    saving = [rule for rule in book.rules if any(isinstance(each, Save) and each.name == row.table for each in rule.actions)]
    kinds = {field.name: field.type for rule in reversed(saving) for field in rule.fields or ()}
    language = book.locale.language.addressing(row.sender_name)
    sender = {"nama": row.sender_name, "nohp": row.sender, "sapaan": language.sapaan}
    is_numbered = any(save.numbering is not None for save in saves_to(book, row.table))
    number = row.code or (str(row.number) if is_numbered else row.number)
    return {**sender, **restored(row.fields, kinds), "saved": {"number": number}}


def rule_of(book: RuleBook, table: str) -> str:
    """The name of the first rule that saves to a table."""
    return next((rule.name for rule in book.rules if any(isinstance(each, Save) and each.name == table for each in rule.actions)), "")


def text_of_state(book: RuleBook, row: RowAs) -> str:
    """The text for the customer of a row that has come into its state; empty if there is none, or it cannot be written."""
    template = next((save.on_state[row.state] for save in saves_to(book, row.table) if row.state in save.on_state), None)
    try:
        return "" if template is None else template.render_whole(names_of_row(book, row))
    except AnswerFailed as error:
        log.error("the text for the state %r of %r cannot be written: %s", row.state, row.table, error.with_way_out)
        return ""


def saves_to(book: RuleBook, table: str) -> list[Save]:
    """The `save` of each rule that saves to a table, in their order."""
    return [action for rule in book.rules for action in rule.actions if isinstance(action, Save) and action.name == table]


def reminders_of(book: RuleBook, table: str) -> tuple[Reminder, ...]:
    """The reminders of a table, which one of the rules that save to it gives."""
    return next((save.reminders for save in saves_to(book, table) if save.reminders), ())


def ending(book: RuleBook, row: RowAs) -> list[int]:
    """The places of the reminders that a row is not in the state for."""
    return [place for place, reminder in enumerate(reminders_of(book, row.table)) if not reminder.is_for(row.state)]


def beginning(book: RuleBook, row: RowAs, now: datetime, *, before: str | None = None) -> Iterator[Plan]:
    """Yield the reminders that begin now, since a row has been saved, or has come into its state from the one `before`.

    One whose date was left out, or whose text comes out empty, is not among them.
    """
    reminders = [
        (place, reminder)
        for place, reminder in enumerate(reminders_of(book, row.table))
        if reminder.is_for(row.state) and (before is None or not reminder.is_for(before))
    ]
    names = names_of_row(book, row) if reminders else {}
    for place, reminder in reminders:
        due = due_of(reminder, names, now.astimezone(book.locale.timezone), book.quiet)
        text = written(reminder, names, row) if due is not None else ""
        if due is not None and text:
            yield Plan(place, reminder, due.at, due.until, text, is_past=due.at <= now)


def written(reminder: Reminder, names: Mapping[str, object], row: RowAs) -> str:
    """The text of a reminder; empty if it cannot be written."""
    try:
        return reminder.text.render(names)
    except AnswerFailed as error:
        log.error("a reminder of row %d in %r cannot be written: %s", row.number, row.table, error.with_way_out)
        return ""
