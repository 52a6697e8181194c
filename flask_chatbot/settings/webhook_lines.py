"""The lines whose messages the webhook brings, and the line that a webhook key belongs to."""

import json
from collections.abc import Iterator

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.settings import Settings
from flask_chatbot.transports.registry import TRANSPORTS

KEY = "CHATBOT_WEBHOOK_KEY"


def sends_only(settings: Settings) -> bool:
    """True for the settings of a line that sends, and whose customers' messages come by the webhook."""
    return isinstance(settings.transport, str) and TRANSPORTS[settings.transport].sends_only


def brought_lines(settings: Settings) -> list[str]:
    """The named lines whose messages the webhook brings."""
    return [name for name, each in settings.lines.items() if sends_only(each)]


def line_of_key(settings: Settings, key: Key) -> str | None:
    """The line that a call with this key came by: that of its name; for a key without one, the only line that the webhook brings for."""
    brought = brought_lines(settings) if key.name is None else []
    return brought[0] if len(brought) == 1 else key.name


def unclear_keys(settings: Settings) -> Iterator[str]:
    """Yield a sentence if the webhook brings messages of several lines, and a key does not say of which."""
    brought = brought_lines(settings)
    if len(brought) > 1 and any(key.name not in settings.lines for key in settings.webhook_keys):
        yield tr(
            "{key}: the webhook brings the messages of the lines {lines}, and a key that has the name of no line does not say of which. "
            "Write a map from the name of each line to a key of its own: {example}",
            key=KEY,
            lines=", ".join(brought),
            example=json.dumps({name: f"key-of-{name}" for name in brought}),
        )
