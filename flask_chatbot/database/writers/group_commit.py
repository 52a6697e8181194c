"""`GroupCommit`: threads that write at the same time share a transaction, and so one wait for the disk."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.database.counting import tally
from flask_chatbot.errors import Deadlock, StoreError

# For a row that another transaction holds: one of the app's own may do so for long, and all of a group would wait with who wants it.
_LIMIT_WAITS = "SET LOCAL lock_timeout = '100ms'"
INTERRUPTED = "The thread that wrote this together with its own was interrupted: it may be stored or not."

T = TypeVar("T")
Work = Callable[[Connection], T]


@dataclass(slots=True, eq=False)
class _Write(Generic[T]):
    """The work of one caller, and what came of it."""

    work: Work[T]
    order: str
    leads: bool = False  # its thread opens the transaction
    turn: threading.Lock = field(default_factory=new_lock)  # held while its thread waits
    context: Context | None = None  # of a thread that waits: another does its work
    result: T | None = None
    error: Exception | None = None

    def do(self, connection: Connection) -> None:
        self.result = self.work(connection) if self.context is None else self.context.run(self.work, connection)


@dataclass(slots=True, eq=False)
class _Waiters:
    """The writes that wait, and the number of transactions that are open."""

    mutex: threading.Lock = field(default_factory=new_lock)
    waiting: deque[_Write[Any]] = field(default_factory=deque)
    open: int = 0


class Transactions(Protocol):
    """Opens transactions, as a database does."""

    def writing(self, wait: float) -> AbstractContextManager[Connection]:
        """A connection in a transaction that was opened within so many seconds."""

    def describing_errors(self) -> AbstractContextManager[None]:
        """Describe errors of the database that are raised in the block."""


class GroupCommit:
    """Does the work of callers in transactions: at once for one who comes alone, together for those who come while others commit.

    While fewer than `most` transactions are open, a caller opens one. Others wait, up to `wait` seconds. As a transaction ends, whoever has
    waited longest opens the next, and does in it the work of all who wait by then.
    """

    _waiters = Late(_Waiters)  # a forked process has none of the threads that wait

    def __init__(self, *, wait: float, most: int) -> None:
        self._wait = wait
        self.most = most

    def write(self, database: Transactions, work: Work[T], order: str) -> T:
        """Return the result of `work` once it is committed. An exception in it undoes it alone; it may be done again after that.

        Works in one transaction are done in the order of their `order`. Raises `TimeoutError` if none could be opened in time, `Deadlock`
        if it is to be done again, by itself: it waited for what a transaction elsewhere holds.
        """
        mine = _Write(work, order)
        left = self._wait if self._leads(mine) else self._wait_for(mine)
        if mine.leads:
            self._lead(database, mine, left)
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]  # the work is done

    def _leads(self, mine: _Write[Any]) -> bool:
        """True if a write opens a transaction at once; else it waits from now on."""
        waiters = self._waiters
        with waiters.mutex:
            mine.leads = waiters.open < self.most
            if mine.leads:
                waiters.open += 1
            else:
                mine.context = copy_context()
                mine.turn.acquire()
                waiters.waiting.append(mine)
        return mine.leads

    def _wait_for(self, mine: _Write[Any]) -> float:
        """Wait until a write leads, or is done; return the seconds that are left."""
        began = monotonic()
        try:
            if not mine.turn.acquire(timeout=self._wait):
                if self._leave(mine):
                    raise TimeoutError
                mine.turn.acquire()  # it is under way
        except BaseException:  # the worker may be told to end, or the greenlet be killed, while it waits
            if not self._leave(mine) and mine.leads:
                self._pass_on()
            raise
        return max(0.0, self._wait - (monotonic() - began))

    def _leave(self, mine: _Write[Any]) -> bool:
        """Wait no longer; False if a write does not wait any more."""
        waiters = self._waiters
        with waiters.mutex:
            waits = mine in waiters.waiting
            if waits:
                waiters.waiting.remove(mine)
        return waits

    def _lead(self, database: Transactions, mine: _Write[Any], left: float) -> None:
        """Do the work of all who wait together with one's own."""
        others: list[_Write[Any]] = []
        try:
            with database.writing(left) as connection:
                others = self._take_waiting()
                _do(database, connection, [mine, *others])
        except BaseException as error:
            for each in others:
                kind = Deadlock if isinstance(error, Deadlock) else StoreError
                each.error = kind(str(error) if isinstance(error, StoreError) else INTERRUPTED)
            raise
        finally:
            self._pass_on()  # before the others: what they do next need not be waited for
            for each in others:
                each.turn.release()

    def _take_waiting(self) -> list[_Write[Any]]:
        waiters = self._waiters
        with waiters.mutex:
            taken = list(waiters.waiting)
            waiters.waiting.clear()
        return taken

    def _pass_on(self) -> None:
        """Let whoever has waited longest open the next transaction."""
        waiters = self._waiters
        with waiters.mutex:
            if waiters.waiting:
                heir = waiters.waiting.popleft()
                heir.leads = True
                heir.turn.release()
            else:
                waiters.open -= 1


def _do(database: Transactions, connection: Connection, group: list[_Write[Any]]) -> None:
    """Do the work of a group; if one of it fails, once more, each apart from the others. On a server, none waits long for a row."""
    if len(group) == 1:
        group[0].do(connection)
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_LIMIT_WAITS)
    group.sort(key=lambda each: each.order)
    try:
        with _savepoint(connection):
            for each in group:
                each.do(connection)
    except Exception:
        if not _is_open(connection):
            raise
        for each in group:
            _do_apart(database, connection, each)


def _do_apart(database: Transactions, connection: Connection, one: _Write[Any]) -> None:
    try:
        with database.describing_errors(), _savepoint(connection):
            one.do(connection)
    except Exception as error:
        if not _is_open(connection):
            raise
        one.error = error


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo what was written and counted in the block if it raises an exception."""
    counted, nested = tally.so_far(connection), connection.begin_nested()
    try:
        yield
    except BaseException:
        if _is_open(connection):
            nested.rollback()
            tally.go_back(connection, counted)
        raise
    nested.commit()


def _is_open(connection: Connection) -> bool:
    """True unless an error has ended the transaction, as a full disk does with SQLite's, and a lost connection with a server's."""
    return not connection.invalidated and bool(getattr(connection.connection.driver_connection, "in_transaction", True))
