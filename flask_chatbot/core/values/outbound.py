"""Outgoing messages to WhatsApp, and their delivery status."""

from dataclasses import dataclass
from enum import IntEnum

from flask_chatbot.core.values.replies import Reply


class Ack(IntEnum):
    """The delivery status of a message, by the contract's numbers."""

    ERROR = -1
    PENDING = 0
    SENT = 1
    DELIVERED = 2
    READ = 3
    PLAYED = 4

    def may_become(self, after: "Ack") -> bool:
        """True if one status may change into another: forward only. An error is final, and a delivered message never becomes one.

        >>> Ack.READ.may_become(Ack.DELIVERED), Ack.SENT.may_become(Ack.ERROR), Ack.ERROR.may_become(Ack.SENT)
        (False, True, False)
        """
        if after is Ack.ERROR:
            return self in (Ack.PENDING, Ack.SENT)
        return self is not Ack.ERROR and after > self


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One outgoing message. `chat` is ``<number>@c.us`` or ``<id>@g.us``; `id` is the same however often it is tried."""

    id: str
    chat: str
    reply: Reply
    notify_url: str | None = None
    promo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery report from WhatsApp. `id` is the one `Transport.send` returned; `at` is in epoch seconds."""

    id: str
    ack: Ack
    at: float
    error: str = ""
