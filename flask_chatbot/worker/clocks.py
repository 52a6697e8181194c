"""The clock that all workers of a database share."""

from collections.abc import Callable

from sqlalchemy import Connection

from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery.retry import Clock

ASK_EVERY = 10.0  # seconds
AGAIN = 1.0  # seconds after a time when it could not be
LEAP = 0.5  # seconds between the machine's two clocks: one was set, or the machine slept

AskTime = Callable[[Connection], float | None]


class SharedClock:
    """The epoch seconds of the database server's last answer, carried on by `timer`, which is monotonic.

    If there is no server, `ask` returns None, and `clock`, that of this machine, counts.
    """

    def __init__(self, database: Database, *, clock: Clock, timer: Clock, ask: AskTime = server_time) -> None:
        self._database = database
        self._clock = clock
        self._timer = timer
        self._ask = ask
        self._has_server = True
        self._ahead: float | None = None  # of the timer
        self._ask_at = timer()
        self._gap = 0.0  # between the machine's own clocks when it was asked

    def __call__(self) -> float:
        ahead = self._ahead
        return self._clock() if ahead is None else self._timer() + ahead

    def keep(self) -> None:
        """Ask the server, if that is due. Raises `StoreError` if it fails: every time until the first answer, now and then after it."""
        if not self._has_server or not self._is_due():
            return
        if self._ahead is not None:
            self._put_off(AGAIN)
        with self._database.reading() as connection:
            before = self._timer()
            answer = self._ask(connection)
            after = self._timer()
        self._has_server = answer is not None
        self._ahead = None if answer is None else answer - (before + after) / 2
        self._put_off(ASK_EVERY)

    def _is_due(self) -> bool:
        timer = self._timer()
        return timer >= self._ask_at or abs(self._clock() - timer - self._gap) > LEAP

    def _put_off(self, seconds: float) -> None:
        timer = self._timer()
        self._ask_at, self._gap = timer + seconds, self._clock() - timer
