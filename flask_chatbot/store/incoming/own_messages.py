"""The bot's own messages, known from those that the owner wrote by hand: by their ids, and by what is just being sent."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, exists, or_, select

from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.stored import read_reply
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import messages
from flask_chatbot.store import transport_ids

_c = messages.c
_IS_MESSAGE = select(exists().where(_c.session == bindparam("session"), _c.id == bindparam("id")))
_THERE = (_c.session == bindparam("session")) & _c.order_key.in_(bindparam("persons", expanding=True))
_IN_FLIGHT = select(exists().where(_THERE, _c.state == word("claimed")))
_OPEN = or_(_c.state == word("queued"), _c.state == word("waiting"))
_TRIED = select(_c.reply).where(_THERE, _OPEN, _c.tries > 0)


def is_ours(connection: Connection, session: str, echo: Echo) -> bool:
    """True if an echo is of a message that the bot is known to have sent."""
    if transport_ids.message_of(connection, session, echo.id) is not None:
        return True
    return bool(echo.outbound_id and connection.execute(_IS_MESSAGE, {"session": session, "id": echo.outbound_id}).scalar())


def is_sending(connection: Connection, session: str, persons: Collection[str]) -> bool:
    """True while a message to somebody, by their ids, is being sent: its id is not known yet."""
    return bool(connection.execute(_IN_FLIGHT, {"session": session, "persons": list(persons)}).scalar())


def may_be_ours(connection: Connection, session: str, persons: Collection[str], text: str) -> bool:
    """True if a message with this text to somebody was tried, and nobody knows what became of it; any, if the text is unknown."""
    tried = connection.execute(_TRIED, {"session": session, "persons": list(persons)}).scalars()
    return any(not text or _words(reply) == text.split() for reply in tried)


def _words(reply: str) -> list[str]:
    try:
        return reply_text(read_reply(reply)).split()
    except ValueError:  # another version wrote it
        return []
