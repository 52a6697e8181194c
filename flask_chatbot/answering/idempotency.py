"""Webhook calls that carry an id or are kept: a repeated call gets the answer of the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from flask_chatbot.answering.actions import Actions
from flask_chatbot.answering.history import History
from flask_chatbot.answering.once import AlreadyAnswered, Recorded, Turnstile, count_answered
from flask_chatbot.bot.bots import Bots
from flask_chatbot.bot.effects import AnsweredMessage
from flask_chatbot.core.deciding.decision import Decision
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.store import inbox
from flask_chatbot.wire.webhook import write_replies

Write = Callable[[Sequence[Reply]], bytes]

ID_LIMIT = 255  # characters of a webhook-id; a longer one is cut, which no sender of sense notices


@dataclass(slots=True, eq=False)
class _RecordedCall(Recorded):
    """The effects of one webhook call, and the `body` of its answer, as `write` makes it, once that is recorded for repeats."""

    history: History
    session: str
    id: str
    write: Write
    body: bytes = b""

    def record(self, connection: Connection, answered: AnsweredMessage) -> None:
        replies = answered.decision.replies
        self.body = self.write(replies)
        if not inbox.add(connection, self.history.row(self.session, self.id, answered, len(replies), self.body.decode())):
            raise AlreadyAnswered
        count_answered(connection, self.session, answered, self.began)


class Calls:
    """Answers webhook calls with the store behind them. Raises `StoreError` if the store fails."""

    def __init__(self, bots: Bots, *, actions: Actions, history: History) -> None:
        self._bots = bots
        self._actions = actions
        self._history = history
        self._turnstile = Turnstile()

    def answer(self, message: Message, id_: str | None, write: Write = write_replies) -> tuple[Decision | None, bytes]:
        """Return the decision about a call, and the body that answers it, as `write` makes it of the replies.

        A call whose id was answered within the last 8 days gets the same body again, and nothing is decided.
        """
        session = inbox.webhook_session(message.line)
        id_ = id_[:ID_LIMIT] if id_ else uuid4().hex
        with self._turnstile.passing((session, id_)):
            kept = self._kept(session, id_)
            return self._decided(message, session, id_, write) if kept is None else (None, kept)

    def _kept(self, session: str, id_: str) -> bytes | None:
        with self._actions.database.reading() as connection:
            kept = inbox.find(connection, session, id_)
        return None if kept is None or kept.answer is None else kept.answer.encode()

    def _decided(self, message: Message, session: str, id_: str, write: Write) -> tuple[Decision | None, bytes]:
        call = _RecordedCall(self._actions, self._history, session, id_, write)
        try:
            decision = self._bots.of(message.line).answer(message, effects=call)
        except AlreadyAnswered:  # by another process, just now
            return None, self._kept(session, id_) or write_replies(())
        return decision, call.body
