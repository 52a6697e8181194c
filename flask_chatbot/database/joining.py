"""The app's own transactions on the bot's database: a session or connection of the app's that the bot may write with."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from flask_chatbot.database.database import Database
from flask_chatbot.database.faults import describe_error
from flask_chatbot.database.upgrading import is_current
from flask_chatbot.database.urls import place_of
from flask_chatbot.errors import ChatbotError, StoreError

NEITHER = "'session' is a value of type {kind}. Give db.session, or a Session or Connection of SQLAlchemy's."
ELSEWHERE = (
    "The session works on the database {theirs}, and the bot on {ours}, so nothing can be in one transaction. "
    "Give the bot the same one with CHATBOT_DATABASE_URL, or send without session=, after the commit."
)
NO_TABLES = (
    "The database {ours} does not have the tables of this version yet, and this transaction keeps them from being made. "
    "Run: flask chatbot db upgrade"
)
_WAITING = "flask_chatbot"  # in the `info` of a session: what to call once it has committed
# The server and the database, and the table that an unqualified name means there.
_SERVER = (
    "SELECT CAST(pg_postmaster_start_time() AS text), current_database(), CAST(CAST(to_regclass('chatbot_messages') AS oid) AS bigint)"
)


class AppTransaction(NamedTuple):
    """A connection in a transaction of the app's; `after_commit` has a function called once that is committed, where a session tells."""

    connection: Connection
    after_commit: Callable[[Callable[[], None]], None]


@contextmanager
def joined(database: Database, session: object) -> Iterator[AppTransaction]:
    """Write with a session (a scoped one, too) or connection of the app's, if it is on the bot's database.

    Raises `ChatbotError` naming both databases if they differ, `TypeError` for what is no session, `StoreError` if the database fails: the
    app then rolls back, as after any failure.
    """
    session = session() if isinstance(session, scoped_session) else session
    if not isinstance(session, Session | Connection):
        raise TypeError(NEITHER.format(kind=type(session).__name__))
    try:
        connection = session.connection() if isinstance(session, Session) else session
        check(database, connection)
        yield AppTransaction(connection, lambda call: _call_after(session, call))
    except DBAPIError as error:  # its own message holds the statement and what customers are told
        raise StoreError(describe_error(error, database.place)) from None


def check(database: Database, connection: Connection) -> None:
    """Raise `ChatbotError` if a connection is on another database than the bot's, `StoreError` if that has no tables yet."""
    kind = connection.dialect.name
    theirs = _file_of(connection) if kind == "sqlite" else place_of(connection.engine.url, Path())
    if kind != database.kind or not (_is_our_file(database, theirs) if kind == "sqlite" else _is_our_server(database, connection)):
        raise ChatbotError(ELSEWHERE.format(theirs=theirs or "in memory", ours=database.place))
    if kind == "sqlite" and not is_current(connection):
        if has_written(connection):
            raise StoreError(NO_TABLES.format(ours=database.place))
        with database.reading():
            pass  # which makes them


def _file_of(connection: Connection) -> str:
    """The file of a SQLite connection; empty for one in memory."""
    return next(str(row.file or "") for row in connection.exec_driver_sql("PRAGMA database_list") if row.name == "main")


def _is_our_file(database: Database, file: str) -> bool:
    return bool(file) and database.path is not None and os.path.realpath(file) == os.path.realpath(database.path)


def _is_our_server(database: Database, connection: Connection) -> bool:
    with database.reading() as own:
        ours = tuple(own.exec_driver_sql(_SERVER).one())
    return tuple(connection.exec_driver_sql(_SERVER).one()) == ours


def has_written(connection: Connection) -> bool:
    """True if a SQLite connection is in a transaction: Python's driver begins one with the first change."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))


def _call_after(session: Session | Connection, call: Callable[[], None]) -> None:
    """Have a function called once a session has committed. A connection cannot tell: whoever waits for it looks by themselves."""
    if isinstance(session, Connection):
        return
    if _WAITING not in session.info:
        session.info[_WAITING] = set()
        event.listen(session, "after_commit", _committed)
    session.info[_WAITING].add(call)


def _committed(session: Any) -> None:
    if session.in_nested_transaction():  # a savepoint
        return
    waiting: set[Callable[[], None]] = session.info[_WAITING]
    while waiting:
        waiting.pop()()
