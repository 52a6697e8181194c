"""`FairLock`: a fair lock for the writers of one SQLite file in this process."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from weakref import WeakValueDictionary

from flask_chatbot.core.late import Late, new_lock


class FairLock:
    """A fair lock. SQLite's own wait polls, so latecomers may overtake, and some wait a hundred times as long."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._holder: int | None = None  # a thread
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @contextmanager
    def held(self, seconds: float) -> Iterator[float]:
        """Hold the lock; yield the seconds left. Raises `TimeoutError` if it does not become free in time."""
        started = monotonic()
        had_to_wait = self._take(seconds)
        try:
            yield max(0.0, seconds - (monotonic() - started)) if had_to_wait else seconds
        finally:
            self._give()

    def is_mine(self) -> bool:
        """True if this very thread holds the lock."""
        return self._holder == threading.get_ident()

    def _take(self, seconds: float) -> bool:
        """Take the lock; True if it had to wait."""
        me = threading.get_ident()
        with self._mutex:
            if self._holder is None:
                self._holder = me
                return False
            if self._holder == me:
                raise RuntimeError("This thread is writing to the database already. Use the connection of that transaction.")
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append((me, mine))
        try:
            if not mine.acquire(timeout=seconds):
                raise TimeoutError
        except BaseException:  # the worker may be told to end, or the greenlet be killed, while it waits
            self._leave(me, mine)
            raise
        return True

    def _give(self) -> None:
        with self._mutex:
            self._holder = None
            if self._waiting:
                self._holder, its = self._waiting.popleft()
                its.release()

    def _leave(self, me: int, mine: threading.Lock) -> None:
        with self._mutex:
            if (me, mine) in self._waiting:
                self._waiting.remove((me, mine))
                return
        self._give()  # the lock had come free at that very moment


class _Files:
    """The lock of each file that is open here."""

    _lock = Late(new_lock)
    _locks: Late["WeakValueDictionary[str, FairLock]"] = Late(WeakValueDictionary)

    def lock_of(self, path: Path) -> FairLock:
        name = os.path.realpath(path)
        with self._lock:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = FairLock()
            return lock


_files = _Files()


def lock_of(path: Path) -> FairLock:
    """The lock of a file: shared by all of this process as long as somebody holds it, and new after a fork."""
    return _files.lock_of(path)
