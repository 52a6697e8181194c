"""The loop between the database and the threads: results are recorded, and more work is claimed."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.retry import Backoff, Clock
from flask_chatbot.errors import StoreError

GATHER = 0.02  # seconds: what is done within it shares a transaction
POLL = (0.1, 1.0)  # seconds between two looks, from just after there was something to do to long after
RETRY = (0.5, 30.0)  # seconds between two tries while the database fails
REMIND = 300.0  # seconds between two log lines about an outage that lasts

log = get_logger(__name__)

Begin = Callable[[], None]


class WorkQueue(Protocol):
    """One kind of work: claimed in the database, done by threads, recorded in the database again."""

    @property
    def under_way(self) -> int:
        """The number of claims with the threads, or done and not yet recorded."""

    def has_results(self) -> bool:
        """True if there are results that are not yet recorded."""

    def is_due(self, connection: Connection, now: float) -> bool:
        """True if there is something to claim, and room for it."""

    def write(self, connection: Connection, now: float) -> Begin:
        """Record results and claim more; call the returned function once that is committed, and only then."""

    def close(self) -> None:
        """Claim no more; claims that were not started are released at the next `write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHooks:
    """Hooks into its worker, for a queue: it claims only while `is_open`, and calls `wake` when there are results.

    `clock` gives epoch seconds, the same to all workers of a database; `timer` only runs forward. While `is_quiet`, only what
    two workers crashed with is begun.
    """

    is_open: Callable[[], bool]
    wake: Callable[[], None]
    clock: Clock
    timer: Clock
    is_quiet: Callable[[], bool] = lambda: False


class Outage:
    """An outage of the database, logged at its start, now and then while it lasts, and at its end."""

    def __init__(self, timer: Clock) -> None:
        self._timer = timer
        self._backoff = Backoff(*RETRY)
        self._logged_at: float | None = None
        self._times = 0

    def failed(self, error: Exception) -> float:
        """Log a failure, if a line is due; return the seconds to wait."""
        self._times += 1
        now = self._timer()
        if self._logged_at is None or now - self._logged_at >= REMIND:
            self._logged_at = now
            if isinstance(error, StoreError):
                log.error("sending waits for the database (failed %d times so far): %s", self._times, error)
            else:
                log.error("sending waits because of an internal error (failed %d times so far)", self._times, exc_info=error)
        return self._backoff.wait()

    def recovered(self) -> None:
        """Log the end of the outage, if there was one."""
        if self._logged_at is not None:
            log.info("sending resumed after %d failures", self._times)
            self._logged_at, self._times = None, 0
            self._backoff.reset()


class Loop:
    """Serves all queues of a worker: each step is one transaction that records results and claims more work."""

    def __init__(self, database: Database, queues: Sequence[WorkQueue], clock: Clock) -> None:
        self._database = database
        self._queues = queues
        self._clock = clock

    @property
    def under_way(self) -> int:
        """The number of claims of all queues that are not yet recorded."""
        return sum(queue.under_way for queue in self._queues)

    def step(self) -> bool:
        """Write and claim as needed; True if there was anything. Raises `StoreError` if the database fails, and then loses nothing."""
        now = self._clock()
        if not any(queue.has_results() for queue in self._queues) and not self._is_due(now):
            return False
        for begin in self._database.write(lambda connection: [queue.write(connection, now) for queue in self._queues]):
            begin()
        return True

    def close(self) -> None:
        """Make all queues claim no more."""
        for queue in self._queues:
            queue.close()

    def _is_due(self, now: float) -> bool:
        """True if a queue has something to claim; checked without a lock, as most of the time there is nothing."""
        with self._database.reading() as connection:
            return any(queue.is_due(connection, now) for queue in self._queues)


class Polling:
    """The pause before the next step: it ends at once on `wakeup`, and grows while there is nothing to do.

    After `notified` there are two looks, a little apart: whoever commits at the same time as another does not notify as well.
    """

    def __init__(self, wakeup: threading.Event, stopping: threading.Event) -> None:
        self._wakeup = wakeup
        self._stopping = stopping
        self._poll = Backoff(*POLL)
        self._is_notified = False  # since the last look
        self._looks_again = False

    def notified(self) -> None:
        """End the pause, as another process left work behind; called from any thread."""
        self._is_notified = True
        self._wakeup.set()

    def wait(self, was_busy: bool) -> None:
        """Wait until the next step is due."""
        if was_busy or self._looks_again:
            self._poll.reset()
            self._stopping.wait(GATHER)  # also notifications: however many come, there is one look in that time
        if not self._looks_again:
            self._wakeup.wait(self._poll.wait())
        self._wakeup.clear()
        self._looks_again, self._is_notified = self._is_notified, False
