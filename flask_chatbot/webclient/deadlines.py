"""Deadlines: ends calls that take too long, and reads ``Retry-After``.

A socket's timeout restarts with each byte, so a server that drips bytes never hits it.
"""

import threading
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Protocol

from flask_chatbot.core.late import Late, new_condition

LONGEST = 24 * 3600.0  # seconds that anybody may ask us to wait
_AGAIN = 0.5  # seconds until what is overdue is cut once more: it may have been between two sockets


class Cuttable(Protocol):
    """Something that waits for another machine."""

    def cut(self) -> None:
        """End the wait, from another thread and at once; it may be called more than once."""


class Countdown:
    """The time left of some seconds."""

    __slots__ = ("ends_at", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends_at = monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """True if no time is left."""
        return monotonic() >= self.ends_at

    def left(self) -> float:
        """The seconds left; raises `TimeoutError` if there are none."""
        left = self.ends_at - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Watchdog:
    """Cuts everything still watched when its time is up. Its thread runs only while it watches something, and restarts after a fork."""

    _changed = Late(new_condition)

    def __init__(self) -> None:
        self._ends: dict[Cuttable, float] = {}
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    def watch(self, watched: Cuttable, ends_at: float) -> None:
        """Cut this at that time of the monotonic clock, unless it is released before."""
        with self._changed:
            self._ends[watched] = ends_at
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="chatbot-watchdog", daemon=True)
                self._thread.start()
            elif ends_at < self._wakes_at:
                self._changed.notify()

    def release(self, watched: Cuttable) -> None:
        """Stop watching it."""
        with self._changed:
            self._ends.pop(watched, None)

    def _run(self) -> None:
        with self._changed:
            while self._ends:
                now = monotonic()
                for watched, ends_at in self._ends.items():
                    if ends_at <= now:
                        watched.cut()
                self._wakes_at = min(ends_at if ends_at > now else now + _AGAIN for ends_at in self._ends.values())
                self._changed.wait(self._wakes_at - now)
            self._thread = None


def read_retry_after(value: str | None, now: float) -> float:
    """The seconds of a ``Retry-After`` header, from a number or a date: at most 24 hours, 0 if it cannot be read.

    >>> read_retry_after("120", 0.0), read_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10.0), read_retry_after("soon", 0.0)
    (120.0, 50.0, 0.0)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST)
    try:
        at = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0
    return max(0.0, min(at - now, LONGEST))
