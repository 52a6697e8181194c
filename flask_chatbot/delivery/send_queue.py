"""The queue of one session's messages: claims as many as threads are free, and records the results with their acks."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.crashes import CRASHED
from flask_chatbot.delivery.leases import Leases
from flask_chatbot.delivery.loop import Begin, WorkerHooks
from flask_chatbot.delivery.pacing import Tempo
from flask_chatbot.delivery.reminding.reminders import Reminders
from flask_chatbot.delivery.send import Failed, Later, MessageSender, SendResult, Sent, Untried, keep_parts, settle
from flask_chatbot.delivery.strangers.strangers import Strangers
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.delivery.window.window import Window
from flask_chatbot.store import optouts, outbox, paces
from flask_chatbot.store.outbox import Claim

LEASE = 30.0  # seconds that a chat waits for a worker that was killed
OPTED_OUT_SINCE = "This person opted out of promotion after it was accepted."
THREADS = 8
LOOK_AT_PACE = 1.0  # seconds between two looks for a token, at the most

log = get_logger(__name__)


class SendQueue:
    """Sends messages with at most `threads` threads while the transport is open here.

    `tempo` is the operator's rate, `window` tells who may get anything now, `reminders` which of
    those that are due; `lease` is in seconds.

    With `strangers`, what goes to people who never wrote is checked first, and waits while WhatsApp takes nothing to them.
    """

    def __init__(
        self,
        session: str,
        *,
        sender: MessageSender,
        acks: Acks,
        hooks: WorkerHooks,
        random: Random,
        tempo: Tempo | None = None,
        window: Window | None = None,
        reminders: Reminders | None = None,
        strangers: Strangers | None = None,
        lease: float = LEASE,
        threads: int = THREADS,
    ) -> None:
        self._session = session
        self._sender = sender
        self._acks = acks
        self._hooks = hooks
        self._tempo = tempo
        self._window = window
        self._reminders = reminders
        self._strangers = strangers
        self._random = random
        self._lease = lease
        self._threads = Threads("chatbot-send", threads)
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
        keep_parts(connection, done)
        heard = done if self._strangers is None else self._strangers.heard(connection, done, now)
        counted = settle(connection, heard, self._acks, now)
        renewed = self._leases.renew(connection, now)  # before claims are made: a clock that leaps must not make ours look dead
        room = self._room(len(done))
        claims = self._claim_due(connection, now, room) if room else []
        ready = self._ready(connection, claims, now)

        def begin() -> None:
            for _ in done:
                self._done.popleft()
            self._under_way -= len(done)
            renewed()
            self._leases.drop(result.claim for result in done)
            self._count(counted)
            self._take(ready)

        return begin

    def has_crashed(self, connection: Connection, now: float) -> bool:
        return self._may_claim() and not self._is_paused(now) and outbox.has_crashed(connection, self._session, now)

    def try_crashed(self, connection: Connection, now: float) -> Begin | None:
        if not self._may_claim():
            return None
        killers = [Failed(claim, CRASHED, "crashed") for claim in outbox.dead(connection, self._session, now)]
        for failure in settle(connection, killers, self._acks, now):
            facts = {"message_id": failure.claim.outbound.id, "line": self._session, "crashes": outbox.MOST_CRASHES}
            log.error("message %(message_id)s of line %(line)s is given up: %(crashes)d workers died while they tried it", facts)

        def claim(limit: int) -> list[Claim]:
            crashed = outbox.claim_crashed(connection, self._session, now, self._lease)
            return [crashed] if crashed else []

        claims = self._at_pace(connection, now, self._tempo, claim, 1) if self._tempo else claim(1)
        return partial(self._take, self._ready(connection, claims, now)) if claims else None

    def close(self) -> None:
        self._is_closing = True
        self._threads.close()

    def _may_claim(self) -> bool:
        return not self._is_closing and self._hooks.is_open()

    def _room(self, freed: int = 0) -> int:
        """The number of threads that are free, once as many more are; 0 if more is under way than there are threads, since some hang."""
        return max(0, self._threads.size - self._under_way + freed) if self._may_claim() and not self._hooks.is_quiet() else 0

    def _claim_due(self, connection: Connection, now: float, room: int) -> list[Claim]:
        if self._tempo is None:
            return self._claim(connection, now, room)
        # What two workers crashed with has the first token there is: with a long queue there would never be one for it.
        if outbox.has_crashed(connection, self._session, now) or not outbox.is_due(connection, self._session, now):
            return []
        return self._at_pace(connection, now, self._tempo, lambda limit: self._claim(connection, now, limit), room)

    def _claim(self, connection: Connection, now: float, limit: int) -> list[Claim]:
        """Claim at most so many messages that may be sent now."""
        claims = outbox.claim(connection, self._session, now, self._lease, limit)
        return claims if self._strangers is None else self._strangers.allowed(connection, claims, now)

    def _at_pace(self, connection: Connection, now: float, tempo: Tempo, claim: Callable[[int], list[Claim]], most: int) -> list[Claim]:
        """Claim a message, or as many as go `at_once`, if the rate limit has tokens; the pause after it applies to all of the session."""
        if self._is_paused(now):
            return []
        tokens = paces.take_tokens(connection, self._session, now, tempo.rate, tempo.burst, min(tempo.at_once, most))
        claims = claim(tokens) if tokens else []
        pause = tempo.pause(self._random.random()) * max(1, len(claims))
        if claims:
            paces.hold_until(connection, self._session, now + pause)
        if tokens > len(claims):
            paces.give_tokens_back(connection, self._session, tokens - len(claims))
        self._paused = (now, now + min(pause, LOOK_AT_PACE))
        return claims

    def _is_paused(self, now: float) -> bool:
        """True if it is too early to ask for a token again; setting the clock back ends the pause."""
        since, until = self._paused
        return since <= now < until

    def _ready(self, connection: Connection, claims: Sequence[Claim], now: float) -> list[Claim | Failed]:
        """The claims as they may be sent now; the failure of each that its person does not want any more, or cannot get."""
        wanted = list(claims) if self._reminders is None else self._reminders.allowed(connection, claims, now)
        late = [each for each in wanted if isinstance(each, Failed)]
        claims = [each for each in wanted if isinstance(each, Claim)]
        promoted_to = {claim.order_key for claim in claims if claim.outbound.promo}
        opted_out = optouts.opted_out_of(connection, promoted_to, self._session) if promoted_to else set()
        allowed = claims if self._window is None else self._window.allowed(connection, claims, now)
        return late + [
            Failed(each, OPTED_OUT_SINCE, "opted_out")
            if isinstance(each, Claim) and each.outbound.promo and each.order_key in opted_out
            else each
            for each in allowed
        ]

    def _take(self, ready: Sequence[Claim | Failed]) -> None:
        self._leases.add([each.claim if isinstance(each, Failed) else each for each in ready])
        self._under_way += len(ready)
        for each in ready:
            if isinstance(each, Failed):
                self._leases.begin(each.claim)
                self._done.append(each)
                self._hooks.wake()
            else:
                self._leases.begin(each)
                self._threads.submit(partial(self._send, each))

    def _send(self, claim: Claim) -> None:
        has_time = self._leases.has_time(claim, self._hooks.clock())
        self._done.append(self._sender.attempt(claim) if has_time else Untried(claim))
        self._hooks.wake()

    def _count(self, results: list[SendResult]) -> None:
        for result in results:
            if isinstance(result, Sent):
                self.sent += 1
                continue
            claim, why = result.claim, getattr(result, "error", None)
            facts = {
                "message_id": claim.outbound.id,
                "line": self._session,
                "attempt": claim.tries,
                "rule": claim.rule,
                "why": why,
                **claim.origin.fields,
            }
            if isinstance(result, Failed):
                self.failed += 1
                log.warning("message %(message_id)s of line %(line)s is given up at try %(attempt)d: %(why)s", facts)
            elif isinstance(result, Later):
                log.info("message %(message_id)s of line %(line)s will be retried after try %(attempt)d: %(why)s", facts)
