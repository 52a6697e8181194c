"""One bot at work: the rules of an app, its handlers, and the way of a message through both."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random

from flask_chatbot.config import Settings
from flask_chatbot.core.engine import NO_MEMORY, Decision, decide
from flask_chatbot.core.loader import load_rules
from flask_chatbot.core.matching import Match
from flask_chatbot.core.messages import Message
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.core.sentences import say
from flask_chatbot.errors import Invalid, Skip
from flask_chatbot.handlers import Handler, Handlers, replies_of, result_of

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False, weakref_slot=True)
class Bot:
    """What one app holds, in ``app.extensions["chatbot"]``. `book` is read once per message, and replaced whole."""

    settings: Settings
    path: Path
    book: RuleBook
    handlers: Handlers
    random: Random
    clock: Callable[[], datetime]
    memories: "Memories" = field(default_factory=lambda: Memories())

    def reload(self) -> None:
        """Take the rules anew, with what the handlers add; `RulesError` where they are broken, and the rules stay as they were."""
        book = load_rules(self.path, self.handlers.additions)
        self.handlers.require(book)
        self.book = book

    def answer(self, message: Message, now: datetime | None = None, random: Random | None = None) -> Decision:
        """What to do about a message, handlers included. Call it within the app's context."""
        return _Turn(self, message).decide(now or self.clock(), random or self.random)


class _Turn:
    """One message on its way through the handlers; the rules it began with are those it ends with."""

    def __init__(self, bot: Bot, message: Message) -> None:
        self.bot = bot
        self.book = bot.book
        self.message = message

    def decide(self, now: datetime, random: Random) -> Decision:
        for handler in self.bot.handlers.before.values():
            early = self.replies(handler, {"message": self.message})
            if early is not None:
                return Decision(None, early)
        decision = decide(self.book, self.message, NO_MEMORY, now, random, self.handle)
        for handler in self.bot.handlers.after.values():
            changed = self.replies(handler, {"message": self.message, "replies": decision.replies})
            if changed is not None:
                decision = replace(decision, replies=changed)
        return decision

    def handle(self, match: Match, message: Message) -> Mapping[str, object] | tuple[Reply, ...] | None:
        """What the handler of the matched rule says, if it has one."""
        handler = self.bot.handlers.rules.get(match.rule.name)
        if handler is None:
            return None
        values = {**match.fields, "message": message, "memory": self.bot.memories.of(message.sender.number)}
        try:
            return result_of(handler(values))
        except (Skip, Invalid):
            raise
        except Exception as error:  # noqa: BLE001  whatever the app's own code raises, the customer gets an answer
            return self.recover(error, f"{handler.name} at {handler.mark}, for rule {match.rule.name!r} at {match.rule.mark}")

    def replies(self, handler: Handler, values: Mapping[str, object]) -> tuple[Reply, ...] | None:
        """What a handler that stands before or after the rules says."""
        try:
            value = handler(values)
            return None if value is None else replies_of(value)
        except Exception as error:  # noqa: BLE001  as above
            return self.recover(error, f"{handler.name} at {handler.mark}")

    def recover(self, error: Exception, where: str) -> tuple[Reply, ...]:
        """The replies of the error handler that fits best, else one apology."""
        handler = next((self.bot.handlers.errors[kind] for kind in type(error).__mro__ if kind in self.bot.handlers.errors), None)
        if handler is not None:
            try:
                return replies_of(handler({"error": error, "message": self.message}))
            except Exception:
                log.exception("the error handler %s at %s failed itself", handler.name, handler.mark)
        log.error("%s failed", where, exc_info=error)
        return (Text(say(self.book.locale.language, "apology")),)


class Memories:
    """The `memory` of each sender: a dict that lives as long as the process."""

    LIMIT = 10_000  # senders; the one who came first is forgotten first

    def __init__(self) -> None:
        self._by_number: dict[str, dict[str, object]] = {}

    def of(self, number: str) -> dict[str, object]:
        """The dict of one sender."""
        found = self._by_number.setdefault(number, {})
        if len(self._by_number) > self.LIMIT:
            self._by_number.pop(next(iter(self._by_number)), None)
        return found
