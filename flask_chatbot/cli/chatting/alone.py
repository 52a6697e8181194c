"""A customer who talks to the rules alone, without a transport: what a phone would send, as messages."""

from dataclasses import replace
from itertools import count
from typing import Unpack

from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Choice, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.transports.kept_files import KeptFiles, SentFile, only_file


class CustomerAlone:
    """Makes messages of one sender; `answered` has to be called with each decision, so that menus can be tapped."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._files = KeptFiles()
        self._ids = count(1)
        self._shown: tuple[Choice, ...] = ()
        self._has_answer = False

    def answered(self, decision: Decision) -> None:
        """Note what a decision shows."""
        in_replies = [choice for reply in decision.replies for choice in getattr(reply, "choices", ())]
        self._shown = decision.choices or tuple(in_replies) or self._shown
        self._has_answer = self._has_answer or bool(decision.replies)

    def writes(self, text: str) -> Message:
        """A text."""
        return self._message(Message(text=text))

    def sends(self, *, caption: str = "", name: str = "", voice: bool = False, **file: Unpack[SentFile]) -> Message:
        """A file with its caption."""
        kind, source = only_file(file)
        attachment = self._files.keep(kind, source, name=name, voice=voice)
        return self._message(Message(text=caption, kind="media", attachments=(attachment,), fetch=self._files.fetch))

    def shares(self, lat: float, lng: float, *, name: str = "") -> Message:
        """A place."""
        return self._message(Message(text="", kind="location", location=SharedLocation(lat, lng, name)))

    def shares_contact(self, name: str, *numbers: str) -> Message:
        """A card."""
        return self._message(Message(text="", kind="contact", contacts=(SharedContact(name, numbers),)))

    def taps(self, title: str) -> Message:
        """An entry of the last menu; raises `ValueError` if it has none with this title."""
        choice = next((each for each in self._shown if each.title == title), None)
        if choice is None:
            shown = ", ".join(repr(each.title) for each in self._shown)
            raise ValueError(
                tr("No menu shows {title!r}. The last one shows {shown}.", title=title, shown=shown)
                if shown
                else tr("No menu has been shown yet that could be tapped.")
            )
        return self._message(Message(text=choice.title, kind="choice", choice=choice))

    def reacts(self, emoji: str) -> Message:
        """A reaction to the last answer; raises `ValueError` if there is none."""
        if not self._has_answer:
            raise ValueError(tr("Nothing has been answered yet that one could react to."))
        return self._message(Message(text="", kind="reaction", reaction=Reaction(emoji, "answer")))

    def edits(self, message: Message, text: str) -> Message:
        """Another text for a message."""
        return self._message(Message(text=text, kind="edit", edits=message.id or ""))

    def deletes(self, message: Message) -> Message:
        """A message that is deleted."""
        return self._message(Message(text="", kind="deletion", deletes=message.id or ""))

    def _message(self, content: Message) -> Message:
        return replace(content, sender=self._sender, id=f"chat-{next(self._ids)}")
