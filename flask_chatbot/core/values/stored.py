"""Replies as text for a database, and back; and the contract's types for them."""

import json
from dataclasses import asdict
from typing import Any

from flask_chatbot.core.values.replies import ALL_KINDS, Reply, kind_of
from flask_chatbot.core.values.reply_kinds import Kinds

TAKEN, RESENT = NOTES = ("taken", "resent")  # what the store keeps beside the parts of a reply, none of which is called so


def type_of(reply: Reply, kinds: Kinds = ALL_KINDS) -> str:
    """The contract's `type` of a reply to one person.

    >>> from flask_chatbot.core.values.replies import Image, Location, Text
    >>> type_of(Text("Halo")), type_of(Image("https://example.com/a.png")), type_of(Location(-6.2, 106.8))
    ('text', 'image', 'chat')
    """
    return kind_of(reply, kinds).type


def write_reply(reply: Reply, kinds: Kinds = ALL_KINDS) -> str:
    r"""The reply as ASCII JSON, whatever characters it holds.

    >>> from flask_chatbot.core.values.replies import Text
    >>> write_reply(Text("Halo \U0001f600"))
    '{"kind":"text","text":"Halo \\ud83d\\ude00"}'
    """
    kind = kind_of(reply, kinds)
    data: dict[str, object] = {"kind": kind.name}
    for part in kind.parts:
        value = getattr(reply, part.name)
        if value != part.default:
            data[part.name] = value
    return json.dumps(data, allow_nan=False, separators=(",", ":"), default=asdict)


def read_reply(text: str, kinds: Kinds = ALL_KINDS) -> Reply:
    """Read the text that `write_reply` wrote, perhaps with the notes of the store; raise `ValueError` for anything else.

    >>> read_reply('{"kind":"image","url":"https://example.com/a.png"}')
    Image(url='https://example.com/a.png', caption='', filename='')
    """
    try:
        data: dict[str, Any] = json.loads(text)
        kind = kinds[data.pop("kind")]
        for name in NOTES:
            data.pop(name, None)
        for part in kind.parts:
            if part.name in data:
                data[part.name] = part.read(data[part.name])
        reply: Reply = kind.make(**data)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise ValueError("it is no reply that this version knows") from None
    return reply
