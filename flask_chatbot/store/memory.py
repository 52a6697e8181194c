"""`StoreMemory`: the memory of people, in a database."""

import logging
import math
from contextlib import suppress
from hashlib import sha256

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from flask_chatbot.core.conversation.memory import Memory, State, paused_sender, read_state, write_state
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import people
from flask_chatbot.errors import StoreError

SWEEP_EVERY = 300  # seconds
SWEEP_AT_MOST = 500  # rows
# A row deleted and made anew counts from version 1 again. Nobody who recalled the old one is still deciding an hour later.
SWEEP_AFTER = 3600  # seconds

_RECALL = select(people.c.state, people.c.version, people.c.expires_at).where(people.c.sender == bindparam("key"))
_PAUSED = select(people.c.state, people.c.version, people.c.expires_at).where(
    people.c.state.like('%"paused_until"%'), people.c.expires_at > bindparam("now")
)
_RECALL_AND_LOCK = _RECALL.with_for_update()  # SQLite has one writer at a time anyway
_ADD = upsert(lambda insert: insert(people).on_conflict_do_nothing())
_REPLACE = (
    update(people)
    .where(people.c.sender == bindparam("key"), people.c.version == bindparam("recalled"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "version", "expires_at")})
)

log = logging.getLogger(__name__)


class StoreMemory:
    """A memory in a database that many processes share. `recall` and `commit` raise `StoreError` if it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept = -math.inf

    def recall(self, sender: str, now: float) -> State:
        if not self._database.is_there():
            return State()
        with self._database.reading() as connection:
            return _Joined(connection, _RECALL).recall(sender, now)

    def commit(self, sender: str, state: State, now: float) -> bool:
        with self._database.writing() as connection:
            kept = self.within(connection).commit(sender, state, now)
        self._sweep(now)
        return kept

    def within(self, connection: Connection) -> Memory:
        """The same memory inside the caller's transaction: commits are kept or rolled back with the rest of it.

        What it recalls stays unchanged until then, however many others wait.
        """
        return _Joined(connection, _RECALL_AND_LOCK)

    def _sweep(self, now: float) -> None:
        """Delete some expired rows; a failure is ignored, since a later sweep will do."""
        if abs(now - self._swept) < SWEEP_EVERY:
            return
        self._swept = now
        old = select(people.c.sender).where(people.c.expires_at < now - SWEEP_AFTER).limit(SWEEP_AT_MOST)
        try:
            with self._database.writing() as connection:
                # PostgreSQL: rows that another process is deleting, or has just renewed, are left to it.
                deleted = connection.execute(delete(people).where(people.c.sender.in_(old.with_for_update(skip_locked=True)))).rowcount
        except StoreError as error:
            log.warning("expired rows stay for now: %s", error)
            return
        if deleted == SWEEP_AT_MOST:
            self._swept = -math.inf  # there are more: they come faster than one batch takes them away


class _Joined:
    """The memory over one connection."""

    def __init__(self, connection: Connection, recall: Select[tuple[str, int, float]]) -> None:
        self._connection = connection
        self._recall = recall

    def recall(self, sender: str, now: float) -> State:
        key = key_of(sender)
        row = self._connection.execute(self._recall, {"key": key}).first()
        if row is None:
            return State()
        try:
            return read_state(row.state, row.version, row.expires_at, now)
        except ValueError as error:
            log.error("the row in table %s of sender %s cannot be read (%s): nothing is remembered", people.name, key[:12], error)
            return State(version=row.version)

    def commit(self, sender: str, state: State, now: float) -> bool:
        key = key_of(sender)
        values = {"state": write_state(state.at(now), sender), "version": state.version + 1, "expires_at": state.kept_until(now)}
        if not state.version:
            return self._connection.execute(_ADD[self._connection.dialect.name], {"sender": key, **values}).rowcount == 1
        known = {"key": key, "recalled": state.version, **{f"new_{name}": value for name, value in values.items()}}
        return self._connection.execute(_REPLACE, known).rowcount == 1


def paused(connection: Connection, now: float) -> list[tuple[str, float]]:
    """The senders that the bot keeps quiet for, with the end of each pause, the earliest first.

    A sender is empty if the row was written before their text was kept with a pause.
    """
    found = []
    for row in connection.execute(_PAUSED, {"now": now}):
        with suppress(ValueError):
            until = read_state(row.state, row.version, row.expires_at, now).paused_until
            if until:
                found.append((paused_sender(row.state), until))
    return sorted(found, key=lambda each: each[1])


def key_of(sender: str) -> str:
    """The key of a sender's row: always 64 characters.

    >>> key_of("628111")[:12]
    'c82959e145fe'
    """
    return sha256(sender.encode("utf-8", "surrogatepass")).hexdigest()
