"""Searches in conversations: by the words of what came in, by a number, and by lists of people."""

from collections.abc import Collection
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from flask_chatbot.core.conversation.memory import State, read_state
from flask_chatbot.database.console_tables import conversations, handovers
from flask_chatbot.database.saved_tables import saved
from flask_chatbot.database.tables import inbox, opted_out, states
from flask_chatbot.database.word_index import find_words, words_of
from flask_chatbot.store.console.conversations import COLUMNS, FIRST, NEWEST, Newest
from flask_chatbot.store.console.remarks import LAST_PERSON

MANY = 1000  # rows with a name
AMONG = 500  # people in one look through what is remembered
_NAMES = ((handovers.c.person, handovers.c.name), (saved.c.person, saved.c.sender_name))
_i = inbox.c
_BY_SEQ = (
    select(*COLUMNS)
    .join_from(inbox, conversations, conversations.c.person == _i.person, isouter=True)
    .where(_i.seq.in_(bindparam("numbers", expanding=True)), _i.person.is_not(None))
    .order_by(_i.seq.desc())
)
_LASTS = (
    select(*COLUMNS[:1], conversations.c.person, *COLUMNS[2:])
    .join_from(conversations, inbox, _i.seq == conversations.c.last)
    .where(conversations.c.person.in_(bindparam("persons", expanding=True)))
)
_UNREAD = NEWEST.where(conversations.c.read < conversations.c.last)
_OPTED_OUT = (
    select(opted_out.c.person)
    .where(opted_out.c.person < bindparam("before"))
    .distinct()
    .order_by(opted_out.c.person.desc())
    .limit(bindparam("limit"))
)
_REMEMBERED = (
    select(states)
    .where(states.c.person < bindparam("before"), states.c.expires_at > bindparam("now"))
    .order_by(states.c.person.desc())
    .limit(AMONG)
)


def search(connection: Connection, written: str, limit: int, before: int = FIRST) -> list[Newest]:
    """The messages that hold words beginning with all of these, the newest first, behind one of them."""
    return _read(connection.execute(_BY_SEQ, {"numbers": find_words(connection, written, before, limit)}))


def named(connection: Connection, written: str, limit: int) -> dict[str, str]:
    """The people in whose names all of these words are, by our ids: the names of those whom rules handed over or saved rows of."""
    words = words_of(written)
    found: dict[str, str] = {}
    for person, name in () if not words or "".join(words).isdecimal() else _NAMES:
        statement = select(person, name).where(*(name.ilike(f"%{word}%") for word in words), person.is_not(None)).limit(MANY)
        for id_, said in connection.execute(statement).all():
            found.setdefault(id_, said)
    return dict(islice(found.items(), limit))


def last_of_each(connection: Connection, persons: Collection[str]) -> list[Newest]:
    """The newest message of each of these people, in their order; those of whom none is kept are missing."""
    found = {each.person: each for each in _read(connection.execute(_LASTS, {"persons": list(persons)}))} if persons else {}
    return [found[person] for person in persons if person in found]


def unread(connection: Connection, limit: int, before: int = FIRST) -> list[Newest]:
    """The newest message of each person whose messages were not read to the end, the newest first, behind one of them."""
    return _read(connection.execute(_UNREAD, {"before": before, "limit": limit}))


def opted_out_of_any(connection: Connection, limit: int, before: str = LAST_PERSON) -> list[str]:
    """The people who want no promotion by some line, by our ids, the last known first, behind one of them."""
    return list(connection.execute(_OPTED_OUT, {"limit": limit, "before": before}).scalars())


def remembered(connection: Connection, parts: Collection[str], now: float, before: str = LAST_PERSON) -> dict[str, State]:
    """The memory of people that has one of these parts, by our ids, the last known first, behind one of them; of at most `AMONG` people."""
    has_one = or_(*(states.c.state.like(f'%"{part}":%') for part in parts))
    rows = connection.execute(_REMEMBERED.where(has_one), {"now": now, "before": before})
    return {row.person: read_state(row.state, row.version, row.expires_at, now) for row in rows}


def _read(rows: Any) -> list[Newest]:
    return [Newest._make(row) for row in rows.all()]
