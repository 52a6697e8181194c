"""The effects of a message beside its replies: remembering, saving, forwarding and notifying staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask_chatbot.bot.turn import Store
from flask_chatbot.core.conversation.memory import Memory, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.deciding.staff_turn import StaffDone
from flask_chatbot.core.lookups.staff_moves import StaffMove
from flask_chatbot.core.matching.match import Match
from flask_chatbot.core.values.actions import Forward, Save
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.saving.numbering import RowNumber

Remember = Callable[[Memory | None], bool]  # in the memory given, else in the bot's own; False where another message came between


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredMessage:
    """The result of one message: decided by `book`, from the sender's earlier `state`; `saved` is the number of its row.

    `sends` store what its handlers have sent on the side.
    """

    message: Message
    decision: Decision
    book: RuleBook
    state: State
    now: datetime
    saved: RowNumber | None = None
    sends: tuple[Store, ...] = ()


class Effects(Protocol):
    """Carries out the actions of decisions."""

    def number(self, save: Save, now: datetime) -> RowNumber:
        """Reserve the number of the next row of a table."""

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """Return the replies of another webhook; raise `FetchError` if it gives none."""

    def do_for_staff(self, wanted: StaffMove | StaffDone, message: Message, book: RuleBook, now: datetime) -> str:
        """Do at once what a member of staff asks for; return the answer, empty to leave the message to the rules."""

    def carry_out(self, answered: AnsweredMessage, remember: Remember) -> bool:
        """Remember a decision and act on it in one transaction; False, with nothing done, if `remember` returns False."""


class NoEffects:
    """Remembers and does nothing else, for trying the bot out."""

    def number(self, save: Save, now: datetime) -> RowNumber:
        code = save.numbering.written(1, now) if save.numbering is not None else ""
        return RowNumber(number=1, code=code, running=1)

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        return ()

    def do_for_staff(self, wanted: StaffMove | StaffDone, message: Message, book: RuleBook, now: datetime) -> str:
        return ""

    def carry_out(self, answered: AnsweredMessage, remember: Remember) -> bool:
        return remember(None)
