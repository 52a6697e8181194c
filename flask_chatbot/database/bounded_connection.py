"""`BoundedConnection`: a connection to PostgreSQL that gives up a server which has gone silent. Imported with psycopg only."""

import math
from collections.abc import Callable, Generator
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
    is_pooled = False  # behind a pooler, which hides the server's process, and ends what the client leaves

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
                if not self.is_pooled:
                    self.given_up(self.pgconn.backend_pid)
                self.pgconn.finish()  # so that it counts as lost, and is used for nothing else
                raise psycopg.errors.ConnectionFailure("the server has not answered in time")
