"""Customers whom a rule handed over to staff: who waits for an answer by hand, and about whom a member of staff was notified."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from flask_chatbot.database.console_tables import handovers
from flask_chatbot.database.statements import fitting, storable
from flask_chatbot.store.optouts import LINE_LIMIT

WAITS = 7 * 86_400.0  # seconds after which nobody waits any more
KEPT = 30 * 86_400.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A customer who was handed over, and the member of staff who was notified by the message `notice`; both are empty if nobody was."""

    person: str
    line: str
    name: str
    rule: str
    at: float
    told: str = ""
    notice: str | None = None
    is_open: bool = True


_c = handovers.c
_IS_OPEN = _c.closed_at.is_(None)
_COLUMNS = (_c.person, _c.line, _c.name, _c.rule, _c.at, _c.told, _c.notice, _IS_OPEN.label("is_open"))
_OF = _c.person.in_(bindparam("persons", expanding=True))
_ON = or_(_c.line == "", _c.line == bindparam("on"), bindparam("on") == "")
_WAITING = (
    select(_c.person, _c.at)
    .where(_IS_OPEN, _c.answered_at.is_(None), _c.at > bindparam("since"))
    .order_by(_c.at.desc())
    .limit(bindparam("limit"))
)
_TOLD = (
    select(*_COLUMNS)
    .where(_c.told.in_(bindparam("chats", expanding=True)), _c.at > bindparam("since"))
    .order_by(_c.at.desc(), _c.seq.desc())
    .limit(bindparam("limit"))
)
_BY_NOTICE = select(*_COLUMNS).where(_c.notice == bindparam("message"))
_CLOSE = update(handovers).where(_IS_OPEN, _OF, _ON).values(closed_at=bindparam("now"))
_ANSWER = update(handovers).where(_IS_OPEN, _c.answered_at.is_(None), _OF).values(answered_at=bindparam("now"))
MANY = 500  # handovers that are looked at


def add(connection: Connection, made: Sequence[Handover]) -> None:
    """Record handovers."""
    rows = [
        {
            "person": each.person,
            "line": fitting(each.line, LINE_LIMIT),
            "name": storable(each.name),
            "rule": storable(each.rule),
            "told": each.told,
            "notice": each.notice,
            "at": each.at,
        }
        for each in made
    ]
    if rows:
        connection.execute(insert(handovers), rows)


def waiting(connection: Connection, now: float) -> dict[str, float]:
    """The people whom nobody has answered by hand yet, with the time at which each was last handed over, the newest first."""
    found: dict[str, float] = {}
    for person, at in connection.execute(_WAITING, {"since": now - WAITS, "limit": MANY}).all():
        found.setdefault(person, at)
    return found


def told(connection: Connection, chats: Collection[str], now: float) -> list[Handover]:
    """The handovers about which a member of staff was notified in one of these chats, the latest last."""
    rows = connection.execute(_TOLD, {"chats": list(chats), "since": now - KEPT, "limit": MANY}).all()
    return [_handover(row) for row in reversed(rows)]


def by_notice(connection: Connection, message: str) -> Handover | None:
    """The handover that a message of ours reported."""
    row = connection.execute(_BY_NOTICE, {"message": message}).first()
    return None if row is None else _handover(row)


def _handover(row: Any) -> Handover:
    return Handover(**{**row._mapping, "is_open": bool(row.is_open)})


def close(connection: Connection, persons: Collection[str], now: float, line: str = "") -> None:
    """End the handovers of a person, by all their ids, on a line; without one, on all."""
    connection.execute(_CLOSE, {"persons": list(persons), "now": now, "on": fitting(line, LINE_LIMIT)})


def answer(connection: Connection, persons: Collection[str], now: float) -> None:
    """Note that somebody wrote to a person by hand, by all their ids: they do not wait any more."""
    connection.execute(_ANSWER, {"persons": list(persons), "now": now})
