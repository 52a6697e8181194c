"""Operations on people and saved rows, for the commands and the API alike: pause, resume, opt out and in, read what was saved."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flask_chatbot.core.conversation.memory import State
from flask_chatbot.core.conversation.remember import TRIES
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.actions import Save
from flask_chatbot.database.database import Database
from flask_chatbot.errors import StoreError
from flask_chatbot.store import optouts, people, saved
from flask_chatbot.store.console import handovers
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.saved import SavedRow

AT_ONCE = 100  # rows in one answer
OVERTAKEN = 120.0  # seconds in which a row may still be stored after one with a higher number


def pause(database: Database, sender: str, until: float, now: float, line: str = "") -> None:
    """Keep quiet for a sender until then, on a line; without one, on all. It takes the place of an earlier pause there."""
    _change(database, sender, now, lambda state: state.pausing(line, until))


def resume(database: Database, sender: str, now: float, line: str = "") -> float:
    """End the pauses of a sender, with a `line` all that count there; return when they would have ended, 0 if there were none.

    Nobody of the staff has to care for them any more.
    """
    if not database.is_there():
        return 0.0
    before = _change(database, sender, now, lambda state: state.resumed(line))
    with database.writing() as connection:
        if (person := people.find(connection, sender)) is not None:
            handovers.close(connection, people.ids_of(connection, person), now, line)
    return before.paused_on(line) if line else before.last_pause


def opt_out(database: Database, sender: str, now: float, line: str = "") -> None:
    """Send a person no promotion from now on, by this line; without one, by any."""
    with database.writing() as connection:
        optouts.opt_out(connection, sender, now, line)


def opt_in(database: Database, sender: str, line: str = "", *, is_only: bool = False) -> None:
    """Allow promotion to a person again, by this line, which may be the only one; without one, by any."""
    with database.writing() as connection:
        optouts.opt_in(connection, sender, line, is_only=is_only)


class Page(NamedTuple):
    """Some rows of a table, by number, and whether there are more behind them now."""

    rows: list[SavedRow]
    has_more: bool


def read_saved(database: Database, name: str, after: int, now: float, limit: int = AT_ONCE) -> Page:
    """The rows of a table behind a number, at most `limit` of them.

    A number is taken before its row is stored, so another may be stored first. Rows behind a missing number wait until it cannot come any
    more: whoever goes on behind the last row they got misses none.
    """
    if not database.is_there():
        return Page([], has_more=False)
    with database.reading() as connection:
        found = saved.rows(connection, name, after, limit + 1)
    rows: list[SavedRow] = []
    for row in found[:limit]:
        if row.number != after + 1 and row.at > now - OVERTAKEN:
            return Page(rows, has_more=False)
        rows.append(row)
        after = row.number
    return Page(rows, has_more=len(found) > limit)


def saved_names(books: Iterable[RuleBook]) -> set[str]:
    """The tables that the rules of an app save under."""
    return {action.name for book in books for rule in book.rules for action in rule.actions if isinstance(action, Save)}


def _change(database: Database, sender: str, now: float, change: Callable[[State], State]) -> State:
    """Store the changed state of a sender, if that is another; return the one before."""
    memory = StoreMemory(database)
    for _ in range(TRIES):
        before = memory.recall(sender, now)
        after = change(before)
        if after == before or memory.commit(sender, after, now):
            return before
    raise StoreError("They are writing just now. Try again.")
