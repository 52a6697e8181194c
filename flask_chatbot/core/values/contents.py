"""The contents of messages that are not text: files, places, contacts, tapped choices, reactions; and the kinds of messages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

MediaKind = Literal["image", "audio", "video", "document", "sticker"]
MessageKind = Literal["text", "choice", "media", "location", "contact", "reaction", "edit", "deletion", "unsupported"]

UNANSWERED: frozenset[MessageKind] = frozenset({"reaction", "edit", "deletion"})  # they change or comment on another message
WRITTEN: frozenset[MessageKind] = frozenset({"text", "choice"})  # words alone
WITHOUT_WORDS: frozenset[MessageKind] = frozenset({"location", "contact", "reaction", "deletion", "unsupported"})

FILE_LIMIT = 16 * 1024 * 1024  # bytes; a larger file is neither fetched nor sent


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The content of a file that goes with a message; `mime` is detected from the content, `name` is the document name customers see."""

    content: bytes = field(repr=False)
    kind: MediaKind
    mime: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, before it is fetched: all but its kind is as its sender says, and may be missing or wrong.

    `size` is in bytes, `sha256` in hex digits, `voice` marks a voice note; `handle` is the transport's own name for the bytes. Once a rule
    has taken it, `file` is the name of the copy that is kept, or `is_unfit` says that there can be none.
    """

    kind: MediaKind
    mime: str = ""
    name: str = ""
    size: int | None = None
    sha256: str = ""
    voice: bool = False
    handle: str = field(default="", repr=False)
    file: str = ""
    is_unfit: bool = False


Fetch = Callable[[Attachment], File]
Keep = Callable[[Attachment], Attachment]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or an entry of a list that was tapped: `id` is what its sender gave it, `title` what the customer read."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SharedLocation:
    """A place that a customer shared, in degrees; `name` and `address` are empty for a bare position."""

    lat: float
    lng: float
    name: str = ""
    address: str = ""

    @property
    def is_on_earth(self) -> bool:
        """True if the degrees are within their range; a transport passes on what it was sent.

        >>> SharedLocation(-6.2, 106.8).is_on_earth, SharedLocation(float("nan"), 106.8).is_on_earth, SharedLocation(0, 181).is_on_earth
        (True, False, False)
        """
        return -90 <= self.lat <= 90 and -180 <= self.lng <= 180


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A contact that a customer sent; `user_id` is the transport's id of that person, if it tells one."""

    name: str
    numbers: tuple[str, ...] = ()
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on the message with the transport's id `to`.

    Of a customer, an empty one takes the reaction back. As a reply of the bot without `to`, it goes on the message that is answered; a
    connection to WhatsApp that has no reactions leaves it out.
    """

    emoji: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """The advertisement or post that led a customer here; `click_id` is the network's name for the click."""

    source_id: str
    headline: str = ""
    click_id: str = ""
