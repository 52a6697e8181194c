"""Replies as a rule file writes them, both ways, and as a terminal shows them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.replies import ALL_KINDS, KINDS, Reply, Text, kind_of
from flask_chatbot.core.values.reply_kinds import Kinds


def reply_data(reply: Reply, kinds: Kinds = ALL_KINDS) -> dict[str, object]:
    """A reply as a rule file writes it: its kind and its content.

    >>> reply_data(Text("Halo"))
    {'text': 'Halo'}
    """
    kind, held = kind_of(reply, kinds), asdict(reply)
    if len(kind.written) == 1:
        return {kind.name: held[kind.needs]}
    return {kind.name: {key: value for key, value in held.items() if value != ""}}


def reply_of(data: Any, kinds: Kinds = KINDS) -> Reply:
    """Read a reply from a rule file's form, with its texts unchanged: a text, or a map from a kind to its content.

    >>> reply_of({"image": "https://example.com/a.png"})
    Image(url='https://example.com/a.png', caption='', filename='')
    """
    if isinstance(data, str):
        return Text(data.strip())
    ((name, held),) = data.items()
    kind = kinds[name]
    keys = held if isinstance(held, dict) else {kind.needs: held}
    reply: Reply = kind.make(**{part.name: _READERS[part.holds](keys[part.name]) for part in kind.written if part.name in keys})
    return reply


def reply_text(reply: Reply, kinds: Kinds = ALL_KINDS) -> str:
    """A reply as a terminal can show it.

    >>> from flask_chatbot.core.values.replies import Location
    >>> reply_text(Location(-6.2, 106.8, "Toko"))
    '[location] -6.2, 106.8, Toko'
    """
    if isinstance(reply, Buttons | List):
        return reply.plain
    ((kind, held),) = reply_data(reply, kinds).items()
    if isinstance(reply, Text):
        return reply.text
    if not isinstance(held, dict):
        return f"[{kind}] {held}"
    return f"[{kind}] " + ", ".join(f"{', '.join(value) if isinstance(value, tuple) else value}" for value in held.values())


def _texts(held: str | list[str]) -> tuple[str, ...]:
    return tuple(text.strip() for text in (held if isinstance(held, list) else [held]))


_READERS: Mapping[type, Callable[[Any], object]] = {str: str.strip, float: float, tuple: _texts}
