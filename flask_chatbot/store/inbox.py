"""Incoming messages: which were seen before, how they were answered, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from flask_chatbot.core.values.people import VALUE_LIMIT
from flask_chatbot.database.statements import CHAT_LIMIT, fitting, storable, upsert
from flask_chatbot.database.tables import inbox
from flask_chatbot.store import people

ID_LIMIT = 255  # characters; what is longer is kept by its SHA-256, as names are


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One incoming message, stored until `expires_at`; its text and the reasons for its answer only until `kept_until`.

    `sender` is the text that came; `person` their id, found or made by that text where it is empty.
    `replies` is how many were made, `answer` the body that a repeated webhook call gets again, `explanations` why each rule won or lost.
    """

    session: str
    message_id: str
    chat: str
    sender: str
    at: float
    expires_at: float
    replies: int = 0
    text: str | None = None
    rule: str | None = None
    place: str | None = None
    rules_hash: str | None = None
    explanations: Sequence[str] = ()
    answer: str | None = None
    kept_until: float | None = None
    person: str = field(default="", compare=False)


_c = inbox.c
_NAMES = tuple(each.name for each in fields(Kept))
_KEPT = select(*(_c[name].label(name) for name in _NAMES))
_FIND = _KEPT.where(_c.session == bindparam("session"), _c.message_id == bindparam("message_id"))
_ADD = upsert(lambda insert: insert(inbox).on_conflict_do_nothing(index_elements=[_c.session, _c.message_id]))
_OF_PERSON = _c.person.in_(bindparam("persons", expanding=True))
_ANSWERED = select(func.count()).select_from(inbox).where(_OF_PERSON, _c.at > bindparam("since"), _c.replies > 0)
_OF_SENDER = _KEPT.where(_OF_PERSON).order_by(_c.at.desc(), _c.seq.desc()).limit(bindparam("limit"))


def find(connection: Connection, session: str, message_id: str) -> Kept | None:
    """The message with this id of the transport's (or the webhook's), if it came before."""
    row = connection.execute(_FIND, {"session": session, "message_id": fitting(message_id, ID_LIMIT)}).first()
    return None if row is None else _kept(row)


def add(connection: Connection, kept: Kept) -> bool:
    """Store a message; False if it is stored already."""
    person = kept.person or people.get(connection, kept.sender, kept.at)
    return connection.execute(_ADD[connection.dialect.name], {**_row_of(kept), "person": person}).rowcount == 1


def answered_since(connection: Connection, sender: str, since: float) -> int:
    """The number of messages of a sender, by text or id, that were answered after that time."""
    return int(connection.execute(_ANSWERED, {"persons": _persons(connection, sender), "since": since}).scalar_one())


def of_sender(connection: Connection, sender: str, limit: int) -> list[Kept]:
    """The last messages of a sender, by text or id, newest first."""
    return [_kept(row) for row in connection.execute(_OF_SENDER, {"persons": _persons(connection, sender), "limit": limit})]


def _persons(connection: Connection, sender: str) -> list[str]:
    """The ids under which messages of a sender may be kept."""
    person = people.find(connection, sender)
    return [] if person is None else people.ids_of(connection, person)


def _row_of(kept: Kept) -> dict[str, Any]:
    row = {name: getattr(kept, name) for name in _NAMES}
    row |= {name: storable(row[name]) for name in ("text", "rule", "place", "rules_hash", "answer") if row[name] is not None}
    return {
        **row,
        "message_id": fitting(kept.message_id, ID_LIMIT),
        "chat": fitting(kept.chat, CHAT_LIMIT),
        "sender": fitting(kept.sender, VALUE_LIMIT),
        "explanations": json.dumps(list(kept.explanations)) if kept.explanations else None,
    }


def _kept(row: Any) -> Kept:
    return Kept(**{**row._mapping, "person": row.person or "", "explanations": tuple(json.loads(row.explanations or "[]"))})
