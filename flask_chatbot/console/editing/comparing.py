"""Comparing: what the rules in use answer, and what those with a draft would. Nothing is sent, kept or handled."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from flask_chatbot.bot.bot import Bot
from flask_chatbot.bot.dry_run import dry_run
from flask_chatbot.console.marks import shown
from flask_chatbot.core.conversation.memory import ShortMemory
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.trial_rows import TrialRows
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.values.chats import GROUP, is_group
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.written import reply_text

if TYPE_CHECKING:
    from flask_chatbot.store.console.heard import HeardText

TEXTS = 20  # tried at once
MESSAGES = 500  # real ones
AMONG = 20_000  # of the last messages
SECONDS = 5.0  # for all of them
LONGEST = 600  # characters of an answer that are shown
TRIED = "6281200000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """The answer of a rule book to one text: the rule, empty for none, and its replies as a terminal shows them."""

    rule: str
    replies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One text with the answers of a bot before and after a change."""

    bot: Bot
    text: str
    before: GivenAnswer
    after: GivenAnswer

    @property
    def differs(self) -> bool:
        """True if the change makes a difference."""
        return self.before != self.after

    def seen_by(self, say: Callable[[str], str]) -> "Compared":
        """The same texts as a viewer may see them, which `say` makes of each."""
        before, after = (replace(each, replies=say(each.replies)) for each in (self.before, self.after))
        return replace(self, text=say(self.text), before=before, after=after)


@dataclass(slots=True)
class Rehearsal:
    """One rule book that answers messages in their order, each person's by what it remembers of them from these alone."""

    bot: Bot
    book: RuleBook
    _memory: ShortMemory = field(default_factory=ShortMemory)
    _rows: TrialRows = field(default_factory=TrialRows)
    _count: int = 0

    def answer(self, message: Message, now: datetime) -> GivenAnswer:
        """The answer to one message; the same by chance in every rehearsal."""
        self._count += 1
        tried = dry_run(self.book, self._memory, self._rows, message, now, Random(self._count), self.bot)
        match, note = tried.decision.match, str(tried.note)
        said = "\n".join([*map(reply_text, tried.decision.replies), *([f"({note})"] if note else [])])
        return GivenAnswer(rule=match.rule.name if match else "", replies=shown(said[:LONGEST]))


def compare(
    bot: Bot, book: RuleBook, messages: Iterable[tuple[Message, datetime]], end: float, clock: Callable[[], float] = monotonic
) -> list[Compared]:
    """The answers of the rules in use beside those of another book, as many as there is time for until the `clock` says `end`."""
    before, after = Rehearsal(bot, bot.book), Rehearsal(bot, book)
    found: list[Compared] = []
    for message, now in messages:
        if clock() > end:
            break
        text = shown(clip(message.text, 200))
        found.append(Compared(bot=bot, text=text, before=before.answer(message, now), after=after.answer(message, now)))
    return found


def written_texts(texts: str, now: datetime) -> Iterator[tuple[Message, datetime]]:
    """Yield a message for each line, from one customer."""
    lines = [line.strip() for line in texts.splitlines() if line.strip()]
    for number, line in enumerate(lines[:TEXTS]):
        yield Message(text=line[:4096], sender=Sender(number=TRIED)), now + timedelta(seconds=number)


def real_messages(heard: "Iterable[HeardText]", book: RuleBook) -> Iterator[tuple[Message, datetime]]:
    """Yield the messages that came in, as they did."""
    for each in heard:
        sender = Sender(number=each.sender, person=each.person or "")
        group = each.chat.removesuffix(GROUP) if is_group(each.chat) else ""
        at = datetime.fromtimestamp(each.at, book.locale.timezone)
        yield Message(text=each.text, sender=sender, chat="group" if group else "private", group=group, line=each.session), at


def yesterday(now: datetime, book: RuleBook) -> float:
    """The beginning of yesterday, in the bot's own time."""
    local = now.astimezone(book.locale.timezone)
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)).timestamp()
