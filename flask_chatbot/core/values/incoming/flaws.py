"""Flaws of what came in: parts of another type than they should be, which nothing could keep, find again or answer. Pure."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from flask_chatbot.core.values.contents import SharedLocation
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange, Incoming
from flask_chatbot.core.values.outbound import Receipt

_CALLED = {Echo: "echo", IdentityChange: "change of names", Receipt: "receipt"}  # all else is a message
_NUMBERS = {int: (int,), float: (int, float)}


def called(incoming: Incoming | Receipt) -> str:
    """The kind of something that came in, for the log.

    >>> called(Echo(id="E1", at=5.0))
    'echo'
    """
    return _CALLED.get(type(incoming), "message")


def flaw_in(incoming: Incoming | Receipt) -> str:
    """The first part that is not what it should be, and why, without its content; empty if everything is sound.

    Values come from other people's JSON, so their types are only hoped for.

    >>> from flask_chatbot.core.values.messages import Message
    >>> flaw_in(Message(text="halo", id="A1")), flaw_in(Message(text="halo", id=77))
    ('', 'its id is no text')
    >>> flaw_in(Message(text="", kind="location", location=SharedLocation(float("nan"), 106.8)))
    'its location lat is no number'
    """
    return next(_flaws(type(incoming), incoming, ""), "")


def _flaws(kind: Any, value: Any, name: str) -> Iterator[str]:
    """Yield what is wrong with a value of which `kind` is the type that was declared."""
    if get_origin(kind) in (Union, UnionType):
        if value is None and NoneType in get_args(kind):
            return
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        yield from _in_tuple(get_args(kind)[0], value, name)
    elif is_dataclass(kind):
        yield from _in_parts(kind, value, name)
    elif complaint := _complaint(kind, value):
        yield f"its {name} {complaint}"


def _in_tuple(kind: Any, values: Any, name: str) -> Iterator[str]:
    if not isinstance(values, tuple):
        yield f"its {name} are no tuple"
        return
    for each in values:
        yield from _flaws(kind, each, name)


def _in_parts(kind: Any, value: Any, name: str) -> Iterator[str]:
    """Yield the flaws of a dataclass's own fields: functions, which are compared with nothing, are none of its content."""
    if not isinstance(value, kind):
        yield f"its {name} is no {kind.__name__}"
        return
    for part, hint, default in _parts(kind):
        given = getattr(value, part)
        if given is not default:
            yield from _flaws(hint, given, f"{name} {part}".strip())
    if isinstance(value, SharedLocation) and not value.is_on_earth:
        yield f"its {name} is nowhere on earth"


def _complaint(kind: Any, value: Any) -> str:
    """The sentence's end for a value that is not of a simple type; a word of a fixed list may be one that is not on it."""
    if kind is str or get_origin(kind) is Literal:
        return "" if isinstance(value, str) else "is no text"
    if kind is datetime:
        return "" if _is_time(value) else "is no time"
    if kind in _NUMBERS:
        return "" if type(value) in _NUMBERS[kind] and math.isfinite(value) else "is no number"
    return "" if isinstance(value, kind) else f"is no {kind.__name__}"


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, datetime) and math.isfinite(value.timestamp())
    except (ValueError, OverflowError, OSError):  # outside of what clocks can show
        return False


@cache
def _parts(kind: type[Any]) -> tuple[tuple[str, Any, object], ...]:
    """The names, types and defaults of a dataclass's own fields."""
    found = get_type_hints(kind)
    return tuple((each.name, found[each.name], each.default) for each in fields(kind) if each.compare)
