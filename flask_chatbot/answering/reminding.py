"""Queues the reminders of saved rows, and cancels them as rows move on."""

from datetime import datetime

from sqlalchemy import Connection

from flask_chatbot.core.deciding.reminders import Plan, RowAs, beginning, ending, reminders_of, rule_of
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.people import is_outside_id
from flask_chatbot.core.values.replies import Text
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.store.rows import reminders
from flask_chatbot.store.rows.reminders import StoredReminder
from flask_chatbot.store.saved import SavedRow

log = get_logger(__name__)


def remind_later(
    connection: Connection, gateway: Gateway | None, book: RuleBook, row: SavedRow, now: float, *, before: str | None = None
) -> None:
    """Queue what the customer of a row is to get later, since it has been saved, or has come into its state from the one `before`.

    Those of the states that it has left are cancelled. Without a `gateway` nothing can be sent, and nothing is queued.
    """
    if not reminders_of(book, row.name):
        return
    seen = as_row(row)
    if before is not None:
        reminders.drop(connection, row.name, row.number, ending(book, seen))
    chat = chat_of_row(row)
    for plan in beginning(book, seen, datetime.fromtimestamp(now, book.locale.timezone), before=before):
        if gateway is None or not chat:
            log.warning("row %d in %r gets no reminder: nothing can be sent to its customer. Set CHATBOT_TRANSPORT.", row.number, row.name)
            return
        keep(connection, gateway, row, plan, chat)


def keep(connection: Connection, gateway: Gateway, row: SavedRow, plan: Plan, chat: str) -> None:
    """Queue one reminder for its time, or only note it if that is over."""
    due_at, message = plan.at.timestamp(), ""
    until = None if plan.until is None else plan.until.timestamp()
    if plan.is_past:
        log.info("row %d in %r gets no reminder: it would have been due before the row was saved", row.number, row.name)
    else:
        terms = Terms(start_at=due_at, until=until, promo=True, rule=rule_of(gateway.bot.book, row.name))
        (message,) = gateway.post_all(connection, chat, [Text(plan.text)], row.person, terms)
    kept = StoredReminder(name=row.name, number=row.number, place=plan.place, due_at=due_at, message=message, until=until)
    reminders.add(connection, kept)


def as_row(row: SavedRow) -> RowAs:
    """A stored row as reminders know it."""
    return RowAs(row.name, row.number, row.fields, row.sender, row.sender_name, row.state, row.code)


def chat_of_row(row: SavedRow) -> str:
    """The chat with the customer who made a row; empty if they cannot be written to."""
    if row.sender.isascii() and row.sender.isdecimal():
        return person_chat(row.sender)
    return row.person if is_outside_id(row.sender) else ""
