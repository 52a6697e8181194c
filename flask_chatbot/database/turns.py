"""`Turns`: the writers of one SQLite file in this process, one after the other, in the order in which they came."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from weakref import WeakValueDictionary

from flask_chatbot.core.late import Late, new_lock


class Turns:
    """A lock that is fair: SQLite's own wait looks now and then, so who comes late may go first, and some wait a hundred times as long."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._holder: int | None = None  # a thread
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[float]:
        """Have the turn; what is left of the seconds. `TimeoutError` where it does not come within them."""
        started = monotonic()
        had_to_wait = self._take(seconds)
        try:
            yield max(0.0, seconds - (monotonic() - started)) if had_to_wait else seconds
        finally:
            self._give()

    def _take(self, seconds: float) -> bool:
        """Whether it had to wait."""
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
        self._give()  # the turn had come at that very moment


class _Files:
    """The turns of each file that is open here."""

    _lock = Late(new_lock)
    _turns: Late["WeakValueDictionary[str, Turns]"] = Late(WeakValueDictionary)

    def turns_of(self, path: Path) -> Turns:
        name = os.path.realpath(path)
        with self._lock:
            turns = self._turns.get(name)
            if turns is None:
                turns = self._turns[name] = Turns()
            return turns


_files = _Files()


def turns_of(path: Path) -> Turns:
    """The turns of a file: the same for whoever asks in this process while somebody holds them, and others after a fork."""
    return _files.turns_of(path)
