"""Reactions, edits and deletions that come in by a transport: nothing answers them, and the app's functions hear of each."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from flask_chatbot.answering.history import History
from flask_chatbot.answering.once import count_unanswered
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.conversation.deleted import without_text
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.chats import chat_of
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.store import inbox, transport_ids
from flask_chatbot.store.memory import StoreMemory

log = get_logger(__name__)


class Unanswered:
    """Takes the messages of one session that nothing answers; `context` is the app's, for its own functions."""

    def __init__(
        self, bot: Bot, database: Database, history: History, *, session: str, context: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self._bot = bot
        self._database = database
        self._history = history
        self._session = session
        self._context = context

    def take(self, message: Message, id_: str, now: datetime) -> None:
        """Note a message, delete what was kept of one that it deletes, and let the app know. It was not seen before.

        The app hears of it before it is noted: again, if this process ends in between.
        """
        if message.kind == "deletion":
            self._delete(message, now.timestamp())
        with self._context():
            self._bot.happened(message, self._ours(message))
        why = f"{message.kind}: it is never answered"
        with self._database.writing() as connection:
            if inbox.add(connection, self._history.silence(self._session, id_, message, now, why)):
                count_unanswered(connection, self._session, message)

    def _ours(self, message: Message) -> str:
        """Our id of the message that a reaction is to; empty if it is not ours."""
        if message.reaction is None or not message.reaction.to:
            return ""
        with self._database.reading() as connection:
            return transport_ids.message_of(connection, self._session, message.reaction.to) or ""

    def _delete(self, message: Message, now: float) -> None:
        """Delete the text of a message of the same chat, and what memory holds of it; nothing if that message was never seen."""
        with self._database.writing() as connection:
            kept = inbox.find(connection, self._session, message.deletes)
            if kept is None or not _is_theirs(kept, message):
                log.info("a message was deleted that is not kept here")
                return
            inbox.forget_text(connection, self._session, message.deletes)
            if kept.text:
                self._forget(connection, kept.person, kept.text, now)

    def _forget(self, connection: Connection, person: str, text: str, now: float) -> None:
        memory = StoreMemory(self._database).within(connection, person)
        state = memory.recall(person, now)
        changed = without_text(state, text, now)
        if changed is not state:
            memory.commit(person, changed, now)


def _is_theirs(kept: inbox.Kept, message: Message) -> bool:
    """True if a message is of the sender of another, or of their chat: a group's admins delete what others wrote."""
    return kept.chat == chat_of(message) or (bool(kept.person) and kept.person == message.sender.person)
