"""`Message`: a customer's message, as the engine sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flask_chatbot.core.sparse import sparse
from flask_chatbot.core.values.contents import (
    Attachment,
    Choice,
    Fetch,
    File,
    Keep,
    MessageKind,
    Reaction,
    Referral,
    SharedContact,
    SharedLocation,
)
from flask_chatbot.core.values.people import PERSON, Alias, alias_of
from flask_chatbot.errors import Refused

PARTS_LIMIT = 100  # of a text, between its ``#``


@sparse
@dataclass(frozen=True, kw_only=True)
class Sender:
    """The sender of a message: `number` is an opaque string (never validated), and empty for people who hide it.

    `person` is our id of whoever it is, for messages that come in by a transport: the same for ever, also for two who turn out to be one.
    It is empty by the webhook, and for a stranger until something is kept of them. `name` and `username` are what they call themselves:
    they may change or be empty, and nobody is known by them. `aliases` are the names besides the number by which the transport knows them.
    A number that is hidden now but known from before is filled in.
    """

    number: str = ""
    name: str = ""
    person: str = ""
    username: str = ""
    aliases: tuple[Alias, ...] = ()

    @property
    def address(self) -> str:
        """The number, else the id that stands for somebody who hides it: what they are called where a number is asked for.

        >>> Sender(number="628111").address, Sender(aliases=(Alias("bsuid", "ID.1349", "toko"),)).address
        ('628111', 'ID.1349')
        """
        if self.number:
            return self.number
        return next((alias.chat.removesuffix(PERSON) for alias in self.aliases if alias.scheme != "parent_bsuid"), "")

    @property
    def names(self) -> tuple[Alias, ...]:
        """All names by which the transport knows them, the number first; of somebody without any name, an empty number.

        >>> Sender(number="628111").names
        (Alias(scheme='number', value='628111', scope=''),)
        """
        return (alias_of(self.number), *self.aliases) if self.number or not self.aliases else self.aliases


NOBODY = Sender()


@sparse
@dataclass(frozen=True, kw_only=True)
class Message:
    """One incoming message.

    `line` names the webhook key (or session) it came by, `id` is the sender's name for it, `group` the id of its group, `media` the URL of
    an attachment.

    `kind` tells what the message is; all but a text have their content in the part of that name, or in `attachments`, `contacts`, `edits`
    and `deletes`. Those two hold the id of the message that is edited or deleted, as `reply_to` does of the one that is quoted. `text` is
    what rules match: of a file its caption, of a choice its title, of an edit the new text; empty for all others.
    """

    text: str
    sender: Sender = NOBODY
    chat: Literal["private", "group"] = "private"
    group: str = ""
    id: str | None = None
    sent_at: datetime | None = None
    line: str | None = None
    media: str | None = None
    kind: MessageKind = "text"
    choice: Choice | None = None
    location: SharedLocation | None = None
    attachments: tuple[Attachment, ...] = ()
    contacts: tuple[SharedContact, ...] = ()
    reaction: Reaction | None = None
    edits: str = ""
    deletes: str = ""
    reply_to: str = ""
    forwarded: bool = False
    referral: Referral | None = None
    fetch: Fetch | None = field(default=None, repr=False, compare=False)  # of the transport it came by
    keep: Keep | None = field(default=None, repr=False, compare=False)  # of the app, where rules may take files

    def download(self, index: int = 0) -> File:
        """Fetch the file of the message, or the one with this index: at most 16 MiB, and only now that it is asked for.

        Raises `TryLater` if it cannot be fetched now, `Refused` if it never can: there is none, it is too large, or it is gone.
        """
        if not -len(self.attachments) <= index < len(self.attachments):
            count = len(self.attachments)
            raise Refused(f"This message has {count or 'no'} file{'s' * (count != 1)}: there is none with the index {index}.")
        if self.fetch is None:
            raise Refused("The file of this message cannot be fetched here. Call download() on the message that a handler gets.")
        return self.fetch(self.attachments[index])

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
