"""New messages: added to the outbox, which sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam

from flask_chatbot.core.origins import current_origin
from flask_chatbot.core.values.people import alias_of, is_person_id
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.core.values.stored import write_reply
from flask_chatbot.database.notifications import notify
from flask_chatbot.database.statements import Frequent, storable
from flask_chatbot.database.tables import messages
from flask_chatbot.store import people

_AS_THEY_ARE = ("id", "session", "chat", "type", "promo", "is_reply", "created_at", "start_at", "expires_at")
_NEW = (
    *(*_AS_THEY_ARE, "order_key", "reply", "notify_url", "reply_to", "rule", "caller", "request_id", "traceparent"),
    *("state", "due_at", "tries", "crashes", "fence", "leased_until", "ack"),
)
_ADD = Frequent(messages.insert().inline(), _NEW)
_GIVEN = [messages.c[name] for name in _NEW if name != "order_key"]
_HELD = people.LOCK_BY_ALIAS.add_columns(*(bindparam(column.key, type_=column.type) for column in _GIVEN))
_ADD_TO_HELD = messages.insert().from_select([messages.c.order_key, *_GIVEN], _HELD, include_defaults=False)
_ADD_TO_HOLDER = Frequent(_ADD_TO_HELD.execution_options(preserve_rowcount=True))
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
        _ADD.run(connection, rows)
        notify(connection)


def add_to(connection: Connection, name: str, new: NewMessage) -> bool:
    """Queue a message to the person whose alias a text is, in one statement; False if nobody is found so, and nothing is queued."""
    if is_person_id(name):
        return False
    row = {**_row_of(new), **current_origin().columns, **people.key_of(alias_of(name))}
    if _ADD_TO_HOLDER.run(connection, row).rowcount != 1:
        return False
    notify(connection)
    return True


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
