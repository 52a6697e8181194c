"""The worker in a process that serves an app: started once per process when it serves, and ended with it."""

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import TYPE_CHECKING
from weakref import WeakSet

from flask_chatbot.core.late import Late, new_lock, sleep
from flask_chatbot.core.logs import get_logger
from flask_chatbot.worker import detect

# Only for its type: a worker loads SQLAlchemy, which is slow, so it is made when the process serves.
if TYPE_CHECKING:
    from flask_chatbot.worker.worker import Worker

DRAIN_AT_EXIT = 10.0  # seconds that what is under way has when the process ends

log = get_logger(__name__)


class Embedded:
    """Starts the worker that `make` returns, once in each process that serves the app.

    If the server itself loads the app, it starts at once, after a fork in the child; otherwise with the first request. Never in other
    commands.
    """

    _lock = Late(new_lock)

    def __init__(self, make: "Callable[[], Worker]") -> None:
        self._make = make
        self._is_preloaded = False
        self._pid = 0  # of the process that works
        self._worker: Worker | None = None
        _all.add(self)

    def arm(self, frame: FrameType | None = None) -> None:
        """Call it while the app is set up: if this process is about to serve, the worker starts as soon as the app is complete."""
        frame = frame or sys._getframe(1)
        self._is_preloaded = detect.is_preloaded(frame)
        loading = detect.loader(frame, os.environ)
        if loading is not None:
            here = threading.get_ident()
            self._begin(lambda: detect.wait_until_whole(loading, here, sleep))

    def serve(self, environ: Mapping[str, object]) -> None:
        """Call it with each request: the first one proves that this process serves. It costs nothing after that."""
        if self._pid != os.getpid() and not detect.is_of_test_client(environ):
            self._begin(lambda: None)

    def wake(self) -> None:
        """Make the worker look for work at once, if it runs in this process."""
        worker = self._worker
        if worker is not None:
            worker.wake()

    def end(self, seconds: float = DRAIN_AT_EXIT) -> bool:
        """End the worker, if one runs here; True if everything it had begun was finished."""
        return drain_all(self.take(), seconds)

    def take(self) -> "list[Worker]":
        """The worker that runs here, if one does, for whoever ends it."""
        with self._lock:
            worker, self._worker = self._worker, None
        return [] if worker is None else [worker]

    def after_fork(self) -> None:
        """Start again in a child process."""
        self._pid, self._worker = 0, None
        if self._is_preloaded:
            threading.Thread(target=self._begin_if_worker, name="chatbot-start", daemon=True).start()

    def _begin_if_worker(self) -> None:
        before = time.sleep
        # Where gevent has replaced it meanwhile, this thread is none of its own, and the first request begins.
        if detect.wait_until_worker(before) and time.sleep is before:
            self._begin(lambda: None)

    def _begin(self, wait: Callable[[], object]) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
        from flask_chatbot.worker.sigterm import end_at_sigterm  # here, since it loads ctypes

        end_at_sigterm(_end_all)
        threading.Thread(target=self._work, args=[wait], name="chatbot-worker", daemon=True).start()

    def _work(self, wait: Callable[[], object]) -> None:
        wait()
        worker = self._make()
        with self._lock:
            self._worker = worker
        worker.run()


def drain_all(workers: "Iterable[Worker]", seconds: float) -> bool:
    """End several workers of one process at the same time; True if everything that they had begun was finished within the seconds."""
    ending = list(workers)
    for each in ending:
        each.stop(seconds)
    finished = [each.join() for each in ending]  # of every one, also after one that has not
    return all(finished)


_all: WeakSet[Embedded] = WeakSet()


def _after_fork() -> None:
    for each in list(_all):
        each.after_fork()


@atexit.register
def _end_all() -> None:
    drain_all([worker for each in list(_all) for worker in each.take()], DRAIN_AT_EXIT)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
