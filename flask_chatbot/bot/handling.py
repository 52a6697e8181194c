"""`Handling`: one message on its way through the handlers and the rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from sys import modules

from flask_chatbot.bot.effects import AnsweredMessage, Effects
from flask_chatbot.bot.handlers import Handlers, field_names
from flask_chatbot.bot.returned import plain_replies_of, replies_of
from flask_chatbot.bot.signatures import Handler
from flask_chatbot.bot.taking import Taking
from flask_chatbot.bot.tracebacks import private, redacted
from flask_chatbot.bot.turn import Sends, collecting
from flask_chatbot.bot.witnessing import witness
from flask_chatbot.core.conversation.memory import NO_MEMORY
from flask_chatbot.core.conversation.remember import TRIES, Remembering
from flask_chatbot.core.deciding.context import keeps_quiet, named_parts
from flask_chatbot.core.deciding.decision import Decision, ForwardFailed, HandlerFailed, Notes, Outcome, answers_nothing, lacking
from flask_chatbot.core.deciding.engine import decide
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import StaffDone, wanted_by_staff, wanted_otherwise
from flask_chatbot.core.deciding.trial_rows import numbered
from flask_chatbot.core.fields.sent import sent_in
from flask_chatbot.core.language.contacts import callable_only
from flask_chatbot.core.language.sentences import say
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.lookups.find import Find, Row, Rows
from flask_chatbot.core.lookups.short_rows import ShortRows
from flask_chatbot.core.lookups.staff_moves import StaffMove
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.origins import current_origin
from flask_chatbot.core.tracing import OPENTELEMETRY, add_ids, span
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Forward, Save
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.problems import Problem, did_you_mean
from flask_chatbot.core.values.replies import Reply, Text
from flask_chatbot.core.values.rows import as_dict
from flask_chatbot.core.values.saving.numbering import RowNumber
from flask_chatbot.core.values.saving.slots import Slot
from flask_chatbot.errors import AnswerFailed, FetchError, HandlerError, Invalid, Skip, Uncommitted

log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class Handling(Sends):
    """One message on its way through the handlers, with the same rules from beginning to end, and with what they send on the side.

    The `message` has the files in it that were kept; with `forwards` those that are forwarded are kept, too. With `gets_all` the effects
    receive decisions without actions, too.
    """

    handlers: Handlers
    book: RuleBook
    forwards: bool
    now: datetime
    random: Random
    people: Remembering
    make_effects: Callable[[], Effects] | None
    gets_all: bool
    joins: bool
    make_rows: Callable[[], Rows] | None = None
    rows: ShortRows | None = None
    saved: RowNumber | None = None
    is_full: bool = False
    has_run: bool = False
    ran: tuple[str, ...] = ()
    failure: Exception | None = None

    @property
    def joined(self) -> Sends | None:
        """The messages that join the commit; None if nothing of this message is carried out."""
        return self if self.joins and self.make_effects is not None else None

    def answer(self) -> Decision:
        """Decide, then remember and act; decide again if another message of the sender came first.

        Raises `StoreError` if the store fails, and names the functions that ran if the app's own session keeps it from being written.
        """
        try:
            for attempt in range(TRIES + 1):  # one more for a last place that was taken in between
                decision = self.traced() if OPENTELEMETRY in modules else self.decide()
                is_kept = decision.remember is not None or decision.actions or self.gets_all or self.stores
                if not is_kept or self.commit(decision, is_last=attempt >= TRIES - 1):
                    break  # at once for most messages, which leave nothing to keep
                self.begin_anew()
        except Uncommitted as error:
            if not self.ran:
                raise
            raise Uncommitted(f"{error} What ran for this message: {'; '.join(self.ran)}.") from error
        return decision

    def begin_anew(self) -> None:
        """Leave nothing behind of a decision that was overtaken."""
        self.saved, self.has_run, self.failure = None, False, None
        self.drop()

    def traced(self) -> Decision:
        """Decide within a span, which has the name of the rule that answers."""
        with span("chatbot.decide", current_origin(), line=self.message.line):
            decision = self.decide()
            add_ids(rule=decision.match and decision.match.rule.name)
            return decision

    def decide(self) -> Decision:
        """Return the decision of the `before` handlers, or else of the rules, with its replies passed through the `after` handlers."""
        handlers, memory = self.handlers, NO_MEMORY if self.people.memory is NO_MEMORY else self.people
        decision = self.by_staff() if self.book.staff else None
        decision = self.early() if decision is None and handlers.before else decision
        decision = self.left_by_rules() if decision is None and self.book.staff else decision
        if decision is not None and decision.replies and keeps_quiet(self.book, self.message, memory, self.now):
            return Decision(None)
        if decision is None:
            decides = decide if self.message.keep is None else Taking(self, self.forwards).decide
            decision = decides(
                self.book,
                self.message,
                memory,
                self.now,
                self.random,
                self.handle,
                handlers.rules,
                self.look_up,
                has_place=self.has_place,
            )
        if handlers.after:
            decision = decision._replace(replies=self.changed(decision.replies))
        return decision._replace(failure=self.failure) if self.failure else decision

    def look_up(self, find: Find, wanted: Mapping[str, object], message: Message) -> Sequence[Row] | None:
        """The rows that a rule looks up elsewhere than in a file: in a table of the app, or among the saved ones."""
        if find.table in self.book.tables:
            return None
        supplied = self.handlers.supplied(find.table)
        if supplied is not None:
            return supplied.find(find, wanted, message)
        kept = self.kept_rows()
        return kept.find(find, wanted, self.book.person(message.sender)) if kept is not None else None

    def kept_rows(self) -> Rows | None:
        """The saved rows: those of a trial, or of the store; None where neither is there."""
        return self.rows if self.rows is not None else None if self.make_rows is None else self.make_rows()

    def has_place(self, slot: Slot) -> bool:
        """True if a slot has a place left, and nobody has taken it while this message was answered."""
        kept = self.kept_rows()
        return not self.is_full and (kept is None or kept.has_place(slot))

    def changed(self, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Pass the replies through the `after` handlers, stopping once there are none: silence is deliberate."""
        for handler in self.handlers.after.values():
            if not replies:
                break
            with collecting(self.joined):
                changed = self.replies(handler, {"message": self.message, "replies": replies})
            replies = replies if changed is None else changed
        return replies

    def commit(self, decision: Decision, *, is_last: bool) -> bool:
        """Remember and act on the decision in one transaction; False if another message came first: of the sender, or for a last place.

        Whoever must be stored, and is not, has found no place; then its rule is not asked again, and its handler does not run twice.
        """
        make_effects = self.make_effects if self.gets_all or decision.actions or self.stores else None
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
            sends=tuple(self.stores),
        )
        is_done = make_effects().carry_out(answered, remember)
        if is_done:
            witness(answered)
        self.is_full = not is_done and (self.has_run or is_last)
        return is_done

    def by_staff(self) -> Decision | None:
        """The answer to a member of staff who moves a saved row, or gives a customer back; None for any other message."""
        wanted = wanted_by_staff(self.book, self.message)
        return self.done_for_staff([wanted]) if wanted is not None else None

    def left_by_rules(self) -> Decision | None:
        """The answer to a member of staff who may mean a saved row, where rules and forms have none but the fallback."""
        wanted = wanted_otherwise(self.book, self.message) if self.make_effects is not None else []
        if not wanted:
            return None
        memory = NO_MEMORY if self.people.memory is NO_MEMORY else self.people
        decides = partial(decide, handle=answers_nothing, look_up=self.look_up, has_place=self.has_place)
        first = decides(self.book, self.message, memory, self.now, Random(0))
        is_left = not first.replies if first.match is None else first.match.rule.fallback
        return self.done_for_staff(wanted) if is_left else None

    def done_for_staff(self, wanted: Sequence[StaffMove | StaffDone]) -> Decision | None:
        """The answer to the first of these wishes of a member of staff that can be done; None if none can."""
        if self.make_effects is None:
            return None
        effects = self.make_effects()
        said = next(filter(None, (effects.do_for_staff(each, self.message, self.book, self.now) for each in wanted)), "")
        self.has_run = self.has_run or bool(said)  # it is done already
        return Decision(None, (Text(said),)) if said else None

    def early(self) -> Decision | None:
        """The replies of the first `before` handler that returns any, as a decision."""
        for handler in self.handlers.before.values():
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
            return (
                outcome
                if isinstance(outcome, tuple) or self.rows is None
                else {**(outcome or {}), **numbered(self.rows, match.rule, self.now)} or None
            )
        effects = self.make_effects()
        for action in match.rule.actions:
            if isinstance(action, Forward) and outcome is None:
                outcome = self.forwarded(effects, action, match, message)
            elif isinstance(action, Save):
                self.saved = effects.number(action, self.now)
        return outcome if self.saved is None or isinstance(outcome, tuple) else {**(outcome or {}), "saved": {"number": self.saved.shown}}

    def forwarded(self, effects: Effects, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Return the replies of another webhook."""
        self.has_run = True  # what it did cannot be taken back
        try:
            return callable_only(effects.forward(action, match, message), self.book.locale.country)
        except FetchError as error:
            facts = {"rule": match.rule.name, "place": match.rule.mark, "error": error}
            log.error("rule %(rule)r at %(place)s could not be forwarded: %(error)s", facts)
            raise ForwardFailed from error

    def handled(self, match: Match, message: Message, notes: Notes) -> Outcome:
        """Run the handler of the matched rule, if it has one."""
        rule = match.rule
        handler = self.handlers.rules.get(rule.name)
        if handler is None:
            return None
        kept = len(self.stores)
        try:
            outcome = self.run(handler, match, message, notes)
        except (Skip, Invalid):
            raise
        except Exception as error:  # whatever the app's own code raises, the customer gets an answer
            self.drop(kept)
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
        self.ran += (f"{handler.name} at {handler.mark}, for rule {match.rule.name!r} at {match.rule.mark}",)
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
        self.has_run, kept = True, len(self.stores)
        self.ran += (f"{handler.name} at {handler.mark}",)
        try:
            value = handler(values)
            return None if value is None else plain_replies_of(value, self.book.locale.country)
        except Skip:
            return None
        except Exception as error:  # noqa: BLE001  as above
            self.drop(kept)
            return self.recover(error, f"{handler.name} at {handler.mark}")

    def recover(self, error: Exception, where: str) -> tuple[Reply, ...]:
        """Return the replies of the closest error handler, or else one apology and a log line."""
        handler = next((self.handlers.errors[kind] for kind in type(error).__mro__ if kind in self.handlers.errors), None)
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
