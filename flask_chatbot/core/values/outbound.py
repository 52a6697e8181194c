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
    """One outgoing message. `chat` is ``<number>@c.us`` or ``<id>@g.us``; `id` is the same however often it is tried.

    `reply_to` is the transport's own id of the message that it quotes, empty for none. `taken` are the ids of its first parts, where the
    transport makes several messages of it and the other side took some of them before a try failed: they are not to be sent again.
    `resent` counts how often it was queued once more after it was given up.
    """

    id: str
    chat: str
    reply: Reply
    notify_url: str | None = None
    promo: bool = False
    reply_to: str = ""
    taken: tuple[str, ...] = ()
    resent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """The price group of a message, in the platform's own words, as Meta's statuses tell it.

    >>> Pricing(category="utility", is_billable=True, model="PMP")
    Pricing(category='utility', is_billable=True, model='PMP')
    """

    category: str  # service, utility, marketing, authentication, ...
    is_billable: bool
    model: str = ""  # PMP: per message


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery report from WhatsApp. `id` is the one `Transport.send` returned; `at` is in epoch seconds.

    `error` says in a sentence why a message failed. `pricing` is what the report says of its price, if it says anything. `message` is the
    `Outbound.id`, if the report names it: then it also counts where the answer to `send` was lost, and the message is not sent again.

    A message that failed is given up, unless `again_after` has the seconds after which the other side may take it: then it is tried again,
    as after `TryLater`.
    """

    id: str
    ack: Ack
    at: float
    error: str = ""
    pricing: Pricing | None = None
    message: str = ""
    again_after: float | None = None
