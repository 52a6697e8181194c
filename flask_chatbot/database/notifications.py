"""Notifications of PostgreSQL: a transaction that leaves work behind wakes the workers of all hosts as it is committed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import StoreError

if TYPE_CHECKING:
    import psycopg

    from flask_chatbot.database.bounded_connection import BoundedConnection

CHANNEL = "chatbot_work"
PROBE_WAIT = 5.0  # seconds within which a notification of our own must arrive
RETRY = (1.0, 60.0)  # seconds between two tries to listen, doubling
DEAF = 600.0  # seconds until the next try where nothing arrives: each leaves a listener behind that a pooler may still keep
LOOK = 1.0  # seconds between two looks if listening is to end
GATHER = 0.02  # seconds: notifications within it are heard together, as there is one look for work in that time

NO_WAKING = "PostgreSQL's notifications do not arrive over this connection, as behind PgBouncer in transaction mode"
BYPASS = "To have work found at once, let CHATBOT_DATABASE_URL bypass the pooler."

log = get_logger(__name__)

NOTIFIES_AT_COMMIT = "chatbot_notifies_at_commit"  # an option of our own engine's connections
_IS_WANTED = "chatbot_notify"  # in the `info` of such a connection, while its transaction leaves work behind

# The schema tells apart the bots that share a database. Repeats within one transaction arrive once.
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', current_schema())"
# PostgreSQL commits transactions that notify one after the other, each with a write to the disk of its own. So of those that commit at the
# same time one does, and whoever hears it looks again a little later for the others.
_NOTIFY_FOR_ALL = f"""
SELECT CASE WHEN pg_try_advisory_xact_lock(hashtext('{CHANNEL}'), hashtext(current_schema()))
       THEN pg_notify('{CHANNEL}', current_schema()) END
"""
_PROBE = f"SELECT pg_notify('{CHANNEL}', %s)"


def notify(connection: Connection) -> None:
    """Wake all workers that listen, once this transaction is committed; SQLite's are in reach of whoever writes, and look every second."""
    if connection.get_execution_options().get(NOTIFIES_AT_COMMIT):
        connection.info[_IS_WANTED] = True
    elif connection.dialect.name == "postgresql":  # a connection of the app's, whose transaction may last
        connection.exec_driver_sql(_NOTIFY)


def notify_at_commit(engine: Engine) -> None:
    """Have the transactions of our own engine notify as they end, once each, if `notify` was called in them."""

    def commit(connection: Connection) -> None:
        if connection.info.pop(_IS_WANTED, False):
            connection.exec_driver_sql(_NOTIFY_FOR_ALL)

    def roll_back(connection: Connection) -> None:
        if not connection.invalidated:  # else it is gone, with what it knew
            connection.info.pop(_IS_WANTED, None)

    engine.update_execution_options(**{NOTIFIES_AT_COMMIT: True})  # not in a copy: early versions of SQLAlchemy make no copy of that
    event.listen(engine, "commit", commit)
    event.listen(engine, "rollback", roll_back)


class Notifications:
    """Calls `heard`, in a thread of its own, as any process leaves work behind in a PostgreSQL database.

    What is lost while the connection is down is found by whoever looks from time to time: this only makes it faster. A pooler such as
    PgBouncer in transaction mode passes no notifications on; that is found out by a notification of our own, over `probing` if given, which
    must arrive within `patience` seconds.
    """

    def __init__(
        self, engine: Callable[[], Engine], heard: Callable[[], None], *, probing: Engine | None = None, patience: float = PROBE_WAIT
    ) -> None:
        self._engine = engine
        self._heard = heard
        self._probing = probing
        self._patience = patience
        self._closing = threading.Event()
        self._wait = RETRY[0]
        self._is_reported = False
        self.is_listening = False

    def start(self) -> None:
        """Start a thread that does not keep the process alive."""
        self._closing.clear()
        threading.Thread(target=self._run, name="chatbot-listener", daemon=True).start()

    def close(self) -> None:
        """End the thread, within a second."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                engine = self._engine()
                with aside(engine) as connection:
                    self._listen(connection, self._probing or engine)
            except (SQLAlchemyError, StoreError, OSError) as error:
                log.debug("listening to PostgreSQL failed, and is tried again in %.0f seconds: %s", self._wait, type(error).__name__)
            self.is_listening = False
            wait, self._wait = self._wait, min(2 * self._wait, RETRY[1])
            self._closing.wait(wait)

    def _listen(self, connection: "psycopg.Connection", probing: Engine) -> None:
        """Heed notifications until closed, or until it turns out that none arrive."""
        connection.execute(f"LISTEN {CHANNEL}")
        row = connection.execute("SELECT current_schema()").fetchone()
        schema, probe, until = row and row[0], str(uuid4()), monotonic() + self._patience
        with aside(probing) as other:  # in the pool, it could outlive a database that is closed meanwhile
            other.execute(_PROBE, [probe])
        while not self._closing.is_set():
            payloads = {each.payload for each in connection.notifies(timeout=LOOK, stop_after=1)}
            if probe in payloads:
                self._found_to_work()
            elif schema in payloads:
                self._heard()
            if payloads:
                self._closing.wait(GATHER)
            if not self.is_listening and monotonic() > until:
                connection.execute("UNLISTEN *")  # mostly by the same process of the server: poolers lend the last one first
                self._report()
                return

    def _found_to_work(self) -> None:
        self.is_listening, self._wait = True, RETRY[0]
        self._heard()  # what was committed before we listened
        log.info("PostgreSQL wakes this worker")

    def _report(self) -> None:
        self._wait = DEAF
        if not self._is_reported:
            self._is_reported = True
            log.warning("%s: this worker looks for work every second. %s", NO_WAKING, BYPASS)


def arrive(engine: Engine, patience: float = PROBE_WAIT) -> bool:
    """True if a notification reaches whoever listens over connections of an engine."""
    probe = str(uuid4())
    with aside(engine) as connection, aside(engine) as other:
        connection.execute(f"LISTEN {CHANNEL}")
        other.execute(_PROBE, [probe])
        found = any(each.payload == probe for each in connection.notifies(timeout=patience))
        connection.execute("UNLISTEN *")
    return found


@contextmanager
def aside(engine: Engine) -> "Iterator[BoundedConnection]":
    """A connection of the driver's, outside the pool and without transactions; its errors are raised as SQLAlchemy's."""
    try:
        taken = engine.raw_connection()  # which raises the driver's errors, too
        connection: BoundedConnection = taken.driver_connection  # type: ignore[assignment]
        taken.detach()
        with closing(connection):
            connection.take_notifications()
            connection.autocommit = True
            yield connection
    except engine.dialect.loaded_dbapi.Error as error:
        raise OperationalError(None, None, error) from None
