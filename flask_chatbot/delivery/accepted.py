"""Accepted messages, and the terms on which they are sent."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.errors import NotAccepted

if TYPE_CHECKING:  # SQLAlchemy is slow to load, and the values here are wanted by a start that sends nothing yet
    from sqlalchemy import Connection

REMEMBERED = 24 * 3600.0  # seconds an Idempotency-Key is


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that will be sent: it is committed. `timestamp` is in epoch seconds; `from_` is empty if unknown."""

    id: str
    ack: Ack
    type: str
    timestamp: int
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The idempotency key of a send: hashes of caller and key, and of the body."""

    hash: str
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a message: the URL for its callbacks, and its due time in epoch seconds (0 for at once); `until` is the end of its use.

    `promo` skips people who opted out; `is_reply` gives it priority over messages that answer nobody. `answers` is the transport's own id
    of the message that it answers, if there is one; the first of several messages `quotes` it. With `has_written`, the person has just
    written, which is not in the database yet. `rule` is the name of the rule whose texts they are, which `may_cut` those that do not fit
    where WhatsApp takes only short ones; `caller` is who called the API.
    """

    notify_url: str | None = None
    start_at: float = 0.0
    until: float | None = None
    promo: bool = False
    is_reply: bool = False
    answers: str = ""
    quotes: bool = False
    has_written: bool = False
    rule: str = ""
    may_cut: bool = False
    caller: str = ""


PLAIN = Terms()
REPLY = Terms(is_reply=True)


def make_id() -> str:
    """A new id, in the contract's form: ``3EB0`` and 16 hex digits."""
    return "3EB0" + token_hex(8).upper()


def find_or_keep(connection: "Connection", key: IdempotencyKey, accepted: Accepted, now: float) -> Accepted | None:
    """Return the earlier answer under the same key; without one, store the new one with its message, and return None."""
    from flask_chatbot.store import idempotency

    answer = json.dumps(asdict(accepted))
    if idempotency.add(connection, key.hash, key.body_hash, answer, now=now, expires_at=now + REMEMBERED):
        return None
    given = idempotency.find(connection, key.hash, now)
    if given is None or given.body != key.body_hash:
        raise NotAccepted(tr("This Idempotency-Key was used for another message within 24 hours. Use a new key for each message."), 409)
    return read_accepted(json.loads(given.answer))


def read_accepted(stored: Mapping[str, Any]) -> Accepted:
    """Read an accepted message from its stored JSON."""
    return Accepted(**{**stored, "ack": Ack(stored["ack"])})
