"""A small pool of threads for work that waits on I/O."""

import queue
import threading
from collections.abc import Callable
from contextvars import copy_context

Job = Callable[[], None]  # must not raise


class Threads:
    """At most `size` daemon threads, started on demand. Unlike an executor's, they never keep a process alive.

    They run in the context in which this was made, so that what they log names the app that they work for.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self.size = size
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._context = copy_context()
        self._lock = threading.Lock()
        self._running = 0
        self._submitted = 0  # jobs that are not done yet

    def submit(self, job: Job) -> None:
        """Queue a job for the next free thread."""
        with self._lock:
            self._submitted += 1
            if self._running < min(self._submitted, self.size):
                self._running += 1
                run = self._context.copy().run
                threading.Thread(target=run, args=[self._run], name=f"{self._name}-{self._running}", daemon=True).start()
        self._jobs.put(job)

    def close(self) -> None:
        """Let each thread end once the queue is empty."""
        with self._lock:
            for _ in range(self._running):
                self._jobs.put(None)
            self._running = 0

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                with self._lock:
                    self._submitted -= 1
