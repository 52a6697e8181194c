"""Wake-ups for workers in other processes, published by a thread: whoever writes a message waits for no broker."""

import atexit
import os
import threading
import time
from collections.abc import Callable
from weakref import WeakSet

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.logs import get_logger
from flask_chatbot.delivery.retry import Backoff, Clock

GATHER = 0.05  # seconds: wake-ups within it are one
RETRY = (0.5, 5.0)  # seconds between two tries while the broker fails
REMIND = 300.0  # seconds between two log lines about an outage that lasts
IDLE = 10.0  # seconds after which the thread ends
FLUSH_AT_EXIT = 2.0  # seconds that a process which ends waits for its last wake-up

log = get_logger(__name__)


class Wakeups:
    """Calls `publish` soon after each `wake`, once for many of them. What cannot be published is logged, and tried again.

    A wake-up says only that there is something in the database, so that the last one stands for all before it; one that is lost delays.
    `rest` is called after a while without any, by the same thread as `publish`.
    """

    _changed = Late(new_condition)

    def __init__(self, publish: Callable[[], object], *, rest: Callable[[], object] = int, timer: Clock = time.monotonic) -> None:
        self._publish = publish
        self._rest = rest
        self._timer = timer
        self._pid = 0  # of the process whose thread publishes
        self._is_wanted = False
        self._is_publishing = False
        self._is_closing = False
        self._backoff = Backoff(*RETRY)
        self._failed = 0
        self._logged_at = 0.0
        _all.add(self)

    def wake(self) -> None:
        """Have a wake-up published; returns at once. Call it once what it is about is committed."""
        with self._changed:
            self._is_wanted = True
            if self._pid != os.getpid():
                self._pid, self._is_publishing, self._is_closing = os.getpid(), False, False
                threading.Thread(target=self._run, name="chatbot-wakeups", daemon=True).start()
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until everything is published, and at most so many seconds; True if it is."""
        with self._changed:
            return self._pid != os.getpid() or self._changed.wait_for(lambda: not (self._is_wanted or self._is_publishing), seconds)

    def close(self, seconds: float) -> bool:
        """Publish what is still to be published, and rest at once; True if that took no longer than so many seconds."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._pid != os.getpid(), seconds)

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            while self._take():
                wait = self._try()
                with self._changed:
                    self._is_publishing = False
                    self._changed.notify_all()
                time.sleep(wait)
            self._rest()  # not under the lock: it may have to wait for the broker
            goes_on = self._goes_on()

    def _goes_on(self) -> bool:
        """True if a wake-up came while this thread rested; without one it ends."""
        with self._changed:
            if not self._is_wanted:
                self._pid = 0
                self._changed.notify_all()
            return self._is_wanted

    def _take(self) -> bool:
        """Wait for the next wake-up; False if none comes for a while, and this thread is to rest."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_wanted or self._is_closing, IDLE)
            taken = self._is_wanted
            self._is_wanted, self._is_publishing = False, taken
            return taken

    def _try(self) -> float:
        """Publish; return the seconds until the next wake-up may be published."""
        try:
            self._publish()
        except Exception as error:  # noqa: BLE001  whatever a broker's client raises, the rows are there
            self._is_wanted = True
            self._report(error)
            return self._backoff.wait()
        if self._failed:
            log.info("workers can be woken again, after %d failures", self._failed)
        self._failed = 0
        self._backoff.reset()
        return GATHER

    def _report(self, error: Exception) -> None:
        self._failed += 1
        if self._failed == 1 or self._timer() - self._logged_at >= REMIND:
            self._logged_at = self._timer()
            # Not the error's text, which may hold the URL with its password.
            log.warning(
                "the broker cannot be reached to wake workers (%s, failed %d times so far): what is accepted is kept, and waits",
                type(error).__name__,
                self._failed,
            )


_all: WeakSet[Wakeups] = WeakSet()


@atexit.register
def _flush_all() -> None:
    for each in list(_all):
        each.flush(FLUSH_AT_EXIT)
