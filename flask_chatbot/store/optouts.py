"""Numbers that have opted out of promotion."""

from sqlalchemy import Connection, bindparam, delete, select

from flask_chatbot.database.statements import fitting, upsert
from flask_chatbot.database.tables import opted_out

NUMBER_LIMIT = 80  # characters; a longer one is kept by its SHA-256

_c = opted_out.c
_ADD = upsert(lambda insert: insert(opted_out).on_conflict_do_nothing())
_REMOVE = delete(opted_out).where(_c.number == bindparam("of"))
_ALL = select(_c.number, _c.at).order_by(_c.at, _c.number)
_FIND = select(_c.number).where(_c.number == bindparam("of"))


def opt_out(connection: Connection, number: str, now: float) -> None:
    """Send a number no promotion from now on."""
    connection.execute(_ADD[connection.dialect.name], {"number": fitting(number, NUMBER_LIMIT), "at": now})


def opt_in(connection: Connection, number: str) -> None:
    """Allow promotion to a number again."""
    connection.execute(_REMOVE, {"of": fitting(number, NUMBER_LIMIT)})


def has_opted_out(connection: Connection, number: str) -> bool:
    """True if a number has opted out of promotion."""
    return connection.execute(_FIND, {"of": fitting(number, NUMBER_LIMIT)}).first() is not None


def opted_out_numbers(connection: Connection) -> list[tuple[str, float]]:
    """The numbers that want no promotion, with the time at which each said so, the earliest first."""
    return [(row.number, row.at) for row in connection.execute(_ALL)]
