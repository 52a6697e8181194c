"""`Transport`: the methods that a connection to WhatsApp offers, what it is able to do, and the values it exchanges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Outbound, Receipt

OPTIONAL = frozenset({"download"})  # methods that a transport may lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The connection of the bot's own phone; if it is not connected, `qrcode` is the raw text to scan."""

    is_authenticated: bool
    number: str = ""
    name: str = ""
    qrcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that the bot's phone is in; `last_chat` is in epoch seconds, 0 if nobody has written yet."""

    id: str
    name: str
    last_chat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The abilities of a connection to WhatsApp beyond texts, files, places and contact cards; a transport that says nothing has these.

    What it lacks is refused when a message is accepted, or sent in the nearest form that it has, such as a menu with numbers for buttons.
    Nothing goes by `stickers`, `quotes`, `reactions`, `typing`, `edits` and `window_24h` yet.
    """

    buttons: bool = False  # a text with up to 3 buttons
    lists: bool = False  # a text with a list of up to 10 rows
    stickers: bool = False
    quotes: bool = False  # a message that answers another one, which is shown above it
    reactions: bool = False
    templates: bool = False  # texts that WhatsApp has approved
    typing: bool = False  # it can show that an answer is on its way
    edits: bool = False  # it tells of messages that customers change or delete
    groups: bool = True  # it lists groups, and writes to them
    check_number: bool = True  # `has_whatsapp` knows, before anything was sent
    qr: bool = True  # `session` has a code to scan
    own_ids: bool = False  # WhatsApp gets the id of the `Outbound`, so what is sent twice arrives once
    window_24h: bool = False  # for 24 hours after a customer wrote, anything may be sent; after that, templates only
    phone_always_known: bool = False  # every sender has a number


class Listener(Protocol):
    """Receives what comes in. Both methods may be called from any thread, and return once it is stored; if one raises, it is repeated."""

    def received(self, message: Message) -> None:
        """Take an incoming message. `message.id` is the transport's own, the same each time it delivers that message."""

    def receipt(self, receipt: Receipt) -> None:
        """Take a receipt: a sent message has moved forward, or failed."""


class Transport(Protocol):
    """A connection to WhatsApp for one of our numbers.

    `name` identifies its session in the database. Unless it can `run_anywhere`, it is open in only one process at a time. It may have
    `capabilities`, the same for as long as it lives; without, it has those of `Capabilities()`.
    """

    name: str
    runs_anywhere: bool

    def open(self, listener: Listener) -> None:
        """Start receiving. Raises `TryLater` if that is not possible now."""

    def close(self) -> None:
        """Stop receiving; it may be opened again."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        """Hand over one message and return the id its receipts will carry. Raises `TryLater`, or `Refused` for good.

        It may be called for one message several times, with the same `outbound.id`. Threads may share it.
        """

    def session(self) -> Session:
        """The state of the connection: whether the phone is connected, and as whom."""

    def groups(self) -> Sequence[Group]:
        """The groups that the phone is in. Raises `TryLater` if they cannot be listed now."""

    def has_whatsapp(self, number: str) -> bool:
        """True if a number uses WhatsApp. Raises `TryLater` if that is unknown now."""

    def download(self, attachment: Attachment) -> File:
        """Fetch the bytes of an attachment that came in, at most 16 MiB; the kind and the type are detected from the content.

        Raises `TryLater`, or `Refused` for good. A transport whose messages have no attachments may lack it.
        """


def capabilities_of(transport: Transport) -> Capabilities:
    """The abilities that a transport declares, or the default ones."""
    declared = getattr(transport, "capabilities", None)
    return declared if isinstance(declared, Capabilities) else Capabilities()
