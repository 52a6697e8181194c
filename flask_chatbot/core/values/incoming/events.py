"""Events that are no messages to the bot: what its own account sends, and people who go by other names from now on."""

from dataclasses import dataclass, field

from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A message that the bot's own account sent: the owner wrote it on the phone, or the bot itself by `Transport.send`.

    `id` is the transport's own, that which `send` returns for the bot's messages. `to` is who it went to, by all names that the transport
    knows; in a group, `group` is its id. `at` is in epoch seconds. The other two tell the bot's own messages if the answer to `send` was
    lost: `outbound_id` is our id, where the other side knows it, and `text` are the words, which are not kept.
    """

    id: str
    to: Sender = field(default_factory=Sender)
    at: float
    group: str = ""
    outbound_id: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """Somebody goes by `new` names from now on, and no longer by the `old` ones, such as after a change of number.

    A number is an `Alias` like all others. `id` is the transport's own, the same each time it tells this; `at` is in epoch seconds.
    """

    id: str
    old: tuple[Alias, ...]
    new: tuple[Alias, ...]
    at: float


Incoming = Message | Echo | IdentityChange


def names_in(incoming: Incoming) -> tuple[Alias, ...]:
    """The names of whoever something that came in is about.

    >>> names_in(Message(text="halo", sender=Sender(number="628111", aliases=(Alias("lid", "2515"),))))
    (Alias(scheme='number', value='628111', scope=''), Alias(scheme='lid', value='2515', scope=''))
    """
    if isinstance(incoming, IdentityChange):
        return (*incoming.old, *incoming.new)
    return (incoming.sender if isinstance(incoming, Message) else incoming.to).names


def group_of(incoming: Incoming) -> str:
    """The group that something came in from; empty if it is of no group."""
    return "" if isinstance(incoming, IdentityChange) else incoming.group
