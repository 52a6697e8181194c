"""Incoming messages: which were seen before, how they were answered, and why."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, exists, func, literal, or_, select, update

from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.core.values.people import VALUE_LIMIT, Alias
from flask_chatbot.database.console_tables import conversations
from flask_chatbot.database.statements import CHAT_LIMIT, fitting, storable, upsert
from flask_chatbot.database.tables import IN_GROUP, aliases, inbox
from flask_chatbot.store import people

ID_LIMIT = 255  # characters; what is longer is kept by its SHA-256, as names are
SESSION_LIMIT = 64
TAKEOVER = "takeover"  # the kind of what the owner wrote
SEEN_AGAIN = 86_400.0  # seconds until it is noted again by which names somebody was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One incoming message, stored until `expires_at`; its text and the reasons for its answer only until `kept_until`.

    `sender` is the text that came; `person` their id, found or made by that text where it is empty. `at` is the time of the answer,
    `sent_at` that of the message by its platform, if it says so.
    `replies` is how many were made, `answer` the body that a repeated webhook call gets again, `explanations` why each rule won or lost.
    """

    session: str
    message_id: str
    chat: str
    sender: str
    at: float
    expires_at: float
    replies: int = 0
    kind: str = "text"
    text: str | None = None
    rule: str | None = None
    place: str | None = None
    rules_hash: str | None = None
    explanations: Sequence[str] = ()
    answer: str | None = None
    kept_until: float | None = None
    sent_at: float | None = None
    person: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that comes in: if it came before, who sent it, and how many messages of theirs were answered of late.

    The person is None if a transaction must find them: a stranger, people who turn out to be one, or who were not seen for a day by one of
    several names. Then nothing was counted.
    """

    is_repeat: bool
    person: str | None
    answers: int


_c, _a = inbox.c, aliases.c
_NAMES = tuple(each.name for each in fields(Kept))
_KEPT = select(*(_c[name].label(name) for name in _NAMES))
_HERE = (_c.session == bindparam("session")) & (_c.message_id == bindparam("message_id"))
_FIND = _KEPT.where(_HERE)
_GONE = {"text": None, "explanations": None, "kept_until": None}
_FORGET = update(inbox).where(_c.session == bindparam("of"), _c.message_id == bindparam("known_as")).values(_GONE)
_ADD = upsert(lambda insert: insert(inbox).on_conflict_do_nothing(index_elements=[_c.session, _c.message_id]))
_WHOSE = select(_c.person, _c.seq).where(_HERE, _c.person.is_not(None))
_LAST_IS = upsert(
    lambda made: (new := made(conversations).from_select(["person", "last"], _WHOSE)).on_conflict_do_update(
        index_elements=[conversations.c.person], set_={"last": new.excluded.last}, where=conversations.c.last < new.excluded.last
    )
)
_OF_PERSON = _c.person.in_(bindparam("persons", expanding=True))
_COUNTED = select(func.count()).select_from(inbox).where(_c.at > bindparam("since"), _c.replies > 0)
_ANSWERED = _COUNTED.where(_OF_PERSON)
_KEY = (_a.scheme, _a.scope, _a.value)
_ARRIVAL = select(
    *_KEY,
    *(_a.person, _a.last_seen),
    exists().where(_HERE).label("is_repeat"),
    _COUNTED.where(_c.person == _a.person).scalar_subquery().label("answers"),
)
_ONE = select(literal(1)).subquery("one")


@lru_cache(maxsize=16)
def _arrival(count: int) -> Select[Any]:
    """The statement about a message whose sender has that many keys: a row for each that is known, or one row of no key.

    SQLite looks into its index for each key by itself, and for no list of them.
    """
    keys = (and_(*(column == bindparam(f"{column.name}_{place}") for column in _KEY)) for place in range(count))
    return _ARRIVAL.select_from(_ONE.outerjoin(aliases, or_(*keys)))


_FROM_GROUP = select(exists().where(IN_GROUP, _c.session == bindparam("session"), _c.chat == bindparam("chat")))
_LAST = select(_c.session).where(_c.session.in_(bindparam("sessions", expanding=True))).order_by(_c.at.desc(), _c.seq.desc()).limit(1)
_LAST_OF_PERSON = _LAST.where(_OF_PERSON)
_LAST_OF_GROUP = _LAST.where(IN_GROUP, _c.chat == bindparam("chat"))
_WRITTEN = _c.kind.not_in(sorted({*UNANSWERED, TAKEOVER})) & ~IN_GROUP
_WROTE = (
    select(_c.person, func.max(case((_c.sent_at < _c.at, _c.sent_at), else_=_c.at)).label("at"))
    .where(_OF_PERSON, _c.at > bindparam("since"), _c.session == bindparam("session"), _WRITTEN)
    .group_by(_c.person)
)
_WROTE_SINCE = (
    select(_c.person)
    .where(_c.person > bindparam("behind"), _c.at > bindparam("since"), _c.session.in_(bindparam("sessions", expanding=True)), _WRITTEN)
    .group_by(_c.person)
    .order_by(_c.person)
    .limit(bindparam("limit"))
)
_OF_SENDER = _KEPT.where(_OF_PERSON).order_by(_c.at.desc(), _c.seq.desc()).limit(bindparam("limit"))


def webhook_session(line: str | None) -> str:
    """The session of what the webhook brings for a line, or under a key of that name; None for a key without a name.

    >>> webhook_session("toko"), webhook_session(None)
    ('webhook:toko', 'webhook')
    """
    return f"webhook:{line}"[:SESSION_LIMIT] if line else "webhook"


def find(connection: Connection, session: str, message_id: str) -> Kept | None:
    """The message with this id of the transport's (or the webhook's), if it came before."""
    row = connection.execute(_FIND, {"session": session, "message_id": fitting(message_id, ID_LIMIT)}).first()
    return None if row is None else _kept(row)


def arrival(connection: Connection, session: str, message_id: str, names: Sequence[Alias], *, now: float, since: float) -> Arrival:
    """Look up a message and its sender with these names, in one statement; answers after `since` count."""
    keys = [people.keys_of(name) for name in names]
    flat = [key for each in keys for key in each]
    given = {f"{column.name}_{place}": part for place, key in enumerate(flat) for column, part in zip(_KEY, key, strict=True)}
    about = {"session": session, "message_id": fitting(message_id, ID_LIMIT), "since": since}
    found = connection.execute(_arrival(len(flat)), {**about, **given}).all()
    first, seen = found[0], {(row.scheme, row.scope, row.value): row.last_seen for row in found}
    is_known = len({row.person for row in found}) == 1 and all(any(key in seen for key in each) for each in keys)
    if not is_known or (len(names) > 1 and min(seen.values()) <= now - SEEN_AGAIN):
        return Arrival(bool(first.is_repeat), None, 0)
    return Arrival(bool(first.is_repeat), first.person, first.answers)


def add(connection: Connection, kept: Kept) -> bool:
    """Store a message; False if it is stored already."""
    person = kept.person or people.get(connection, kept.sender, kept.at)
    if connection.execute(_ADD[connection.dialect.name], {**_row_of(kept), "person": person}).rowcount != 1:
        return False
    here = {"session": kept.session, "message_id": fitting(kept.message_id, ID_LIMIT)}
    connection.execute(_LAST_IS[connection.dialect.name], here)
    return True


def has_group(connection: Connection, session: str, chat: str) -> bool:
    """True if a message came in from the chat of a group, as long as it is kept."""
    return bool(connection.execute(_FROM_GROUP, {"session": session, "chat": fitting(chat, CHAT_LIMIT)}).scalar())


def last_session_of(connection: Connection, sender: str, sessions: Sequence[str]) -> str | None:
    """The session, one of these, by which a sender last wrote, by text or id; None if no message of theirs is kept."""
    return connection.execute(_LAST_OF_PERSON, {"persons": _persons(connection, sender), "sessions": sessions}).scalar()


def last_session_of_group(connection: Connection, chat: str, sessions: Sequence[str]) -> str | None:
    """The session, one of these, by which a message last came from the chat of a group; None if none is kept."""
    return connection.execute(_LAST_OF_GROUP, {"chat": fitting(chat, CHAT_LIMIT), "sessions": sessions}).scalar()


def forget_text(connection: Connection, session: str, message_id: str) -> None:
    """Delete the text of a message, and why it was answered so, which may quote it; the rule stays, and that the message came."""
    connection.execute(_FORGET, {"of": session, "known_as": fitting(message_id, ID_LIMIT)})


def answered_since(connection: Connection, sender: str, since: float) -> int:
    """The number of messages of a sender, by text or id, that were answered after that time."""
    return int(connection.execute(_ANSWERED, {"persons": _persons(connection, sender), "since": since}).scalar_one())


def last_wrote(connection: Connection, session: str, persons: Collection[str], since: float) -> dict[str, float]:
    """The times at which these people, by our ids, last wrote in private by a session, in epoch seconds; those before `since` are missing.

    A reaction, an edit or a deletion is nothing written.
    """
    if not persons:
        return {}
    found = connection.execute(_WROTE, {"persons": list(persons), "session": session, "since": since})
    return {row.person: row.at for row in found if row.at > since}


def wrote_since(connection: Connection, sessions: Sequence[str], since: float, limit: int, behind: str = "") -> list[str]:
    """The people who wrote in private by one of these sessions after that time, by our ids and in their order, behind one of them."""
    asked = {"sessions": list(sessions), "since": since, "limit": limit, "behind": behind}
    return list(connection.execute(_WROTE_SINCE, asked).scalars())


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
