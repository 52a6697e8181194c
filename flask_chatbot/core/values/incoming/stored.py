"""Messages and other events that came in as text for a database, and back."""

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.messages import Message

_KINDS: dict[str, type[Incoming]] = {"message": Message, "echo": Echo, "identity": IdentityChange}
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
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
    return _ENCODER.encode({**told, **_plain(incoming)})


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
    kind: Any = type(value)
    if is_dataclass(value):
        given = ((name, getattr(value, name), default) for name, default in _defaults(kind))
        return {name: _plain(part) for name, part, default in given if part is not default and part != default}
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


@cache
def _defaults(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    """The names and defaults of a dataclass's own fields, which are frozen; `MISSING` where a field has none."""
    own = [each for each in fields(kind) if each.init and each.compare]
    return tuple((each.name, each.default if each.default_factory is MISSING else each.default_factory()) for each in own)


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
