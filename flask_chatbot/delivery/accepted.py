"""Accepted messages, and the terms on which they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from flask_chatbot.core.values.outbound import Ack


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


def read_accepted(stored: Mapping[str, Any]) -> Accepted:
    """Read an accepted message from its stored JSON."""
    return Accepted(**{**stored, "ack": Ack(stored["ack"])})
