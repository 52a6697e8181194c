"""Workers as a process of their own: it prints their counts, and ends on a signal."""

import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from flask_chatbot.worker.embedded import drain_all
from flask_chatbot.worker.worker import DRAIN, Progress, Worker

SHOW_EVERY = 5.0  # seconds


class Workers:
    """Several workers of one process, which begin and end together; `progress` has the counts of all."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers

    @property
    def progress(self) -> Progress:
        """The counts so far, of all together."""
        return Progress.total(each.progress for each in self._workers)

    def start(self) -> None:
        """Start all."""
        for each in self._workers:
            each.start()

    def drain(self, seconds: float = DRAIN) -> bool:
        """End all within the seconds; True if everything under way was finished."""
        return drain_all(self._workers, seconds)


def run(worker: Worker | Workers, say: Callable[[str], object], *, seconds: float = DRAIN, every: float = SHOW_EVERY) -> bool:
    """Work until SIGTERM or Ctrl-C, then end within `seconds`; True if everything under way was finished.

    `say` is called with the counts, if they have changed after `every` seconds.
    """
    with _signals() as asked:
        worker.start()
        say("working; end it with Ctrl-C or SIGTERM")
        reported = ""
        while not _is_asked(asked, every):
            now = str(worker.progress)
            if now != reported:
                say(now)
                reported = now
        say(f"finishing {worker.progress.under_way} under way, within {seconds:g} seconds")
        is_finished = worker.drain(seconds)
        say(f"{worker.progress}; {'finished' if is_finished else 'the rest is left to other workers'}")
        return is_finished


def _is_asked(asked: "queue.SimpleQueue[int]", seconds: float) -> bool:
    try:
        asked.get(timeout=seconds)
    except queue.Empty:
        return False
    return True


@contextmanager
def _signals() -> Iterator["queue.SimpleQueue[int]"]:
    """A queue that receives SIGTERM and Ctrl-C instead of ending the process; a second Ctrl-C ends it as usual."""
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def hear(number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before[signal.SIGINT])
        asked.put(number)

    try:
        for each in before:
            signal.signal(each, hear)
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
