"""Withdraws messages that wait in the outbox: those that did not go out never will."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import messages
from flask_chatbot.store.chats import lock_chats, promote

_m = messages.c
_THESE = _m.id.in_(bindparam("ids", expanding=True))
_CHATS = select(_m.session, _m.order_key).where(_THESE).distinct()
_UNSENT = select(_m.id).where(_THESE, _m.state.in_(("queued", "waiting")))
_UNSEND = delete(messages).where(_THESE)
_UNTRY = update(messages).where(_THESE, _m.state == word("claimed")).values(expires_at=0.0)


def withdraw(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Delete those of these messages that wait, and return their ids. One that is under way is not tried again."""
    if not ids:
        return set()
    chats = {(row.session, row.order_key) for row in connection.execute(_CHATS, {"ids": ids})}
    lock_chats(connection, chats)
    unsent = set(connection.scalars(_UNSENT, {"ids": ids}))
    if unsent:
        connection.execute(_UNSEND, {"ids": sorted(unsent)})
    if chats:
        connection.execute(_UNTRY, {"ids": ids})
        promote(connection, chats)
    return unsent
