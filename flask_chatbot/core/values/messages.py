"""`Message`: a customer's message, as the engine sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flask_chatbot.core.values.people import Alias

PARTS_LIMIT = 100  # of a text, between its ``#``


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The sender of a message: `number` is an opaque string (never validated), and empty for people who hide it.

    `person` is our id of whoever it is, for messages that come in by a transport; `name` and `username` are what they call themselves, and
    may change or be empty; `aliases` are the names besides the number by which the transport knows them.
    """

    number: str = ""
    name: str = ""
    person: str = ""
    username: str = ""
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One incoming message.

    `line` names the webhook key (or session) it came by, `id` is the sender's name for it, `group` the id of its group, `media` the URL of
    an attachment.
    """

    text: str
    sender: Sender = field(default_factory=Sender)
    chat: Literal["private", "group"] = "private"
    group: str = ""
    id: str | None = None
    sent_at: datetime | None = None
    line: str | None = None
    media: str | None = None

    @property
    def keyword(self) -> str:
        """The text before the first ``#``, trimmed.

        >>> Message(text="penawaran #Jhon Doe").keyword
        'penawaran'
        """
        return self.text.partition("#")[0].strip()

    @property
    def data(self) -> tuple[str, ...]:
        """The parts after the first ``#``, at most 100: trimmed, trailing empty ones dropped, inner ones kept.

        >>> Message(text="penawaran#Jhon Doe## 3 ##").data
        ('Jhon Doe', '', '3')
        """
        return split_parts(self.text.partition("#")[2])[:PARTS_LIMIT] if "#" in self.text else ()


def split_parts(text: str) -> tuple[str, ...]:
    """The parts between the ``#`` of a text.

    >>> split_parts(" a # b#")
    ('a', 'b')
    """
    parts = [part.strip() for part in text.split("#")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
