"""`Transport`: the methods that a connection to WhatsApp offers, what it is able to do, and the values it exchanges."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Outbound, Receipt

OPTIONAL = frozenset({"download"})  # methods that a transport may lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The connection of the bot's own phone; if it is not connected, `qrcode` is the raw text to scan.

    Where the other side has no such text, `qr_link` is the address of a picture of it, and `qr_picture` that picture, a PNG in base64.
    """

    is_authenticated: bool
    number: str = ""
    name: str = ""
    qrcode: str = ""
    qr_link: str = ""
    qr_picture: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """The step that WhatsApp may add to linking: a passkey of the number's owner. Both are empty while it asks for none.

    `challenge` is the JSON of the request options for ``navigator.credentials.get``, asked for first; `code` is the one to compare with
    that on the phone.
    """

    challenge: str = field(default="", repr=False)
    code: str = ""


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
    Quotes and reactions are left out, stickers become images.
    """

    buttons: bool = False  # a text with up to 3 buttons
    lists: bool = False  # a text with a list of up to 10 rows
    stickers: bool = False
    quotes: bool = False  # a message that answers another one, which is shown above it
    reactions: bool = False  # it puts an emoji on a customer's message
    templates: bool = False  # texts that WhatsApp has approved
    typing: bool = False  # it can show that an answer is on its way
    edits: bool = False  # it tells of messages that customers change or delete
    echoes: bool = False  # it tells of messages that the owner writes on the phone of the bot's own account
    groups: bool = True  # it lists groups, and writes to them
    check_number: bool = True  # `has_whatsapp` knows, before anything was sent
    qr: bool = True  # `session` has a code to scan
    own_ids: bool = False  # WhatsApp gets the id of the `Outbound`, so what is sent twice arrives once
    receipts: bool = True  # it tells when a message was delivered, and read
    window_24h: bool = False  # for 24 hours after a customer wrote, anything may be sent; after that, templates only
    strangers_limited: bool = False  # who writes to many people who never wrote is cut off from them: their numbers are checked first
    phone_always_known: bool = False  # every sender has a number
    by_number: bool = True  # whoever never wrote can be written to, by their telephone number
    fetches_files: bool = False  # its other side fetches files from their addresses: `send` gets no bytes


# Of an account that was made for a bot, by the platform's own API, as at Meta and Telegram: no phone to link, and no numbers to look up.
FOR_BOTS = Capabilities(
    buttons=True,
    lists=True,
    stickers=True,
    quotes=True,
    reactions=True,
    typing=True,
    edits=True,
    check_number=False,
    qr=False,
)


class Listener(Protocol):
    """Receives what comes in. Its methods may be called from any thread, and return once it is stored; if one raises, it is repeated."""

    def received(self, message: Message) -> None:
        """Take an incoming message. `message.id` is the transport's own, the same each time it delivers that message."""

    def receipt(self, receipt: Receipt) -> None:
        """Take a receipt: a sent message has moved forward, or failed."""

    def echoed(self, echo: Echo) -> None:
        """Take a message of the bot's own account, written by the owner or by the bot, which the id tells."""

    def renamed(self, change: IdentityChange) -> None:
        """Take the news that somebody goes by other names from now on."""


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


class Typing(Protocol):
    """The method of a transport whose capabilities have `typing`, besides those of `Transport`."""

    def typing(self, chat: str, message_id: str) -> None:
        """Show in a chat that an answer to the message with that id of the transport's is on its way, and mark it as read if need be.

        It is called once an answer takes more than a second, and every 5 seconds until it is there. Whatever it raises is only logged.
        """


class Linking(Protocol):
    """Methods for linking the bot's phone otherwise than by a QR code, which a transport may have besides those of `Transport`."""

    def pair(self, number: str) -> str:
        """Start linking the phone of a number, and return the code to type there under "Linked devices".

        Raises `TryLater`, or `Refused` if that number can never be linked so.

        A transport may lack the methods below: those for passkeys, and `log_out`.
        """

    def passkey(self) -> Passkey:
        """The passkey that WhatsApp asks for now, if it does."""

    def answer_passkey(self, credential: str) -> None:
        """Hand over what ``navigator.credentials.get`` returned for the challenge, as JSON. Raises `Refused` if it does not fit."""

    def confirm_passkey(self) -> None:
        """Confirm that the passkey's code is the one on the phone."""

    def log_out(self) -> None:
        """Log the bot out of WhatsApp, so that another phone may be linked. Raises `TryLater`."""


def capabilities_of(transport: Transport) -> Capabilities:
    """The abilities that a transport declares, or the default ones."""
    declared = getattr(transport, "capabilities", None)
    return declared if isinstance(declared, Capabilities) else Capabilities()
