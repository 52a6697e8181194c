"""One try of a message: handed to the transport, with its file if it has one, and the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from time import perf_counter

from sqlalchemy import Connection

from flask_chatbot.bot.tracebacks import redacted
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.origins import belonging_to
from flask_chatbot.core.tracing import Ids, fail_span, span
from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack, Outbound
from flask_chatbot.core.values.replies import Media
from flask_chatbot.database.counting.tally import observe
from flask_chatbot.delivery.acks import Acks, SentOut
from flask_chatbot.delivery.fitting import fitted, fitted_file
from flask_chatbot.delivery.retry import HOUR, Clock, next_send, next_uncounted
from flask_chatbot.errors import FetchLater, FetchRefused, NotConnected, Refused, Restricted, TryLater
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.outbox import Claim
from flask_chatbot.store.outgoing import notes
from flask_chatbot.transports.base import Transport, capabilities_of

TOO_LATE = "It could not be sent in time."
NO_ADDRESS = "This person cannot be reached any more: their number belongs to somebody else now. Send it again to whom it is for."

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The transport accepted the message under this id, which took so many seconds; `type` follows the file's content, if there is one."""

    claim: Claim
    transport_id: str
    at: float
    type: str = ""
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Later:
    """The message is tried again at `due_at`.

    Without `counts`, the try says nothing about the message: its line takes nothing. `restricted_for` is None unless WhatsApp takes
    nothing to strangers now: the seconds until it does, 0 if nobody knows.
    """

    claim: Claim
    due_at: float
    error: str
    restricted_for: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is given up; `reason` is why, in a word for counting."""

    claim: Claim
    error: str
    reason: str = "refused"


@dataclass(frozen=True, slots=True)
class Untried:
    """The message was claimed, but is released unchanged."""

    claim: Claim


SendResult = Sent | Later | Failed | Untried


class MessageSender:
    """Sends messages, from any thread and with no transaction open. `fetch` gets the file at a URL, under a file name.

    `check` is called before a message is sent, and may raise `Refused` or `TryLater`. `address` gives a file of the bot's own an address
    from which others fetch it, for transports whose other side does so.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        fetch: Callable[[str, str], File],
        clock: Clock,
        check: Callable[[Claim], None] | None = None,
        address: Callable[[Media], Media] = lambda reply: reply,
    ) -> None:
        self._transport = transport
        self._check = check
        self._fetch = fetch
        self._address = address
        self._clock = clock

    def attempt(self, claim: Claim) -> SendResult:
        """Try to send one message; every failure becomes a result, too."""
        ids: Ids = {
            "message_id": claim.outbound.id,
            "line": claim.session,
            "rule": claim.rule,
            "attempt": claim.tries,
        }
        with belonging_to(claim.origin), span("chatbot.send", claim.origin, **ids):
            result = self._attempt(claim)
            if not isinstance(result, Sent):
                fail_span()
            return result

    def _attempt(self, claim: Claim) -> SendResult:
        if self._clock() >= claim.expires_at:
            return Failed(claim, claim.error or TOO_LATE, "expired")
        if not claim.outbound.chat:
            return Failed(claim, NO_ADDRESS, "unreachable")
        try:
            if self._check is not None:
                self._check(claim)
            outbound, file = self._fitted(claim.outbound)
            began = perf_counter()
            transport_id = self._transport.send(outbound, file)
            return Sent(claim, str(transport_id), self._clock(), file.kind if file else "", perf_counter() - began)
        except Exception as error:  # noqa: BLE001  a message that trips the transport up must not stop the others
            taken = getattr(error, "taken", ())
            return self._failed(replace(claim, outbound=replace(claim.outbound, taken=taken)) if taken else claim, error)

    def _failed(self, claim: Claim, error: Exception) -> SendResult:
        """The result of a try that ended so; the claim has the parts that were taken nevertheless."""
        if isinstance(error, Refused | FetchRefused):
            return Failed(claim, str(error))
        if isinstance(error, Restricted):
            return Later(claim, self._clock() + max(error.after, HOUR), str(error), error.after)
        if isinstance(error, NotConnected):
            due = next_uncounted(claim.created_at, self._clock(), claim.expires_at, error.after)
            return Later(claim, due, str(error), counts=False)
        if isinstance(error, TryLater | FetchLater):
            return self._later(claim, str(error), error.after)
        facts = {"message_id": claim.outbound.id, "line": claim.session, "attempt": claim.tries, "trace": redacted(error, hidden_of(claim))}
        log.error("message %(message_id)s could not be sent because of an internal error\n%(trace)s", facts)
        return self._later(claim, f"It failed with an internal error: {type(error).__name__}.")

    def _fitted(self, outbound: Outbound) -> tuple[Outbound, File | None]:
        """The message as the connection can send it, and its file, unless the other side fetches that itself."""
        able, reply = capabilities_of(self._transport), outbound.reply
        if not isinstance(reply, Media):
            return fitted(outbound, able), None
        if able.fetches_files:
            return fitted(replace(outbound, reply=self._address(reply)), able), None
        file = self._fetch(reply.url, reply.filename)
        made = fitted(outbound, able, file)
        return made, fitted_file(made.reply, file)

    def _later(self, claim: Claim, error: str, after: float = 0.0) -> SendResult:
        due = next_send(claim.tries, self._clock(), claim.expires_at, after)
        return Failed(claim, error, "expired") if due is None else Later(claim, due, error)


def keep_parts(connection: Connection, results: Sequence[SendResult]) -> None:
    """Keep which parts of messages were taken in tries that failed, so that the next begins behind them; forget them once all is sent."""
    for each in results:
        if each.claim.outbound.taken:
            notes.keep_taken(connection, each.claim.seq, each.claim.fence, () if isinstance(each, Sent) else each.claim.outbound.taken)


def settle(connection: Connection, results: Sequence[SendResult], acks: Acks, now: float) -> list[SendResult]:
    """Record results, including acks; return those that count, as no other worker has claimed their messages meanwhile."""
    sent = [result for result in results if isinstance(result, Sent)]
    held = {(claim.seq, claim.fence) for claim in outbox.settle_sent(connection, [each.claim for each in sent], now)}
    for each in sent:
        observe(connection, "send", each.claim.session, each.seconds)
        if each.type and each.type != each.claim.type:
            stored.set_type(connection, each.claim.outbound.id, each.type)
    # Also those that another has claimed since: their ids of the transport are ours, and receipts will come for them.
    acks.sent(connection, [SentOut(each.claim.outbound.id, each.transport_id, each.at) for each in sent])
    outbox.hand_back(connection, [result.claim for result in results if isinstance(result, Untried)])
    counted: list[SendResult] = [each for each in sent if (each.claim.seq, each.claim.fence) in held]
    return counted + [each for each in results if isinstance(each, Later | Failed) and _settle(connection, each, acks, now)]


def _settle(connection: Connection, result: Later | Failed, acks: Acks, now: float) -> bool:
    if isinstance(result, Later):
        return outbox.settle_later(connection, result.claim, result.due_at, result.error, counts=result.counts)
    counts = outbox.settle_failed(connection, result.claim, result.error, now)
    if counts:
        acks.change(connection, result.claim.outbound.id, Ack.ERROR, now, result.error, result.reason)
    return counts


def hidden_of(claim: Claim) -> list[str]:
    """The parts of a message that must not reach a log."""
    reply = claim.outbound.reply
    values = [getattr(reply, each.name) for each in fields(reply)]
    return [number_of(claim.outbound.chat), *(str(part) for value in values for part in (value if isinstance(value, tuple) else (value,)))]
