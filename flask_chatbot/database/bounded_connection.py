"""`BoundedConnection`: a connection to PostgreSQL that gives up a silent server, and adapts to poolers. Imported with psycopg only."""

import math
import select
from collections.abc import Callable, Generator
from contextlib import suppress
from time import monotonic
from typing import Any

import psycopg

INTERVAL = 0.1  # seconds between two looks at the clock while the server is silent


class BoundedConnection(psycopg.Connection[Any]):
    """Waits at most `patience` seconds for the server's answer to a statement, then closes itself and raises `ConnectionFailure`.

    The server's own statement_timeout ends what takes long there. It does not help where the server, or the way to it, is gone without a
    word: what was sent is acknowledged by some machine on the way, and the answer never comes.
    """

    patience: float = math.inf
    given_up: Callable[[int], object] = staticmethod(id)  # called with the number of the server's process as the connection is given up
    is_pooled = False  # behind a pooler, such as PgBouncer, which may lend a connection for one transaction and then another one

    def look_for_pooler(self) -> bool:
        """True if there is a pooler. Then nothing is kept on the connection that a later statement would have to find there.

        A pooler answers a new connection itself, with a number in place of that of the server's process, which it does not know yet.
        """
        row = self.execute("SELECT pg_backend_pid()").fetchone()
        self.is_pooled = row is not None and row[0] != self.info.backend_pid
        if self.is_pooled:
            self.prepare_threshold = None  # what is prepared stays with another connection
            self.add_notify_handler(_ignore)  # somebody else's; psycopg keeps each that nobody takes
        return self.is_pooled

    def has_news(self) -> bool:
        """True if something may have arrived that nobody has read, such as the end of the connection; asks nobody."""
        if self.closed or not hasattr(select, "poll"):  # as on Windows
            return True
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))

    def take_notifications(self) -> None:
        """Keep notifications from now on, for whoever listens."""
        with suppress(ValueError):  # without a pooler, they have been kept all along
            self.remove_notify_handler(_ignore)

    def wait(self, gen: Generator[Any, Any, Any], interval: float = INTERVAL, *args: Any, **more: Any) -> Any:
        """Do what `gen` does with the connection, within `patience`."""
        return super().wait(self._bounded(gen), interval, *args, **more)

    def _bounded(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        until, ready = monotonic() + self.patience, None
        while True:
            try:
                ready = yield gen.send(ready)
            except StopIteration as end:
                return end.value
            if not ready and monotonic() >= until:
                if not self.is_pooled:  # a pooler hides the server's process, and ends what is left there
                    self.given_up(self.pgconn.backend_pid)
                self.pgconn.finish()  # so that it counts as lost, and is used for nothing else
                raise psycopg.errors.ConnectionFailure("the server has not answered in time")


def _ignore(notification: psycopg.Notify) -> None:
    """Take a notification that is not for us."""
