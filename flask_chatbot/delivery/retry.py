"""Retries: the times of the next try of messages and callbacks, and a backoff for the database."""

from collections.abc import Callable

from flask_chatbot.webclient.deadlines import LONGEST

HOUR = 3600.0
DAY = 24 * HOUR
HALF_HOUR = HOUR / 2

# Seconds before each try, from https://www.standardwebhooks.com for callbacks.
SEND_WAITS = (0.0, 2.0, 10.0, 60.0, 300.0, 1800.0, 2 * HOUR, 6 * HOUR)
CALLBACK_WAITS = (0.0, 5.0, 300.0, 1800.0, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY)
JITTER = 0.2  # of a wait, either way: so that what failed together does not come back together
LEADERSHIP = 15.0  # seconds that a lease outlives a process that does what only one may do


def next_send(tries: int, now: float, expires_at: float, after: float = 0.0) -> float | None:
    """The time of the next try of a message after `tries` tries, at least `after` seconds from now; None if it is given up.

    >>> next_send(1, 1000.0, 9000.0), next_send(1, 1000.0, 9000.0, after=60.0), next_send(8, 1000.0, 9000.0)
    (1002.0, 1060.0, None)
    >>> next_send(6, 1000.0, 8000.0) is None  # two hours from now is too late
    True
    """
    if tries >= len(SEND_WAITS):
        return None
    due = now + max(SEND_WAITS[tries], min(after, LONGEST))
    return due if due < expires_at else None


def next_uncounted(since: float, now: float, expires_at: float, after: float = 0.0) -> float:
    """The time of the next try of a message whose line takes nothing: it waits longer the longer that lasts, up to half an hour.

    It is never behind the message's end, at which it is given up.

    >>> [next_uncounted(0.0, now, 86400.0, after=60.0) - now for now in (1.0, 6000.0, 50000.0, 86000.0)]
    [60.0, 600.0, 1800.0, 400.0]
    """
    return min(now + max(after, min((now - since) / 10, HALF_HOUR)), expires_at)


def next_callback(tries: int, now: float, chance: float, after: float = 0.0) -> float | None:
    """The time of the next try of a callback after `tries` tries; None if it is given up. `chance`, from 0 to 1, picks the jitter.

    >>> next_callback(1, 1000.0, 0.5), next_callback(1, 1000.0, 0.0), next_callback(1, 1000.0, 0.5, after=60.0)
    (1005.0, 1004.0, 1060.0)
    >>> next_callback(10, 1000.0, 0.5) is None
    True
    """
    if tries >= len(CALLBACK_WAITS):
        return None
    wait = CALLBACK_WAITS[tries] * (1 + JITTER * (2 * chance - 1))
    return now + max(wait, min(after, LONGEST))


class Backoff:
    """Waits that double, for an outage of the database and for polling it. Keeps no clock of its own."""

    def __init__(self, first: float, last: float) -> None:
        self._first = first  # seconds
        self._last = last
        self._next = first

    def wait(self) -> float:
        """The seconds to wait now; twice as long the next time.

        >>> backoff = Backoff(1.0, 4.0)
        >>> [backoff.wait() for _ in range(4)]
        [1.0, 2.0, 4.0, 4.0]
        """
        now, self._next = self._next, min(2 * self._next, self._last)
        return now

    def reset(self) -> None:
        """Begin with the shortest again."""
        self._next = self._first


Clock = Callable[[], float]  # epoch seconds, or those of a clock that only runs forward: each function says which it takes
