"""The people who are no strangers to a line: they wrote by it, or it wrote to them after their number was checked."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, String, and_, bindparam, delete, select, true

from flask_chatbot.core.values.contents import UNANSWERED
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.strangers_tables import acquaintances
from flask_chatbot.database.tables import IN_GROUP, inbox

_c, _i = acquaintances.c, inbox.c
_KNOWN = select(_c.person, _c.has_written).where(_c.session == bindparam("line"), _c.person.in_(bindparam("persons", expanding=True)))
_WROTE = (
    select(_i.person)
    .where(
        _i.person.in_(bindparam("persons", expanding=True)),
        and_(_i.session == bindparam("line"), ~IN_GROUP, ~_i.kind.in_(sorted(UNANSWERED))),
    )
    .distinct()
)
_ADD = upsert(
    lambda insert: (made := insert(acquaintances)).on_conflict_do_update(
        index_elements=[_c.session, _c.person], set_={"has_written": _c.has_written | made.excluded.has_written}
    )
)
_NEW_ONE = bindparam("new", type_=String).label("person")
_OF_OLD = select(_c.session, _NEW_ONE, _c.has_written, _c.at).where(_c.person == bindparam("old"), true())
_UNITE = upsert(
    lambda insert: (made := insert(acquaintances).from_select(["session", "person", "has_written", "at"], _OF_OLD)).on_conflict_do_update(
        index_elements=[_c.session, _c.person], set_={"has_written": _c.has_written | made.excluded.has_written}
    )
)
_DROP = delete(acquaintances).where(_c.person == bindparam("old"))


def known(connection: Connection, line: str, persons: Collection[str], now: float) -> dict[str, bool]:
    """Those of these people who are no strangers to a line, by our ids: True if they wrote, False if it only wrote to them.

    Whoever is found to have written is noted, as incoming messages are not kept for ever.
    """
    if not persons:
        return {}
    asked = {"line": line, "persons": list(persons)}
    found: dict[str, bool] = {row.person: row.has_written for row in connection.execute(_KNOWN, asked)}
    others = [person for person in persons if not found.get(person)]
    wrote = list(connection.execute(_WROTE, {**asked, "persons": others}).scalars()) if others else []
    add(connection, line, wrote, now, has_written=True)
    return found | dict.fromkeys(wrote, True)


def have_written(connection: Connection, line: str, persons: Collection[str]) -> set[str]:
    """Those of these people who wrote by a line, by our ids; nothing is noted."""
    asked = {"line": line, "persons": list(persons)}
    noted = {row.person for row in connection.execute(_KNOWN, asked) if row.has_written} if persons else set()
    return noted | set(connection.execute(_WROTE, asked).scalars()) if persons else set()


def add(connection: Connection, line: str, persons: Iterable[str], now: float, *, has_written: bool) -> None:
    """Note that these people are no strangers to a line."""
    rows = [{"session": line, "person": person, "has_written": has_written, "at": now} for person in sorted(set(persons))]
    if rows:
        connection.execute(_ADD[connection.dialect.name], rows)


def unite(connection: Connection, old: str, new: str) -> None:
    """Note for one person what was noted for another, who turned out to be the same."""
    connection.execute(_UNITE[connection.dialect.name], {"old": old, "new": new})
    connection.execute(_DROP, {"old": old})
