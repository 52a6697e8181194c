"""Identifying people by all the names that came with a message, and merging those who turn out to be one.

Two people with different ids of one scheme in one scope are never one: a number that comes with another id was given to somebody else, and
moves to them without anything of whoever had it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from flask_chatbot.core.conversation.memory import State, read_state, write_state
from flask_chatbot.core.conversation.uniting import united
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.people import Alias, Scheme, new_person_id
from flask_chatbot.database.broadcast_tables import recipients
from flask_chatbot.database.console_tables import handovers, notes
from flask_chatbot.database.saved_tables import saved, saved_keys
from flask_chatbot.database.statements import lock_all, lock_key, upsert, word
from flask_chatbot.database.tables import aliases, inbox, messages, opted_out, states
from flask_chatbot.database.tables import people as people_table
from flask_chatbot.store import people
from flask_chatbot.store.chats import lock_chats
from flask_chatbot.store.console import remarks
from flask_chatbot.store.strangers import acquaintances

# A number may be given to somebody else, so any other name says more about who somebody is.
STRENGTH: tuple[Scheme, ...] = ("bsuid", "lid", "telegram", "opaque", "number")
_IDENTITY = lock_key("identity")  # held by whoever changes which alias is whose

_p, _a, _m, _o = people_table.c, aliases.c, messages.c, opted_out.c
_HERE = (_a.scheme == bindparam("of_scheme")) & (_a.scope == bindparam("of_scope")) & (_a.value == bindparam("of_value"))
_SEEN = update(aliases).where(_HERE).values(last_seen=bindparam("at"))
_MOVE = update(aliases).where(_HERE).values(person=bindparam("to"), first_seen=bindparam("at"), last_seen=bindparam("at"))
_RETIRE = delete(aliases).where(_HERE)
_DROP_NUMBER = delete(aliases).where(_a.person == bindparam("of"), _a.scheme == "number")
_LOCK = select(_p.id).where(_p.id.in_(bindparam("ids", expanding=True))).order_by(_p.id).with_for_update()
_JOIN = (
    update(people_table).where(or_(_p.id == bindparam("loser"), _p.merged_into == bindparam("loser"))).values(merged_into=bindparam("to"))
)
_REKEY = tuple(
    update(table).where(table.c.person == bindparam("loser")).values(person=bindparam("to"))
    for table in (aliases, inbox, saved, saved_keys, handovers, notes, recipients)
)
_STATES = select(states).where(states.c.person.in_(bindparam("ids", expanding=True))).with_for_update()
_NO_STATES = delete(states).where(states.c.person.in_(bindparam("ids", expanding=True)))
_OPTED_OUT = select(_o.line, func.min(_o.at).label("at")).where(_o.person.in_(bindparam("ids", expanding=True))).group_by(_o.line)
_NOT_OPTED_OUT = delete(opted_out).where(_o.person.in_(bindparam("ids", expanding=True)))
_OPEN = or_(*(_m.state == word(state) for state in ("queued", "waiting", "claimed")))
_SESSIONS = select(_m.session).where(_OPEN, _m.order_key == bindparam("loser")).distinct()
_ON = _m.session == bindparam("on")
_IN_FLIGHT = select(_m.order_key).where(_ON, _m.state == word("claimed"), _m.order_key.in_(bindparam("ids", expanding=True)))
_REQUEUE = update(messages).where(_ON, _OPEN, _m.order_key == bindparam("loser")).values(order_key=bindparam("to"))
_ADD_OUT = upsert(lambda made: made(opted_out).on_conflict_do_nothing())

log = get_logger(__name__)


@dataclass(slots=True)
class Identified:
    """The person behind some aliases, and the pairs of ids (old, new) of people who were merged to find them."""

    person: str
    merged: list[tuple[str, str]] = field(default_factory=list)


def identify(connection: Connection, given: Sequence[Alias], now: float) -> Identified:
    """Find or make the person with these aliases, of one message; merge people whom it shows to be one. Call it in a transaction."""
    lock_all(connection, [_IDENTITY])
    given = [people.as_kept(alias) for alias in given]
    by_strength = _by_strength(given)
    return _united(connection, _base(connection, by_strength) or _newcomer(connection, now), given, now)


def rename(connection: Connection, old: Sequence[Alias], new: Sequence[Alias], now: float) -> Identified | None:
    """Give the person with the old aliases the new ones, and take the old ones from them; None if nobody has any of the old ones.

    A new one takes the place of all that they have of its scheme and scope. Whoever has a new one is merged with them, as a message shows.
    """
    lock_all(connection, [_IDENTITY])
    old, new = ([people.as_kept(alias) for alias in each] for each in (old, new))
    holders = (people.holder(connection, alias) for alias in _by_strength(old))
    person = next((holder for holder in holders if holder is not None), None)
    if person is None:
        return None
    places = {(alias.scheme, alias.scope) for alias in new}
    for alias in [each.alias for each in people.aliases_of(connection, [person])]:
        if alias not in new and (alias in old or (alias.scheme, alias.scope) in places):
            connection.execute(_RETIRE, {f"of_{name}": value for name, value in people.key_of(alias).items()})
    return _united(connection, person, new, now)


def _by_strength(given: Sequence[Alias]) -> list[Alias]:
    return sorted((alias for alias in given if alias.scheme in STRENGTH), key=lambda alias: STRENGTH.index(alias.scheme))


def _united(connection: Connection, person: str, given: Sequence[Alias], now: float) -> Identified:
    """A person who has all these aliases from now on, merged with others who have some of them."""
    identified, by_strength = Identified(person), _by_strength(given)
    for alias in by_strength:
        other = people.holder(connection, alias)
        if other is not None and other != identified.person and _agree(connection, identified.person, other, by_strength):
            old, new = merge(connection, identified.person, other, now)
            identified.person = new
            identified.merged.append((old, new))
    for alias in given:
        _give(connection, alias, identified.person, now)
    return identified


def _newcomer(connection: Connection, now: float) -> str:
    person = new_person_id(now)
    connection.execute(insert(people_table), {"id": person, "created_at": now})
    return person


def _base(connection: Connection, by_strength: Sequence[Alias]) -> str | None:
    """The person whom the strongest alias that anybody has stands for, unless a stronger one says that it is somebody else."""
    for place, alias in enumerate(by_strength):
        person = people.holder(connection, alias)
        if person is not None:
            theirs = _names(connection, person)
            if all(theirs.get((each.scheme, each.scope), each.value) == each.value for each in by_strength[:place]):
                return person
    return None


def _names(connection: Connection, person: str) -> dict[tuple[str, str], str]:
    """The one alias that a person has of each scheme and scope; of parents there may be several."""
    found = [each.alias for each in people.aliases_of(connection, [person])]
    return {(alias.scheme, alias.scope): alias.value for alias in found if alias.scheme in STRENGTH}


def _agree(connection: Connection, one: str, other: str, given: Sequence[Alias]) -> bool:
    """True if two people, the first with the names that were given, have no different ids of one scheme in one scope."""
    mine = {(alias.scheme, alias.scope): alias.value for alias in given} | _names(connection, one)
    theirs = _names(connection, other)
    return all(mine[key] == theirs[key] for key in mine.keys() & theirs.keys())


def _give(connection: Connection, alias: Alias, person: str, now: float) -> None:
    """Note that a person has an alias. A number is theirs now, whoever had it; any other name stays with whoever has it."""
    holder = people.holder(connection, alias)
    key = people.key_of(alias)
    here = {f"of_{name}": value for name, value in key.items()}
    if holder == person:
        connection.execute(_SEEN, {**here, "at": now})
        return
    if alias.scheme == "number":
        connection.execute(_DROP_NUMBER, {"of": person})
        if holder is not None:
            log.warning("a number of person %s belongs to person %s now, who takes nothing over", holder, person)
            connection.execute(_MOVE, {**here, "to": person, "at": now})
            return
    elif holder is not None or _names(connection, person).get((alias.scheme, alias.scope)) is not None:
        log.warning("person %s came with a %s that is not theirs: it is left alone", person, alias.scheme)
        return
    if people.add_alias(connection, alias, person, now):
        people.adopt(connection, alias, person)


def merge(connection: Connection, one: str, other: str, now: float) -> tuple[str, str]:
    """Merge two people into the one who came first; return the ids, old and new. The old one stands for the new one from then on."""
    new, old = sorted((one, other))
    ids = [new, old]
    connection.execute(_LOCK, {"ids": ids}).all()
    _unite_states(connection, ids, now)
    _unite_opt_outs(connection, ids)
    _join_queues(connection, old, new)
    acquaintances.unite(connection, old, new)
    remarks.unite(connection, old, new)
    for statement in (*_REKEY, _JOIN):
        connection.execute(statement, {"loser": old, "to": new})
    log.info("person %s turned out to be person %s: they are merged", old, new)
    return old, new


def _unite_states(connection: Connection, ids: list[str], now: float) -> None:
    rows = connection.execute(_STATES, {"ids": ids}).all()
    if not rows:
        return
    first, *more = (_state(row, now) for row in rows)
    state = united(first, more[0] if more else State(), now)
    connection.execute(_NO_STATES, {"ids": ids})
    row = {"state": write_state(state), "version": state.version, "expires_at": state.kept_until(now)}
    connection.execute(insert(states), {"person": ids[0], **row})


def _state(row: Any, now: float) -> State:
    try:
        return read_state(row.state, row.version, row.expires_at, now)
    except ValueError as error:
        log.error("the row in table %s of person %s cannot be read (%s): nothing is remembered", states.name, row.person, error)
        return State(version=row.version)


def _unite_opt_outs(connection: Connection, ids: list[str]) -> None:
    rows = connection.execute(_OPTED_OUT, {"ids": ids}).all()
    connection.execute(_NOT_OPTED_OUT, {"ids": ids})
    for row in rows:
        connection.execute(_ADD_OUT[connection.dialect.name], {"person": ids[0], "line": row.line, "at": row.at})


def _join_queues(connection: Connection, old: str, new: str) -> None:
    """Let what waits for either go out in the order of acceptance. Where both have a message in flight, the old one's go in their own."""
    sessions = sorted(connection.execute(_SESSIONS, {"loser": old}).scalars())
    lock_chats(connection, {(session, key) for session in sessions for key in (old, new)})
    for session in sessions:
        if len(connection.execute(_IN_FLIGHT, {"on": session, "ids": [old, new]}).all()) < 2:
            connection.execute(_REQUEUE, {"on": session, "loser": old, "to": new})
