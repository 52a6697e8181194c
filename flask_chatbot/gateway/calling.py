"""The road of all callbacks: claimed ahead, begun as their hosts have room, and written down many at once."""

import logging
import threading
from collections import deque
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.gateway.callbacks import DEADLINE, Caller, Tried
from flask_chatbot.gateway.crew import Crew
from flask_chatbot.gateway.lanes import Lanes
from flask_chatbot.gateway.pump import Begin, Shift
from flask_chatbot.gateway.schedule import CALLBACK_WAITS
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import CallbackClaim, Outcome

LEASE = 60.0  # seconds
THREADS = 64
KILLER = "Each worker that tried it died."
AHEAD = 2  # times as many are claimed as there are threads, so that none waits for a transaction

log = logging.getLogger(__name__)


class Calling:
    """Makes callbacks with many threads."""

    def __init__(self, caller: Caller, shift: Shift, *, threads: int = THREADS) -> None:
        self._caller = caller
        self._shift = shift
        self._crew = Crew("chatbot-callback", threads)
        self._lanes = Lanes(threads)
        self._lock = threading.Lock()  # of the lanes, and of what waits
        self._waiting: dict[str, deque[CallbackClaim]] = {}
        self._waits = 0
        self._calls = 0
        self._done: deque[tuple[CallbackClaim, Tried | None]] = deque()
        self._is_closing = False
        self.told = self.failed = 0

    @property
    def under_way(self) -> int:
        return self._calls + self._waits + len(self._done)

    def has_news(self) -> bool:
        return bool(self._done)

    def is_due(self, connection: Connection, now: float) -> bool:
        return self._room() > 0 and callbacks.is_due(connection, now, self._busy())

    def write(self, connection: Connection, now: float) -> Begin:
        done = list(self._done)
        if done:
            callbacks.settle_all(connection, [(claim, outcome_of(tried)) for claim, tried in done], now)
        room = self._room()
        claims = callbacks.claim(connection, now, LEASE, room, self._busy()) if room else []

        def begin() -> None:
            for _ in done:
                self._count(*self._done.popleft())
            self._take(claims)

        return begin

    def hand_back(self) -> None:
        with self._lock:
            self._is_closing = True
            for claims in self._waiting.values():
                self._done.extend((claim, None) for claim in claims)
            self._waiting.clear()
            self._waits = 0
        self._crew.dismiss()

    def _count(self, claim: CallbackClaim, tried: Tried | None) -> None:
        if tried is None:
            return
        if tried.error is None:
            self.told += 1
        elif tried.due_at is None:
            self.failed += 1
            log.warning("callback %s of message %s is given up at try %d: %s", claim.id, claim.message, claim.tries, tried.error)
        else:
            log.info("callback %s of message %s is made later, after try %d: %s", claim.id, claim.message, claim.tries, tried.error)

    def _room(self) -> int:
        return 0 if self._is_closing or not self._shift.is_open() else max(0, AHEAD * self._crew.size - self._calls - self._waits)

    def _busy(self) -> set[str]:
        with self._lock:
            return {host for host in {*self._lanes.active, *self._waiting} if not self._takes(host)}

    def _takes(self, host: str) -> bool:
        """Whether one more may wait for this host: no more than it soon has room for."""
        return self._lanes.under_way(host) + len(self._waiting.get(host, ())) < AHEAD * self._lanes.room(host)

    def _take(self, claims: list[CallbackClaim]) -> None:
        """Begin what can be begun, keep what soon can, and give the rest back."""
        with self._lock:
            for claim in claims:
                if self._takes(claim.host):
                    self._waiting.setdefault(claim.host, deque()).append(claim)
                    self._waits += 1
                else:
                    self._done.append((claim, None))
            self._begin()

    def _begin(self) -> None:
        """Give the threads what the hosts have room for, host by host in turn. Under the lock."""
        for host in list(self._waiting):
            claims = self._waiting[host]
            while claims and self._calls < self._crew.size and self._lanes.may_begin(host):
                self._waits -= 1
                self._calls += 1
                self._lanes.begin(host)
                self._crew.give(partial(self._call, claims.popleft()))
            if not claims:
                del self._waiting[host]

    def _call(self, claim: CallbackClaim) -> None:
        start = self._shift.timer()
        tried = self._try(claim)
        with self._lock:
            if tried is not None:
                self._lanes.learn(claim.host, self._shift.timer() - start, tried.is_answered)
            self._lanes.end(claim.host)
            self._calls -= 1
            self._done.append((claim, tried))
            self._begin()
        self._shift.ring()

    def _try(self, claim: CallbackClaim) -> Tried | None:
        """What comes of a call; None where it is too late for one: another worker may have it before an answer comes."""
        if claim.tries > len(CALLBACK_WAITS):
            return Tried(KILLER)  # nobody lived to say that the last try was the last
        return self._caller.attempt(claim) if self._shift.clock() + DEADLINE < claim.leased_until else None


def outcome_of(tried: Tried | None) -> Outcome:
    """What is written down of a try; None stands for one that never was."""
    if tried is None:
        return Outcome(state="untried")
    if tried.error is None:
        return Outcome(state="sent")
    if tried.due_at is None:
        return Outcome(state="refused" if tried.is_refused else "failed", error=tried.error)
    return Outcome(state="later", due_at=tried.due_at, error=tried.error)
