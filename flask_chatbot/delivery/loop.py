"""What goes on between a database and the threads that wait for others: what is done is written down, and more is taken on."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from flask_chatbot.database.database import Database
from flask_chatbot.delivery.retry import Backoff, Clock
from flask_chatbot.errors import StoreError

GATHER = 0.02  # seconds: what is done within it shares a transaction
POLL = (0.1, 1.0)  # seconds between two looks, from just after there was something to do to long after
TROUBLE = (0.5, 30.0)  # seconds between two tries while the database fails
REMIND = 300.0  # seconds between two lines in the log about a trouble that lasts

log = logging.getLogger(__name__)

Begin = Callable[[], None]


class Road(Protocol):
    """One kind of work: claimed in the database, done by threads, written down in the database."""

    @property
    def under_way(self) -> int:
        """How many are with the threads, or done and not yet written down."""

    def has_news(self) -> bool:
        """Whether something was done that is not yet written down."""

    def is_due(self, connection: Connection, now: float) -> bool:
        """Whether there is something to claim, and room for it."""

    def write(self, connection: Connection, now: float) -> Begin:
        """Write down what was done and claim more; what is returned is called once that is committed, and otherwise not."""

    def hand_back(self) -> None:
        """Claim no more; what was claimed and not begun is given back at the next `write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """When a road is worked on, while `is_open` says so; `ring` tells that something was done.

    `clock` gives epoch seconds, the same to all workers of a database; `timer` only runs forward. While `is_quiet`, nothing but suspects is
    begun.
    """

    is_open: Callable[[], bool]
    ring: Callable[[], None]
    clock: Clock
    timer: Clock
    is_quiet: Callable[[], bool] = lambda: False


class Trouble:
    """A database that fails, in the log once when it begins, now and then while it lasts, and once when it is over."""

    def __init__(self, timer: Clock) -> None:
        self._timer = timer
        self._backoff = Backoff(*TROUBLE)
        self._told_at: float | None = None
        self._times = 0

    def met(self, error: Exception) -> float:
        """Tell of it where that is due; the seconds to wait."""
        self._times += 1
        now = self._timer()
        if self._told_at is None or now - self._told_at >= REMIND:
            self._told_at = now
            if isinstance(error, StoreError):
                log.error("sending waits for the database (failed %d times so far): %s", self._times, error)
            else:
                log.error("sending waits, by our fault (failed %d times so far)", self._times, exc_info=error)
        return self._backoff.wait()

    def over(self) -> None:
        """Tell that it is over, if there was any."""
        if self._told_at is not None:
            log.info("sending goes on after %d failures", self._times)
            self._told_at, self._times = None, 0
            self._backoff.reset()


class Pump:
    """Turns over and over: one transaction writes down what all roads have done, and claims what they do next."""

    def __init__(self, database: Database, roads: Sequence[Road], clock: Clock) -> None:
        self._database = database
        self._roads = roads
        self._clock = clock

    @property
    def under_way(self) -> int:
        """How much is not yet written down."""
        return sum(road.under_way for road in self._roads)

    def turn(self) -> bool:
        """Write and claim what there is; whether there was anything. `StoreError` where the database fails: nothing is lost by it."""
        now = self._clock()
        if not any(road.has_news() for road in self._roads) and not self._is_due(now):
            return False
        with self._database.writing() as connection:
            begins = [road.write(connection, now) for road in self._roads]
        for begin in begins:
            begin()
        return True

    def hand_back(self) -> None:
        """Claim no more."""
        for road in self._roads:
            road.hand_back()

    def _is_due(self, now: float) -> bool:
        """Looked up without a lock, as most of the time there is nothing."""
        with self._database.reading() as connection:
            return any(road.is_due(connection, now) for road in self._roads)


class Rhythm:
    """When the next turn comes: at once when the bell rings, else after a while that grows while there is nothing to do."""

    def __init__(self, bell: threading.Event, stopping: threading.Event) -> None:
        self._bell = bell
        self._stopping = stopping
        self._poll = Backoff(*POLL)

    def rest(self, was_busy: bool) -> None:
        """Wait for the next turn."""
        if was_busy:
            self._poll.reset()
            self._stopping.wait(GATHER)
        self._bell.wait(self._poll.wait())
        self._bell.clear()
