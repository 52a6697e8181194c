"""`Bot`: the rules and handlers of one app, and the path of a message through both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from flask_chatbot.bot.effects import Effects, NoEffects
from flask_chatbot.bot.handlers import Handlers, check_needs, nowhere
from flask_chatbot.bot.handling import Handling
from flask_chatbot.bot.notices import load_for
from flask_chatbot.bot.telling import Telling
from flask_chatbot.core.conversation.memory import NO_MEMORY, Memory, ShortMemory
from flask_chatbot.core.conversation.offers import LastHeard, OffersMemory
from flask_chatbot.core.conversation.remember import Remembering
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.loading.additions import Additions
from flask_chatbot.core.loading.loader import short_path
from flask_chatbot.core.lookups.find import Rows
from flask_chatbot.core.lookups.short_rows import ShortRows
from flask_chatbot.core.values.contents import WRITTEN
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.problems import Problem
from flask_chatbot.errors import HandlerError
from flask_chatbot.settings.settings import Settings

NOT_REMEMBERED = Remembering(NO_MEMORY)  # one for all whose messages are answered without a memory of them


@dataclass(slots=True, eq=False, repr=False, weakref_slot=True)
class Bot(Telling):
    """The rules of one app in use, with its handlers. `book` is read once per message and replaced as a whole.

    `problems` say why the current rule files are not the ones in use; `watched_by` is the id of the process that watches them.
    `make_effects` and `make_rows` open the store, so they are called only when needed. `echoing_lines` tell when the owner writes by hand.
    `lines` are the named ones that it answers; `is_elsewhere` says if another rule file of the app has a rule of a name,
    `is_fallback` if a rule is the fallback of whatever bot of the app answers a session.
    """

    settings: Settings
    path: Path
    book: RuleBook
    handlers: Handlers
    random: Random
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=ShortMemory)
    make_effects: Callable[[], Effects] | None = None
    make_rows: Callable[[], Rows] | None = None
    problems: tuple[Problem, ...] = ()
    watched_by: int = 0
    heard: LastHeard = field(default_factory=LastHeard)
    echoing_lines: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    is_elsewhere: Callable[[str], bool] = nowhere
    is_fallback: Callable[[str, str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self.is_fallback = lambda session, name: self.book.is_fallback(name)

    def __repr__(self) -> str:
        return f"<Bot of {short_path(self.path)}>"

    @property
    def missing(self) -> tuple[Problem, ...]:
        """The rules that need what no handler supplies, and that apologise; all others answer."""
        return tuple(check_needs(self.handlers, self.book))

    @property
    def file_lines(self) -> frozenset[str]:
        """The lines that it answers by which files, places and contacts may come."""
        found = self.settings.file_lines
        return found & self.lines if self.settings.lines else found

    def require_handlers(self) -> None:
        """Raise `HandlerError` if a rule needs what no handler supplies. Call it once all handlers are registered."""
        if missing := self.missing:
            raise HandlerError(missing)

    def read(self) -> RuleBook:
        """Load the rule files as they are now, with the handlers' additions; raise `RulesError` if they are broken."""
        return load_for(self.settings, self.path, self.additions, self.lines)

    @property
    def additions(self) -> Additions:
        """The additions of the handlers to its rule files."""
        return self.handlers.additions_beside(self.is_elsewhere)

    def reload(self) -> None:
        """Load the rules again; raise `RulesError` if they are broken, and keep the old rules."""
        self.use(self.read())

    def use(self, book: RuleBook) -> None:
        """Answer by these rules, which are those in the files, from the next message on."""
        self.book, self.problems = book, ()

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Keep the rules in use, since those in the files have these problems."""
        self.problems = problems

    def answer(
        self,
        message: Message,
        now: datetime | None = None,
        random: Random | None = None,
        memory: Memory | None = None,
        effects: Effects | None = None,
        rows: ShortRows | None = None,
    ) -> Decision:
        """Decide how to answer a message, handlers included, then remember and act. Call it in the app's context.

        Raises `StoreError` if the store fails. If another message of the same sender came first, it decides again, but never runs a handler
        twice for one message. With `memory` in place of the bot's own, nothing is carried out; `effects` receives every decision, not only
        those with actions; saved rows are then looked up in `rows`, else
        in the store.
        """
        kept = memory or self.memory_for(message)
        return Handling(  # positional: keyword arguments would cost as much as finding the key of a call
            message,
            self.handlers,
            self.book,
            bool(self.settings.public_url),
            now or self.clock(),
            random or self.random,
            NOT_REMEMBERED if kept is NO_MEMORY else Remembering(kept),
            (lambda: effects) if effects else self.make_effects if memory is None else None,
            effects is not None,  # gets_all
            memory is None and not isinstance(effects, NoEffects),  # joins
            self.make_rows if memory is None else None,
            rows,
        ).answer()

    def heeds_pauses(self, book: RuleBook, line: str | None = None) -> bool:
        """True if messages of a line are answered with a memory of people, so that a pause is known.

        Rules that remember nothing ask for none, unless the line tells when the owner takes over, or the console may.
        """
        if book.remembers or self.handlers.rules or self.settings.console:
            return True
        return line in self.echoing_lines and book.takeover is not None

    def memory_for(self, message: Message, book: RuleBook | None = None) -> Memory:
        """The memory to decide with: none if the rules remember nothing, nor for senders without a number, who would all share one."""
        book = book or self.book
        if not message.sender.number and not message.sender.person:
            return NO_MEMORY
        if self.heeds_pauses(book, message.line) or message.kind not in WRITTEN:
            return self.memory
        return OffersMemory(self.memory, self.heard, message, book.may_take) if book.offers else NO_MEMORY
