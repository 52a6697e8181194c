"""`Database`: opened at first use, shared by threads and processes, and safe to fork."""

import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from flask_chatbot.errors import StoreError
from flask_chatbot.store.faults import CHECK_THE_FILE, explain
from flask_chatbot.store.tables import metadata
from flask_chatbot.store.urls import file_of, place_of, read_url

if TYPE_CHECKING:
    import psycopg

DEFAULT_URL = "sqlite:///chatbot.sqlite"
_CREATING = 0x63686174  # any number, the same in all processes: who holds this lock creates tables


class Database:
    """The database a URL names, else a SQLite file in the folder `instance`, from which relative paths count too.

    Nothing is opened before `reading` or `writing` is entered; tables that are missing are created then. Both raise `StoreError`
    where the database fails, after at most `wait` seconds for a lock, a connection or an answer. `ValueError` where the URL
    cannot be used.
    """

    def __init__(self, url: str | None, instance: Path, *, wait: float = 5.0) -> None:
        self._url = read_url(url or DEFAULT_URL)
        self._file = file_of(self._url, instance) if self._url.drivername.startswith("sqlite") else None
        self._wait = wait
        self.place = place_of(self._url, instance)
        self._lock = Lock()
        self._engine: Engine | None = None
        self._dispose = finalize(self, _nothing)
        self._has_tables = False
        _databases.add(self)

    def is_there(self) -> bool:
        """Whether anything can have been kept yet: a SQLite file is made by the first that writes."""
        try:
            return self._engine is not None or self._file is None or self._file.exists()
        except OSError:
            return True  # opening it tells what is wrong

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose statements stand alone: no transaction, no lock."""
        with self._telling(), self._ready().connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by any exception. SQLite has one writer at a time.

        SQLAlchemy's `IntegrityError` passes through: that a row is there already is no failure of the database.
        """
        with self._telling(), self._ready().connect() as connection, connection.execution_options(writes=True).begin():
            yield connection

    def close(self) -> None:
        """Close what is open; the next use opens it anew."""
        with self._lock:
            self._engine = None
            self._dispose()

    def after_fork(self) -> None:
        """Begin anew in a child process: what the parent holds is the parent's."""
        self._lock = Lock()
        self._engine = None
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

    def _ready(self) -> Engine:
        engine = self._engine
        if engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._make_engine()
                    self._dispose = finalize(self, self._engine.dispose)
                engine = self._engine
        if not self._has_tables:
            # Not under the lock: with a server that is down, each thread would wait for all before it.
            self._create_tables(engine)
            self._has_tables = True
        return engine

    def _make_engine(self) -> Engine:
        if self._file is None:
            return self._make_postgresql()
        _make_file(self._file)
        url = self._url.set(database=os.fspath(self._file))
        engine = create_engine(url, connect_args={"timeout": self._wait}, pool_timeout=self._wait, hide_parameters=True)
        event.listen(engine, "connect", _sync_fully)
        event.listen(engine, "begin", _begin)
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

    def _create_tables(self, engine: Engine) -> None:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            if self._file is not None:
                # Another process may be switching just now, and a file that is only read stays as it is.
                with suppress(OperationalError):
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            missing = set(metadata.tables) - set(inspect(connection).get_table_names())
        if missing:
            with engine.connect() as connection, connection.execution_options(writes=True).begin():
                if self._file is None:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATING})
                metadata.create_all(connection)


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


def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at once: taken later, by a transaction that has read, it can fail without waiting."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


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
