"""`Worker`: sends the messages in the outbox, makes the callbacks, and keeps the transports open, in its own threads."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, fields
from random import Random, SystemRandom

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery import callback_queue
from flask_chatbot.delivery.callback_queue import CallbackQueue
from flask_chatbot.delivery.crashes import CrashedClaims, DurableQueue
from flask_chatbot.delivery.loop import POLL, Loop, Outage, Polling, WorkerHooks, WorkQueue
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.delivery.retry import Clock
from flask_chatbot.delivery.send_queue import LEASE
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.errors import StoreError
from flask_chatbot.receiving import event_queue
from flask_chatbot.store.leases import LEADER
from flask_chatbot.store.upkeep.sweeping import end_claims
from flask_chatbot.worker.clocks import AskTime, SharedClock
from flask_chatbot.worker.leadership import DURATION, Lease, heartbeat_name, holder_name
from flask_chatbot.worker.line import LineOptions, LineParts, WorkerLine

DRAIN = 20.0  # seconds that what is under way has to end
SWEEP_EVERY = 300.0  # seconds
SWEEP_ON = 1.0  # seconds, while there is more
SET_BACK = 1.0  # seconds that a clock must go back at once for it to be distinguished from one that is only slow

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """The parts and settings of a worker.

    Without a `callback_sender`, it makes no callbacks. `sweep` deletes some expired rows, and returns how many; without it, nothing is
    swept. A worker that is not `is_lasting` works only now and then, so that nobody misses it. `make_queues` makes more queues from the
    hooks into this worker. `clock` returns epoch seconds, `timer` is monotonic; `ask_time` is the clock of the database server, which
    counts if there is one, as machines differ. `lease` is how long a message waits for a worker that was killed, `callback_lease` how long
    a callback, `event_lease` how long a message that came in and `duration` how long a transport does, in seconds.
    """

    database: Database
    lines: Sequence[LineOptions]
    callback_sender: CallbackSender | None
    sweep: Callable[[Connection], int] | None
    is_lasting: bool = True
    make_queues: Callable[[WorkerHooks], Sequence[WorkQueue]] = lambda hooks: ()
    clock: Clock = time.time
    timer: Clock = time.monotonic
    ask_time: AskTime = server_time
    random: Random = field(default_factory=SystemRandom)
    lease: float = LEASE
    callback_lease: float = callback_queue.LEASE
    event_lease: float = event_queue.LEASE
    duration: float = DURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The counts of a worker so far."""

    sent: int = 0
    failed: int = 0
    called_back: int = 0
    gave_up: int = 0
    under_way: int = 0

    def __str__(self) -> str:
        """The counts in a line.

        >>> print(Progress(sent=3, called_back=6))
        sent 3 (given up 0), called back 6 (given up 0), under way 0
        """
        sends = f"sent {self.sent} (given up {self.failed})"
        return f"{sends}, called back {self.called_back} (given up {self.gave_up}), under way {self.under_way}"

    @classmethod
    def total(cls, counts: "Iterable[Progress]") -> "Progress":
        """The counts of several workers together.

        >>> print(Progress.total([Progress(sent=3), Progress(sent=1, failed=2)]))
        sent 4 (given up 2), called back 0 (given up 0), under way 0
        """
        every = list(counts)
        return cls(**{each.name: sum(getattr(one, each.name) for one in every) for each in fields(cls)})


class Worker:
    """Works from `start` until `drain`. With `leads`, only while it is the leader: one worker per database at a time."""

    def __init__(self, options: WorkerOptions, *, leads: bool) -> None:
        self._options = options
        self._wakeup = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._deadline, self._context = 0.0, copy_context()
        self._sweep_at = options.timer()
        self._ahead = options.clock() - options.timer()
        self._clock = SharedClock(options.database, clock=options.clock, timer=options.timer, ask=options.ask_time)
        holder, hooks = holder_name(), self._hooks()
        self._leader = self._lease(LEADER, holder) if leads else None
        # Whoever does not lead has no lease to be seen by.
        self._heartbeat = self._leader or (self._lease(heartbeat_name(holder), holder) if options.is_lasting else None)
        self._lines = self._make_lines(holder, hooks)
        self._send_queues = [line.sends for line in self._lines]
        caller = options.callback_sender
        self._callback_queues = [] if caller is None else [CallbackQueue(caller, hooks, lease=options.callback_lease)]
        others = [*(queue for line in self._lines for queue in line.others), *options.make_queues(hooks)]
        self._crashed = self._make_crashed_claims()
        queues: Sequence[WorkQueue] = (*self._send_queues, *self._callback_queues, *others, self._crashed)
        self._loop = Loop(options.database, queues, self._clock)
        self._polling = Polling(self._wakeup, self._stopping)
        self._notifications = options.database.notifications(self._polling.notified)
        self._outage = Outage(options.timer)
        self.is_claiming = True  # set it to False to have nothing more begun

    @property
    def clock(self) -> Clock:
        """The epoch seconds that all workers of the database share."""
        return self._clock

    @property
    def under_way(self) -> int:
        """The number of claims that are not yet recorded."""
        return self._loop.under_way

    @property
    def progress(self) -> Progress:
        """The counts so far."""
        sends, calls = self._send_queues, self._callback_queues
        return Progress(
            sent=sum(each.sent for each in sends),
            failed=sum(each.failed for each in sends),
            called_back=sum(each.delivered for each in calls),
            gave_up=sum(each.failed for each in calls),
            under_way=self._loop.under_way,
        )

    def start(self) -> None:
        """Start a thread that does not keep the process alive; it works in the context in which the worker was made."""
        self._ended.clear()
        threading.Thread(target=self._context.copy().run, args=[self.run], name="chatbot-worker", daemon=True).start()

    def wake(self) -> None:
        """Look for work at once."""
        self._wakeup.set()

    def wait(self, was_busy: bool) -> None:
        """Wait until the next step is due, for whoever calls `step` by themselves."""
        self._polling.wait(was_busy)

    def drain(self, seconds: float = DRAIN) -> bool:
        """Claim nothing more, and end once all claims under way are done or the seconds are over; True if all are done."""
        self.stop(seconds)
        return self.join()

    def stop(self, seconds: float = DRAIN) -> None:
        """Begin to end as `drain` does, without waiting for it."""
        self._deadline = self._options.timer() + seconds
        self._stopping.set()
        self._wakeup.set()

    def join(self) -> bool:
        """Wait until a worker that was stopped has ended; True if all its work is done."""
        self._ended.wait(max(0.0, self._deadline - self._options.timer()) + 1.0)
        return not self._loop.under_way

    def run(self) -> None:
        """Work until `drain` is called from another thread."""
        self._ended.clear()
        if self._notifications is not None:
            self._notifications.start()
        while not self._stopping.is_set():
            try:
                was_busy = self.step()
            except Exception as error:  # noqa: BLE001  the worker goes on, whatever it was
                self._stopping.wait(self._outage.failed(error))
                continue
            self._outage.recovered()
            self._polling.wait(was_busy)
        self._finish()
        self._ended.set()

    def step(self) -> bool:
        """Do everything that is due now; True if there was anything."""
        self._clock.keep()
        is_held = self._heartbeat is not None and self._heartbeat.hold()
        leads = self._leader is None or is_held
        for line in self._lines:
            if leads:
                line.keep()
            else:
                line.rest()
        if leads:
            self._sweep()
        return self._loop.step()

    def _lease(self, name: str, holder: str) -> Lease:
        options = self._options
        return Lease(options.database, name=name, holder=holder, clock=self._clock, timer=options.timer, duration=options.duration)

    def _make_lines(self, holder: str, hooks: WorkerHooks) -> list[WorkerLine]:
        options = self._options
        # With several lines, one that takes long to open must not hold up the others.
        submit = Threads("chatbot-open", len(options.lines)).submit if len(options.lines) > 1 else None
        leases = {"lease": options.lease, "event_lease": options.event_lease}
        parts = LineParts(database=options.database, hooks=hooks, random=options.random, submit=submit, **leases)
        return [WorkerLine(each, parts, self._lease(f"session:{each.transport.name}", holder)) for each in options.lines]

    def _make_crashed_claims(self) -> CrashedClaims:
        events = [line.events for line in self._lines]
        queues: Sequence[DurableQueue] = (*self._send_queues, *self._callback_queues, *events)
        return CrashedClaims(queues, self._options.timer)

    def _hooks(self) -> WorkerHooks:
        return WorkerHooks(
            is_open=self._is_leading,
            wake=self.wake,
            clock=self._clock,
            timer=self._options.timer,
            is_quiet=lambda: self._crashed.is_quiet,
        )

    def _is_leading(self) -> bool:
        return self.is_claiming and (self._leader is None or self._leader.is_held)

    def _sweep(self) -> None:
        """Delete a few expired rows now and then; claims that a clock set back left in the future are ended at once."""
        if self._options.sweep is None:
            return
        timer = self._options.timer()
        ahead = self._options.clock() - timer
        is_set_back = self._ahead - ahead > SET_BACK
        if timer >= self._sweep_at or is_set_back:
            with self._options.database.writing() as connection:
                if is_set_back:
                    end_claims(connection, self._clock())
                has_more = self._options.sweep(connection) > 0
            self._sweep_at = timer + (SWEEP_ON if has_more else SWEEP_EVERY)
        self._ahead = ahead

    def _finish(self) -> None:
        """Record the results of everything still under way, and release the rest for other workers."""
        if self._notifications is not None:
            self._notifications.close()
        self._loop.close()
        while self._loop.under_way and self._options.timer() < self._deadline:
            try:
                self._loop.step()
                self._outage.recovered()
                wait = POLL[1]
            except Exception as error:  # noqa: BLE001  as above
                wait = self._outage.failed(error)
            if self._loop.under_way:
                self._wakeup.wait(min(wait, max(0.0, self._deadline - self._options.timer())))
                self._wakeup.clear()
        try:
            for line in self._lines:
                line.end()
            if self._heartbeat is not None:
                self._heartbeat.give_up()
        except StoreError as error:
            log.warning("the leases of this worker expire by themselves: %s", error)
