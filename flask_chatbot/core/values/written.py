"""Replies as a rule file writes them, both ways, and as a terminal shows them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_chatbot.core.values.replies import Audio, ContactCard, Document, Image, Location, Media, Reply, Text, Video

MEDIA: Mapping[str, type[Media]] = {"image": Image, "audio": Audio, "video": Video, "document": Document}


def reply_data(reply: Reply) -> dict[str, object]:
    """A reply as a rule file writes it: its kind, and what it holds.

    >>> reply_data(Text("Halo"))
    {'text': 'Halo'}
    """
    kind = {"ContactCard": "contact"}.get(type(reply).__name__, type(reply).__name__.lower())
    if isinstance(reply, Text):
        return {kind: reply.text}
    return {kind: {key: value for key, value in asdict(reply).items() if value != ""}}


def reply_of(data: Any) -> Reply:
    """The reply that a rule file wrote so, its texts taken as they are: a text, or a map from a kind to what it holds.

    >>> reply_of({"image": "https://example.com/a.png"})
    Image(url='https://example.com/a.png', caption='', filename='')
    """
    if isinstance(data, str):
        return Text(data.strip())
    ((kind, held),) = data.items()
    if kind in MEDIA:
        keys = {"url": held} if isinstance(held, str) else held
        return MEDIA[kind](**{key: value.strip() for key, value in keys.items()})
    if kind == "location":
        return Location(float(held["lat"]), float(held["lng"]), held.get("name", "").strip())
    if kind == "contact":
        numbers = held["numbers"] if isinstance(held["numbers"], list) else [held["numbers"]]
        return ContactCard(held["name"].strip(), tuple(number.strip() for number in numbers))
    return Text(held.strip())


def shown(reply: Reply) -> str:
    """A reply as a terminal can show it.

    >>> shown(Location(-6.2, 106.8, "Toko"))
    '[location] -6.2, 106.8, Toko'
    """
    ((kind, held),) = reply_data(reply).items()
    if not isinstance(held, dict):
        return str(held)
    return f"[{kind}] " + ", ".join(f"{', '.join(value) if isinstance(value, tuple) else value}" for value in held.values())
