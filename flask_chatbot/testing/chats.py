"""Customers who write to a bot in tests, and its replies in a form that is easily compared."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

from flask import Flask

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.memory import ShortMemory, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.explain import explain
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import ChatbotError

ENDING = 5.0  # seconds for what is under way when `working` ends


class Replies(tuple[Any, ...]):  # Any, so that type checkers let tests ask for a text in them, and for the text of one
    """The bot's replies. In a comparison a text stands for a text reply, and a single reply for a list of one.

    >>> Replies([Text("Halo"), Text("Apa kabar?")]) == ["Halo", Text("Apa kabar?")]
    True
    >>> Replies([Text("Halo")]) == "Halo", "Ha" in Replies([Text("Halo")])
    (True, True)

    It shows as what it equals, ready to be copied into a test; printed, as the customer reads it.

    >>> Replies([Text("Halo"), Text("Apa kabar?")])
    ['Halo', 'Apa kabar?']
    >>> print(Replies([Text("Halo"), Text("Apa kabar?")]))
    Halo
    Apa kabar?
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """All texts, joined by line breaks."""
        return "\n".join(reply.text for reply in self if isinstance(reply, Text))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == as_replies(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __contains__(self, part: object) -> bool:
        return part in self.text if isinstance(part, str) else tuple.__contains__(self, part)

    def __repr__(self) -> str:
        return f"[{', '.join(map(short, self))}]"

    def __str__(self) -> str:
        return "\n".join(reply.text if isinstance(reply, Text) else repr(reply) for reply in self) or "(no reply)"


def as_replies(value: object) -> tuple[object, ...]:
    """The replies that `value` stands for in a comparison."""
    if isinstance(value, str):
        return (Text(value),)
    if isinstance(value, Iterable):
        return tuple(Text(each) if isinstance(each, str) else each for each in value)
    return (value,)


def short(value: object) -> str:
    """A reply as a test would write it: a text reply as its text."""
    return repr(value.text if isinstance(value, Text) else value)


def difference(replies: Replies, wanted: object) -> list[str]:
    """Expected and actual replies side by side, a line for each reply, with the different ones marked.

    >>> print("\\n".join(difference(Replies([Text("Halo"), Text("Apa kabar?")]), ["Halo", "Siapa?"])))
    the bot answered otherwise
        'Halo'
      - 'Siapa?'
      + 'Apa kabar?'
      (- wanted, + answered)
    """
    lines = ["the bot answered otherwise"]
    wants = as_replies(wanted)
    for place in range(max(len(wants), len(replies))):
        pair = (*wants[place : place + 1],), (*replies[place : place + 1],)
        if pair[0] == pair[1]:
            lines.append(f"    {short(replies[place])}")
        else:
            lines += [f"  {sign} {short(each)}" for sign, side in zip("-+", pair, strict=True) for each in side]
    return [*lines, "  (- wanted, + answered)"]


class Turn:
    """One message and its result."""

    def __init__(self, book: RuleBook, state: State, message: Message, now: datetime, decision: Decision) -> None:
        self._book = book
        self._state = state
        self._now = now
        self.message = message
        self.decision = decision
        self.replies = Replies(decision.replies)

    @property
    def rule(self) -> str | None:
        """The name of the rule that answered; None if none did."""
        return self.decision.match.rule.name if self.decision.match else None

    @property
    def fields(self) -> dict[str, object]:
        """The values of the rule's fields; None for those that are missing or wrong."""
        return dict(self.decision.match.fields) if self.decision.match else {}

    @property
    def invalid(self) -> dict[str, str]:
        """The missing or wrong fields, each with a sentence."""
        return dict(self.decision.match.invalid) if self.decision.match else {}

    def explain(self) -> str:
        """A line for every rule that might answer the message, with why it won or lost."""
        explanations = explain(self._book, self.message, self._state, self._now, decision=self.decision)
        return "\n".join(map(str, explanations)) or "no rule matches"

    def __repr__(self) -> str:
        return f"<{self.message.text!r} -> rule {self.rule!r}: {self.replies!r}>"


class Chat:
    """A customer who writes to the bot of an app; handlers run, and nothing is sent.

    To the bot this number is new, as is each other `person` of this chat. Memory lasts as long as the chat: the app's own database is
    neither read nor written. `at` is the time of all messages (an aware datetime, or a naive one in the rules' time zone), or None for now.
    `seed` fixes the random choices: the same seed, the same replies.

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
    ) -> None:
        if "chatbot" not in app.extensions:
            raise ChatbotError("This app has no Chatbot. Call init_app(app) before Chat(app).")
        self.app = app
        self.from_ = from_
        self.nama = nama
        self.at = at
        self.raises = raises
        self._bot: Bot = app.extensions["chatbot"].bot
        self._memory = ShortMemory()
        self._random = Random(seed)
        self._last: Turn | None = None

    def person(self, from_: str, *, nama: str = "") -> "Chat":
        """Another customer, who writes to the same bot at the same time of day."""
        person = self._bot.book.person
        if person(Sender(number=from_)) == person(Sender(number=self.from_)):
            raise ChatbotError(f"{from_} is the number of this customer already. Give the other one another number.")
        other = Chat(self.app, from_=from_, nama=nama, at=self.at, raises=self.raises)
        other._random, other._memory = self._random, self._memory
        return other

    def says(self, text: str, *, at: datetime | None = None, line: str | None = None) -> Replies:
        """Send one message as this customer, and return the replies; `line` names the webhook key it arrives with."""
        if self.raises is not False:
            self._bot.require_handlers()
        book = self._bot.book
        now = at or self.at or self._bot.clock()
        now = now.replace(tzinfo=book.locale.timezone) if now.tzinfo is None else now
        message = Message(text=text, sender=Sender(number=self.from_, name=self.nama), line=line)
        state = self._memory.recall(book.person(message.sender), now.timestamp())
        with self.app.app_context():
            decision = self._bot.answer(message, now, self._random, self._memory)
        self._last = Turn(book, state, message, now, decision)
        if decision.failure is not None and (self.app.testing if self.raises is None else self.raises):
            raise decision.failure
        return self._last.replies

    @property
    def last(self) -> Turn:
        """The last message: its `rule`, `fields`, `invalid`, `replies`, and `explain()`."""
        if self._last is None:
            raise ChatbotError("Nothing has been said yet. Call says() first.")
        return self._last

    def __repr__(self) -> str:
        return f"<Chat of {self.nama or self.from_}>"


@contextmanager
def working(app: Flask) -> Iterator[None]:
    """Run the app's worker inside the block: accepted messages go out, and incoming ones are answered.

    A served app does so by itself, a test client does not. The app's database is used; give each test its own.
    """
    from flask_chatbot.startup.worker import make_worker  # here, since SQLAlchemy is slow to load, and most tests only chat

    state = app.extensions.get("chatbot")
    if state is None or state.gateway is None:
        raise ChatbotError("This app sends nothing by itself. Set CHATBOT_TRANSPORT to a Simulator before init_app(app).")
    state.bot.require_handlers()
    worker = make_worker(state.gateway, app.app_context, leads=False)
    worker.start()
    try:
        yield
    finally:
        worker.drain(ENDING)
