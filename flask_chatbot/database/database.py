"""`Database`: opened at first use, shared by threads and processes, and safe to fork."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from flask_chatbot.core.late import Late, new_lock, sleep
from flask_chatbot.core.logs import get_logger
from flask_chatbot.database.counting import tally
from flask_chatbot.database.engines import Engines, lock, postgresql_engine, sqlite_engine, unlimited
from flask_chatbot.database.faults import busy, describe_error, gave_way, held, is_damage, locked
from flask_chatbot.database.files import DatabaseFile, Seen, identity
from flask_chatbot.database.notifications import Notifications, arrive
from flask_chatbot.database.upgrading import check, is_current, make_indexes, upgrade_tables
from flask_chatbot.database.urls import file_of, place_of, read_url
from flask_chatbot.database.writers.fair_lock import lock_of
from flask_chatbot.database.writers.group_commit import GroupCommit
from flask_chatbot.errors import Deadlock, StoreError, Uncommitted

DEFAULT_URL = "sqlite:///chatbot.sqlite"

HELD_WAIT = 0.25  # seconds for a lock that this thread itself may have

_WELL = (Seen.SAME, Seen.UNOPENED)

# Transactions of `write` at once, in a process. SQLite has one writer; a server commits several together by itself, but each costs it more
# than one more row does.
AT_ONCE = {"sqlite": 1, "postgresql": 4}
TRIES = 3  # of a transaction that the server ends for a deadlock

UPGRADE_PATIENCE = 6  # times as long as for other locks: another process may be upgrading the same file
UPGRADE_TRIES = 60  # for the locks of tables on a server, which are given up at once if somebody holds them
UPGRADE_REST = 1.0  # seconds between two of them

T = TypeVar("T")

log = get_logger(__name__)


class Database:
    """The database at a URL, else a SQLite file in the folder `instance`, which relative paths start from.

    Nothing is opened before `reading` or `writing` is entered. The tables in a SQLite file are then made or upgraded; those on a server are
    left to `upgrade`. All methods raise `StoreError` if the database fails, after at most `wait` seconds for a lock, a connection or an
    answer. `ValueError` if the URL cannot be used. `is_held` says of a SQLite file if this very thread may have its lock, on a connection
    of the app's: that is not waited for, and raises `Uncommitted`.
    """

    _lock = Late(new_lock)

    def __init__(self, url: str | None, instance: Path, *, wait: float = 5.0, is_held: Callable[[Path], bool] = lambda path: False) -> None:
        self._url = read_url(url or DEFAULT_URL)
        self._file = DatabaseFile(file_of(self._url, instance)) if self._url.drivername.startswith("sqlite") else None
        # True if anything can have been stored: a SQLite file is made by the first write. Each message asks, so it asks the file itself.
        self.is_there: Callable[[], bool] = self._file.is_there if self._file is not None else _always
        self._wait = wait
        self._is_held = is_held
        self.place = place_of(self._url, instance)
        self._engines: Engines | None = None
        self._dispose = finalize(self, _nothing)
        self._has_tables = False
        self._reported = ""  # what is wrong with the file
        self._damage = ""  # what was met in it
        self.group = GroupCommit(wait=wait, most=AT_ONCE[self.kind])
        _databases.add(self)

    @property
    def kind(self) -> str:
        """The name of its dialect: sqlite or postgresql."""
        return self._url.get_backend_name()

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for a database on a server."""
        return self._file.path if self._file else None

    def fault(self) -> str | None:
        """The fault of the database file, as far as it shows from outside or a use has met it; None for a server."""
        try:
            self._look_at_file()
        except StoreError as error:
            return str(error)
        return self._damage or None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection without transaction or lock: each statement stands alone."""
        with self.describing_errors(), self._ready().reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by any exception. SQLite has one writer at a time.

        SQLAlchemy's `IntegrityError` passes through: an existing row is no failure of the database. `RuntimeError` if the thread is writing
        already. `wait` is in seconds, if it is to be another.
        """
        with self.describing_errors():
            engines, known = self._ready(), self._file and self._file.known
            with self._transaction(engines, self._wait if wait is None else wait) as connection:
                tally.begin(connection)
                yield connection
                tally.end(connection)
            if self._file is not None and identity(self._file.path) != known:
                raise StoreError(self._file.moved())

    def write(self, work: Callable[[Connection], T], *, order: str | None = None) -> T:
        """Return the result of `work` once it is committed; it is called with a connection in a transaction.

        It may be called again after a rollback: after a deadlock, or if another work in the same transaction failed. With an `order`, it
        may share a transaction with works of other threads that write at the same time; they are called in that order. One that waits
        for a row does not share the next: it may wait longer than the others would.
        """
        with suppress(Deadlock):
            return self._write(work, order)
        for _ in range(TRIES - 2):
            with suppress(Deadlock):
                return self._write(work, None)
        return self._write(work, None)

    def _write(self, work: Callable[[Connection], T], order: str | None) -> T:
        if order is None or self._is_locked_here():
            with self.writing() as connection:
                return work(connection)
        try:
            return self.group.write(self, work, order)
        except TimeoutError:
            raise StoreError((busy if self._file is None else locked)(self.place)) from None

    def _is_locked_here(self) -> bool:
        """True if this very thread has the lock of a SQLite file: nobody can write for it."""
        writer_lock = None if self._engines is None else self._engines.writer_lock
        return (writer_lock is not None and writer_lock.is_mine()) or (self._file is not None and self._is_held(self._file.path))

    def upgrade(self) -> None:
        """Make the tables, or upgrade those of an earlier version; safe for any number of processes at once."""
        with self.describing_errors():
            self._look_at_file()
            engines = self._open()
            if self._file is None:
                self._upgrade(engines)
                make_indexes(engines.writing)
            self._look_at_tables(engines)
            self._has_tables = True

    def notifications(self, heard: Callable[[], None]) -> Notifications | None:
        """The notifications of work that other processes leave, which call `heard`; None for a SQLite file, which notifies nobody."""
        return None if self._file is not None else Notifications(self._open_engine, heard)

    def can_notify(self) -> bool:
        """True if notifications reach whoever listens over its connections; False for a SQLite file, and behind some poolers."""
        with self.describing_errors():
            return self._file is None and arrive(self._open_engine())

    def _open_engine(self) -> Engine:
        return self._open().writing

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        with self._lock:
            self._close()

    def after_fork(self) -> None:
        """Start over in a child process: the connections belong to the parent."""
        self._engines = None
        self._dispose.detach()

    @contextmanager
    def describing_errors(self) -> Iterator[None]:
        """Raise `StoreError` in place of what SQLAlchemy and the drivers raise in the block, but for `IntegrityError`."""
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, NoConnection, sqlite3.Error) as error:
            self._has_tables = False  # they may be what is missing
            # Where SQLAlchemy prepares a connection, as for a new isolation level, the driver's errors come as they are.
            met = OperationalError(None, None, error) if isinstance(error, sqlite3.Error) else error
            # SQLAlchemy's own message holds the statement: it stays out of logs.
            problem = describe_error(met, self.place, self._url.password)
            if isinstance(met, DBAPIError) and is_damage(met.orig):
                self._keep_damage(problem)
            raise (Deadlock if gave_way(getattr(met, "orig", None)) else StoreError)(problem) from None

    def _keep_damage(self, problem: str) -> None:
        """Log a damaged file once and remember it: it does not heal, even if other pages can still be read."""
        if problem != self._damage:
            self._damage = problem
            log.error("%s", problem)

    def _ready(self) -> Engines:
        self._look_at_file()
        engines = self._open()
        if not self._has_tables:
            # Not under the lock: with a server that is down, each thread would wait for all before it.
            self._look_at_tables(engines)
            self._has_tables = True
        return engines

    def _look_at_file(self) -> None:
        """Raise `StoreError` if the opened file is gone; a valid replacement is taken over."""
        if self._file is None or (self._file.look() in _WELL and not self._reported):
            return
        with self._lock:
            seen = self._file.look()  # another thread may have looked after it
            problem = self._file.gone() if seen is Seen.GONE else self._file.foreign() if seen is Seen.OTHER else None
            if problem is None and seen is Seen.OTHER:
                self._take_over(self._file)
            elif problem is None and self._reported:
                log.warning("the database %s is there again", self.place)
            elif problem and problem != self._reported:
                log.error("%s", problem)
            self._reported = problem or ""
        if problem:
            raise StoreError(problem)

    def _take_over(self, file: DatabaseFile) -> None:
        """Work with the file that replaced the previous one."""
        engines = self._engines

        def finish() -> None:
            if engines is not None:
                with self.describing_errors(), engines.reading.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        file.succeed(finish)
        self._close()
        log.warning("the database %s was replaced by another file, which is used from now on", self.place)

    def _close(self) -> None:
        self._damage = ""  # what is opened next may be whole
        self._engines = None
        self._has_tables = False
        self._dispose()

    def _open(self) -> Engines:
        engines = self._engines
        if engines is None:
            with self._lock:
                if self._engines is None:
                    self._engines = self._make_engines()
                    self._dispose = finalize(self, self._engines.writing.dispose)
                engines = self._engines
        return engines

    def _make_engines(self) -> Engines:
        if self._file is None:
            return Engines(postgresql_engine(self._url, self._wait))
        self._file.make()
        return Engines(sqlite_engine(self._url, self._file.path, self._wait, self._file.admit), lock_of(self._file.path))

    @contextmanager
    def _transaction(self, engines: Engines, wait: float) -> Iterator[Connection]:
        """A transaction, committed at the end. It takes SQLite's write lock at its start: after a read, that can fail without waiting.

        `wait` is in seconds, and for SQLite's lock.
        """
        if engines.writer_lock is None:
            with engines.writing.connect() as connection:
                connection.begin()
                yield connection
                _commit(connection)
            return
        # Before waiting: a lock that this thread itself holds comes free neither for it meanwhile nor for those who wait before it.
        is_held = self._file is not None and self._is_held(self._file.path)
        with ExitStack() as stack:
            try:
                left = stack.enter_context(engines.writer_lock.held(min(wait, HELD_WAIT) if is_held else wait))
                connection = stack.enter_context(engines.writing.connect())
                lock(connection.connection.driver_connection, self._wait, left)
            except (TimeoutError, OperationalError) as error:
                if is_held:
                    raise Uncommitted(held(self.place)) from None
                if isinstance(error, TimeoutError):
                    raise StoreError(locked(self.place)) from None
                raise
            yield connection
            _commit(connection)

    def _look_at_tables(self, engines: Engines) -> None:
        with engines.reading.connect() as connection:
            if self._file is None:
                check(connection, self.place)
                return
            # Another process may be switching just now, and a file that is only read stays as it is.
            with suppress(OperationalError):
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            is_old = not is_current(connection)
            self._file.note()
        if is_old:
            self._upgrade(engines)

    def _upgrade(self, engines: Engines) -> None:
        for tries in count(1):
            try:
                with self._transaction(engines, UPGRADE_PATIENCE * self._wait) as connection, unlimited(connection):
                    upgrade_tables(connection, self.place)
                return
            except OperationalError as error:
                if tries == UPGRADE_TRIES or not gave_way(error.orig):
                    raise
            sleep(UPGRADE_REST)  # others use the tables meanwhile


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except BaseException:
        connection.invalidate()  # SQLAlchemy would keep it for the next, with a transaction that may be open
        raise


def _always() -> bool:
    """True: a database on a server is there, whatever is in it."""
    return True


def _nothing() -> None:
    """Close something that was never opened."""


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
