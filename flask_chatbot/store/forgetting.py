"""Forgetting a session: what it sent, once it will never send anything again."""

from sqlalchemy import Connection, bindparam, delete, select

from flask_chatbot.database.tables import callbacks, messages, transport_ids

_OURS = messages.c.session == bindparam("name")
_FORGET = (
    delete(callbacks).where(callbacks.c.message.in_(select(messages.c.id).where(_OURS))),
    delete(messages).where(_OURS),
    delete(transport_ids).where(transport_ids.c.session == bindparam("name")),
)


def forget(connection: Connection, session: str) -> None:
    """Delete all messages of a session with what belongs to them, those that wait among them. What came in stays known."""
    for each in _FORGET:
        connection.execute(each, {"name": session})
