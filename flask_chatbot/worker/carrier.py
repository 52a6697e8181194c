"""`Carrier`: lends the process of a task queue to a worker, for as long as there is something due."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.loop import Outage
from flask_chatbot.delivery.retry import Clock
from flask_chatbot.errors import StoreError
from flask_chatbot.store import leases
from flask_chatbot.worker.due import IsDue
from flask_chatbot.worker.leadership import holder_name
from flask_chatbot.worker.worker import Worker

SLICE = 10.0  # seconds that a task claims: then it makes room for tasks of others, and a shutdown need not wait long
NOTE = 10.0  # seconds between two notes that wake-ups arrive
PATIENCE = 150.0  # seconds after that for what is under way; what hangs longer is left to its lease


class Carrier:
    """Does what is due with a worker that this process has, task by task. `wake` publishes a wake-up for any process."""

    _lock = Late(new_lock)

    def __init__(
        self, worker: Worker, *, database: Database, is_due: IsDue, wake: Callable[[], None], timer: Clock = time.monotonic
    ) -> None:
        self._worker = worker
        self._database = database
        self._is_due = is_due
        self._publish = wake
        self._timer = timer
        self._outage = Outage(timer)
        self._is_working = False
        self._is_woken = False  # again, while it works
        self._holder = holder_name()
        self._note_at = timer()

    def wake(self) -> None:
        """See to it that what has just been committed is looked at: here if this process is at work, else by a wake-up."""
        if not self._join():
            self._publish()

    def carry(self) -> None:
        """Do what is due, for a slice of time; publish a wake-up if there is more. With a pool of threads, one of them does it for all."""
        if self._join(begin=True):
            return
        until = self._timer() + SLICE
        is_helped = False
        while True:
            try:
                self._note()
                is_helped = self._work(until, is_helped)
            except BaseException:
                self._is_working = False
                raise
            if self._may_end(until):
                return

    def _join(self, *, begin: bool = False) -> bool:
        """True if another thread is at work, which looks again before it ends; otherwise this one may begin."""
        with self._lock:
            if self._is_working:
                self._is_woken = True
                self._worker.wake()
                return True
            self._is_working = begin
            return False

    def _may_end(self, until: float) -> bool:
        is_over = self._timer() >= until
        with self._lock:
            if self._is_woken and not is_over:
                self._is_woken = False
                return False
            self._is_working = self._is_woken = False
        if is_over and self._has_more():
            self._publish()
        return True

    def _work(self, until: float, is_helped: bool) -> bool:
        """Step until nothing is due or under way; True if another process was called for help, as there was more than fits in here."""
        worker = self._worker
        while True:
            worker.is_claiming = self._timer() < until
            try:
                was_busy = worker.step()
                if was_busy and not is_helped and worker.is_claiming and self._has_more():
                    self._publish()
                    is_helped = True
            except Exception as error:  # noqa: BLE001  what was sent must be recorded, whatever fails
                if not worker.under_way or self._timer() >= until + PATIENCE:
                    self._outage.failed(error)
                    return is_helped
                threading.Event().wait(self._outage.failed(error))
                continue
            self._outage.recovered()
            if (not worker.under_way and not was_busy) or self._timer() >= until + PATIENCE:
                return is_helped
            if worker.under_way:
                worker.wait(was_busy)

    def _note(self) -> None:
        """Note now and then that a wake-up has arrived."""
        if self._timer() >= self._note_at:
            self._note_at = self._timer() + NOTE
            with suppress(StoreError), self._database.writing() as connection:  # a failure is logged when work is looked for
                leases.note(connection, leases.WOKEN, self._holder, self._worker.clock())

    def _has_more(self) -> bool:
        with self._database.reading() as connection:
            return self._is_due(connection, self._worker.clock())
