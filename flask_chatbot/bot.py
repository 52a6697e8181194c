"""One bot at work: the rules of an app, its handlers, and the way of a message through both."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Lock

from flask_chatbot.config import Settings
from flask_chatbot.core.engine import NO_MEMORY, Decision, decide, lacking
from flask_chatbot.core.loader import load_rules
from flask_chatbot.core.matching import Match
from flask_chatbot.core.messages import Message
from flask_chatbot.core.problems import did_you_mean
from flask_chatbot.core.replies import Reply, Text
from flask_chatbot.core.returned import replies_of
from flask_chatbot.core.rows import as_dict
from flask_chatbot.core.rules import RuleBook
from flask_chatbot.core.sentences import say
from flask_chatbot.errors import AnswerFailed, HandlerError, Invalid, Skip
from flask_chatbot.handlers import Handler, Handlers, field_names
from flask_chatbot.tracebacks import private, told

Outcome = Mapping[str, object] | tuple[Reply, ...] | None

log = logging.getLogger(__name__)


class Memories:
    """The `memory` of each sender: a dict that lives as long as the process. Past `limit` senders, who was silent longest is forgotten."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._by_number: dict[str, dict[str, object]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._by_number)

    def of(self, number: str) -> dict[str, object]:
        """The dict of one sender; of one without a number a new one each time, since nobody knows who that is."""
        if not number:
            return {}
        with self._lock:
            found = self._by_number[number] = self._by_number.pop(number, {})  # now the last
            if len(self._by_number) > self._limit:
                del self._by_number[next(iter(self._by_number))]
        return found

    def forget(self, number: str) -> None:
        """Make a sender one who never wrote."""
        with self._lock:
            self._by_number.pop(number, None)


@dataclass(slots=True, eq=False, weakref_slot=True)
class Bot:
    """What one app holds, in ``app.extensions["chatbot"]``. `book` is read once per message, and replaced whole."""

    settings: Settings
    path: Path
    book: RuleBook
    handlers: Handlers
    random: Random
    clock: Callable[[], datetime]
    memories: Memories = field(default_factory=Memories)

    def read(self) -> RuleBook:
        """The rules as they are written now, with what the handlers add; `RulesError` where they are broken."""
        return load_rules(self.path, self.handlers.additions)

    def reload(self) -> None:
        """Take the rules anew; `RulesError` where they are broken, and the rules stay as they were."""
        self.book = self.read()

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
        decision = self.early() or decide(self.book, self.message, NO_MEMORY, now, random, self.handle)
        for handler in self.bot.handlers.after.values():
            changed = self.replies(handler, {"message": self.message, "replies": decision.replies})
            if changed is not None:
                decision = replace(decision, replies=changed)
        return decision

    def early(self) -> Decision | None:
        """What a handler before the rules wants sent, if any does."""
        for handler in self.bot.handlers.before.values():
            replies = self.replies(handler, {"message": self.message})
            if replies is not None:
                return Decision(None, replies)
        return None

    def handle(self, match: Match, message: Message) -> Outcome:
        """What the handler of the matched rule says, if it has one."""
        rule = match.rule
        handler = self.bot.handlers.rules.get(rule.name)
        if handler is None:
            return None
        try:
            outcome = self.run(handler, match, message)
        except (Skip, Invalid):
            raise
        except Exception as error:  # noqa: BLE001  whatever the app's own code raises, the customer gets an answer
            return self.recover(error, f"{handler.name} at {handler.mark}, for rule {rule.name!r} at {rule.mark},")
        if isinstance(outcome, Mapping) and not rule.reply:
            log.warning("%s at %s returned names, and rule %r has no reply to use them in", handler.name, handler.mark, rule.name)
        if not isinstance(outcome, tuple) and (wanting := lacking(match, outcome or ())):
            returned = ", ".join(filter(str.isidentifier, map(str, outcome or ()))) or "no names"
            raise AnswerFailed(f"{handler.name} at {handler.mark} returned {returned}, and the rule needs {', '.join(wanting)}")
        return outcome

    def run(self, handler: Handler, match: Match, message: Message) -> Outcome:
        """The outcome of one handler; `HandlerError` where it calls values invalid that are no fields."""
        values: dict[str, object] = {**match.fields, "message": message}
        if "memory" in handler.parameters:
            values["memory"] = self.bot.memories.of(message.sender.number)
        try:
            value = handler(values)
            if value is None:
                return None
            names = as_dict(value)
            return replies_of(value) if names is None else names
        except Invalid as error:
            known = field_names(match.rule)
            for name in error.problems:
                if name not in known:
                    guess = did_you_mean(name, known) or f" Its fields are: {', '.join(known) or 'none'}."
                    raise HandlerError(f"Invalid names {name!r}, which is no field of rule {match.rule.name!r}.{guess}") from error
            raise

    def replies(self, handler: Handler, values: Mapping[str, object]) -> tuple[Reply, ...] | None:
        """What a handler that stands before or after the rules says; None where it has nothing to say."""
        try:
            value = handler(values)
            return None if value is None else replies_of(value)
        except Skip:
            return None
        except Exception as error:  # noqa: BLE001  as above
            return self.recover(error, f"{handler.name} at {handler.mark}")

    def recover(self, error: Exception, where: str) -> tuple[Reply, ...]:
        """The replies of the error handler that fits best, else one apology, and a line in the log."""
        handler = next((self.bot.handlers.errors[kind] for kind in type(error).__mro__ if kind in self.bot.handlers.errors), None)
        if handler is not None:
            try:
                value = handler({"error": error, "message": self.message})
                if value is not None:
                    return replies_of(value)
            except Exception as failure:  # noqa: BLE001  as above
                trace = told(failure, private(self.message))
                log.error("the error handler %s at %s failed itself\n%s", handler.name, handler.mark, trace)
        log.error("%s failed\n%s", where, told(error, private(self.message)))
        return (Text(say(self.book.locale.language, "apology")),)
