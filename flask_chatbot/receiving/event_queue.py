"""The queue of what came in and is decided later: each message and event by a thread, one of a chat at a time, and then settled."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.origins import belonging_to
from flask_chatbot.core.values.incoming.events import Incoming, names_in
from flask_chatbot.core.values.messages import Message
from flask_chatbot.delivery.loop import Begin, WorkerHooks
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.errors import StoreError, Uncommitted
from flask_chatbot.store.incoming import events
from flask_chatbot.store.incoming.events import EventClaim

LEASE = 15.0  # seconds that a chat waits for a worker that was killed
RENEWED_AT = 2 / 3  # of a lease left
THREADS = 4
MOST_TRIES = 8  # then a message is given up: it trips everybody up, or kills each worker
MOST_WAIT = 60.0  # seconds between two tries
LONGEST = 60.0  # seconds that the events of crashed workers wait for one that is being decided
AGAIN = 0.2  # seconds until what is undecided is tried again

log = get_logger(__name__)


class Undecided(Exception):
    """Raised for an event that cannot be decided before something else has ended, which is under way."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The end of a try: the message was answered, or `error` came instead."""

    claim: EventClaim
    error: Exception | None = None


class EventQueue:
    """Decides messages and events with a few threads; `received` does one, or nothing if that has been done. `lease` is in seconds."""

    def __init__(self, session: str, *, received: Callable[[Incoming], None], hooks: WorkerHooks, lease: float = LEASE) -> None:
        self._session = session
        self._received = received
        self._hooks = hooks
        self._lease = lease
        self._threads = Threads("chatbot-inbound", THREADS)
        self._held: dict[int, EventClaim] = {}  # by row
        self._lost: set[int] = set()  # rows that another worker claimed while a thread of ours was at it
        self._abandoned_at: dict[int, float] = {}  # by row, and by the timer: from then on nothing waits for one that hangs
        self._done: deque[Decided] = deque()
        self._last_chat = ""  # that was claimed from: the next claim goes on behind it
        self._is_closing = False

    @property
    def under_way(self) -> int:
        return len(self._held)

    @property
    def in_flight(self) -> int:
        timer = self._hooks.timer()
        return sum(timer < at for at in self._abandoned_at.values())

    def has_results(self) -> bool:
        return bool(self._done)

    def is_due(self, connection: Connection, now: float) -> bool:
        return bool(self._expiring(now)) or (self._room() > 0 and events.is_due(connection, self._session, now))

    def write(self, connection: Connection, now: float) -> Begin:
        done = list(self._done)
        events.settle(connection, [each.claim for each in done if each.error is None], now)
        for each in done:
            if each.error is not None:
                self._failed(connection, each, each.error, now)
        over = {each.claim.seq for each in done}
        expiring = [each for each in self._expiring(now) if each.seq not in over]
        renewed = events.renew(connection, expiring, now + self._lease)
        claims = self._claim(connection, now, self._room(len(done)))

        def begin() -> None:
            for each in done:
                self._done.popleft()
                self._held.pop(each.claim.seq, None)
                self._abandoned_at.pop(each.claim.seq, None)
            self._lost = (self._lost | {each.seq for each in expiring} - {each.seq for each in renewed}) & self._held.keys()
            self._held |= {each.seq: each for each in renewed}
            for claim in claims:
                self._take(claim)

        return begin

    def has_crashed(self, connection: Connection, now: float) -> bool:
        return self._may_claim() and events.has_crashed(connection, self._session, now)

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        if not self._may_claim():
            return None
        while (claim := events.claim_crashed(connection, self._session, now, self._lease)) is not None:
            if claim.tries < MOST_TRIES:  # the first worker that it killed had others in hand, too
                return partial(self._take, claim)
            log.error("event %d is given up: %d workers ended while they tried it", claim.seq, MOST_TRIES)
            events.settle(connection, [claim], now)
        return None

    def close(self) -> None:
        self._is_closing = True
        self._threads.close()

    def _may_claim(self) -> bool:
        return not self._is_closing and self._hooks.is_open()

    def _room(self, freed: int = 0) -> int:
        return THREADS - len(self._held) + freed if self._may_claim() and not self._hooks.is_quiet() else 0

    def _claim(self, connection: Connection, now: float, room: int) -> list[EventClaim]:
        if room <= 0:
            return []
        claims = events.claim(connection, self._session, now, self._lease, room, self._last_chat)
        self._last_chat = claims[-1].chat if claims else ""  # in the order of the database, which the next claim goes on in
        return claims

    def _take(self, claim: EventClaim) -> None:
        self._held[claim.seq] = claim
        self._abandoned_at[claim.seq] = self._hooks.timer() + LONGEST
        self._threads.submit(partial(self._decide, claim))

    def _expiring(self, now: float) -> list[EventClaim]:
        """Claims whose lease ends soon, or, after a clock was set back, later than any lease can."""
        soonest, latest = now + RENEWED_AT * self._lease, now + self._lease
        held = [each for seq, each in self._held.items() if seq not in self._lost]
        return [each for each in held if not soonest < each.leased_until <= latest]

    def _decide(self, claim: EventClaim) -> None:
        try:
            if claim.incoming is None:
                raise ValueError("another version wrote it, and this one cannot read it")
            with belonging_to(claim.origin):
                self._received(claim.incoming)
            self._done.append(Decided(claim))
        except Exception as error:  # noqa: BLE001  whatever it is, the message must be answered
            self._done.append(Decided(claim, error))
        self._hooks.wake()

    def _failed(self, connection: Connection, decided: Decided, error: Exception, now: float) -> None:
        """Have an event tried again later, or give it up."""
        claim = decided.claim
        if isinstance(error, Undecided):
            events.settle_later(connection, claim, now + AGAIN, claim.tries - 1)
            return
        # A database that is away is no fault of the message; a handler that keeps it from being written fails with each try.
        tries = claim.tries - (isinstance(error, StoreError) and not isinstance(error, Uncommitted))
        wait = min(2.0**tries, MOST_WAIT)
        about = {**claim.origin.fields, "event": claim.seq, "line": self._session, "attempt": tries, "trace": _told(decided)}
        if tries < MOST_TRIES:
            facts = {**about, "wait": wait}
            log.warning("event %(event)d could not be answered, and is tried again in %(wait)g seconds\n%(trace)s", facts)
            events.settle_later(connection, claim, now + wait, tries)
            return
        log.error("event %(event)d is given up at try %(attempt)d: it is not answered\n%(trace)s", about)
        events.settle(connection, [claim], now)


def _told(decided: Decided) -> str:
    """The error of a try, without the words and the numbers of what it is about."""
    incoming, error = decided.claim.incoming, decided.error
    if error is None:
        return ""
    names = [name.value for name in names_in(incoming)] if incoming is not None else []
    return redacted(error, [*names, *(private(incoming) if isinstance(incoming, Message) else [])])
