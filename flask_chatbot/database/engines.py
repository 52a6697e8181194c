"""The engines of a database: connections, timeouts, and what may be logged of them."""

import logging
import math
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from flask_chatbot.database.notifications import notify_at_commit
from flask_chatbot.database.writers.fair_lock import FairLock

if TYPE_CHECKING:
    import psycopg

    from flask_chatbot.database.bounded_connection import BoundedConnection

GRACE = 5.0  # seconds that an answer may come later than the server's own limit allows: machines are busy, and networks slow
# To a server, of one process at once. They are opened as they are needed and kept: opening one takes longer than what is done with it.
CONNECTIONS = 15
RESTED = 1.0  # seconds after which a connection is asked if it still holds: one that was cut off without a word shows no other sign

_POOL = "chatbot_pool"  # in the `info` of a connection: the one that it was opened for
_RESTS_SINCE = "chatbot_rests_since"  # by the monotonic clock, and in the `info`, too
NAME = "chatbot"  # of our engines in the log, so that the host's own stay as they are

_LIMIT = "SELECT set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"
# Only what has been idle for a while: the number may be another's by now.
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND usename = current_user "
    "AND state = 'idle in transaction' AND state_change < clock_timestamp() - make_interval(secs => %s)"
)


class Engines:
    """One pool of connections in two modes: made once, since making it costs more than a statement.

    `writer_lock` is for SQLite, which has one writer at a time. Its connections stay in one mode: a switch costs two statements.
    """

    def __init__(self, engine: Engine, writer_lock: FairLock | None = None) -> None:
        self.reading = engine if writer_lock is not None else engine.execution_options(isolation_level="AUTOCOMMIT")
        self.writing = engine
        self.writer_lock = writer_lock


def sqlite_engine(url: URL, file: Path, wait: float, admit: Callable[[], object]) -> Engine:
    """The engine for a file. `admit` is called after each connection has opened it, before anything is read."""

    def connect() -> sqlite3.Connection:
        # Not by its name alone: SQLite would make an empty file where there is none.
        return sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=wait, check_same_thread=False)

    url = url.set(database=os.fspath(file))
    engine = create_engine(url, creator=connect, pool_timeout=wait, hide_parameters=True, logging_name=NAME)

    @event.listens_for(engine, "connect")
    def sync_fully(connection: sqlite3.Connection, _: object) -> None:
        admit()
        connection.isolation_level = None  # each statement stands alone, unless `lock` has begun a transaction
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def postgresql_engine(url: URL, wait: float) -> Engine:
    """The engine for a server, which has `wait` seconds for each statement. A bit longer, and neither side waits for a silent other."""
    silence = math.ceil(wait + GRACE)
    given_up: list[int] = []
    pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_timeout": wait}
    engine = create_engine(url, connect_args=_connection_options(url, wait, silence), hide_parameters=True, logging_name=NAME, **pool)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: Sequence[Any], options: Mapping[str, Any]) -> "psycopg.Connection":
        from flask_chatbot.database.bounded_connection import BoundedConnection  # psycopg may be missing

        connection = BoundedConnection.connect(*arguments, **options)
        connection.patience, connection.given_up = wait + GRACE, given_up.append
        return connection

    @event.listens_for(engine, "connect")
    def prepare(connection: "BoundedConnection", _: object) -> None:
        if not connection.look_for_pooler():
            _limit_times(connection, wait, silence)
            _end_given_up(connection, given_up)
        connection.commit()

    _limit_transactions(engine, wait, silence)
    _close_at_return(engine)
    _ask_rested(engine)
    notify_at_commit(engine)
    return engine


def _close_at_return(engine: Engine) -> None:
    """Have a connection that is in use as its pool is disposed of closed once it comes back: nobody else would."""

    @event.listens_for(engine, "connect")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info[_POOL] = engine.pool

    @event.listens_for(engine, "checkin")
    def close(_: object, record: ConnectionPoolEntry) -> None:
        if record.info.get(_POOL) is not engine.pool:
            record.close()


def _ask_rested(engine: Engine) -> None:
    """Have a connection that rested in the pool asked if it still holds; if not, another takes its place before anything is done with it.

    One that was in use just now is asked only if something has arrived on it meanwhile, as when its server ends it.
    """

    @event.listens_for(engine, "checkin")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: "BoundedConnection", record: ConnectionPoolEntry, _: object) -> None:
        since = record.info.get(_RESTS_SINCE)
        if since is None or (monotonic() - since < RESTED and not connection.has_news()):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _connection_options(url: URL, wait: float, silence: int) -> dict[str, int]:
    """The limits of libpq for a connection, where the URL has none of its own."""
    limits = {
        "connect_timeout": math.ceil(wait),
        "tcp_user_timeout": 1000 * silence,
        "keepalives_idle": silence,
        "keepalives_interval": math.ceil(wait),
        "keepalives_count": 2,
    }
    return {name: value for name, value in limits.items() if name not in url.query}


def _limit_times(connection: "psycopg.Connection", wait: float, silence: int) -> None:
    """Set the server's own limits: `wait` seconds for a statement, `silence` for a client that is gone."""
    # A machine that is cut off inside a transaction would leave its rows and chats locked, for hours by the system's defaults.
    times = {
        "statement_timeout": 1000 * wait,
        "idle_in_transaction_session_timeout": 1000 * silence,
        "tcp_keepalives_idle": silence,
        "tcp_keepalives_interval": math.ceil(wait),
        "tcp_keepalives_count": 2,
    }
    for name, time in times.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, str(int(time))])


def _limit_transactions(engine: Engine, wait: float, silence: float) -> None:
    """Set these limits behind a pooler for each transaction: afterwards somebody else has the connection."""
    limits = (str(int(1000 * wait)), str(int(1000 * silence)))

    @event.listens_for(engine, "begin")
    def limit(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if getattr(driver, "is_pooled", False) and not getattr(driver, "autocommit", True):
            connection.exec_driver_sql(_LIMIT, limits)


def _end_given_up(connection: "psycopg.Connection", given_up: list[int]) -> None:
    """End what the server still holds for connections that were given up: their transactions keep chats locked until it notices."""
    while given_up:
        connection.execute(_END, [given_up.pop(), GRACE])


@contextmanager
def unlimited(connection: Connection) -> Iterator[None]:
    """Wait for the server as long as it takes within the block, as for a change of a table with many rows."""
    driver: Any = connection.connection.driver_connection
    before = getattr(driver, "patience", None)
    if before is None:
        yield
        return
    driver.patience = math.inf
    try:
        yield
    finally:
        driver.patience = before


def lock(connection: Any, wait: float, left: float) -> None:
    """Take SQLite's write lock within the seconds that are `left`, on a connection that else waits for `wait` seconds.

    By the driver: as a statement of SQLAlchemy's, it costs a fifth of accepting a message.
    """
    try:
        if left != wait:
            connection.execute(f"PRAGMA busy_timeout={math.ceil(1000 * left)}")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    finally:
        if left != wait:
            connection.execute(f"PRAGMA busy_timeout={math.ceil(1000 * wait)}")


def _has_no_rows(record: logging.LogRecord) -> bool:
    """True unless a log record contains rows: at INFO there are statements without parameters, at DEBUG also customers' data."""
    return record.levelno > logging.DEBUG


logging.getLogger(f"sqlalchemy.engine.Engine.{NAME}").addFilter(_has_no_rows)
