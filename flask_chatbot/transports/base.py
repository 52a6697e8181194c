"""`Transport`: what a way to WhatsApp has to offer, and the values it deals in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Outbound, Receipt

MediaKind = Literal["image", "audio", "video", "document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that goes with a message, fetched already; `mime` is by its content, `name` what the customer sees of a document."""

    content: bytes = field(repr=False)
    kind: MediaKind
    mime: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whether the bot's own phone is connected; `qrcode` is the raw text to scan where it is not."""

    is_authenticated: bool
    number: str = ""
    name: str = ""
    qrcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group the bot's phone is in; `last_chat` is in epoch seconds, 0 where nobody wrote yet."""

    id: str
    name: str
    last_chat: int = 0


class Listener(Protocol):
    """Who hears what comes in. Both may be called from any thread, and return once it is kept: whatever raises comes again later."""

    def received(self, message: Message) -> None:
        """Somebody wrote. `message.id` is the transport's own, the same each time it delivers that message."""

    def receipt(self, receipt: Receipt) -> None:
        """A message that was sent has come further, or failed."""


class Transport(Protocol):
    """One way to WhatsApp, for one number of ours.

    `name` is what its session is called in the database. Of one that does not `run_anywhere`, only one process at a time is open.
    """

    name: str
    runs_anywhere: bool

    def open(self, listener: Listener) -> None:
        """Begin to receive. `TryLater` where that cannot be now."""

    def close(self) -> None:
        """Stop receiving; it may be opened again."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        """Hand one message over, and return the id its receipts will carry. `TryLater`, or `Refused` for good.

        It may be called for one message several times, with the same `outbound.id`. Threads may share it.
        """

    def session(self) -> Session:
        """Whether the phone is connected, and as whom."""

    def groups(self) -> Sequence[Group]:
        """The groups the phone is in. `TryLater` where that cannot be told now."""

    def has_whatsapp(self, number: str) -> bool:
        """Whether a number uses WhatsApp. `TryLater` where that cannot be told now."""
