"""The reasons why people were skipped, as they are stored: to be read in any language."""

import json

from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable


def write_reason(reason: Translatable) -> str:
    """A reason as JSON, to be read in any language."""
    return json.dumps([reason.msgid, {name: _part(value) for name, value in reason.values.items()}])


def read_reason(written: str) -> Translatable:
    """Read what `write_reason` wrote; nothing for what another version did."""
    try:
        msgid, values = json.loads(written)
        return Translatable(msgid, {name: _whole(value) for name, value in values.items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        return NO_MESSAGE


def _part(value: object) -> object:
    """A value in a sentence as JSON holds it."""
    if isinstance(value, Translatable):
        return {"reason": write_reason(value)}
    return value if isinstance(value, str | int | float | None) else str(value)


def _whole(value: object) -> object:
    """The value again."""
    return read_reason(value["reason"]) if isinstance(value, dict) else value
