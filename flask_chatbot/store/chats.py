"""Chats in the outbox, by their order keys: whoever settles a message of a chat holds its lock, and releases the next message."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select, update

from flask_chatbot.database.statements import lock_all, lock_key, word
from flask_chatbot.database.tables import messages

_waiting = messages.alias("waiting")
_next = (
    select(_waiting.c.seq)
    .where(_waiting.c.session == bindparam("of"), _waiting.c.order_key == bindparam("in_chat"), _waiting.c.state == word("waiting"))
    .order_by(_waiting.c.seq)
    .limit(1)
    .scalar_subquery()
)
_PROMOTE = update(messages).where(messages.c.seq == _next).values(state="queued")


def promote(connection: Connection, chats: Collection[tuple[str, str]]) -> None:
    """Release the next message of chats (session, order key) whose first was settled or postponed here. Call `lock_chats` first."""
    connection.execute(_PROMOTE, [{"of": session, "in_chat": chat} for session, chat in sorted(chats)])


def lock_chats(connection: Connection, chats: Collection[tuple[str, str]]) -> None:
    """Keep others from settling or claiming in chats (session, order key) until the transaction ends."""
    lock_all(connection, [lock_key(*each) for each in chats])
