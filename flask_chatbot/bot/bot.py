"""`Bot`: the rules and handlers of one app, and the path of a message through both."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

from flask_chatbot.bot.effects import AnsweredMessage, Effects, NoEffects
from flask_chatbot.bot.handlers import Handlers, check_needs, field_names
from flask_chatbot.bot.returned import plain_replies_of, replies_of
from flask_chatbot.bot.signatures import Handler
from flask_chatbot.bot.taking import Taking
from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.bot.turn import Sends, collecting
from flask_chatbot.core.conversation.memory import NO_MEMORY, Memory, ShortMemory
from flask_chatbot.core.conversation.offers import LastHeard, OffersMemory
from flask_chatbot.core.conversation.remember import TRIES, Remembering
from flask_chatbot.core.deciding.context import keeps_quiet, named_parts
from flask_chatbot.core.deciding.decision import Decision, ForwardFailed, HandlerFailed, Notes, Outcome, lacking
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.fields.sent import sent_in
from flask_chatbot.core.language.contacts import callable_only
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.loading.loader import load_rules, short_path
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Forward, Save
from flask_chatbot.core.values.contents import WRITTEN
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.core.values.rows import as_dict
from flask_chatbot.errors import AnswerFailed, FetchError, HandlerError, Invalid, Skip
from flask_chatbot.settings.settings import Settings

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False, repr=False, weakref_slot=True)
class Bot:
    """The rules of one app in use, with its handlers. `book` is read once per message and replaced as a whole.

    `problems` say why the current rule files are not the ones in use; `watched_by` is the id of the process that watches them.
    `make_effects` opens the store, so it is called only when needed.
    """

    settings: Settings
    path: Path
    book: RuleBook
    handlers: Handlers
    random: Random
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=ShortMemory)
    make_effects: Callable[[], Effects] | None = None
    problems: tuple[Problem, ...] = ()
    watched_by: int = 0
    heard: LastHeard = field(default_factory=LastHeard)

    def __repr__(self) -> str:
        return f"<Bot of {short_path(self.path)}>"

    @property
    def missing(self) -> tuple[Problem, ...]:
        """The rules that need what no handler supplies, and that apologise; all others answer."""
        return tuple(check_needs(self.handlers, self.book))

    def require_handlers(self) -> None:
        """Raise `HandlerError` if a rule needs what no handler supplies. Call it once all handlers are registered."""
        if missing := self.missing:
            raise HandlerError(missing)

    def read(self) -> RuleBook:
        """Load the rule files as they are now, with the handlers' additions; raise `RulesError` if they are broken."""
        return load_rules(self.path, self.handlers.additions)

    def reload(self) -> None:
        """Load the rules again; raise `RulesError` if they are broken, and keep the old rules."""
        self.use(self.read())

    def use(self, book: RuleBook) -> None:
        """Answer by these rules, which are those in the files, from the next message on."""
        self.book, self.problems = book, ()

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Keep the rules in use, since those in the files have these problems."""
        self.problems = problems

    def watched(self, by: int) -> None:
        """Record the id of the process that watches the rule files."""
        self.watched_by = by

    def answer(
        self,
        message: Message,
        now: datetime | None = None,
        random: Random | None = None,
        memory: Memory | None = None,
        effects: Effects | None = None,
    ) -> Decision:
        """Decide how to answer a message, handlers included, then remember and act. Call it in the app's context.

        Raises `StoreError` if the store fails. If another message of the same sender came first, it decides again, but never runs a handler
        twice for one message. With `memory` in place of the bot's own, nothing is carried out; `effects` receives every decision, not only
        those with actions.
        """
        handling = _Handling(
            bot=self,
            book=self.book,
            taking=Taking(message),
            now=now or self.clock(),
            random=random or self.random,
            people=Remembering(memory or self.memory_for(message)),
            make_effects=(lambda: effects) if effects else self.make_effects if memory is None else None,
            gets_all=effects is not None,
            joins=memory is None and not isinstance(effects, NoEffects),
        )
        for attempt in range(TRIES):
            decision = handling.decide()
            if handling.commit(decision, is_last=attempt == TRIES - 1):
                break
        return decision

    def forget_person(self, person: str, number: str) -> None:
        """Call the app's functions that forget people, in the app's context; the first error is raised."""
        for handler in self.handlers.forgets.values():
            handler({"person": person, "number": number})

    def people_merged(self, old: str, new: str) -> None:
        """Call the app's functions for people who were merged, in the app's context. One that fails is logged: it cannot be undone."""
        self.tell(self.handlers.merges, {"old": old, "new": new}, f"for person {old}, who is {new} now", [])

    def happened(self, message: Message, sent: str, *, raises: bool = False) -> None:
        """Call the app's functions for a reaction, an edit or a deletion, in the app's context; one that fails is logged.

        With `raises`, its error is raised instead. `sent` is our id of the message that it is about, empty if it is not ours.
        """
        events = {"reaction": self.handlers.reactions, "edit": self.handlers.edits, "deletion": self.handlers.deletions}
        values = {"message": message, "message_id": sent}
        self.tell(events[message.kind], values, f"for a message of the kind {message.kind!r}", private(message), raises=raises)

    def tell(self, told: Mapping[str, Handler], args: Mapping[str, object], about: str, hidden: list[str], *, raises: bool = False) -> None:
        """Call functions that answer nothing. A failing one is logged, without what is `hidden`: it must not stop the message."""
        for handler in told.values():
            try:
                returned = handler(args)
            except Exception as error:  # whatever the app's own code raises
                if raises:
                    raise
                log.error("%s at %s failed %s\n%s", handler.name, handler.mark, about, redacted(error, hidden))
                continue
            if returned is not None:
                log.warning("%s at %s returned a value, which nobody gets. Call bot.reply(message, ...)", handler.name, handler.mark)

    def heeds_pauses(self, book: RuleBook) -> bool:
        """True if messages are answered with a memory of people, so that a pause is known: rules that remember nothing ask for none."""
        return bool(book.remembers or self.handlers.rules)

    def memory_for(self, message: Message, book: RuleBook | None = None) -> Memory:
        """The memory to decide with: none if the rules remember nothing, nor for senders without a number, who would all share one."""
        book = book or self.book
        if not message.sender.number and not message.sender.person:
            return NO_MEMORY
        if self.heeds_pauses(book) or message.kind not in WRITTEN:
            return self.memory
        return OffersMemory(self.memory, self.heard, message, book.may_take) if book.offers else NO_MEMORY


@dataclass(slots=True, eq=False, kw_only=True)
class _Handling:
    """One message on its way through the handlers, with the same rules from beginning to end.

    With `gets_all` the effects receive decisions without actions, too.
    """

    bot: Bot
    book: RuleBook
    taking: Taking
    now: datetime
    random: Random
    people: Remembering
    make_effects: Callable[[], Effects] | None
    gets_all: bool
    joins: bool
    saved: int | None = None
    has_run: bool = False
    failure: Exception | None = None
    sends: Sends = field(default_factory=Sends)

    @property
    def message(self) -> Message:
        """The message, with the files in it that were kept."""
        return self.taking.message

    @property
    def joined(self) -> Sends | None:
        """The messages that join the commit; None if nothing of this message is carried out."""
        return self.sends if self.joins and self.make_effects is not None else None

    def decide(self) -> Decision:
        """Return the decision of the `before` handlers, or else of the rules, with its replies passed through the `after` handlers."""
        self.saved, self.has_run, self.failure = None, False, None  # a decision that was overtaken leaves nothing behind
        self.sends.drop()
        handlers, memory = self.bot.handlers, NO_MEMORY if self.people.memory is NO_MEMORY else self.people
        decision = self.early() if handlers.before else None
        if decision is not None and decision.replies and keeps_quiet(self.book, self.message, memory, self.now):
            return Decision(None)
        if decision is None:
            decision = self.taking.decide(self.book, memory, self.now, self.random, self.handle, handlers.rules)
        if handlers.after:
            decision = decision._replace(replies=self.changed(decision.replies))
        return decision._replace(failure=self.failure) if self.failure else decision

    def changed(self, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Pass the replies through the `after` handlers, stopping once there are none: silence is deliberate."""
        for handler in self.bot.handlers.after.values():
            if not replies:
                break
            with collecting(self.joined):
                changed = self.replies(handler, {"message": self.message, "replies": replies})
            replies = replies if changed is None else changed
        return replies

    def commit(self, decision: Decision, *, is_last: bool) -> bool:
        """Remember and act on the decision in one transaction; False if another message of the sender came first."""
        make_effects = self.make_effects if self.gets_all or decision.actions or self.sends.stores else None
        if decision.remember is None and make_effects is None:
            return True  # as for most messages
        remember = partial(self.people.keep, decision.remember, self.has_run or is_last)
        if make_effects is None:
            return remember(None)
        answered = AnsweredMessage(
            message=self.message,
            decision=decision,
            book=self.book,
            state=self.people.recalled,
            now=self.now,
            saved=self.saved,
            sends=tuple(self.sends.stores),
        )
        return make_effects().carry_out(answered, remember)

    def early(self) -> Decision | None:
        """The replies of the first `before` handler that returns any, as a decision."""
        for handler in self.bot.handlers.before.values():
            with collecting(self.joined):
                replies = self.replies(handler, {"message": self.message})
            if replies is not None:
                return Decision(None, replies)
        return None

    def handle(self, match: Match, message: Message, notes: Notes) -> Outcome:
        """Run the matched rule's handler or forward the message; the outcome includes the number of the saved row."""
        with collecting(self.joined):
            outcome = self.handled(match, message, notes)
        if not match.rule.actions or self.make_effects is None:
            return outcome
        effects = self.make_effects()
        for action in match.rule.actions:
            if isinstance(action, Forward) and outcome is None:
                outcome = self.forwarded(effects, action, match, message)
            elif isinstance(action, Save):
                self.saved = effects.number(action.name)
        return outcome if self.saved is None or isinstance(outcome, tuple) else {**(outcome or {}), "saved": {"number": self.saved}}

    def forwarded(self, effects: Effects, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Return the replies of another webhook."""
        self.has_run = True  # what it did cannot be taken back
        try:
            return callable_only(effects.forward(action, match, message), self.book.locale.country)
        except FetchError as error:
            log.error("rule %r at %s could not be forwarded: %s", match.rule.name, match.rule.mark, error)
            raise ForwardFailed from error

    def handled(self, match: Match, message: Message, notes: Notes) -> Outcome:
        """Run the handler of the matched rule, if it has one."""
        rule = match.rule
        handler = self.bot.handlers.rules.get(rule.name)
        if handler is None:
            return None
        kept = len(self.sends.stores)
        try:
            outcome = self.run(handler, match, message, notes)
        except (Skip, Invalid):
            raise
        except Exception as error:  # whatever the app's own code raises, the customer gets an answer
            self.sends.drop(kept)
            replies = self.recover(error, f"{handler.name} at {handler.mark}, for rule {rule.name!r} at {rule.mark},")
            raise HandlerFailed(replies) from error
        if isinstance(outcome, Mapping) and not rule.reply:
            log.warning("%s at %s returned names, and rule %r has no reply to use them in", handler.name, handler.mark, rule.name)
        if not isinstance(outcome, tuple) and (wanting := lacking(match, outcome or ())):
            returned = ", ".join(filter(str.isidentifier, map(str, outcome or ()))) or "no names"
            raise AnswerFailed(f"{handler.name} at {handler.mark} returned {returned}, and the rule needs {', '.join(wanting)}")
        return outcome

    def run(self, handler: Handler, match: Match, message: Message, notes: Notes) -> Outcome:
        """Run one handler and return its outcome; raise `HandlerError` if its `Invalid` names something that is no field."""
        values: dict[str, object] = {**match.fields, "message": message, "memory": notes}
        if match.rule.sends:
            values = {**named_parts(sent_in(message, self.book.locale.language)), **values}
        self.has_run = True
        try:
            value = handler(values)
            if value is None:
                return None
            names = as_dict(value)
            return replies_of(value, self.book.locale.country) if names is None else names
        except Invalid as error:
            known = field_names(match.rule)
            for name in error.fields:
                if name not in known:
                    guess = did_you_mean(name, known) or tr(" Its fields are: {names}.", names=", ".join(known) or tr("none"))
                    unfit = tr(
                        "Invalid names {name!r}, which is not a field of rule {rule!r}.{guess}",
                        name=name,
                        rule=match.rule.name,
                        guess=guess,
                    )
                    raise HandlerError([Problem(handler.mark, unfit)]) from error
            raise

    def replies(self, handler: Handler, values: Mapping[str, object]) -> tuple[Reply, ...] | None:
        """Run a `before` or `after` handler; None if it leaves the message alone."""
        self.has_run, kept = True, len(self.sends.stores)
        try:
            value = handler(values)
            return None if value is None else plain_replies_of(value, self.book.locale.country)
        except Skip:
            return None
        except Exception as error:  # noqa: BLE001  as above
            self.sends.drop(kept)
            return self.recover(error, f"{handler.name} at {handler.mark}")

    def recover(self, error: Exception, where: str) -> tuple[Reply, ...]:
        """Return the replies of the closest error handler, or else one apology and a log line."""
        handler = next((self.bot.handlers.errors[kind] for kind in type(error).__mro__ if kind in self.bot.handlers.errors), None)
        if handler is not None:
            try:
                value = handler({"error": error, "message": self.message})
                if value is not None:
                    return plain_replies_of(value, self.book.locale.country)
            except Exception as failure:  # noqa: BLE001  as above
                trace = redacted(failure, private(self.message))
                log.error("the error handler %s at %s itself failed\n%s", handler.name, handler.mark, trace)
        log.error("%s failed\n%s", where, redacted(error, private(self.message)))
        self.failure = error
        return (Text(say(self.book.locale.language.addressing(self.message.sender.name), "apology")),)
