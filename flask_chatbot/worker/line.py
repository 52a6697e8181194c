"""`WorkerLine`: one line of a worker, with its transport and the queues of its own that no other line waits for."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from random import Random

from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.core.values.replies import Media
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.loop import WorkerHooks, WorkQueue
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.reminding.reminders import Reminders
from flask_chatbot.delivery.request_queue import RequestQueue
from flask_chatbot.delivery.send import MessageSender
from flask_chatbot.delivery.send_queue import LEASE, THREADS, SendQueue
from flask_chatbot.delivery.strangers.strangers import Strangers
from flask_chatbot.delivery.threads import Job
from flask_chatbot.delivery.window.window import Window
from flask_chatbot.receiving import event_queue
from flask_chatbot.receiving.deferring import Deferring
from flask_chatbot.receiving.event_queue import EventQueue
from flask_chatbot.receiving.sound import sound
from flask_chatbot.transports.base import Transport, capabilities_of
from flask_chatbot.transports.webhooks import HttpTransport
from flask_chatbot.worker.leadership import Lease, OpenTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOptions:
    """The parts of one line: `fetch` gets the file at a URL, under a file name; `received` answers what comes in.

    `address` gives a file of the bot's own an address from which others fetch it; `threads` is how many messages are sent at once.

    `staff` returns numbers and ids of people who are no strangers although they never wrote. `make_queues` makes more queues, which work
    only while their argument is true.

    `opened` is called with True or False as the transport opens and closes here, `shut` with the reason why it cannot be opened.
    """

    transport: Transport
    acks: Acks
    fetch: Callable[[str, str], File]
    received: Callable[[Incoming], None]
    address: Callable[[Media], Media] = lambda reply: reply
    tempo: Tempo | None = None
    window: Window | None = None
    reminders: Reminders | None = None
    staff: Callable[[], Collection[str]] = frozenset
    threads: int = THREADS
    make_queues: Callable[[Callable[[], bool]], Sequence[WorkQueue]] = lambda is_open: ()
    opened: Callable[[bool], None] = lambda is_open: None
    shut: Callable[[str], None] = lambda why: None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineParts:
    """The parts of a worker that a line works with. `submit` opens a transport beside the loop; without it, the loop waits for that."""

    database: Database
    hooks: WorkerHooks  # open while the worker leads
    random: Random
    lease: float = LEASE
    event_lease: float = event_queue.LEASE
    submit: Callable[[Job], None] | None = None


class WorkerLine:
    """Keeps the transport of a line open, sends its messages and answers what comes in, until it is ended."""

    def __init__(self, options: LineOptions, parts: LineParts, lease: Lease) -> None:
        self._options = options
        self._parts = parts
        transport, hooks = options.transport, parts.hooks
        self._transport = OpenTransport(
            transport,
            listener=self,
            lease=lease,
            database=parts.database,
            timer=hooks.timer,
            opened=options.opened,
            shut=options.shut,
            submit=parts.submit,
        )
        self._deferring = Deferring(
            database=parts.database,
            session=transport.name,
            received=options.received,
            clock=hooks.clock,
            keeps=isinstance(transport, HttpTransport),  # it asks for what comes in, and the next is not to wait for an answer
        )
        self.sends = self._make_send_queue()
        self.events = EventQueue(transport.name, received=options.received, hooks=hooks, lease=parts.event_lease)
        requests = RequestQueue(transport, is_open=self._is_asked, wake=hooks.wake)
        self.others: tuple[WorkQueue, ...] = (self.events, requests, *options.make_queues(self._may_send))

    def received(self, message: Message) -> None:
        """Answer an incoming message, and send the answers."""
        self._heed(message)

    def echoed(self, echo: Echo) -> None:
        """Heed a message of the bot's own account; it is kept for later while it may be one that the bot just sends."""
        self._heed(echo)

    def renamed(self, change: IdentityChange) -> None:
        """Heed that somebody goes by other names."""
        self._heed(change)

    def _heed(self, incoming: Incoming) -> None:
        self._deferring.heed(incoming)
        self._parts.hooks.wake()

    def receipt(self, receipt: Receipt) -> None:
        """Record a receipt, and make its callbacks."""
        if sound(self._options.transport.name, receipt) is not None:
            self._options.acks.receipt(self._parts.database, receipt)
            self._parts.hooks.wake()

    def keep(self) -> None:
        """Open the transport, or close it, as its lease requires. Raises `StoreError` if the database fails."""
        self._transport.keep()

    def rest(self) -> None:
        """Close the transport if it is open, since this worker does not lead."""
        if self._transport.is_open:
            self._transport.end()

    def end(self) -> None:
        """Close the transport, and release it for another process."""
        self._transport.end()

    def _make_send_queue(self) -> SendQueue:
        options, parts = self._options, self._parts
        able = capabilities_of(options.transport)
        ask = options.transport.has_whatsapp if able.check_number else None
        strangers = Strangers(options.transport.name, ask, options.staff) if able.strangers_limited else None
        check = strangers.check if strangers is not None else None
        return SendQueue(
            options.transport.name,
            sender=MessageSender(options.transport, fetch=options.fetch, clock=parts.hooks.clock, check=check, address=options.address),
            acks=options.acks,
            hooks=replace(parts.hooks, is_open=self._may_send),
            random=parts.random,
            tempo=options.tempo,
            window=options.window,
            reminders=options.reminders,
            strangers=strangers,
            lease=parts.lease,
            threads=options.threads,
        )

    def _may_send(self) -> bool:
        return self._transport.is_open and self._parts.hooks.is_open()

    def _is_asked(self) -> bool:
        """True if other processes may send requests to this one; a transport that runs anywhere they can ask themselves."""
        return self._may_send() and not self._options.transport.runs_anywhere
