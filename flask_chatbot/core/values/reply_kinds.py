"""The registry of reply kinds: one entry for each, from which the store, rule files, handlers and the wire all read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, get_origin

from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Media, Reply, Text, Video


class Part(NamedTuple):
    """One field of a reply: its key in rule files and in the database, and its type: `str`, `float` or `tuple` (of texts)."""

    name: str
    holds: Any
    default: object  # `MISSING` where it must be given


@dataclass(frozen=True, slots=True)
class ReplyKind:
    """One kind of reply. Its parts are the fields of its class.

    `type` is the contract's word for a message of the kind, `wire` the keyword webhook's; if the webhook has no place for the kind, the
    parts go as texts. Without the part it `needs` there is nothing to send; a bare text in a rule file is this part.
    """

    name: str  # the key in rule files, and the kind in the database
    make: type[Any]
    type: str
    wire: str | None = None
    needs: str = ""
    parts: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        parts = (Part(each.name, get_origin(each.type) or each.type, each.default) for each in fields(self.make))
        object.__setattr__(self, "parts", tuple(parts))


Kinds = Mapping[str, ReplyKind]

KINDS: Kinds = {
    kind.name: kind
    for kind in (
        ReplyKind("text", Text, type="text", wire="message", needs="text"),
        ReplyKind("image", Image, type="image", wire="image", needs="url"),
        ReplyKind("audio", Audio, type="audio", wire="audio", needs="url"),
        ReplyKind("video", Video, type="video", needs="url"),
        ReplyKind("document", Document, type="document", wire="document", needs="url"),
        ReplyKind("location", Location, type="chat", wire="location"),
        ReplyKind("contact", ContactCard, type="vcard", needs="numbers"),
    )
}
MEDIA: Mapping[str, type[Media]] = {name: kind.make for name, kind in KINDS.items() if issubclass(kind.make, Media)}


def kind_of(reply: Reply, kinds: Kinds = KINDS) -> ReplyKind:
    """The entry of a reply's class, or of the class it extends; raises `TypeError` if there is none.

    >>> kind_of(Location(-6.2, 106.8)).type
    'chat'
    """
    for made in type(reply).__mro__:
        for kind in kinds.values():
            if kind.make is made:
                return kind
    raise TypeError(f"{type(reply).__name__} is no kind of reply. Add it to the registry of reply kinds.")
