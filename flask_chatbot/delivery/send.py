"""One try of a message: handed to the transport, with its file if it has one, and the result."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection

from flask_chatbot.bot.tracebacks import redacted
from flask_chatbot.core.values.chats import number_of
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Media, Reply
from flask_chatbot.delivery.acks import Acks
from flask_chatbot.delivery.fitting import fitted
from flask_chatbot.delivery.retry import Clock, next_send
from flask_chatbot.errors import FetchLater, FetchRefused, Refused, TryLater
from flask_chatbot.store import outbox, stored
from flask_chatbot.store.outbox import Claim
from flask_chatbot.transports.base import Transport, capabilities_of

TOO_LATE = "It could not be sent in time."
NO_ADDRESS = "This person cannot be reached any more: their number belongs to somebody else now. Send it again to whom it is for."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The transport accepted the message under this id; `type` follows the file's content, and is empty without a file."""

    claim: Claim
    transport_id: str
    at: float
    type: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """The message is tried again at `due_at`."""

    claim: Claim
    due_at: float
    error: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is given up."""

    claim: Claim
    error: str


@dataclass(frozen=True, slots=True)
class Untried:
    """The message was claimed, but is released unchanged."""

    claim: Claim


SendResult = Sent | Later | Failed | Untried


class MessageSender:
    """Sends messages, from any thread and with no transaction open. `fetch` gets the file at a URL, under a file name."""

    def __init__(self, transport: Transport, *, fetch: Callable[[str, str], File], clock: Clock) -> None:
        self._transport = transport
        self._fetch = fetch
        self._clock = clock

    def attempt(self, claim: Claim) -> SendResult:
        """Try to send one message; every failure becomes a result, too."""
        if self._clock() >= claim.expires_at:
            return Failed(claim, TOO_LATE)
        if not claim.outbound.chat:
            return Failed(claim, NO_ADDRESS)
        try:
            file = self._file(claim.outbound.reply)
            transport_id = self._transport.send(fitted(claim.outbound, capabilities_of(self._transport)), file)
            return Sent(claim, str(transport_id), self._clock(), file.kind if file else "")
        except (Refused, FetchRefused) as error:
            return Failed(claim, str(error))
        except (TryLater, FetchLater) as error:
            return self._later(claim, str(error), error.after)
        except Exception as error:  # noqa: BLE001  a message that trips the transport up must not stop the others
            log.error("message %s could not be sent because of an internal error\n%s", claim.outbound.id, redacted(error, hidden_of(claim)))
            return self._later(claim, f"It failed with an internal error: {type(error).__name__}.")

    def _file(self, reply: Reply) -> File | None:
        return self._fetch(reply.url, reply.filename) if isinstance(reply, Media) else None

    def _later(self, claim: Claim, error: str, after: float = 0.0) -> SendResult:
        due = next_send(claim.tries, self._clock(), claim.expires_at, after)
        return Failed(claim, error) if due is None else Later(claim, due, error)


def settle(connection: Connection, results: Sequence[SendResult], acks: Acks, now: float) -> list[SendResult]:
    """Record results, including acks; return those that count, as no other worker has claimed their messages meanwhile."""
    sent = [result for result in results if isinstance(result, Sent)]
    held = {(claim.seq, claim.fence) for claim in outbox.settle_sent(connection, [each.claim for each in sent], now)}
    for each in sent:
        # Also where another has claimed it since: this id of the transport is ours, and receipts will come for it.
        acks.sent(connection, each.claim.outbound.id, each.transport_id, each.at)
        if each.type and each.type != each.claim.type:
            stored.set_type(connection, each.claim.outbound.id, each.type)
    outbox.hand_back(connection, [result.claim for result in results if isinstance(result, Untried)])
    counted: list[SendResult] = [each for each in sent if (each.claim.seq, each.claim.fence) in held]
    return counted + [each for each in results if isinstance(each, Later | Failed) and _settle(connection, each, acks, now)]


def _settle(connection: Connection, result: Later | Failed, acks: Acks, now: float) -> bool:
    if isinstance(result, Later):
        return outbox.settle_later(connection, result.claim, result.due_at, result.error)
    counts = outbox.settle_failed(connection, result.claim, result.error, now)
    if counts:
        acks.change(connection, result.claim.outbound.id, Ack.ERROR, now, result.error)
    return counts


def hidden_of(claim: Claim) -> list[str]:
    """The parts of a message that must not reach a log."""
    reply = claim.outbound.reply
    return [number_of(claim.outbound.chat), *(str(getattr(reply, each.name)) for each in fields(reply))]
