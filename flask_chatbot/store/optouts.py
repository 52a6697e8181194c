"""People who have opted out of promotion, on one line or on all."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, or_, select

from flask_chatbot.core.values.people import alias_of
from flask_chatbot.database.statements import fitting, upsert
from flask_chatbot.database.tables import opted_out
from flask_chatbot.store import forgotten, people

LINE_LIMIT = 64  # characters; a longer name is kept by its SHA-256

_c = opted_out.c
_OF = _c.person == bindparam("of")
_THERE = or_(_c.line == "", _c.line == bindparam("on"), bindparam("on") == "")
_ADD = upsert(lambda insert: insert(opted_out).on_conflict_do_nothing())
_REMOVE = delete(opted_out).where(_OF)
_REMOVE_LINES = delete(opted_out).where(_OF, _c.line.in_(bindparam("lines", expanding=True)))
_ALL = select(_c.person, _c.line, _c.at).order_by(_c.at, _c.person, _c.line)
_FIND = select(_c.person).where(_OF, _THERE)
_AMONG = select(_c.person).where(_c.person.in_(bindparam("people", expanding=True)), _THERE)


def opt_out(connection: Connection, name: str, now: float, line: str = "") -> None:
    """Send somebody no promotion from now on, by this line; without one, by any."""
    person = people.get(connection, name, now)
    connection.execute(_ADD[connection.dialect.name], {"person": person, "line": fitting(line, LINE_LIMIT), "at": now})


def opt_in(connection: Connection, name: str, line: str = "", *, is_only: bool = False) -> None:
    """Allow promotion to somebody again, by this line; without one, by any.

    An opt-out of all lines outlives an opt-in by one of them, unless that `is_only`: no promotion goes by another.
    """
    person = people.find(connection, name, lock=True)
    lines = [fitting(line, LINE_LIMIT), *([""] if is_only else [])] if line else []
    if person is None:
        forgotten.drop(connection, people.keys_of(alias_of(name)), lines)
        return
    statement, more = (_REMOVE_LINES, {"lines": lines}) if lines else (_REMOVE, {})
    connection.execute(statement, {"of": person, **more})
    forgotten.drop(connection, [forgotten.key_of_id(id_) for id_ in people.ids_of(connection, person)], lines)


def has_opted_out(connection: Connection, name: str, line: str = "") -> bool:
    """True if somebody wants no promotion by this line; without one, by any line at all. Whoever was forgotten still wants none."""
    person = people.find(connection, name)
    if person is None:
        lines = forgotten.lines(connection, people.keys_of(alias_of(name)))
        return bool(lines) if not line else not lines.keys().isdisjoint({"", fitting(line, LINE_LIMIT)})
    return connection.execute(_FIND, {"of": person, "on": fitting(line, LINE_LIMIT)}).first() is not None


def opted_out_of(connection: Connection, persons: Collection[str], line: str) -> set[str]:
    """Those of these people, by our ids, who want no promotion by this line."""
    if not persons:
        return set()
    return set(connection.scalars(_AMONG, {"people": list(persons), "on": fitting(line, LINE_LIMIT)}))


def opted_out_people(connection: Connection) -> list[tuple[str, str, float]]:
    """The people who want no promotion: a name, the line (empty for all) and the time at which each said so, the earliest first."""
    rows = connection.execute(_ALL).all()
    names = people.names_of(connection, {row.person for row in rows})
    return [(names[row.person], row.line, row.at) for row in rows]
