"""`StoreMemory`: the memory of people, in a database."""

import math
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from flask_chatbot.core.conversation.memory import NOTHING, Memory, State, read_state, write_state
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.people import alias_of, is_person_id
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import aliases, hashed_states, states
from flask_chatbot.database.tables import people as people_table
from flask_chatbot.errors import StoreError
from flask_chatbot.store import people

SWEEP_EVERY = 300  # seconds
SWEEP_AT_MOST = 500  # rows
# A row deleted and made anew counts from version 1 again. Nobody who recalled the old one is still deciding an hour later.
SWEEP_AFTER = 3600  # seconds

_s, _a, _p = states.c, aliases.c, people_table.c
_STATE = select(_s.person, _s.state, _s.version, _s.expires_at)
_OF_PERSON = _STATE.where(_s.person == bindparam("person"))
_OF_PERSON_AND_LOCK = _OF_PERSON.with_for_update()  # SQLite has one writer at a time anyway
# For a person without a state, the row is one of None.
_OF_ALIAS = _STATE.select_from(aliases.outerjoin(states, _s.person == _a.person)).where(
    _a.scheme == bindparam("scheme"), _a.scope == bindparam("scope"), _a.value == bindparam("value")
)
_OF_ID = _STATE.select_from(people_table.outerjoin(states, _s.person == func.coalesce(_p.merged_into, _p.id))).where(
    _p.id == bindparam("id")
)
_QUIET = or_(*(_s.state.like(f'%"{name}"%') for name in ("paused_until", "pauses", "takeovers")))
_PAUSED = _STATE.where(_QUIET, _s.expires_at > bindparam("now"))
_ADD = upsert(lambda insert: insert(states).on_conflict_do_nothing())
_REPLACE = (
    update(states)
    .where(_s.person == bindparam("key"), _s.version == bindparam("recalled"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "version", "expires_at")})
)

log = get_logger(__name__)


class StoreMemory:
    """A memory in a database that many processes share. `recall` and `commit` raise `StoreError` if it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept = -math.inf

    def recall(self, sender: str, now: float) -> State:
        if not self._database.is_there():
            return NOTHING
        with self._database.reading() as connection:
            found = _recall(connection, sender, now)
            is_hashed = found is None and people.is_hashed(connection, sender)
        if not is_hashed:
            return found or NOTHING
        with self._database.writing() as connection:  # once for each sender of before there were people
            people.get(connection, sender, now)
        return self.recall(sender, now)

    def commit(self, sender: str, state: State, now: float) -> bool:
        with self._database.writing() as connection:
            kept = self.within(connection).commit(sender, state, now)
        self._sweep(now)
        return kept

    def within(self, connection: Connection, person: str | None = None) -> Memory:
        """The same memory inside the caller's transaction: commits are kept or rolled back with the rest of it.

        What it recalls stays unchanged until then, however many others wait. With `person`, the id of whoever the transaction is about, as
        `people.get` returned it, all senders' texts are theirs.
        """
        return _Joined(connection, person)

    def _sweep(self, now: float) -> None:
        """Delete some expired rows; a failure is ignored, since a later sweep will do."""
        if abs(now - self._swept) < SWEEP_EVERY:
            return
        self._swept = now
        old = select(_s.person).where(_s.expires_at < now - SWEEP_AFTER).limit(SWEEP_AT_MOST)
        try:
            with self._database.writing() as connection:
                # PostgreSQL: rows that another process is deleting, or has just renewed, are left to it.
                deleted = connection.execute(delete(states).where(_s.person.in_(old.with_for_update(skip_locked=True)))).rowcount
                connection.execute(delete(hashed_states).where(hashed_states.c.expires_at <= now))
        except StoreError as error:
            log.warning("expired rows stay for now: %s", error)
            return
        if deleted == SWEEP_AT_MOST:
            self._swept = -math.inf  # there are more: they come faster than one batch takes them away


class _Joined:
    """The memory over one connection in a transaction."""

    def __init__(self, connection: Connection, person: str | None) -> None:
        self._connection = connection
        self._person = person

    def recall(self, sender: str, now: float) -> State:
        person = self._person or people.get(self._connection, sender, now)
        return _state(self._connection.execute(_OF_PERSON_AND_LOCK, {"person": person}).first(), now)

    def commit(self, sender: str, state: State, now: float) -> bool:
        values = {"state": write_state(state.at(now)), "version": state.version + 1, "expires_at": state.kept_until(now)}
        person = self._person or people.get(self._connection, sender, now)
        if not state.version:
            return self._connection.execute(_ADD[self._connection.dialect.name], {"person": person, **values}).rowcount == 1
        known = {"key": person, "recalled": state.version, **{f"new_{name}": value for name, value in values.items()}}
        return self._connection.execute(_REPLACE, known).rowcount == 1


def _recall(connection: Connection, sender: str, now: float) -> State | None:
    """The state of a sender; None for a stranger. In most cases it takes one statement."""
    is_id = is_person_id(sender)
    row = connection.execute(_OF_ID if is_id else _OF_ALIAS, {"id": sender} if is_id else people.key_of(alias_of(sender))).first()
    if row is not None:
        return _state(row if row.person is not None else None, now)
    person = people.find(connection, sender)
    return None if person is None else _state(connection.execute(_OF_PERSON, {"person": person}).first(), now)


def _state(row: Any, now: float) -> State:
    """The state in a row; an empty one if there is none."""
    if row is None:
        return NOTHING
    try:
        return read_state(row.state, row.version, row.expires_at, now)
    except ValueError as error:
        log.error("the row in table %s of person %s cannot be read (%s): nothing is remembered", states.name, row.person, error)
        return State(version=row.version)


def paused_until(connection: Connection, person: str, line: str, now: float) -> float:
    """The time until which the bot keeps quiet for a person on a line; 0 if it does not. Takes no lock."""
    return _state(connection.execute(_OF_PERSON, {"person": person}).first(), now).paused_on(line)


def paused_among(connection: Connection, persons: Collection[str], line: str, now: float) -> set[str]:
    """Those of these people for whom the bot keeps quiet on a line."""
    rows = connection.execute(_PAUSED.where(_s.person.in_(list(persons))), {"now": now}).all() if persons else ()
    return {row.person for row in rows if _state(row, now).paused_on(line)}


def paused(connection: Connection, now: float) -> list[tuple[str, float]]:
    """The people that the bot keeps quiet for, by the names to show, with the end of each pause, the earliest first."""
    found = []
    for row in connection.execute(_PAUSED, {"now": now}).all():
        with suppress(ValueError):
            until = read_state(row.state, row.version, row.expires_at, now).last_pause
            if until:
                found.append((row.person, until))
    names = people.names_of(connection, {person for person, _ in found})
    return sorted(((names[person], until) for person, until in found), key=lambda each: each[1])
