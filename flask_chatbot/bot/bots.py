"""`Bots`: the bots of one app, one for each of its rule files: that of the app, and those that lines have for themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.errors import HandlerError
from flask_chatbot.settings.keys import Key
from flask_chatbot.settings.webhook_lines import line_of_key


@dataclass(frozen=True, slots=True)
class BotKey(Key):
    """A key of the webhook: its `name` is the line that a call with it came by, and `bot` answers that line."""

    bot: Bot


class Bots:
    """The bots of one app, in the order of its configuration; lines with the same rule file share one.

    `own` answers whatever comes by no line with rules of its own. `webhook_keys` are those that calls of the webhook may carry.
    """

    __slots__ = ("__weakref__", "_by_line", "own", "webhook_keys")

    def __init__(self, own: Bot, by_line: Mapping[str, Bot]) -> None:
        self.own = own
        self._by_line = dict(by_line)
        lines = [(line_of_key(own.settings, key), key.key) for key in own.settings.webhook_keys]
        self.webhook_keys = tuple(BotKey(line, key, self.of(line)) for line, key in lines)  # found once: each message comes with one
        for each in self:
            each.is_elsewhere = partial(self._is_beside, each)
            each.is_fallback = self.is_fallback

    def __iter__(self) -> Iterator[Bot]:
        return iter(dict.fromkeys((self.own, *self._by_line.values())))

    def __len__(self) -> int:
        return len({id(each) for each in self})

    def of(self, line: str | None) -> Bot:
        """The bot that answers what comes by a line, or by a webhook key of that name."""
        return self._by_line.get(line, self.own) if line else self.own

    def of_session(self, session: str) -> Bot:
        """The bot that answers what comes by a line or a webhook key, by the name under which messages are kept."""
        return self.of(session.removeprefix("webhook:"))

    def is_fallback(self, session: str, name: str | None) -> bool:
        """True if a rule is a fallback among those that answer what comes by a line or a webhook key."""
        return self.of_session(session).book.is_fallback(name)

    def reading(self, path: Path) -> Bot | None:
        """The bot whose rules are those of a file."""
        return next((each for each in self if each.path.resolve() == path.resolve()), None)

    def books(self, line: str | None = None) -> list[RuleBook]:
        """The rules of all files, those of a line first."""
        return [each.book for each in dict.fromkeys((self.of(line), *self))]

    def _is_beside(self, bot: Bot, name: str) -> bool:
        return any(name in each.book.by_name for each in self if each is not bot)

    @property
    def rules(self) -> Iterator[Rule]:
        """The rules of all files."""
        return chain(*(each.book.rules for each in self))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The reasons why rule files, as they are now, are not the rules in use."""
        return tuple(dict.fromkeys(problem for each in self for problem in each.problems))

    @property
    def missing(self) -> tuple[Problem, ...]:
        """The rules that need what no handler supplies, and that apologise; all others answer."""
        return tuple(dict.fromkeys(problem for each in self for problem in each.missing))

    def require_handlers(self) -> None:
        """Raise `HandlerError` if a rule needs what no handler supplies. Call it once all handlers are registered."""
        if missing := self.missing:
            raise HandlerError(missing)
