"""Work that is due and that no process may be at: what the processes of a task queue are woken for."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from flask_chatbot.delivery.loop import Begin, WorkerHooks, WorkQueue
from flask_chatbot.delivery.retry import Backoff
from flask_chatbot.store import callbacks, outbox, paces
from flask_chatbot.store.incoming import events
from flask_chatbot.worker.line import LineOptions

BEAT = 30.0  # seconds without a wake-up after which one is published though nothing is due, to show that they arrive
WAKE = (0.1, 10.0)  # seconds between two wake-ups for the same work, doubling: the first may be lost, or all may be busy

IsDue = Callable[[Connection, float], bool]


class DueWork:
    """True, when called, if messages of these lines, what came in by them, broadcasts or callbacks can be begun now."""

    def __init__(self, lines: Sequence[LineOptions]) -> None:
        self._lines = lines
        self._queues: list[WorkQueue] = [queue for line in lines for queue in line.make_queues(lambda: True)]

    def __call__(self, connection: Connection, now: float) -> bool:
        return (
            any(_is_due(connection, line, now) for line in self._lines)
            or callbacks.is_due(connection, now, set())
            or callbacks.has_crashed(connection, now)
            or any(queue.is_due(connection, now) for queue in self._queues)
        )


class DueQueue:
    """Has processes woken when something becomes due, and again, ever more rarely, while it is.

    It finds what no wake-up was published for, or whose wake-up was lost: tries that are repeated later, messages for a certain time, what
    a killed process had claimed. While nothing is due, it wakes one now and then, to show that wake-ups arrive.
    """

    under_way = 0

    def __init__(self, is_due: IsDue, hooks: WorkerHooks, wake: Callable[[], None]) -> None:
        self._is_due = is_due
        self._hooks = hooks
        self._wake = wake
        self._backoff = Backoff(*WAKE)
        self._again_at = hooks.timer()
        self._beat_at = hooks.timer() + BEAT
        self._is_closing = False

    def has_results(self) -> bool:
        return False

    def is_due(self, connection: Connection, now: float) -> bool:
        if self._is_closing or not self._hooks.is_open():
            return False
        timer = self._hooks.timer()
        if self._is_due(connection, now):
            return timer >= self._again_at
        self._backoff.reset()
        self._again_at = timer
        return timer >= self._beat_at

    def write(self, connection: Connection, now: float) -> Begin:
        if not self.is_due(connection, now):
            return lambda: None
        timer = self._hooks.timer()
        self._again_at, self._beat_at = timer + self._backoff.wait(), timer + BEAT
        return self._wake

    def close(self) -> None:
        self._is_closing = True


def _is_due(connection: Connection, line: LineOptions, now: float) -> bool:
    name, tempo = line.transport.name, line.tempo
    if events.is_due(connection, name, now) or events.has_crashed(connection, name, now):
        return True
    if not outbox.is_due(connection, name, now) and not outbox.has_crashed(connection, name, now):
        return False
    return tempo is None or paces.free_at(connection, name, tempo.rate) <= now
