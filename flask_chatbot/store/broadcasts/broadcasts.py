"""Broadcasts: made as drafts, started once, stopped or ended once."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from flask_chatbot.database.broadcast_tables import broadcasts, recipients
from flask_chatbot.database.statements import storable

NAME_LIMIT = 60  # characters of an author's name
AUDIENCE_LIMIT = 200
DRAFTS_KEPT = 86_400.0  # seconds
KEPT = 30 * 86_400.0  # seconds after its end, as the messages are


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBroadcast:
    """A draft whose people are still to be added. `content` is JSON; `audience` is the list as people call it."""

    line: str
    content: str
    audience: str
    author: str
    repeated: int
    created_at: float
    start_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBroadcast(NewBroadcast):
    """A broadcast with its times in epoch seconds; `listed` is None until all people on its list are stored."""

    number: int
    listed: int | None = None
    started_by: str | None = None
    started_at: float | None = None
    stopped_at: float | None = None
    ended_at: float | None = None

    @property
    def is_open(self) -> bool:
        """True from its start until it has ended, or was stopped."""
        return self.started_at is not None and self.stopped_at is None and self.ended_at is None


_c, _r = broadcasts.c, recipients.c
_NAMES = tuple(each.name for each in fields(StoredBroadcast))
_ALL = select(*(_c[name] for name in _NAMES))
_FIND = _ALL.where(_c.number == bindparam("of"))
_LOCK = _FIND.with_for_update()
_NEWEST = _ALL.where(_c.started_at.is_not(None), _c.number < bindparam("before")).order_by(_c.number.desc()).limit(bindparam("limit"))
_IS_DUE = (_c.line == bindparam("on"), _c.kept_until.is_(None), _c.start_at <= bindparam("now"))
_DUE = _ALL.where(*_IS_DUE).order_by(_c.start_at, _c.number).limit(1)
_TAKE = _DUE.with_for_update(skip_locked=True)
_LIST = update(broadcasts).where(_c.number == bindparam("of")).values(listed=bindparam("people"))
_START = (
    update(broadcasts)
    .where(_c.number == bindparam("of"), _c.started_at.is_(None), _c.listed.is_not(None))
    .values(started_at=bindparam("now"), started_by=bindparam("by"), kept_until=None)
)
_STOP = update(broadcasts).where(_c.number == bindparam("of")).values(stopped_at=bindparam("now"), kept_until=bindparam("kept"))
_END = update(broadcasts).where(_c.number == bindparam("of")).values(ended_at=bindparam("now"), kept_until=bindparam("kept"))
_IS_DRAFT = (_c.number == bindparam("of"), _c.started_at.is_(None))
_DROP_LIST = delete(recipients).where(_r.broadcast == bindparam("of"), exists().where(*_IS_DRAFT))
_DROP = delete(broadcasts).where(*_IS_DRAFT)
LAST = 2**62  # behind every number


def add(connection: Connection, new: NewBroadcast) -> int:
    """Keep a draft; return its number."""
    row = {each.name: getattr(new, each.name) for each in fields(NewBroadcast)}
    row |= {"author": storable(new.author)[:NAME_LIMIT], "audience": storable(new.audience)[:AUDIENCE_LIMIT]}
    made = connection.execute(insert(broadcasts), {**row, "kept_until": new.created_at + DRAFTS_KEPT})
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def complete(connection: Connection, number: int, listed: int) -> None:
    """Note that all people on the list of a draft are stored, so that it can be started."""
    connection.execute(_LIST, {"of": number, "people": listed})


def find(connection: Connection, number: int, *, lock: bool = False) -> StoredBroadcast | None:
    """The broadcast with this number; with `lock` nobody else changes it, or takes people from its list, in this transaction."""
    row = connection.execute(_LOCK if lock else _FIND, {"of": number}).first()
    return None if row is None else _read(row)


def newest(connection: Connection, limit: int, before: int = LAST) -> list[StoredBroadcast]:
    """The broadcasts that were started, the newest first, behind one of them."""
    return [_read(row) for row in connection.execute(_NEWEST, {"limit": limit, "before": before})]


def due(connection: Connection, line: str, now: float) -> StoredBroadcast | None:
    """The broadcast whose turn it is on a line, if there is one."""
    row = connection.execute(_DUE, {"on": line, "now": now}).first()
    return None if row is None else _read(row)


def take_due(connection: Connection, line: str, now: float) -> StoredBroadcast | None:
    """The same for whoever sends it, held to the end of the transaction; None if another holds it."""
    row = connection.execute(_TAKE, {"on": line, "now": now}).first()
    return None if row is None else _read(row)


def start(connection: Connection, number: int, by: str, now: float) -> bool:
    """Start a draft; False if somebody has, or its list is not complete."""
    return connection.execute(_START, {"of": number, "by": storable(by)[:NAME_LIMIT], "now": now}).rowcount == 1


def stop(connection: Connection, number: int, now: float) -> None:
    """Note that a broadcast was stopped."""
    connection.execute(_STOP, {"of": number, "now": now, "kept": now + KEPT})


def end(connection: Connection, number: int, now: float) -> None:
    """Note that everybody on the list of a broadcast had their turn."""
    connection.execute(_END, {"of": number, "now": now, "kept": now + KEPT})


def drop(connection: Connection, number: int) -> bool:
    """Delete a draft with its list; True if there was one: what was started stays."""
    connection.execute(_DROP_LIST, {"of": number})
    return connection.execute(_DROP, {"of": number}).rowcount > 0


def _read(row: Any) -> StoredBroadcast:
    return StoredBroadcast(**row._mapping)
