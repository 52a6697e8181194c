"""The people on the lists of broadcasts: each waits for their turn, and then has messages in the outbox or a reason why not."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.broadcast_tables import recipients
from flask_chatbot.database.statements import storable
from flask_chatbot.database.tables import messages
from flask_chatbot.store.outgoing.withdrawing import withdraw

AT_ONCE = 500  # people in one statement
OPEN = ("queued", "waiting", "claimed")  # states of messages that did not go out yet
FATES = ("waiting", "sent", "delivered", "read", "failed", "skipped", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody on a list, at a place from 1: `address` is the chat of a number, or our id of a person; `fields` are columns of the file."""

    place: int
    address: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientTurn:
    """The outcome of somebody's turn: the ids of their messages, or the reason why there are none, as JSON."""

    place: int
    person: str | None
    messages: Sequence[str] = ()
    why: str = ""


_c, _m = recipients.c, messages.c
_OF = _c.broadcast == bindparam("of")
_NEXT = (
    select(_c.place, _c.address, _c.fields)
    .where(_OF, _c.state == "waiting", _c.place > bindparam("after"))
    .order_by(_c.place)
    .limit(bindparam("limit"))
)
_HAS_WAITING = select(exists().where(_OF, _c.state == "waiting"))
_UNDER_WAY = (
    select(func.count()).select_from(recipients.join(messages, _m.id == _c.message)).where(_OF, _c.state == "queued", _m.state.in_(OPEN))
)
_UNDER_WAY_NOW = _UNDER_WAY.where(_m.state != "waiting", _m.due_at <= bindparam("now"))
_GONE_OUT = ~exists().where(_m.id == _c.message, _m.state.in_(OPEN))
_DONE = update(recipients).where(_OF, _c.state == "queued", _GONE_OUT).values(state="done")
_TURN = (
    update(recipients)
    .where(_OF, _c.place == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in ("person", "state", "why", "message", "more")})
)
_SERVED = select(_c.person).where(_OF, _c.person.in_(bindparam("persons", expanding=True)), _c.state.in_(("queued", "done"))).distinct()
_QUEUED = select(_c.place, _c.message, _c.more).where(_OF, _c.state == "queued")
_WITHDRAWN = update(recipients).where(_OF, _c.place == bindparam("at")).values(state="withdrawn")
_COUNTED = (
    select(_c.state, _m.state.label("message"), _m.ack, func.count().label("people"))
    .select_from(recipients.outerjoin(messages, _m.id == _c.message))
    .where(_OF)
    .group_by(_c.state, _m.state, _m.ack)
)
_WHY = select(_c.why, func.count().label("people")).where(_OF, _c.state == "skipped").group_by(_c.why).order_by(func.count().desc())


def add(connection: Connection, broadcast: int, people: Iterable[Recipient]) -> None:
    """Add people to the list of a draft."""
    rows = [
        {
            "broadcast": broadcast,
            "place": each.place,
            "address": each.address,
            "fields": json.dumps(dict(each.fields)) if each.fields else None,
            "state": "waiting",
        }
        for each in people
    ]
    if rows:
        connection.execute(insert(recipients), rows)


def waiting(connection: Connection, broadcast: int, limit: int, after: int = 0) -> list[Recipient]:
    """The next people whose turn it is, behind a place of the list."""
    rows = connection.execute(_NEXT, {"of": broadcast, "after": after, "limit": limit})
    return [Recipient(place=row.place, address=row.address, fields=json.loads(row.fields) if row.fields else {}) for row in rows]


def has_waiting(connection: Connection, broadcast: int) -> bool:
    """True if anybody's turn is still to come."""
    return bool(connection.execute(_HAS_WAITING, {"of": broadcast}).scalar())


def under_way(connection: Connection, broadcast: int, now: float | None = None) -> int:
    """The number of people whose messages did not go out yet; with a time, without those that wait for a later one."""
    if now is None:
        return int(connection.execute(_UNDER_WAY, {"of": broadcast}).scalar_one())
    return int(connection.execute(_UNDER_WAY_NOW, {"of": broadcast, "now": now}).scalar_one())


def settle(connection: Connection, broadcast: int) -> None:
    """Note whose messages went out, or were given up."""
    connection.execute(_DONE, {"of": broadcast})


def served(connection: Connection, broadcast: int, persons: Sequence[str]) -> set[str]:
    """Those of these people who have had their turn already, under another address."""
    return set(connection.scalars(_SERVED, {"of": broadcast, "persons": list(persons)})) if persons else set()


def take_turns(connection: Connection, broadcast: int, turns: Iterable[RecipientTurn]) -> None:
    """Keep what came of the turns of people on a list."""
    rows = [
        {
            "of": broadcast,
            "at": each.place,
            "new_person": each.person,
            "new_state": "queued" if each.messages else "skipped",
            "new_why": storable(each.why) or None,
            "new_message": each.messages[0] if each.messages else None,
            "new_more": " ".join(each.messages[1:]) or None,
        }
        for each in turns
    ]
    if rows:
        connection.execute(_TURN, rows)


def withdraw_queued(connection: Connection, broadcast: int) -> int:
    """Take back what waits in the outbox; return the number of people who get nothing for it."""
    rows = connection.execute(_QUEUED, {"of": broadcast}).all()
    unsent: set[str] = set()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        unsent |= withdraw(connection, [id_ for row in some for id_ in (row.message, *(row.more or "").split())])
    places = [row.place for row in rows if row.message in unsent]
    if places:
        connection.execute(_WITHDRAWN, [{"of": broadcast, "at": place} for place in places])
    connection.execute(_DONE, {"of": broadcast})
    return len(places)


def count(connection: Connection, broadcast: int, *, is_stopped: bool) -> dict[str, int]:
    """The numbers of people by their fate, one of `FATES`; those whose turn never came are withdrawn once it `is_stopped`."""
    counts: Counter[str] = Counter(dict.fromkeys(FATES, 0))
    for row in connection.execute(_COUNTED, {"of": broadcast}):
        fate = _fate(row.state, row.message, row.ack)
        counts["withdrawn" if fate == "waiting" and row.state == "waiting" and is_stopped else fate] += row.people
    return dict(counts)


def reasons(connection: Connection, broadcast: int) -> list[tuple[str, int]]:
    """The reasons why people were skipped, as JSON, with their numbers, the most frequent first."""
    return [(row.why or "", row.people) for row in connection.execute(_WHY, {"of": broadcast})]


def _fate(state: str, message: str | None, ack: int | None) -> str:
    """The fate of somebody, from the states of their row and of their message, which is deleted after 30 days."""
    if state not in ("queued", "done"):
        return state
    if message in OPEN:
        return "waiting"
    if message == "failed" or ack == Ack.ERROR:
        return "failed"
    return "read" if ack in (Ack.READ, Ack.PLAYED) else "delivered" if ack == Ack.DELIVERED else "sent"
