"""Messages that are answered once, however often they come: copies wait, and the answer is recorded with its effects."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from sqlalchemy import Connection

from flask_chatbot.answering.actions import Actions
from flask_chatbot.bot.effects import AnsweredMessage, Remember
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import StaffDone
from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.lookups.staff_moves import StaffMove
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Save
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.saving.numbering import RowNumber
from flask_chatbot.database.counting.tally import Count, count, observe
from flask_chatbot.store.measuring import totals


def count_answered(connection: Connection, session: str, answered: AnsweredMessage, began: float) -> None:
    """Count a message that came in, by its kind, the rule that answered it, the outcome and the time since it began, by `perf_counter`."""
    decision = answered.decision
    rule = decision.match.rule if decision.match else None
    name = totals.name_of(connection, rule.name) if rule else ""
    count(connection, Count(totals.ANSWERED, session, (answered.message.kind, name, outcome_of(decision))))
    observe(connection, "decide", session, perf_counter() - began)


def count_unanswered(connection: Connection, session: str, message: Message) -> None:
    """Count a message that came in, and that no rule was asked about."""
    count(connection, Count(totals.ANSWERED, session, (message.kind, "", "silent")))


def outcome_of(decision: Decision) -> str:
    """The outcome of a message in a word.

    >>> outcome_of(Decision(None))
    'unmatched'
    """
    if decision.failure is not None:
        return "failed"
    if decision.match is None:
        return "unmatched"
    if decision.match.rule.fallback:
        return "fallback"
    return "answered" if decision.replies else "silent"


class AlreadyAnswered(Exception):
    """The message was already answered, perhaps just now by another process; this answer is discarded."""


class Turnstile:
    """Lets copies of one message through one at a time, however many arrive at once."""

    _change = Late(new_condition)

    def __init__(self) -> None:
        self._inside: set[tuple[str, str]] = set()

    @contextmanager
    def passing(self, key: tuple[str, str]) -> Iterator[None]:
        """Wait until no copy is inside, and keep the others out until the block ends."""
        with self._change:
            while key in self._inside:
                self._change.wait()
            self._inside.add(key)
        try:
            yield
        finally:
            with self._change:
                self._inside.discard(key)
                self._change.notify_all()


@dataclass(slots=True, eq=False)
class Recorded(ABC):
    """The effects of a message that must be recognised if it comes again: `record` notes it in the same transaction."""

    actions: Actions
    began: float = field(default_factory=perf_counter, kw_only=True)

    def number(self, save: Save, now: datetime) -> RowNumber:
        return self.actions.number(save, now)

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        return self.actions.forward(action, match, message)

    def do_for_staff(self, wanted: StaffMove | StaffDone, message: Message, book: RuleBook, now: datetime) -> str:
        return self.actions.do_for_staff(wanted, message, book, now)

    def carry_out(self, answered: AnsweredMessage, remember: Remember) -> bool:
        return self.actions.carry_out(answered, remember, self.record)

    @abstractmethod
    def record(self, connection: Connection, answered: AnsweredMessage) -> None:
        """Note that the message was answered; raise `AlreadyAnswered` if another process was first."""
