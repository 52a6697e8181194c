"""Messages and other events that came in as text for a database, and back."""

import json
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message

_KINDS: dict[str, type[Incoming]] = {"message": Message, "echo": Echo, "identity": IdentityChange}
_KIND = "event"  # the key that says which of them a text is; a message has none


def write_incoming(incoming: Incoming) -> str:
    r"""The message or event as ASCII JSON, whatever characters it holds.

    >>> write_incoming(Message(text="Halo \U0001f600", id="M1"))
    '{"text":"Halo \\ud83d\\ude00","id":"M1"}'
    >>> write_incoming(Echo(id="E1", at=5.0))
    '{"event":"echo","id":"E1","at":5.0}'
    """
    name = next(name for name, kind in _KINDS.items() if isinstance(incoming, kind))
    told = {} if name == "message" else {_KIND: name}
    return json.dumps({**told, **_plain(incoming)}, allow_nan=False, separators=(",", ":"))


def read_incoming(text: str) -> Incoming:
    """Read the text that `write_incoming` wrote, of this version or another; raise `ValueError` for anything else.

    >>> read_incoming('{"text":"Halo","sender":{"number":"628111"},"of_tomorrow":1}').sender.number
    '628111'
    """
    try:
        data = json.loads(text)
        incoming: Incoming = _read(_KINDS[data.pop(_KIND, "message")], data)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise ValueError("it is nothing that came in, as this version knows it") from None
    return incoming


def _plain(value: Any) -> Any:
    """A value of a message as JSON has it; of a dataclass, the fields that are not the default."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if _is_said(value, each)}
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _is_said(value: Any, each: "Field[Any]") -> bool:
    """True if a field is one of the value's own, and is not the default."""
    if not each.init or not each.compare:
        return False
    default = each.default_factory() if each.default_factory is not MISSING else each.default
    return default is MISSING or getattr(value, each.name) != default


def _read(kind: Any, value: Any) -> Any:
    """The value of this type that JSON stands for. What another version has and this one has not is left out."""
    if value is None:
        return None
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], each) for name, each in value.items() if name in hints})
    return datetime.fromisoformat(value) if kind is datetime else value


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    found = get_type_hints(kind)
    return {each.name: found[each.name] for each in fields(kind) if each.init}
