"""Customers who write to a bot in tests."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from random import Random
from typing import TypedDict, Unpack

from flask import Flask

from flask_chatbot.bot.bots import Bots
from flask_chatbot.core.conversation.deleted import without_text
from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.matched_text import matched_text
from flask_chatbot.core.deciding.reminders import saves_to
from flask_chatbot.core.deciding.trial_rows import TrialRows
from flask_chatbot.core.lookups.keys import loose_key
from flask_chatbot.core.values.actions import Save
from flask_chatbot.core.values.contents import Choice, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.problems import did_you_mean
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import ChatbotError
from flask_chatbot.testing.replies import Replies
from flask_chatbot.testing.turns import Turn
from flask_chatbot.transports.kept_files import KeptFiles, SentFile, only_file


class TimeAndLine(TypedDict, total=False):
    """The time of a message, and the line that it comes by."""

    at: datetime | None
    line: str | None


@dataclass(slots=True, eq=False)
class _Surroundings:
    """The means that customers of one chat share, besides the bot's memory."""

    random: Random
    files: KeptFiles = field(default_factory=KeptFiles)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    rows: TrialRows = field(default_factory=TrialRows)


class Chat:
    """A customer who writes to the bot of an app; handlers run, and nothing is sent.

    To the bot this number is new, as is each other `person` of this chat. Memory lasts as long as the chat: the app's own database is
    neither read nor written. `at` is the time of all messages (an aware datetime, or a naive one in the rules' time zone), or None for now.
    `seed` fixes the random choices: the same seed, the same replies. `line` is the line, or the named webhook key, that all messages come
    by which name no other: its rules answer.

    What a handler raises, `says` raises too if the app is `TESTING` or `raises` is True; with False the customer gets the apology. A
    handler that a rule needs and that is missing is a `HandlerError` unless `raises` is False.
    """

    def __init__(
        self,
        app: Flask,
        *,
        from_: str = "6281200000000",
        nama: str = "",
        at: datetime | None = None,
        seed: int = 0,
        raises: bool | None = None,
        line: str | None = None,
    ) -> None:
        if "chatbot" not in app.extensions:
            raise ChatbotError("This app has no Chatbot. Call init_app(app) before Chat(app).")
        self.app = app
        self.from_ = from_
        self.nama = nama
        self.at = at
        self.raises = raises
        self.line = line
        self._bots: Bots = app.extensions["chatbot"].bots
        self._memory = ShortMemory()
        self._world = _Surroundings(Random(seed))
        self._last: Turn | None = None
        self._shown: tuple[Choice, ...] = ()

    def person(self, from_: str, *, nama: str = "") -> "Chat":
        """Another customer, who writes to the same bot at the same time of day."""
        person = self._bots.of(self.line).book.person
        if person(Sender(number=from_)) == person(Sender(number=self.from_)):
            raise ChatbotError(f"{from_} is the number of this customer already. Give the other one another number.")
        other = Chat(self.app, from_=from_, nama=nama, at=self.at, raises=self.raises, line=self.line)
        other._world, other._memory = self._world, self._memory
        return other

    def says(self, text: str, *, reply_to: str = "", forwarded: bool = False, **when: Unpack[TimeAndLine]) -> Replies:
        """Send one message as this customer, and return the replies; `line` names the webhook key it arrives with."""
        return self._sends(Message(text=text, reply_to=reply_to, forwarded=forwarded), **when)

    def sends(
        self,
        *,
        caption: str = "",
        name: str = "",
        voice: bool = False,
        at: datetime | None = None,
        line: str | None = None,
        **file: Unpack[SentFile],
    ) -> Replies:
        """Send a file, as in ``sends(image=b"...", caption="Bukti transfer")``: its content or its path, as the kind that names it.

        The kind is an image, audio, video, document or sticker, whatever the content is; `name` is for documents, `voice` makes an audio
        file a voice note. A handler gets the content by `message.download()`.
        """
        kind, source = only_file(file)
        attachment = self._world.files.keep(kind, source, name=name, voice=voice)
        return self._sends(Message(text=caption, kind="media", attachments=(attachment,), fetch=self._world.files.fetch), at=at, line=line)

    def shares(self, lat: float, lng: float, *, name: str = "", address: str = "", **when: Unpack[TimeAndLine]) -> Replies:
        """Share a place, in degrees; without a name and an address it is a bare position."""
        return self._sends(Message(text="", kind="location", location=SharedLocation(lat, lng, name, address)), **when)

    def shares_contact(self, name: str, *numbers: str, **when: Unpack[TimeAndLine]) -> Replies:
        """Send a contact from the address book."""
        return self._sends(Message(text="", kind="contact", contacts=(SharedContact(name, numbers),)), **when)

    def sends_unsupported(self, **when: Unpack[TimeAndLine]) -> Replies:
        """Send what no transport can pass on, such as a poll or a view-once picture."""
        return self._sends(Message(text="", kind="unsupported"), **when)

    def taps(self, title: str, **when: Unpack[TimeAndLine]) -> Replies:
        """Tap the entry with this title in the last menu that was shown to this customer, as a button or a list shows it."""
        choice = next((each for each in self._shown if each.title == title), None)
        if choice is None:
            titles = ", ".join(repr(each.title) for each in self._shown)
            shown = f"The last menu shows {titles}." if titles else "The bot has shown this customer no menu yet."
            raise ChatbotError(f"{title!r} cannot be tapped. {shown}")
        return self._sends(Message(text=choice.title, kind="choice", choice=choice), **when)

    def moves(self, table: str, number: int, state: str, *, at: datetime | None = None) -> Replies:
        """Move a row that was saved in this chat into a state, as staff do; return what its customer gets, who is taken to be this one."""
        message, now = self._message(Message(text=""), {"at": at} if at is not None else {})
        saves = saves_to(self._bots.of(message.line).book, table)
        if not saves:
            names = {action.name for rule in self._bots.of(message.line).book.rules for action in rule.actions if isinstance(action, Save)}
            raise ChatbotError(f"No rule saves to {table!r}.{did_you_mean(table, names)}")
        states = [each for save in saves for each in save.states]
        meant = next((each for each in states if loose_key(each) == loose_key(state)), None)
        if meant is None:
            raise ChatbotError(f"{state!r} is not a state of {table!r}.{did_you_mean(state, states)}")
        text = self._world.rows.moved(self._bots.of(message.line).book, table, number, meant, message.sender, now)
        if text is None:
            raise ChatbotError(f"No row of this chat is number {number} in {table!r}.")
        return Replies([Text(text)] if text else [])

    @property
    def reminders(self) -> list[tuple[datetime, str]]:
        """The reminders that are to come for the rows of this chat as they are now: when, and their texts."""
        return [(plan.at, plan.text) for plan in self._world.rows.due]

    def reacts(self, emoji: str, to: str = "", **when: Unpack[TimeAndLine]) -> None:
        """React to a message; an empty emoji takes the reaction back. Nothing answers, the functions of `@bot.on_reaction` run.

        `to` is what `bot.send` returned for that message; empty, it is somebody else's.
        """
        self._happens(Message(text="", kind="reaction", reaction=Reaction(emoji, to)), to, when)

    def edits(self, text: str, turn: Turn | None = None, **when: Unpack[TimeAndLine]) -> None:
        """Change the text of the last message, or of that of another turn. Nothing answers, the functions of `@bot.on_edit` run."""
        self._happens(Message(text=text, kind="edit", edits=(turn or self.last).message.id or ""), "", when)

    def deletes(self, turn: Turn | None = None, **when: Unpack[TimeAndLine]) -> None:
        """Delete the last message, or that of another turn: what forms hold of its text goes, the functions of `@bot.on_delete` run."""
        deleted = (turn or self.last).message
        message, now = self._message(Message(text="", kind="deletion", deletes=deleted.id or ""), when)
        person = self._bots.of(message.line).book.person(message.sender)
        state = self._memory.recall(person, now.timestamp())
        changed = without_text(state, deleted.text, now.timestamp()) if deleted.text else state
        if changed is not state:
            self._memory.commit(person, changed, now.timestamp())
        self._hears(message, "")

    def owner_writes(self, **when: Unpack[TimeAndLine]) -> None:
        """Let the owner write to this customer by hand: the bot is silent for them as long as `takeover` in the settings says."""
        message, now = self._message(Message(text=""), when)
        book = self._bots.of(message.line).book
        if book.takeover is None:
            return
        silence, person, time = book.takeover, book.person(message.sender), now.timestamp()
        state = self._memory.recall(person, time)
        self._memory.commit(person, state.taken_over(message.line or "", time + silence.total_seconds()), time)

    def _sends(self, content: Message, **when: Unpack[TimeAndLine]) -> Replies:
        """Let the bot answer a message with this content."""
        if self.raises is not False:
            self._bots.require_handlers()
        message, now = self._message(content, when)
        bot = self._bots.of(message.line)
        book = bot.book
        state = self._memory.recall(book.person(message.sender), now.timestamp())
        with self.app.app_context():
            decision = bot.answer(message, now, self._world.random, self._memory, rows=self._world.rows)
        self._world.rows.keep(decision, message, book, now)
        self._last = Turn(book, state, message, now, decision)
        self._shown = self._last.choices or self._shown
        if decision.failure is not None and self._has_to_raise:
            raise decision.failure
        return self._last.replies

    def _happens(self, content: Message, sent: str, when: TimeAndLine) -> None:
        """Let the app hear of something that is never answered."""
        self._hears(self._message(content, when)[0], sent)

    def _hears(self, message: Message, sent: str) -> None:
        with self.app.app_context():
            self._bots.of(message.line).happened(message, sent, raises=self._has_to_raise)

    def _message(self, content: Message, when: TimeAndLine) -> tuple[Message, datetime]:
        """A message with this content of this customer, and its time."""
        line = when.get("line") or self.line
        bot = self._bots.of(line)
        now = when.get("at") or self.at or bot.clock()
        now = now.replace(tzinfo=bot.book.locale.timezone) if now.tzinfo is None else now
        text = matched_text(content, bot.book)
        sender = Sender(number=self.from_, name=self.nama)
        return replace(content, text=text, sender=sender, line=line, id=f"chat-{next(self._world.ids)}"), now

    @property
    def _has_to_raise(self) -> bool:
        return self.app.testing if self.raises is None else self.raises

    @property
    def last(self) -> Turn:
        """The last message: its `rule`, `fields`, `invalid`, `replies`, and `explain()`."""
        if self._last is None:
            raise ChatbotError("Nothing has been said yet. Call says() first.")
        return self._last

    def __repr__(self) -> str:
        return f"<Chat of {self.nama or self.from_}>"
