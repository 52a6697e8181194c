"""A few threads for work that waits for others."""

import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]  # must not raise


class Crew:
    """At most `size` threads, each started when there is work for it. Unlike a pool's, they keep no process from ending."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self.size = size
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._given = 0  # jobs that are not done yet

    def give(self, job: Job) -> None:
        """Have a job done."""
        with self._lock:
            self._given += 1
            if self._threads < min(self._given, self.size):
                self._threads += 1
                threading.Thread(target=self._run, name=f"{self._name}-{self._threads}", daemon=True).start()
        self._jobs.put(job)

    def dismiss(self) -> None:
        """Let each thread end once it has nothing left to do."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)
            self._threads = 0

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                with self._lock:
                    self._given -= 1
