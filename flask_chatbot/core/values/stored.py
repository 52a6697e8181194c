"""Replies as text that a database keeps, and back; what the contract calls their type."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Media, Reply, Text, Video

_MEDIA: Mapping[str, type[Media]] = {"image": Image, "audio": Audio, "video": Video, "document": Document}
_TYPES: Mapping[type, str] = {
    Text: "text",
    Location: "chat",
    ContactCard: "vcard",
    Media: "document",
    **{kind: name for name, kind in _MEDIA.items()},
}


def type_of(reply: Reply) -> str:
    """What the contract's `type` says of a reply to one person.

    >>> type_of(Text("Halo")), type_of(Image("https://example.com/a.png")), type_of(Location(-6.2, 106.8))
    ('text', 'image', 'chat')
    """
    return _TYPES[type(reply)]


def write_reply(reply: Reply) -> str:
    r"""The reply as ASCII JSON, whatever characters it holds.

    >>> write_reply(Text("Halo \U0001f600"))
    '{"kind":"text","text":"Halo \\ud83d\\ude00"}'
    """
    return json.dumps(_told(reply), allow_nan=False, separators=(",", ":"))


def read_reply(text: str) -> Reply:
    """What `write_reply` wrote; `ValueError` where it is something else.

    >>> read_reply('{"kind":"image","url":"https://example.com/a.png"}')
    Image(url='https://example.com/a.png', caption='', filename='')
    """
    try:
        told = json.loads(text)
        return _READERS[told.pop("kind")](told)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise ValueError("it is no reply that this version knows") from None


def _told(reply: Reply) -> dict[str, Any]:
    match reply:
        case Text(text):
            return {"kind": "text", "text": text}
        case Media(url, caption, filename):
            more = {"caption": caption, "filename": filename}
            return {"kind": _TYPES[type(reply)], "url": url, **{name: value for name, value in more.items() if value}}
        case Location(lat, lng, name):
            return {"kind": "location", "lat": lat, "lng": lng, **({"name": name} if name else {})}
        case ContactCard(name, numbers):
            return {"kind": "contact", "name": name, "numbers": list(numbers)}


def _read_contact(told: dict[str, Any]) -> ContactCard:
    return ContactCard(told["name"], tuple(told["numbers"]))


_READERS: Mapping[str, Callable[[dict[str, Any]], Reply]] = {
    "text": lambda told: Text(**told),
    "location": lambda told: Location(**told),
    "contact": _read_contact,
    **{name: (lambda told, kind=kind: kind(**told)) for name, kind in _MEDIA.items()},  # type: ignore[misc]
}
