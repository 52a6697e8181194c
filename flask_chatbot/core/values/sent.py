"""Values sent in place of a text, for fields and templates: a file, a place or a contact, without any bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from flask_chatbot.core.values.contents import Attachment, MediaKind, MessageKind, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message

FILES: tuple[str, ...] = tuple(
    kind for kind in get_args(MediaKind) if kind != "sticker"
)  # `media` in rules; a sticker is said like an emoji
SENDS: tuple[str, ...] = ("image", "audio", "video", "document", "location", "contact", "sticker", "media")  # as a rule file lists them
SENT_NAMES = ("media", "location", "contact")  # of what was sent, in templates and handlers
SENT: frozenset[MessageKind] = frozenset({"media", "location", "contact"})  # the kinds of messages that come in place of a text


class ValueWithParts:
    """A value whose parts templates may name, as those of a map; `__str__` is what customers and staff read."""

    __slots__ = ()
    PARTS: tuple[str, ...] = ()
    KEPT: tuple[str, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """The names of its parts in templates."""
        return self.PARTS

    def __getitem__(self, name: str) -> object:
        if name not in self.PARTS:
            raise KeyError(name)
        return getattr(self, name)

    def data(self) -> dict[str, Any]:
        """The value as JSON data, without what is empty."""
        return {name: value for name in self.KEPT if (value := getattr(self, name)) not in (None, "", ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileValue(ValueWithParts):
    """A file: `size` is in bytes, `handle` the transport's name for its bytes, and `file` that of the copy that was kept, if one was.

    All but its kind is as its sender says, until it is kept; `is_unfit` if it never can be. `called` are the words for its kind in the
    language of the rules.

    >>> str(FileValue(kind="image", called="foto")), str(FileValue(kind="document", name="ktp.pdf", called="dokumen"))
    ('foto', 'dokumen ktp.pdf')
    """

    PARTS = ("kind", "mime", "name", "size", "file")
    KEPT = (*PARTS, "handle")

    kind: str
    mime: str = ""
    name: str = ""
    size: int | None = None
    handle: str = field(default="", repr=False)
    file: str = ""
    is_unfit: bool = False
    called: str = field(default="", compare=False)

    def __str__(self) -> str:
        return " ".join(filter(None, [self.called or self.kind, self.name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceValue(ValueWithParts):
    """A place in degrees, with the name and the address that its sender gave it, if any.

    >>> str(PlaceValue(lat=-6.2, lng=106.816, name="Kantor Pusat"))
    'Kantor Pusat (-6.2, 106.816)'
    """

    PARTS = KEPT = ("lat", "lng", "name", "address")

    lat: float
    lng: float
    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        named = ", ".join(filter(None, [self.name, self.address]))
        degrees = f"{round(self.lat, 6)}, {round(self.lng, 6)}"
        return f"{named} ({degrees})" if named else degrees

    @property
    def kind(self) -> str:
        """The kind of what was sent."""
        return "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactValue(ValueWithParts):
    """The card of somebody, with their telephone numbers as they stand there; `number` is the first.

    >>> card = ContactValue(name="Ani", numbers=("0812-3456-7890",))
    >>> str(card), card.number
    ('Ani 0812-3456-7890', '0812-3456-7890')
    """

    PARTS = ("name", "number", "numbers")
    KEPT = ("name", "numbers")

    name: str
    numbers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, [self.name, ", ".join(self.numbers)]))

    @property
    def number(self) -> str:
        """The first number; empty if there is none."""
        return self.numbers[0] if self.numbers else ""

    @property
    def kind(self) -> str:
        """The kind of what was sent."""
        return "contact"


SentValue = FileValue | PlaceValue | ContactValue


def kinds_in(sends: Iterable[str]) -> frozenset[str]:
    """The kinds of what is sent that a list in a rule file stands for.

    >>> sorted(kinds_in(["media", "location"]))
    ['audio', 'document', 'image', 'location', 'video']
    """
    return frozenset(kind for name in sends for kind in (FILES if name == "media" else (name,)))


def kinds_of(message: Message) -> frozenset[str]:
    """The kinds of what a message brings in place of a text. A picture that was sent as a document is both.

    >>> from flask_chatbot.core.values.contents import Attachment
    >>> sorted(kinds_of(Message(text="", kind="media", attachments=(Attachment(kind="document", mime="image/png"),))))
    ['document', 'image']
    """
    if message.kind == "media":
        return frozenset(
            kind
            for each in message.attachments
            if not each.is_unfit
            for kind in (each.kind, "image" if each.kind == "document" and is_picture(each.mime) else each.kind)
        )
    return frozenset((message.kind,)) if message.kind in SENT else frozenset()


def name_of(value: SentValue) -> str:
    """The name of something sent in templates and handlers: ``media``, ``location`` or ``contact``.

    >>> name_of(PlaceValue(lat=-6.2, lng=106.8)), name_of(FileValue(kind="audio"))
    ('location', 'media')
    """
    return "media" if isinstance(value, FileValue) else value.kind


def names_in(sends: Iterable[str]) -> tuple[str, ...]:
    """The names that a rule with this list has for what is sent.

    >>> names_in(["image", "location"]), names_in(["contact"])
    (('media', 'location'), ('contact',))
    """
    return tuple(dict.fromkeys(name if name in SENT_NAMES else "media" for name in sends))


def is_picture(mime: str) -> bool:
    """True if a file of that type is a picture."""
    return mime.startswith("image/")


def read_sent(data: Mapping[str, Any]) -> SentValue:
    """Read what `data()` wrote; raise `KeyError`, `TypeError` or `ValueError` for anything else."""
    made = FileValue if "kind" in data else PlaceValue if "lat" in data else ContactValue
    known = {name: data[name] for name in made.KEPT if name in data}
    if "numbers" in known:
        known["numbers"] = tuple(known["numbers"])
    value: SentValue = made(**known)
    return value


MIMES = {"image": "image/jpeg", "audio": "audio/ogg", "video": "video/mp4", "document": "application/pdf", "sticker": "image/webp"}
PARTS_OF = {"location": ("lat", "lng", "name"), "contact": ("name", "numbers")}  # of what tests and trials send; files have the others
FILE_PARTS = ("caption", "filename", "mime")


def pretended(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a message that is no text, for tests and trials: what is not said of it is made up.

    >>> pretended("image", {"filename": "a.jpg"})["attachments"]
    (Attachment(kind='image', mime='image/jpeg', name='a.jpg', size=None, sha256='', voice=False, file='', is_unfit=False),)
    """
    if kind == "location":
        place = SharedLocation(said.get("lat", -6.2), said.get("lng", 106.816), said.get("name", ""))
        return {"kind": "location", "location": place}
    if kind == "contact":
        numbers = said.get("numbers", "0812-3456-7890")
        contact = SharedContact(said.get("name", "Ani"), tuple(numbers) if isinstance(numbers, list) else (numbers,))
        return {"kind": "contact", "contacts": (contact,)}
    file = Attachment(cast(MediaKind, kind), mime=said.get("mime", MIMES[kind]), name=said.get("filename", ""))
    return {"kind": "media", "attachments": (file,)}
