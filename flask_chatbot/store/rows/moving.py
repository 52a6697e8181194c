"""Moves saved rows from one state to the next, and keeps which states they were in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from flask_chatbot.database.saved_tables import saved, saved_history
from flask_chatbot.store.saved import SavedRow, read_row, step_of

_s, _h = saved.c, saved_history.c
_HERE = (_s.name == bindparam("of")) & (_s.number == bindparam("of_number"))
_ROW = select(saved).where(_HERE)
_LOCKED = _ROW.with_for_update()  # SQLite has one writer at a time anyway
_MOVE = update(saved).where(_HERE).values(state=bindparam("to"))
_HISTORY = select(saved_history).where(_h.name == bindparam("of"), _h.number == bindparam("of_number")).order_by(_h.step)
_ORPHANS = delete(saved_history).where(~exists().where(_s.name == _h.name, _s.number == _h.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One state that a row was in: since when, in epoch seconds, and who moved it there; empty for the customer who made it."""

    state: str
    actor: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRow:
    """A row as it is now, and the last step before; `is_moved` is False if it was in that state already, or in another than was seen."""

    row: SavedRow
    before: Step
    is_moved: bool


def find_row(connection: Connection, name: str, number: int) -> SavedRow | None:
    """The row of that number in a table."""
    row = connection.execute(_ROW, {"of": name, "of_number": number}).one_or_none()
    return None if row is None else read_row(row)


def history(connection: Connection, name: str, number: int) -> Sequence[Step]:
    """The states that a row was in, in order; none for one that was saved before its table had states."""
    rows = connection.execute(_HISTORY, {"of": name, "of_number": number})
    return [Step(state=row.state, actor=row.actor, at=row.at) for row in rows]


def move(connection: Connection, name: str, number: int, state: str, actor: str, now: float, seen: str | None = None) -> MovedRow | None:
    """Move a row into a state, in the caller's transaction; None if there is no such row. Of two movers, the second sees the first.

    With the state that the mover has `seen`, a row that is in another by now stays there.
    """
    found = connection.execute(_LOCKED, {"of": name, "of_number": number}).one_or_none()
    if found is None:
        return None
    row = read_row(found)
    steps = history(connection, name, number)
    before = steps[-1] if steps else Step(state=row.state, actor="", at=row.at)
    if row.state == state or row.state != (row.state if seen is None else seen):
        return MovedRow(row=row, before=before, is_moved=False)
    connection.execute(_MOVE, {"of": name, "of_number": number, "to": state})
    connection.execute(insert(saved_history), step_of(name, number, len(steps) + 1, state, actor, now))
    moved = connection.execute(_ROW, {"of": name, "of_number": number}).one()
    return MovedRow(row=read_row(moved), before=before, is_moved=True)


def drop_orphans(connection: Connection) -> None:
    """Delete the history of rows that are gone."""
    connection.execute(_ORPHANS)
