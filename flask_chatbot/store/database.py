"""`Database`: opened at first use, shared by threads and processes, and safe to fork."""

import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from flask_chatbot.errors import StoreError
from flask_chatbot.store.faults import CHECK_THE_FILE, explain
from flask_chatbot.store.upgrading import check, is_current, upgrade_tables
from flask_chatbot.store.urls import file_of, place_of, read_url

if TYPE_CHECKING:
    import psycopg

DEFAULT_URL = "sqlite:///chatbot.sqlite"


class _Engines:
    """One pool of connections, given out in two ways: made once, since the making costs more than a statement."""

    def __init__(self, engine: Engine) -> None:
        self.reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.writing = engine


class Database:
    """The database a URL names, else a SQLite file in the folder `instance`, from which relative paths count too.

    Nothing is opened before `reading` or `writing` is entered. The tables in a SQLite file are made, or brought up to date, then; those on
    a server by `upgrade`. All raise `StoreError` where the database fails, after at most `wait` seconds for a lock, a connection or an
    answer. `ValueError` where the URL cannot be used.
    """

    def __init__(self, url: str | None, instance: Path, *, wait: float = 5.0) -> None:
        self._url = read_url(url or DEFAULT_URL)
        self._file = file_of(self._url, instance) if self._url.drivername.startswith("sqlite") else None
        self._wait = wait
        self.place = place_of(self._url, instance)
        self._lock = Lock()
        self._engines: _Engines | None = None
        self._dispose = finalize(self, _nothing)
        self._has_tables = False
        _databases.add(self)

    def is_there(self) -> bool:
        """Whether anything can have been kept yet: a SQLite file is made by the first that writes."""
        try:
            return self._engines is not None or self._file is None or self._file.exists()
        except OSError:
            return True  # opening it tells what is wrong

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose statements stand alone: no transaction, no lock."""
        with self._telling(), self._ready().reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by any exception. SQLite has one writer at a time.

        SQLAlchemy's `IntegrityError` passes through: that a row is there already is no failure of the database.
        """
        with self._telling(), _transaction(self._ready().writing) as connection:
            yield connection

    def upgrade(self) -> None:
        """Make the tables, or bring those of an earlier version up to date; however many processes do so at once."""
        with self._telling():
            engines = self._open()
            if self._file is None:
                self._upgrade(engines)
            self._look_at_tables(engines)
            self._has_tables = True

    def close(self) -> None:
        """Close what is open; the next use opens it anew."""
        with self._lock:
            self._engines = None
            self._dispose()

    def after_fork(self) -> None:
        """Begin anew in a child process: what the parent holds is the parent's."""
        self._lock = Lock()
        self._engines = None
        self._dispose.detach()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, NoConnection) as error:
            self._has_tables = False  # they may be what is missing
            # SQLAlchemy's own message holds the statement: it stays out of logs.
            raise StoreError(explain(error, self.place, self._url.password)) from None

    def _ready(self) -> _Engines:
        engines = self._open()
        if not self._has_tables:
            # Not under the lock: with a server that is down, each thread would wait for all before it.
            self._look_at_tables(engines)
            self._has_tables = True
        return engines

    def _open(self) -> _Engines:
        engines = self._engines
        if engines is None:
            with self._lock:
                if self._engines is None:
                    engine = self._make_engine()
                    self._dispose = finalize(self, engine.dispose)
                    self._engines = _Engines(engine)
                engines = self._engines
        return engines

    def _make_engine(self) -> Engine:
        if self._file is None:
            return self._make_postgresql()
        _make_file(self._file)
        url = self._url.set(database=os.fspath(self._file))
        engine = create_engine(url, connect_args={"timeout": self._wait}, pool_timeout=self._wait, hide_parameters=True)
        event.listen(engine, "connect", _sync_fully)
        return engine

    def _make_postgresql(self) -> Engine:
        limits = {"connect_timeout": math.ceil(self._wait), "tcp_user_timeout": int(2000 * self._wait)}
        options = {name: value for name, value in limits.items() if name not in self._url.query}
        engine = create_engine(self._url, connect_args=options, pool_timeout=self._wait, pool_pre_ping=True, hide_parameters=True)

        wait = self._wait  # not self: the engine must not keep its database alive

        @event.listens_for(engine, "connect")
        def limit_statements(connection: "psycopg.Connection", _: object) -> None:
            connection.execute("SELECT set_config('statement_timeout', %s, false)", [str(int(1000 * wait))])
            connection.commit()

        return engine

    def _look_at_tables(self, engines: _Engines) -> None:
        with engines.reading.connect() as connection:
            if self._file is None:
                check(connection, self.place)
                return
            # Another process may be switching just now, and a file that is only read stays as it is.
            with suppress(OperationalError):
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            is_old = not is_current(connection)
        if is_old:
            self._upgrade(engines)

    def _upgrade(self, engines: _Engines) -> None:
        with _transaction(engines.writing) as connection:
            upgrade_tables(connection, self.place)


def _nothing() -> None:
    """Closes what was never opened."""


def _make_file(path: Path) -> None:
    """An empty file that only its owner can read, where there is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"The database {path} cannot be created: {error.strerror}. {CHECK_THE_FILE}") from None


def _sync_fully(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """Committed at the end. It holds SQLite's write lock from its start: taken later, by one that has read, it can fail without waiting."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _lock(connection.connection.driver_connection)
        yield connection
        connection.commit()


def _lock(connection: Any) -> None:
    # By the driver: as a statement of SQLAlchemy's, it costs a fifth of accepting a message.
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


_databases: "WeakSet[Database]" = WeakSet()


def _before_fork() -> None:
    # SQLite tracks its locks per process: a child that inherited an open file would believe that it holds them.
    for database in list(_databases):
        database.close()


def _after_fork() -> None:
    for database in list(_databases):
        database.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
