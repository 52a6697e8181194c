"""The owner writes to a customer by hand: the bot falls silent for that person on that line, and says so in the history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from flask_chatbot.answering.history import History
from flask_chatbot.answering.names import named
from flask_chatbot.bot.bot import Bot
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Sender
from flask_chatbot.database.database import Database
from flask_chatbot.receiving.event_queue import Undecided
from flask_chatbot.store import inbox, people
from flask_chatbot.store.console import handovers
from flask_chatbot.store.incoming import own_messages
from flask_chatbot.store.memory import StoreMemory
from flask_chatbot.store.merging import Identified, identify

log = get_logger(__name__)


class Owner:
    """Takes the echoes of one session: messages that the bot's own account sent."""

    def __init__(self, bot: Bot, database: Database, history: History, *, session: str) -> None:
        self._bot = bot
        self._database = database
        self._history = history
        self._session = session

    def wrote(self, echo: Echo, now: datetime) -> Sequence[tuple[str, str]]:
        """Fall silent for whoever the owner wrote to; return the ids (old, new) of people who were merged to find them.

        Nothing comes of what the bot itself sent, of messages to groups and to staff, and of one that is older than the silence would be.
        Raises `Undecided` while a message to that person is being sent, which the echo may be of.
        """
        book, silence = self._bot.book, self._bot.book.takeover
        to = named(book, echo.to)
        if silence is None or echo.group or not to.address or self._is_staff(to):
            return ()
        with self._database.writing() as connection:
            if own_messages.is_ours(connection, self._session, echo):
                return ()
            found = identify(connection, to.names, now.timestamp())
            self._take_over(connection, replace(echo, to=replace(to, person=found.person)), found, now, silence)
        return found.merged

    def _is_staff(self, to: Sender) -> bool:
        return not self._bot.book.staff.isdisjoint({to.number, *(alias.chat for alias in to.aliases)})

    def _take_over(self, connection: Connection, echo: Echo, found: Identified, now: datetime, silence: timedelta) -> None:
        ids, at = people.ids_of(connection, found.person), now.timestamp()
        if own_messages.is_sending(connection, self._session, ids):
            raise Undecided
        if own_messages.is_ours(connection, self._session, echo):  # its sending has just ended
            return
        if own_messages.may_be_ours(connection, self._session, ids, echo.text):
            log.info("an echo came that may be of a message whose answer was lost: the bot goes on for person %s", found.person)
            return
        until = min(echo.at, at) + silence.total_seconds()
        if until <= at or not inbox.add(connection, self._history.takeover(self._session, echo, at, until - at)):
            return
        memory = StoreMemory(self._database).within(connection, found.person)
        memory.commit(found.person, memory.recall(found.person, at).taken_over(self._session, until), at)
        handovers.answer(connection, ids, at)
        facts = {"person": found.person, "line": self._session, "wait": until - at}
        log.info("the owner wrote to person %(person)s on line %(line)s: the bot is silent for %(wait)d seconds", facts)
