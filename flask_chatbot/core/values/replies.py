"""Replies of the bot: one class for each kind of message that a customer can get, and the registry of these kinds.

The store, rule files and their schema, handlers and the wire all read the registry: a new kind is a class and an entry here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.menus import Buttons, List, MessageTemplate
from flask_chatbot.core.values.reply_kinds import Kinds, ReplyKind, described

TEXT_LIMIT = 4096  # characters of one reply
REPLIES_LIMIT = 10  # replies to one message


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most 4,096 characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A file at an http(s) URL; `filename` is the name of a document that the customer sees."""

    url: str = field(
        metadata=described(
            "Where the file is: http or https, or its path beside the rule file.", "https://example.com/katalog.pdf", type="string"
        )
    )
    caption: str = field(default="", metadata=described("A text sent with it.", "Katalog November"))
    filename: str = field(default="", metadata=described("What the customer sees the file called.", "katalog.pdf"))


@dataclass(frozen=True, slots=True)
class Image(Media):
    """An image."""


@dataclass(frozen=True, slots=True)
class Audio(Media):
    """An audio file."""


@dataclass(frozen=True, slots=True)
class Video(Media):
    """A video."""


@dataclass(frozen=True, slots=True)
class Document(Media):
    """Any other kind of file."""


@dataclass(frozen=True, slots=True)
class Sticker(Media):
    """A sticker: a WebP picture. With a caption, or where a connection to WhatsApp has no stickers, it is sent as an image."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, in degrees (WGS 84): north and east are positive."""

    lat: float = field(metadata=described("Latitude in degrees, negative in the south.", 0.507068, minimum=-90, maximum=90))
    lng: float = field(metadata=described("Longitude in degrees, negative in the west.", 101.447779, minimum=-180, maximum=180))
    name: str = field(default="", metadata=described("What the place is called.", "Kantor Pusat"))


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A name with its telephone numbers."""

    name: str = field(metadata=described("Whose card it is.", "Admin"))
    numbers: tuple[str, ...] = field(metadata=described("Telephone numbers, best in quotes.", ["628111111111"]))


@dataclass(frozen=True, slots=True)
class Menu:
    """A text with numbered choices below it: the words of each, and the name of its target rule. Only handlers return it."""

    text: str
    entries: Mapping[str, str]


Reply = Text | Media | Location | ContactCard | Reaction | Buttons | List | MessageTemplate

_KINDS = (
    ReplyKind("text", Text, type="text", wire="message", needs="text", description="A text; a template.", example="Halo {{ nama }}!"),
    ReplyKind(
        "image",
        Image,
        type="image",
        wire="image",
        needs="url",
        description="A picture, at an http(s) URL.",
        example="https://example.com/harga.png",
        endings=("png", "jpg", "jpeg", "gif", "webp"),
    ),
    ReplyKind(
        "audio",
        Audio,
        type="audio",
        wire="audio",
        needs="url",
        description="A sound, at an http(s) URL.",
        example="https://example.com/salam.mp3",
        endings=("mp3", "ogg", "m4a", "aac", "wav"),
    ),
    ReplyKind(
        "video",
        Video,
        type="video",
        needs="url",
        description="A film, at an http(s) URL. The keyword webhook sends its address as a text.",
        example="https://example.com/cara-pesan.mp4",
        endings=("mp4", "mov", "3gp"),
    ),
    ReplyKind(
        "document",
        Document,
        type="document",
        wire="document",
        needs="url",
        description="A file of any other kind, at an http(s) URL.",
        example={"url": "https://example.com/katalog.pdf", "filename": "Katalog.pdf"},
        endings=("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "csv", "zip"),
    ),
    ReplyKind(
        "sticker",
        Sticker,
        type="sticker",
        wire="image",
        needs="url",
        description="A sticker, a WebP picture at an http(s) URL. Where there are no stickers, it is sent as an image.",
        example="https://example.com/terima-kasih.webp",
    ),
    ReplyKind(
        "location",
        Location,
        type="chat",
        wire="location",
        description="A place on the map.",
        example={"lat": 0.507068, "lng": 101.447779, "name": "Kantor Pusat"},
    ),
    ReplyKind(
        "contact",
        ContactCard,
        type="vcard",
        needs="numbers",
        description="A contact card.",
        example={"name": "Admin", "numbers": ["628111111111"]},
    ),
    ReplyKind(
        "reaction",
        Reaction,
        type="reaction",
        needs="emoji",
        description="An emoji on the customer's message. Where there are no reactions, it is left out.",
        example="\N{THUMBS UP SIGN}",
        filled_in=("to",),
    ),
)
KINDS: Kinds = {kind.name: kind for kind in _KINDS}
_MADE = (
    ReplyKind("buttons", Buttons, type="text", needs="plain", description="A menu whose entries are buttons."),
    ReplyKind("template", MessageTemplate, type="text", needs="name", description="A text that WhatsApp has approved."),
    ReplyKind("list", List, type="text", needs="plain", description="A menu whose entries are a list to open."),
)
ALL_KINDS: Kinds = {**KINDS, **{kind.name: kind for kind in _MADE}}  # with those that rule files do not write
MEDIA: Mapping[str, type[Media]] = {name: kind.make for name, kind in KINDS.items() if issubclass(kind.make, Media)}


def kind_of(reply: Reply, kinds: Kinds = ALL_KINDS) -> ReplyKind:
    """The entry of a reply's class, or of the class it extends; raises `TypeError` if there is none.

    >>> kind_of(Location(-6.2, 106.8)).type
    'chat'
    """
    for made in type(reply).__mro__:
        for kind in kinds.values():
            if kind.make is made:
                return kind
    raise TypeError(f"{type(reply).__name__} is no kind of reply. Add it to the registry of reply kinds.")
