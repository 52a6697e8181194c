"""What was accepted to be sent, and on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from flask_chatbot.core.values.outbound import Ack


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that will be sent: committed, whatever happens now. `timestamp` is in epoch seconds; `from_` is empty where unknown."""

    id: str
    ack: Ack
    type: str
    timestamp: int
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a send one and the same however often it is asked for: hashes of the caller's key, and of all that was asked."""

    key: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a message goes out: who is called about it, and from when on, in epoch seconds (0 for at once).

    `promo` spares who opted out; `is_reply` lets it go before all that answers nobody.
    """

    notify_url: str | None = None
    start_at: float = 0.0
    promo: bool = False
    is_reply: bool = False


PLAIN = Terms()
REPLY = Terms(is_reply=True)


def make_id() -> str:
    """A new id, as the contract writes them: ``3EB0`` and 16 hex digits."""
    return "3EB0" + token_hex(8).upper()


def read_accepted(told: Mapping[str, Any]) -> Accepted:
    """What was accepted, out of the JSON that is kept of it."""
    return Accepted(**{**told, "ack": Ack(told["ack"])})
