"""Secrets of the bot's own, made on first use: all processes and machines of one database have the same."""

from secrets import token_hex

from sqlalchemy import Connection, bindparam, select

from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import secrets

_ADD = upsert(lambda insert: insert(secrets).on_conflict_do_nothing())
_FIND = select(secrets.c.value).where(secrets.c.name == bindparam("of"))


def find(connection: Connection, name: str) -> str | None:
    """The secret of that name; None if nobody needed it yet."""
    found: str | None = connection.execute(_FIND, {"of": name}).scalar()
    return found


def ensure(connection: Connection, name: str, new: str = "") -> str:
    """The secret of that name, made now if there is none: `new`, or a random one. Call it in a transaction that writes."""
    found = find(connection, name)
    if found is None:
        connection.execute(_ADD[connection.dialect.name], {"name": name, "value": new or token_hex(32)})
        found = find(connection, name)
    return str(found)
