"""Saved rows as lists: those in a state, of a person or of a time, a page at a time by the indexes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from flask_chatbot.database.database import Database
from flask_chatbot.database.saved_tables import saved
from flask_chatbot.store.saved import SavedRow, read_row

NEWEST = 2**62  # above every number
AT_ONCE = 500  # rows in one transaction of an export
_s, _named = saved.c, saved.alias("named")
_FIRST = select(func.min(_named.c.name).label("name"))
_names = _FIRST.cte("names", recursive=True)
# From name to name through the key, however many rows each has.
_names = _names.union_all(select(_FIRST.where(_named.c.name > _names.c.name).scalar_subquery()).where(_names.c.name.is_not(None)))
_NAMES = select(_names.c.name).where(_names.c.name.is_not(None))
_OF_TIME = (_s.at >= bindparam("since"), _s.at < bindparam("until"))
_OF_TABLE = select(saved).where(_s.name == bindparam("name")).limit(bindparam("limit"))
_BELOW = _OF_TABLE.where(_s.number < bindparam("from_number")).order_by(_s.number.desc())
_ABOVE = _OF_TABLE.where(_s.number > bindparam("from_number")).order_by(_s.number)
_SPAN = select(func.min(_s.number), func.max(_s.number)).where(_s.name == bindparam("name"), *_OF_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """The rows of a table that are wanted: all of it, or those in a state, of a person by their ids, or of a `time` from and before."""

    name: str
    state: str = ""
    persons: tuple[str, ...] | None = None
    time: tuple[float, float] | None = None


def tables(connection: Connection) -> list[str]:
    """The names under which there are rows, in alphabetical order."""
    return list(connection.execute(_NAMES).scalars())


def newest(connection: Connection, wanted: RowFilter, limit: int, before: int = NEWEST) -> list[SavedRow]:
    """Rows with a lower number than `before`, the newest first."""
    return _rows(connection, _BELOW, wanted, limit, before)


def oldest(connection: Connection, wanted: RowFilter, limit: int, after: int = 0) -> list[SavedRow]:
    """Rows with a higher number than `after`, the oldest first."""
    return _rows(connection, _ABOVE, wanted, limit, after)


def every(database: Database, wanted: RowFilter) -> Iterator[SavedRow]:
    """Yield all the rows that are wanted, the oldest first, with no transaction open meanwhile."""
    last = 0
    while True:
        with database.reading() as connection:
            found = oldest(connection, wanted, AT_ONCE, last)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].number


def _rows(connection: Connection, statement: Select[Any], wanted: RowFilter, limit: int, number: int) -> list[SavedRow]:
    given: dict[str, Any] = {"name": wanted.name, "from_number": number, "limit": limit}
    if wanted.state:
        statement, given["state"] = statement.where(_s.state == bindparam("state")), wanted.state
    if wanted.persons is not None:
        statement, given["persons"] = statement.where(_s.person.in_(bindparam("persons", expanding=True))), list(wanted.persons)
    if wanted.time is not None:
        given |= dict(zip(("since", "until"), wanted.time, strict=True))
        # Numbers follow the time but for those that were stored a moment late: so the time is looked up by its own index.
        first, last = connection.execute(_SPAN, {name: given[name] for name in ("name", "since", "until")}).one()
        if first is None:
            return []
        given |= {"first": first, "last": last}
        statement = statement.where(_s.number.between(bindparam("first"), bindparam("last")), *_OF_TIME)
    return [read_row(row) for row in connection.execute(statement, given).all()]
