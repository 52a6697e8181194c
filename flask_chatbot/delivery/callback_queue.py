"""The queue of all callbacks: claimed ahead, started as their hosts have room, and recorded in batches."""

import threading
from collections import deque
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.delivery.crashes import CRASHED
from flask_chatbot.delivery.host_limits import HostLimits
from flask_chatbot.delivery.loop import Begin, WorkerHooks
from flask_chatbot.delivery.notify import DEADLINE, CallbackResult, CallbackSender
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import CallbackClaim, Settlement
from flask_chatbot.store.outbox import MOST_CRASHES

LEASE = 60.0  # seconds
AT_LEAST = DEADLINE / LEASE  # of a lease left when a call begins: another may make it once it is over
THREADS = 64
AHEAD = 2  # times as many are claimed as there are threads, so that none waits for a transaction

_Key = tuple[int, int]  # a row, and the fence under which it was claimed

log = get_logger(__name__)


class CallbackQueue:
    """Makes callbacks with many threads, but only a few at a time to each host."""

    def __init__(self, sender: CallbackSender, hooks: WorkerHooks, *, threads: int = THREADS, lease: float = LEASE) -> None:
        self._sender = sender
        self._hooks = hooks
        self._lease = lease
        self._threads = Threads("chatbot-callback", threads)
        self._limits = HostLimits(threads)
        self._lock = threading.Lock()  # of the limits, and of the claims that wait
        self._waiting: dict[str, deque[CallbackClaim]] = {}
        self._waits = 0
        self._abandoned_at: dict[_Key, float] = {}  # of calls under way, by the timer: one that hangs is abandoned with its lease
        self._done: deque[tuple[CallbackClaim, CallbackResult | None]] = deque()
        self._is_closing = False
        self.delivered = self.failed = 0

    @property
    def under_way(self) -> int:
        return len(self._abandoned_at) + self._waits + len(self._done)

    @property
    def in_flight(self) -> int:
        timer = self._hooks.timer()
        with self._lock:
            return self._waits + sum(timer < at for at in self._abandoned_at.values())

    def has_results(self) -> bool:
        return bool(self._done)

    def is_due(self, connection: Connection, now: float) -> bool:
        return self._room() > 0 and callbacks.is_due(connection, now, self._busy())

    def write(self, connection: Connection, now: float) -> Begin:
        if self._hooks.is_quiet():
            self._give_back()
        done = list(self._done)
        if done:
            callbacks.settle_all(connection, [(claim, settlement_of(result)) for claim, result in done], now)
        room = self._room()
        claims = callbacks.claim(connection, now, self._lease, room, self._busy()) if room else []

        def begin() -> None:
            for _ in done:
                self._count(*self._done.popleft())
            self._take(claims)

        return begin

    def has_crashed(self, connection: Connection, now: float) -> bool:
        return self._may_claim() and callbacks.has_crashed(connection, now)

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        claim = callbacks.claim_crashed(connection, now, self._lease) if self._may_claim() else None
        return partial(self._take_alone, claim) if claim else None

    def close(self) -> None:
        self._is_closing = True
        self._give_back()
        self._threads.close()

    def _give_back(self) -> None:
        """Release the claims that were not started."""
        with self._lock:
            for claims in self._waiting.values():
                self._done.extend((claim, None) for claim in claims)
            self._waiting.clear()
            self._waits = 0

    def _count(self, claim: CallbackClaim, result: CallbackResult | None) -> None:
        if result is None:
            return
        facts = {"callback_id": claim.id, "message_id": claim.message, "attempt": claim.tries, "why": result.error, **claim.origin.fields}
        if result.error is None:
            self.delivered += 1
        elif result.due_at is None:
            self.failed += 1
            log.warning("callback %(callback_id)s of message %(message_id)s is given up at try %(attempt)d: %(why)s", facts)
        else:
            log.info("callback %(callback_id)s of message %(message_id)s will be retried after try %(attempt)d: %(why)s", facts)

    def _may_claim(self) -> bool:
        return not self._is_closing and self._hooks.is_open()

    def _room(self) -> int:
        if not self._may_claim() or self._hooks.is_quiet():
            return 0
        return max(0, AHEAD * self._threads.size - len(self._abandoned_at) - self._waits)

    def _busy(self) -> set[str]:
        with self._lock:
            return {host for host in {*self._limits.active, *self._waiting} if not self._takes(host)}

    def _takes(self, host: str) -> bool:
        """True if one more claim may wait for a host: no more than it soon has room for."""
        return self._limits.under_way(host) + len(self._waiting.get(host, ())) < AHEAD * self._limits.room(host)

    def _take(self, claims: list[CallbackClaim]) -> None:
        """Start the calls that can start now, keep those that soon can, and release the rest."""
        with self._lock:
            for claim in claims:
                if self._takes(claim.host):
                    self._waiting.setdefault(claim.host, deque()).append(claim)
                    self._waits += 1
                else:
                    self._done.append((claim, None))
            self._begin()

    def _take_alone(self, claim: CallbackClaim) -> None:
        with self._lock:
            self._submit(claim)

    def _begin(self) -> None:
        """Submit as many calls as the hosts have room for, host by host. Under the lock."""
        for host in list(self._waiting):
            claims = self._waiting[host]
            while claims and len(self._abandoned_at) < self._threads.size and self._limits.may_begin(host):
                self._waits -= 1
                self._submit(claims.popleft())
            if not claims:
                del self._waiting[host]

    def _submit(self, claim: CallbackClaim) -> None:
        """Submit a call to the threads. Under the lock."""
        self._abandoned_at[claim.seq, claim.fence] = self._hooks.timer() + self._lease
        self._limits.begin(claim.host)
        self._threads.submit(partial(self._call, claim))

    def _call(self, claim: CallbackClaim) -> None:
        start = self._hooks.timer()
        result = self._try(claim)
        with self._lock:
            if result is not None:
                self._limits.learn(claim.host, self._hooks.timer() - start, result.is_answered)
            self._limits.end(claim.host)
            del self._abandoned_at[claim.seq, claim.fence]
            self._done.append((claim, result))
            self._begin()
        self._hooks.wake()

    def _try(self, claim: CallbackClaim) -> CallbackResult | None:
        """Make a call; None if it is too late, as another worker may have the claim before an answer comes."""
        if claim.crashes >= MOST_CRASHES:
            return CallbackResult(CRASHED)
        if claim.leased_until - self._hooks.clock() <= AT_LEAST * self._lease:
            return None
        result = self._sender.attempt(claim)
        if result.due_at is None:
            return result
        return replace(result, due_at=result.due_at - self._sender.clock() + self._hooks.clock())


def settlement_of(result: CallbackResult | None) -> Settlement:
    """Convert the result of a call for the database; None stands for a claim that was never tried."""
    if result is None:
        return Settlement(state="untried")
    if result.error is None:
        return Settlement(state="sent", status=result.status)
    if result.due_at is None:
        return Settlement(state="refused" if result.is_refused else "failed", error=result.error, status=result.status)
    return Settlement(state="later", due_at=result.due_at, error=result.error, status=result.status)
