"""The effects of a message beside its replies: what is remembered, saved, forwarded, and of what staff are notified."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask_chatbot.core.conversation.memory import Memory, State
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.index import Match
from flask_chatbot.core.values.actions import Forward
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply

Remember = Callable[[Memory | None], bool]  # in the memory given, else in the bot's own; False where another message came between


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredMessage:
    """What came of one message: `book` decided it, `state` was remembered of its sender before, `saved` is the number its row got."""

    message: Message
    decision: Decision
    book: RuleBook
    state: State
    now: datetime
    saved: int | None = None


class Effects(Protocol):
    """Carries out what decisions name."""

    def number(self, name: str) -> int:
        """The number that the next row saved under a name is to have."""

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        """The replies of another webhook; `FetchError` where it gives none."""

    def carry_out(self, answered: AnsweredMessage, remember: Remember) -> bool:
        """Remember and do what a decision names, in one transaction; False, and nothing is done, where `remember` says so."""


class NoEffects:
    """Remembers and does nothing else, for who only tries what a bot would say."""

    def number(self, name: str) -> int:
        return 1

    def forward(self, action: Forward, match: Match, message: Message) -> tuple[Reply, ...]:
        return ()

    def carry_out(self, answered: AnsweredMessage, remember: Remember) -> bool:
        return remember(None)
