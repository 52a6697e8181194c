"""Talks with a rule book: several people, a clock that moves when told to, and all that is remembered written down in between."""

from datetime import datetime, timedelta
from random import Random
from typing import Literal

from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.decision import Decision, Handle, no_handler
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.contents import Attachment, MediaKind, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Reply, Text
from tests.core.books import BUDI, NOW

Chat = Literal["private", "group"]
SentKind = MediaKind | Literal["location", "contact"]


class Talk:
    """People who write to a book; `handle` stands in for the app's handlers."""

    def __init__(self, book: RuleBook, handle: Handle = no_handler, now: datetime = NOW) -> None:
        self.book = book
        self.handle = handle
        self.now = now
        self.memory = ShortMemory()
        self.random = Random(1)

    def wait(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)

    def decision(self, text: str, number: str = BUDI.number, chat: Chat = "private", line: str | None = None, group: str = "") -> Decision:
        """What is decided about a text, and remembered; `group` is the id of the group it is written in."""
        return self.decided(Message(text=text, sender=Sender(number=number), chat="group" if group else chat, line=line, group=group))

    def decided(self, message: Message) -> Decision:
        """What is decided about a message, and remembered."""
        decision = decide(self.book, message, self.memory, self.now, self.random, self.handle)
        if decision.remember is not None:
            assert self.memory.commit(message.sender.number, decision.remember, self.now.timestamp())
        return decision

    def replies(self, text: str, number: str = BUDI.number, chat: Chat = "private") -> tuple[Reply, ...]:
        """What a text is answered."""
        return self.decision(text, number, chat).replies

    def says(self, text: str, number: str = BUDI.number, chat: Chat = "private", line: str | None = None, group: str = "") -> str | None:
        """The one text that a text is answered; None for silence."""
        return one_text(self.decision(text, number, chat, line, group))

    def sends(self, kind: SentKind, caption: str = "", mime: str = "", name: str = "") -> str | None:
        """The one text that a file, the place or the contact of every test is answered."""
        return one_text(self.decided(sent(kind, caption, mime, name)))

    def hears(self, *texts: str) -> list[str | None]:
        """The answer to each of several texts."""
        return [self.says(text) for text in texts]


def sent(kind: SentKind, caption: str = "", mime: str = "", name: str = "") -> Message:
    """A message of Budi that is no text."""
    if kind == "location":
        return Message(text=caption, sender=BUDI, kind="location", location=SharedLocation(-6.2, 106.816, "Kantor", "Jl. Melati 5"))
    if kind == "contact":
        return Message(text=caption, sender=BUDI, kind="contact", contacts=(SharedContact("Ani", ("0812-3456-7890",)),))
    attachment = Attachment(kind, mime=mime, name=name, size=2048, handle=f"handle of {kind}")
    return Message(text=caption, sender=BUDI, kind="media", attachments=(attachment,))


def one_text(decision: Decision) -> str | None:
    """The one text of a decision; None for silence."""
    if not decision.replies:
        return None
    (reply,) = decision.replies
    assert isinstance(reply, Text)
    return reply.text
