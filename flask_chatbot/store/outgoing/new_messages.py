"""New messages: added to the outbox, which sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from flask_chatbot.core.origins import current_origin
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.stored import write_reply
from flask_chatbot.database.notifications import notify
from flask_chatbot.database.statements import storable, written_out
from flask_chatbot.database.tables import messages

_AS_THEY_ARE = ("id", "session", "chat", "type", "promo", "is_reply", "created_at", "start_at", "expires_at")
_NEW = (
    *(*_AS_THEY_ARE, "order_key", "reply", "notify_url", "reply_to", "rule", "caller", "request_id", "traceparent"),
    *("state", "due_at", "tries", "crashes", "fence", "leased_until", "ack"),
)
_ADD = written_out(messages.insert().inline(), _NEW)
_DRIVERS = ("pysqlite", "psycopg")  # which take it as it is written out
_UNTRIED = {"state": "queued", "tries": 0, "crashes": 0, "fence": 0, "leased_until": 0.0, "ack": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be sent, for `add`. `start_at` 0 means at once, whatever the clock says; after `expires_at` it is not tried any more.

    Messages with the same `order_key` go out in order: the id of a person, or else the name of the chat.
    """

    id: str
    session: str
    chat: str
    type: str
    reply: Reply
    promo: bool = False
    is_reply: bool = False
    notify_url: str | None = None
    created_at: float
    start_at: float = 0.0
    expires_at: float
    order_key: str = ""
    reply_to: str = ""
    rule: str = ""  # whose reply it is
    caller: str = ""  # of the API


def add(connection: Connection, new: Sequence[NewMessage]) -> None:
    """Queue messages, keeping their order within a chat; they belong to the current request."""
    origin = current_origin().columns
    if rows := [{**_row_of(each), **origin} for each in new]:
        if connection.dialect.driver in _DRIVERS:
            connection.exec_driver_sql(_ADD[connection.dialect.name], rows)
        else:  # a connection of the app's
            connection.execute(messages.insert().inline(), rows)
        notify(connection)


def _row_of(new: NewMessage) -> dict[str, Any]:
    return {
        **{name: getattr(new, name) for name in _AS_THEY_ARE},
        "order_key": new.order_key or new.chat,
        "reply": write_reply(new.reply),
        "notify_url": None if new.notify_url is None else storable(new.notify_url),
        **{name: storable(getattr(new, name)) or None for name in ("reply_to", "rule", "caller")},
        "due_at": new.start_at,
        **_UNTRIED,
    }
