"""The queue of one session's messages: claims as many as threads are free, and records the results with their acks."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import partial
from random import Random

from sqlalchemy import Connection

from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.crashes import CRASHED
from flask_chatbot.delivery.leases import Leases
from flask_chatbot.delivery.loop import Begin, WorkerHooks
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.send import Failed, Later, MessageSender, SendResult, Sent, Untried, settle
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.store import optouts, outbox, paces
from flask_chatbot.store.outbox import Claim

LEASE = 30.0  # seconds that a chat waits for a worker that was killed
OPTED_OUT_SINCE = "This person opted out of promotion after it was accepted."
THREADS = 8
LOOK_AT_PACE = 1.0  # seconds between two looks for a token, at the most

log = logging.getLogger(__name__)


class SendQueue:
    """Sends messages with a few threads while the transport is open here; `tempo` is the operator's rate, `lease` in seconds."""

    def __init__(
        self,
        session: str,
        *,
        sender: MessageSender,
        acks: Acks,
        hooks: WorkerHooks,
        random: Random,
        tempo: Tempo | None = None,
        lease: float = LEASE,
    ) -> None:
        self._session = session
        self._sender = sender
        self._acks = acks
        self._hooks = hooks
        self._tempo = tempo
        self._random = random
        self._lease = lease
        self._threads = Threads("chatbot-send", THREADS)
        self._leases = Leases(lease, hooks.timer)
        self._under_way = 0  # begun, and not written down yet
        self._done: deque[SendResult] = deque()
        self._paused = (0.0, 0.0)  # from when to when no token is asked for
        self._is_closing = False
        self.sent = self.failed = 0

    @property
    def under_way(self) -> int:
        return self._under_way

    @property
    def in_flight(self) -> int:
        return self._leases.in_flight([result.claim for result in list(self._done)])

    def has_results(self) -> bool:
        return bool(self._done)

    def is_due(self, connection: Connection, now: float) -> bool:
        if self._leases.is_due(now):
            return True
        return self._room() > 0 and not self._is_paused(now) and outbox.is_due(connection, self._session, now)

    def write(self, connection: Connection, now: float) -> Begin:
        done = list(self._done)
        counted = settle(connection, done, self._acks, now)
        renewed = self._leases.renew(connection, now)  # before claims are made: a clock that leaps must not make ours look dead
        claims = self._claim_due(connection, now) if self._room() else []
        unwanted = self._unwanted(connection, claims)

        def begin() -> None:
            for _ in done:
                self._done.popleft()
            self._under_way -= len(done)
            renewed()
            self._leases.drop(result.claim for result in done)
            self._count(counted)
            self._take(claims, unwanted)

        return begin

    def has_crashed(self, connection: Connection, now: float) -> bool:
        return self._may_claim() and not self._is_paused(now) and outbox.has_crashed(connection, self._session, now)

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        if not self._may_claim():
            return None
        killers = [Failed(claim, CRASHED) for claim in outbox.dead(connection, self._session, now)]
        for failure in settle(connection, killers, self._acks, now):
            log.error("message %s is given up: %d workers died while they tried it", failure.claim.outbound.id, outbox.MOST_CRASHES)

        def claim() -> list[Claim]:
            crashed = outbox.claim_crashed(connection, self._session, now, self._lease)
            return [crashed] if crashed else []

        claims = self._at_pace(connection, now, self._tempo, claim) if self._tempo else claim()
        return partial(self._take, claims, self._unwanted(connection, claims)) if claims else None

    def close(self) -> None:
        self._is_closing = True
        self._threads.close()

    def _may_claim(self) -> bool:
        return not self._is_closing and self._hooks.is_open()

    def _room(self) -> int:
        return THREADS - self._under_way if self._may_claim() and not self._hooks.is_quiet() else 0

    def _claim_due(self, connection: Connection, now: float) -> list[Claim]:
        if self._tempo is None:
            return outbox.claim(connection, self._session, now, self._lease, self._room())
        # What a crashed worker left has the first token there is: with a long queue there would never be one for it.
        if outbox.has_crashed(connection, self._session, now) or not outbox.is_due(connection, self._session, now):
            return []
        return self._at_pace(connection, now, self._tempo, lambda: outbox.claim(connection, self._session, now, self._lease, 1))

    def _at_pace(self, connection: Connection, now: float, tempo: Tempo, claim: Callable[[], list[Claim]]) -> list[Claim]:
        """Claim one message if the rate limit has a token for it; the pause after it applies to all workers of the session."""
        if self._is_paused(now):
            return []
        tokens = paces.take_tokens(connection, self._session, now, tempo.rate, tempo.burst, 1)
        claims = claim() if tokens else []
        pause = tempo.pause(self._random.random())
        if claims:
            paces.hold_until(connection, self._session, now + pause)
        elif tokens:
            paces.give_tokens_back(connection, self._session, tokens)
        self._paused = (now, now + min(pause, LOOK_AT_PACE))
        return claims

    def _is_paused(self, now: float) -> bool:
        """True if it is too early to ask for a token again; setting the clock back ends the pause."""
        since, until = self._paused
        return since <= now < until

    def _unwanted(self, connection: Connection, claims: Sequence[Claim]) -> set[str]:
        """The people who opted out since a promotion to them was accepted."""
        return optouts.opted_out_of(connection, {claim.order_key for claim in claims if claim.outbound.promo}, self._session)

    def _take(self, claims: list[Claim], unwanted: Collection[str]) -> None:
        self._leases.add(claims)
        self._under_way += len(claims)
        for claim in claims:
            self._leases.begin(claim)
            if claim.outbound.promo and claim.order_key in unwanted:
                self._done.append(Failed(claim, OPTED_OUT_SINCE))
                self._hooks.wake()
            else:
                self._threads.submit(partial(self._send, claim))

    def _send(self, claim: Claim) -> None:
        has_time = self._leases.has_time(claim, self._hooks.clock())
        self._done.append(self._sender.attempt(claim) if has_time else Untried(claim))
        self._hooks.wake()

    def _count(self, results: list[SendResult]) -> None:
        for result in results:
            if isinstance(result, Sent):
                self.sent += 1
            elif isinstance(result, Failed):
                self.failed += 1
                log.warning("message %s is given up at try %d: %s", result.claim.outbound.id, result.claim.tries, result.error)
            elif isinstance(result, Later):
                log.info("message %s will be retried after try %d: %s", result.claim.outbound.id, result.claim.tries, result.error)
