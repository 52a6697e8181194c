"""Moves saved rows into their next state, for the command line, the API and the console; the customer gets a message."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from flask_chatbot.answering.reminding import as_row, chat_of_row, remind_later
from flask_chatbot.core.deciding.reminders import rule_of, text_of_state
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.lookups.states import exact_state, likely_states
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, reason_of, tr
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.long_texts import split_text
from flask_chatbot.core.values.problems import did_you_mean, suggestion
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.accepted import Terms
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.errors import NotAccepted
from flask_chatbot.store.rows.finding import find_listed, find_numbered
from flask_chatbot.store.rows.moving import MovedRow, find_row, move
from flask_chatbot.store.saved import SavedRow

log = get_logger(__name__)


NO_GATEWAY = tr("nothing can be sent. Set CHATBOT_TRANSPORT.")
NO_ADDRESS = tr("the row has no number that can be written to.")


class Outcome(NamedTuple):
    """The result of a move, and whether the customer gets a message about it; if not, a sentence may say why."""

    moved: MovedRow
    is_told: bool
    why_not: Translatable = NO_MESSAGE


def saves_to(book: RuleBook, name: str) -> Save | None:
    """The `save` of the first rule that keeps rows in a table, one with texts for its states if any has."""
    found = [action for rule in book.rules for action in rule.actions if isinstance(action, Save) and action.name == name]
    return next((save for save in found if save.on_state), found[0] if found else None)


def book_saving_to(books: Iterable[RuleBook], name: str) -> RuleBook:
    """The first of these rule books that keeps rows in a table, one whose rows have states if any is; else the first of all."""
    books = list(books)
    having = [book for book in books if saves_to(book, name)]
    with_states = (book for book in having if any(save.name == name for save in tables_with_states(book)))
    return next(with_states, (having or books)[0])


def tables_with_states(book: RuleBook) -> Iterator[Save]:
    """Yield one `save` of each table whose rows have states."""
    names = dict.fromkeys(action.name for rule in book.rules for action in rule.actions if isinstance(action, Save) and action.states)
    yield from filter(None, (saves_to(book, name) for name in names))


def read_state(book: RuleBook, name: str, written: str) -> str:
    """The state of a table that is meant; raises `NotAccepted` with a guess if it is not one."""
    save = saves_to(book, name)
    states = save.states if save is not None else ()
    if not states:
        way_out = tr("Give them some: `save: {{to: {table}, states: [...]}}`", table=name)
        raise NotAccepted(tr("The rows of {table!r} have no states. {way_out}", table=name, way_out=way_out), 404)
    state = exact_state(states, written)
    if not state:
        likely = likely_states(states, written)
        guess = suggestion(likely[0]) if len(likely) == 1 else NO_MESSAGE if likely else did_you_mean(loose_key(written), states)
        way_out = guess or tr(" The states are: {states}.", states=", ".join(likely or states))
        raise NotAccepted(tr("{state!r} is not a state of {table!r}.{way_out}", state=written[:60], table=name, way_out=way_out), 409)
    return state


def rows_meant(database: Database, book: RuleBook, name: str, number: str) -> list[SavedRow]:
    """The rows of a table that somebody in the shop means by a number; several only where part of a longer one is not clear."""
    if not database.is_there():
        return []
    save = saves_to(book, name)
    with database.reading() as connection:
        return find_numbered(connection, name, number, save.closed if save else ())


def whole_number(row: SavedRow) -> str:
    """The number of a row, written so that no other row of its table may be meant."""
    return row.code or f"#{row.number}"


def row_meant(database: Database, book: RuleBook, name: str, number: str) -> SavedRow:
    """The one row of a table that is meant by a number; raises `NotAccepted` if there is none, or if several may be meant."""
    return only_row(rows_meant(database, book, name, number), name, number)


def row_listed(database: Database, name: str, number: str) -> SavedRow:
    """The one row of a table that a program means by a number that is listed, or printed; raises `NotAccepted` as above."""
    if not database.is_there():
        return only_row([], name, number)
    with database.reading() as connection:
        return only_row(find_listed(connection, name, number), name, number)


def only_row(rows: Sequence[SavedRow], name: str, number: str) -> SavedRow:
    """The only one of the rows that may be meant by a number; raises `NotAccepted` if there is none, or more."""
    if not rows:
        raise NotAccepted(tr("There is no row {number} in {table!r}.", number=number[:60], table=name[:60]), 404)
    if len(rows) > 1:
        numbers = ", ".join(whole_number(row) for row in rows)
        raise NotAccepted(
            tr("{number} may be {numbers} in {table!r}. Write the whole number.", number=number, numbers=numbers, table=name), 409
        )
    return rows[0]


def move_row(
    database: Database,
    lines: Lines | None,
    book: RuleBook,
    name: str,
    number: int,
    *,
    state: str,
    actor: str,
    now: float,
    seen: str | None = None,
) -> Outcome:
    """Move a row into a state, and tell its customer if the rules say how, in one transaction.

    With the state that the mover has `seen`, a row that somebody else has moved meanwhile stays where it is.

    Raises `NotAccepted` if there is no such state or row, or nobody knows the line to tell the customer by.
    """
    state = read_state(book, name, state)
    row = None
    if database.is_there():
        with database.reading() as connection:
            row = find_row(connection, name, number)
    if row is None:
        raise NotAccepted(tr("There is no row {number} in {table!r}.", number=number, table=name), 404)
    chat = chat_of_row(row)
    gateway = lines.for_chat(chat) if lines is not None and chat else None
    with database.writing() as connection:
        moved = move(connection, name, number, state, actor, now, seen)
        if moved is None:
            raise NotAccepted(tr("There is no row {number} in {table!r}.", number=number, table=name), 404)
        is_told, why_not = tell(connection, gateway, book, moved.row) if moved.is_moved else (False, NO_MESSAGE)
        if moved.is_moved:
            remind_later(connection, gateway, book, moved.row, now, before=moved.before.state)
    if gateway is not None:
        gateway.wake()
    return Outcome(moved, is_told, why_not)


def tell(connection: Connection, gateway: Gateway | None, book: RuleBook, row: SavedRow) -> tuple[bool, Translatable]:
    """Queue what the customer of a row gets as it comes into its state; True if they get a text, else why not, if the rules have one."""
    text, chat = text_of_state(book, as_row(row)), chat_of_row(row)
    if not text:
        return False, NO_MESSAGE
    if gateway is None or not chat:
        return False, NO_GATEWAY if chat else NO_ADDRESS
    replies, terms = tuple(map(Text, split_text(text))), Terms(rule=rule_of(book, row.name), may_cut=True)
    try:
        gateway.check(connection, chat, replies, terms)
    except NotAccepted as error:
        log.warning("the customer of row %d in %r gets no message: %s", row.number, row.name, error)
        return False, reason_of(error)
    gateway.post_all(connection, chat, replies, row.person, terms)
    return True, NO_MESSAGE
