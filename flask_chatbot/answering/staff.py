"""Rows that members of staff move by a message: whose row it was, or which of several is meant."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from flask_chatbot.answering.moving import move_row, rows_meant, saves_to, whole_number
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.core.language.sentences import Locale, clip, say
from flask_chatbot.core.lookups.staff_moves import StaffMove
from flask_chatbot.core.lookups.states import mover
from flask_chatbot.core.templates.filters import write_datetime
from flask_chatbot.core.translation.catalogue import translate
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.rows.moving import Step
from flask_chatbot.store.saved import SavedRow


class PossibleMove(NamedTuple):
    """A row, and a state that it may come into; `number` and `written` are what stood for them."""

    row: SavedRow
    state: str
    number: str
    written: str


def staff_says(database: Database, lines: Lines | None, book: RuleBook, wanted: StaffMove, sender: Sender, now: datetime) -> str:
    """Move the one row that is meant, and return the answer, which asks where several may be meant, or the state is only a guess.

    It is empty where no row has what may be a number: such a text is for the rules.
    """
    language, meant = book.locale.language, list(moves_meant(database, book, wanted))
    if not meant:
        tables = ", ".join(dict.fromkeys(each.table for each in wanted.readings))
        return say(language, "row_missing", number=wanted.readings[0].number, table=tables) if wanted.is_number else ""
    if wanted.is_guess or len(meant) > 1:
        rows = "\n".join(f"{each.row.name} {number_in(meant, each.row)} {each.state} ({customer(book, each.row)})" for each in meant)
        if wanted.is_guess:
            return say(language, "row_guess", state=meant[0].written, rows=rows)
        return say(language, "row_which", number=meant[0].number, rows=rows)
    return moved(database, lines, book, meant[0], sender, now)


def moved(database: Database, lines: Lines | None, book: RuleBook, meant: PossibleMove, sender: Sender, now: datetime) -> str:
    """Move a row, and return the answer."""
    language, row, actor = book.locale.language, meant.row, sender.name or sender.number
    table, number, name = row.name, str(row.shown), customer(book, row)
    try:
        outcome = move_row(database, lines, book, row.name, row.number, state=meant.state, actor=actor, now=now.timestamp())
    except NotAccepted:  # it is gone, or nobody knows the line of its customer
        return say(language, "row_missing", number=number, table=table)
    before = outcome.moved.before
    since = write_datetime(datetime.fromtimestamp(before.at, book.locale.timezone), "short", book.locale)
    by = translate(mover(before.actor), language.like) if before.actor else name
    if not outcome.moved.is_moved:
        return say(language, "row_already", table=table, number=number, name=name, state=meant.state, since=since, by=by)
    answer = [say(language, "row_moved", table=table, number=number, name=name, state=meant.state)]
    if is_surprising(book, table, before, actor):
        answer.append(say(language, "row_before", state=before.state, since=since, by=by))
    if outcome.why_not:
        answer.append(say(language, "row_untold", reason=translate(outcome.why_not, language.like)))
    return "\n".join(answer)


def is_surprising(book: RuleBook, table: str, before: Step, actor: str) -> bool:
    """True if a mover may not know the state before: somebody else moved the row there, or nothing was left to do in it."""
    save = saves_to(book, table)
    return (
        save is not None
        and bool(before.state)
        and before.state != save.first_state
        and (before.actor != actor or before.state in save.closed)
    )


def moves_meant(database: Database, book: RuleBook, wanted: StaffMove) -> Iterator[PossibleMove]:
    """Yield the rows that are meant in each table, each with the states that it may come into."""
    known: set[str] = set()
    for table, number, states, written in wanted.readings:
        rows = rows_meant(database, book, table, number) if table not in known else []
        known |= {table} if rows else set()
        for row in rows:
            yield from (PossibleMove(row, state, number, written) for state in states)


def number_in(meant: Sequence[PossibleMove], row: SavedRow) -> str:
    """The number of a row as staff write it, so that it is not taken for another that is meant in its table."""
    has_other = any(each.row.name == row.name and each.row.number != row.number for each in meant)
    return whole_number(row) if has_other else str(row.shown)


def customer(book: RuleBook, row: SavedRow) -> str:
    """The customer of a row as staff know them: by name, else by number."""
    if row.sender_name:
        return row.sender_name
    return format_phone(row.sender, book.locale.country) if row.sender.isdecimal() else row.sender


def named(sender: Sender, locale: Locale) -> str:
    """A sender as staff read it: the name with the number, or with the username and the id by which commands find them.

    >>> named(Sender(name="Budi", username="budi", person="P01"), Locale())
    'Budi @budi P01'
    """
    username = f"@{sender.username}" if sender.username else ""
    hidden = [clip(username, 40), sender.address or sender.person]
    return " ".join(filter(None, [clip(sender.name, 80), *([format_phone(sender.number, locale.country)] if sender.number else hidden)]))
