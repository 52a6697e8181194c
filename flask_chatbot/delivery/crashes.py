"""Claims that two workers crashed with: one of them may be the cause, so each is tried alone."""

import os
from collections.abc import Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from flask_chatbot.delivery.loop import Begin
from flask_chatbot.delivery.retry import Clock

CRASHED = "Each worker that tried it died."  # why a claim is given up
LOOK = 1.0  # seconds between two looks for them that find none: each reads all that waits
SLICE = 5.0  # seconds that such claims are tried in a row; then all else has as long


class DurableQueue(Protocol):
    """A queue whose claims outlive their worker."""

    @property
    def in_flight(self) -> int:
        """The number of claims being tried or about to be, without those that hang."""

    def has_results(self) -> bool:
        """True if there are results that are not yet recorded."""

    def has_crashed(self, connection: Connection, now: float) -> bool:
        """True if there is a claim that two workers crashed with, and that may be tried now."""

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        """Claim one of them and record that it has begun; None if there is none."""


class CrashedClaims:
    """Keeps the queues quiet until nothing is in flight, then tries the claims that two workers crashed with one by one.

    One that hangs, or a long series of them, holds up the rest for half of the time at most.
    """

    under_way = 0  # its claims are those of the queues

    def __init__(self, queues: Sequence[DurableQueue], timer: Clock) -> None:
        self._queues = queues
        self._timer = timer
        self._quiet_since: float | None = None
        self._rests_until = timer()
        self._has_tried = False
        self._is_closing = False

    @property
    def is_quiet(self) -> bool:
        """True while only such claims are started."""
        return self._quiet_since is not None

    def has_results(self) -> bool:
        return False

    def is_due(self, connection: Connection, now: float) -> bool:
        return not self._is_at_work() if self.is_quiet else self._has_crashed(connection, now)

    def write(self, connection: Connection, now: float) -> Begin:
        begin: Begin | None = None
        if not self.is_quiet:
            if self._has_crashed(connection, now):
                self._quieten()
        elif not self._is_at_work():
            begin = self._try_next(connection, now)
        return begin or _do_nothing

    def close(self) -> None:
        self._is_closing = True
        self._end()

    def _is_at_work(self) -> bool:
        # What was done is at work until it is recorded: a crash now would have it done again.
        return any(queue.in_flight or queue.has_results() for queue in self._queues)

    def _has_crashed(self, connection: Connection, now: float) -> bool:
        timer = self._timer()
        if self._is_closing or timer < self._rests_until:
            return False
        found = any(queue.has_crashed(connection, now) for queue in self._queues)
        if not found:
            self._rests_until = timer + LOOK
        return found

    def _quieten(self) -> None:
        # Two apps in one process would otherwise try one each at the same time, and blame both.
        if _quiet.setdefault(os.getpid(), self) is self:
            self._quiet_since = self._timer()
            self._has_tried = False

    def _try_next(self, connection: Connection, now: float) -> Begin | None:
        if not self._has_tried or self._lasted() < SLICE:
            for queue in self._queues:
                begin = queue.try_crashed(connection, now)
                if begin is not None:
                    self._has_tried = True
                    return begin
        self._end()
        return None

    def _lasted(self) -> float:
        return 0.0 if self._quiet_since is None else self._timer() - self._quiet_since

    def _end(self) -> None:
        if self.is_quiet:
            self._rests_until = self._timer() + self._lasted()
            self._quiet_since = None
            _quiet.pop(os.getpid(), None)


def _do_nothing() -> None:
    """Start nothing."""


_quiet: WeakValueDictionary[int, CrashedClaims] = WeakValueDictionary()  # by process: a child of a fork begins anew
