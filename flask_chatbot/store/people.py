"""People: found by any of their names, and made when a name is new."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from flask_chatbot.core.values.people import (
    LID,
    SCOPE_LIMIT,
    VALUE_LIMIT,
    Alias,
    Scheme,
    alias_of,
    alias_of_id,
    is_person_id,
    new_person_id,
)
from flask_chatbot.database.statements import Frequent, fitting, upsert
from flask_chatbot.database.tables import aliases, hashed_states, people, states
from flask_chatbot.store import forgotten

OLD_LIMIT = 80  # characters of a sender before there were people; a longer one was kept by its SHA-256
AT_ONCE = 500  # people in one statement
TRIES = 3  # at making somebody, while others make and forget the same


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlias:
    """An alias with the times at which it was first and last seen, in epoch seconds."""

    alias: Alias
    person: str
    first_seen: float
    last_seen: float


_p, _a = people.c, aliases.c
_HERE = (_a.scheme == bindparam("scheme")) & (_a.scope == bindparam("scope")) & (_a.value == bindparam("value"))
_ID = func.coalesce(_p.merged_into, _p.id)
_BY_ID = select(_ID).where(_p.id == bindparam("id"))
_BY_ALIAS = select(_ID).select_from(aliases.join(people, _p.id == _a.person)).where(_HERE)
# On PostgreSQL these keep the person from being merged or forgotten until the transaction ends.
_LOCK_BY_ID = _BY_ID.with_for_update(read=True, key_share=True, of=people)
LOCK_BY_ALIAS = _BY_ALIAS.with_for_update(read=True, key_share=True, of=people)
_HOLDER, _LOCK_HOLDER = Frequent(_BY_ALIAS), Frequent(LOCK_BY_ALIAS)
_HOLD = select(_p.id).where(_p.id.in_(bindparam("persons", expanding=True))).order_by(_p.id).with_for_update(read=True, key_share=True)
_ADD_ALIAS = upsert(lambda made: made(aliases).on_conflict_do_nothing())
_ADD_STATE = upsert(lambda made: made(states).on_conflict_do_nothing())
_NAMED = select(_a.person).where(_a.value.in_(bindparam("values", expanding=True)), _a.scheme != "parent_bsuid")
# By the value alone: where the scheme is given too, SQLite reads all aliases of that scheme.
_WITH_ID = select(_a.person, _a.scope, _a.scheme).where(_a.value.in_(bindparam("values", expanding=True)))
_NUMBERED = select(_a.value, _a.scheme, _a.person).where(_a.value.in_(bindparam("values", expanding=True)))
_DROP = delete(people).where(_p.id == bindparam("of"))
_ALIASES = select(aliases).where(_a.person.in_(bindparam("persons", expanding=True))).order_by(_a.first_seen, _a.scheme, _a.value)
_NUMBER = select(_a.value).where(_a.person == bindparam("of"), _a.scheme == "number").order_by(_a.last_seen.desc()).limit(1)
_IDS = select(_p.id).where(or_(_p.id == bindparam("of"), _p.merged_into == bindparam("of")))
_CURRENT = select(_p.id, _ID.label("current")).where(_p.id.in_(bindparam("persons", expanding=True)))
_HASHED = select(hashed_states).where(hashed_states.c.sender == bindparam("key"))
_IS_HASHED = select(hashed_states.c.sender).where(hashed_states.c.sender == bindparam("key"))
_UNHASH = delete(hashed_states).where(hashed_states.c.sender == bindparam("key"))


def find(connection: Connection, name: str, *, lock: bool = False) -> str | None:
    """The id of a person, by an id of ours or by a sender's text; None for a stranger.

    With `lock` it stays theirs until the transaction ends.
    """
    if is_person_id(name):
        found: str | None = connection.execute(_LOCK_BY_ID if lock else _BY_ID, {"id": name}).scalar()
        if found is not None:
            return found
    return holder(connection, alias_of(name), lock=lock)


def holder(connection: Connection, alias: Alias, *, lock: bool = False) -> str | None:
    """The id of the person who has an alias."""
    statement = _LOCK_HOLDER if lock else _HOLDER
    found: str | None = statement.run(connection, key_of(alias)).scalar()
    if found is None and len(alias.value) > OLD_LIMIT:
        old = {**key_of(alias), "value": fitting(alias.value, OLD_LIMIT)}
        found = statement.run(connection, old).scalar()
    return found


def named(connection: Connection, name: str) -> set[str]:
    """The ids of all people with this id, or any alias of this value, whatever its scheme and scope."""
    found = {person} if (person := find(connection, name)) is not None else set()
    values = [fitting(each, VALUE_LIMIT) for each in (name, alias_of_id(name).value)]
    return found | set(connection.execute(_NAMED, {"values": values}).scalars())


def with_id(connection: Connection, id_: str, line: str) -> str | None:
    """The person with this id in place of a number, as Meta, WhatsApp Web, Telegram or we gave it.

    If it is of several people, on lines that have ids of their own, it is the one of this `line`.
    """
    if is_person_id(id_):
        return find(connection, id_)
    alias = alias_of_id(id_)
    values = [alias.value, alias.value + LID] if alias.scheme == "lid" else [alias.value]  # transports may leave the ending on
    rows = [row for row in connection.execute(_WITH_ID, {"values": values}) if row.scheme == alias.scheme]
    here = {row.person for row in rows if row.scope in ("", fitting(line, SCOPE_LIMIT))} or {row.person for row in rows}
    return here.pop() if len(here) == 1 else None


def hold(connection: Connection, persons: Collection[str]) -> None:
    """Keep people from being merged or forgotten until the transaction ends; in one order for all, so that no two wait for each other."""
    if persons:
        connection.execute(_HOLD, {"persons": list(persons)}).all()


def numbered(connection: Connection, numbers: Collection[str]) -> dict[str, str]:
    """The people with these telephone numbers, by the numbers; strangers are missing."""
    some = list(numbers)
    batches = [some[start : start + AT_ONCE] for start in range(0, len(some), AT_ONCE)]
    rows = [row for batch in batches for row in connection.execute(_NUMBERED, {"values": batch}) if row.scheme == "number"]
    return {row.value: row.person for row in rows}


def current(connection: Connection, persons: Collection[str]) -> dict[str, str]:
    """The ids of people as they are now, by ids that may have been merged into others since; those who are forgotten are missing."""
    return {row.id: row.current for row in connection.execute(_CURRENT, {"persons": list(persons)})}


def get(connection: Connection, name: str, now: float) -> str:
    """The id of the person with this name, who is made if nobody has it. Call it in a transaction."""
    for _ in range(TRIES):
        found = find(connection, name, lock=True)
        if found is not None:
            return found
        if (made := make(connection, alias_of(name), now)) is not None:
            return made
    raise RuntimeError("a person is made and forgotten at the same time, again and again")


def make(connection: Connection, alias: Alias, now: float) -> str | None:
    """Make a person with this alias, who takes over the state that was kept under its hash; None if somebody has it by now."""
    person = new_person_id(now)
    connection.execute(insert(people), {"id": person, "created_at": now})
    if not add_alias(connection, alias, person, now):
        connection.execute(_DROP, {"of": person})
        return None
    adopt(connection, alias, person)
    return person


def add_alias(connection: Connection, alias: Alias, person: str, now: float) -> bool:
    """Give a person an alias; False if somebody has it."""
    row = {**key_of(alias), "person": person, "first_seen": now, "last_seen": now}
    return connection.execute(_ADD_ALIAS[connection.dialect.name], row).rowcount == 1


def adopt(connection: Connection, alias: Alias, person: str) -> None:
    """Give somebody with a new alias the opt-out that was kept when it was forgotten.

    A state that was kept under its hash, before there were people, becomes theirs too, if they have none.
    """
    forgotten.restore(connection, keys_of(alias), person)
    row = connection.execute(_HASHED, {"key": hash_of(alias.value)}).first()
    if row is not None:
        connection.execute(_UNHASH, {"key": row.sender})
        kept = {name: row._mapping[name] for name in ("state", "version", "expires_at")}
        connection.execute(_ADD_STATE[connection.dialect.name], {"person": person, **kept})


def is_hashed(connection: Connection, name: str) -> bool:
    """True if there is a state under the hash of a sender's text."""
    return connection.execute(_IS_HASHED, {"key": hash_of(name)}).first() is not None


def aliases_of(connection: Connection, persons: Collection[str]) -> list[KnownAlias]:
    """The aliases of people, by their ids, the first seen first."""
    some = list(persons)
    batches = [some[start : start + AT_ONCE] for start in range(0, len(some), AT_ONCE)]
    return [_known(row) for batch in batches for row in connection.execute(_ALIASES, {"persons": batch})]


def ids_of(connection: Connection, person: str) -> list[str]:
    """All ids of a person: their own, and those that were merged into it."""
    return list(connection.execute(_IDS, {"of": person}).scalars())


def names_of(connection: Connection, persons: Collection[str]) -> dict[str, str]:
    """The name by which to show each of these people: their number, else the alias seen last, else their id."""
    known: dict[str, str] = {person: person for person in persons}
    known |= {person: each.alias.value for person, each in _best(connection, persons).items()}
    return known


def number_of(connection: Connection, person: str) -> str:
    """The telephone number of a person; empty if it is unknown."""
    return str(connection.execute(_NUMBER, {"of": person}).scalar() or "")


def chats_of(connection: Connection, persons: Collection[str]) -> dict[str, str]:
    """The chat in which to write to each of these people now; those who have no alias left are missing."""
    now = current(connection, persons)
    best = _best(connection, set(now.values()))
    return {person: best[now[person]].alias.chat for person in persons if now.get(person) in best}


def _best(connection: Connection, persons: Collection[str]) -> dict[str, KnownAlias]:
    """The alias of each person by which to reach them: their number, else the one they were last seen by."""
    best: dict[str, KnownAlias] = {}
    for each in aliases_of(connection, persons):
        # Another version may have kept one of a scheme that this one does not know.
        is_address = each.alias.is_known and each.alias.scheme != "parent_bsuid"
        if is_address and (each.person not in best or _rank(each) > _rank(best[each.person])):
            best[each.person] = each
    return best


def _rank(known: KnownAlias) -> tuple[bool, float]:
    return known.alias.scheme == "number", known.last_seen


def key_of(alias: Alias) -> dict[str, str]:
    """The key of an alias in its table; what does not fit is kept by its SHA-256."""
    return {"scheme": alias.scheme, "scope": fitting(alias.scope, SCOPE_LIMIT), "value": fitting(alias.value, VALUE_LIMIT)}


def as_kept(alias: Alias) -> Alias:
    """An alias whose scope is as its table has it, to be compared with others from there."""
    return replace(alias, scope=fitting(alias.scope, SCOPE_LIMIT))


def keys_of(alias: Alias) -> list[tuple[str, str, str]]:
    """The keys (scheme, scope, value) under which an alias may be in its table: a long one in two ways."""
    limits = (VALUE_LIMIT, OLD_LIMIT) if len(alias.value) > OLD_LIMIT else (VALUE_LIMIT,)
    return [(alias.scheme, fitting(alias.scope, SCOPE_LIMIT), fitting(alias.value, limit)) for limit in limits]


def hash_of(name: str) -> str:
    """The key of a state of before there were people: always 64 characters.

    >>> hash_of("628111")[:12]
    'c82959e145fe'
    """
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _known(row: Any) -> KnownAlias:
    scheme: Scheme = row.scheme
    return KnownAlias(alias=Alias(scheme, row.value, row.scope), person=row.person, first_seen=row.first_seen, last_seen=row.last_seen)
