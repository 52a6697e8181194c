"""`Worker`: sends the messages in the outbox, makes the callbacks, and keeps the transport open, in its own threads."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom

from sqlalchemy import Connection

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import server_time
from flask_chatbot.delivery import callback_queue
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.callback_queue import CallbackQueue
from flask_chatbot.delivery.crashes import CrashedClaims
from flask_chatbot.delivery.loop import POLL, Loop, Outage, Polling, WorkerHooks
from flask_chatbot.delivery.notify import CallbackSender
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.request_queue import RequestQueue
from flask_chatbot.delivery.retry import Clock
from flask_chatbot.delivery.send import MessageSender
from flask_chatbot.delivery.send_queue import LEASE, SendQueue
from flask_chatbot.errors import StoreError
from flask_chatbot.receiving.event_queue import EventQueue
from flask_chatbot.store.sweeping import end_claims
from flask_chatbot.transports.base import Transport
from flask_chatbot.worker.clocks import AskTime, SharedClock
from flask_chatbot.worker.leadership import DURATION, Lease, OpenTransport, holder_name

DRAIN = 20.0  # seconds that what is under way has to end
SWEEP_EVERY = 300.0  # seconds
SWEEP_ON = 1.0  # seconds, while there is more
SET_BACK = 1.0  # seconds that a clock must go back at once for it to be distinguished from one that is only slow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """The parts and settings of a worker.

    `fetch` gets the file at a URL, under a file name. `received` answers an incoming message. `sweep` deletes some expired rows, and
    returns how many. `opened` is called with True or False as the transport opens and closes here, `shut` with the reason why it cannot be
    opened. `clock` returns epoch seconds, `timer` is monotonic; `ask_time` is the clock of the database server, which counts if there is
    one, as machines differ. `lease` is how long a message waits for a worker that was killed, `callback_lease` how long a callback and
    `duration` how long a transport does, in seconds.
    """

    database: Database
    transport: Transport
    callback_sender: CallbackSender
    acks: Acks
    fetch: Callable[[str, str], File]
    received: Callable[[Message], None]
    sweep: Callable[[Connection], int]
    tempo: Tempo | None = None
    clock: Clock = time.time
    timer: Clock = time.monotonic
    ask_time: AskTime = server_time
    random: Random = field(default_factory=SystemRandom)
    opened: Callable[[bool], None] = lambda is_open: None
    shut: Callable[[str], None] = lambda why: None
    lease: float = LEASE
    callback_lease: float = callback_queue.LEASE
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


class Worker:
    """Works from `start` until `drain`. With `leads`, only while it is the leader: one worker per database at a time."""

    def __init__(self, options: WorkerOptions, *, leads: bool) -> None:
        self._options = options
        self._wakeup = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._deadline = 0.0
        self._sweep_at = options.timer()
        self._ahead = options.clock() - options.timer()
        self._clock = SharedClock(options.database, clock=options.clock, timer=options.timer, ask=options.ask_time)
        holder = holder_name()
        self._leader = self._lease("worker", holder) if leads else None
        self._transport = self._make_transport(holder)
        self._send_queue = self._make_send_queue()
        self._callback_queue = CallbackQueue(options.callback_sender, self._hooks(self._is_leading), lease=options.callback_lease)
        request_queue = RequestQueue(options.transport, is_open=self._is_asked, wake=self.wake)
        event_queue = EventQueue(options.transport.name, received=options.received, hooks=self._hooks(self._is_leading))
        self._crashed = CrashedClaims((self._send_queue, self._callback_queue), options.timer)
        queues = (self._send_queue, self._callback_queue, event_queue, request_queue, self._crashed)
        self._loop = Loop(options.database, queues, self._clock)
        self._polling = Polling(self._wakeup, self._stopping)
        self._outage = Outage(options.timer)

    @property
    def progress(self) -> Progress:
        """The counts so far."""
        sends, calls = self._send_queue, self._callback_queue
        return Progress(
            sent=sends.sent,
            failed=sends.failed,
            called_back=calls.delivered,
            gave_up=calls.failed,
            under_way=self._loop.under_way,
        )

    def start(self) -> None:
        """Start a thread that does not keep the process alive."""
        self._ended.clear()
        threading.Thread(target=self.run, name="chatbot-worker", daemon=True).start()

    def wake(self) -> None:
        """Look for work at once."""
        self._wakeup.set()

    def drain(self, seconds: float = DRAIN) -> bool:
        """Claim nothing more, and end once all claims under way are done or the seconds are over; True if all are done."""
        self._deadline = self._options.timer() + seconds
        self._stopping.set()
        self._wakeup.set()
        self._ended.wait(seconds + 1.0)
        return not self._loop.under_way

    def received(self, message: Message) -> None:
        """Answer an incoming message, and send the answers."""
        self._options.received(message)
        self.wake()

    def receipt(self, receipt: Receipt) -> None:
        """Record a receipt, and make its callbacks."""
        self._options.acks.receipt(self._options.database, receipt)
        self.wake()

    def run(self) -> None:
        """Work until `drain` is called from another thread."""
        self._ended.clear()
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
        leads = self._leader is None or self._leader.hold()
        if leads:
            self._transport.keep()
            self._sweep()
        elif self._transport.is_open:
            self._transport.end()
        return self._loop.step()

    def _lease(self, name: str, holder: str) -> Lease:
        options = self._options
        return Lease(options.database, name=name, holder=holder, clock=self._clock, timer=options.timer, duration=options.duration)

    def _make_transport(self, holder: str) -> OpenTransport:
        options = self._options
        return OpenTransport(
            options.transport,
            listener=self,
            lease=self._lease(f"session:{options.transport.name}", holder),
            database=options.database,
            timer=options.timer,
            opened=options.opened,
            shut=options.shut,
        )

    def _make_send_queue(self) -> SendQueue:
        options = self._options
        sender = MessageSender(options.transport, fetch=options.fetch, clock=self._clock)
        hooks = self._hooks(self._may_send)
        return SendQueue(
            options.transport.name,
            sender=sender,
            acks=options.acks,
            hooks=hooks,
            random=options.random,
            tempo=options.tempo,
            lease=options.lease,
        )

    def _hooks(self, is_open: Callable[[], bool]) -> WorkerHooks:
        return WorkerHooks(
            is_open=is_open, wake=self.wake, clock=self._clock, timer=self._options.timer, is_quiet=lambda: self._crashed.is_quiet
        )

    def _is_leading(self) -> bool:
        return self._leader is None or self._leader.is_held

    def _may_send(self) -> bool:
        return self._transport.is_open and self._is_leading()

    def _is_asked(self) -> bool:
        """True if other processes may send requests to this one; a transport that runs anywhere they can ask themselves."""
        return self._may_send() and not self._options.transport.runs_anywhere

    def _sweep(self) -> None:
        """Delete a few expired rows now and then; claims that a clock set back left in the future are ended at once."""
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
            self._transport.end()
            if self._leader is not None:
                self._leader.give_up()
        except StoreError as error:
            log.warning("the leases of this worker expire by themselves: %s", error)
