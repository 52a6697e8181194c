"""Messages and callbacks that wait after a failure: those to be tried again, and those behind them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select

from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import callbacks, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The message that a later one of its chat waits for. `due_at` is the time of its next try; None while it is being tried."""

    id: str
    error: str | None
    due_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message or callback that is retried at `due_at` or, without an error of its own, goes out after `ahead`.

    `kind` is the type of a message, or "callback"; `to` is a chat, or the host of an address; `message` is a callback's own.
    """

    id: str
    kind: str
    to: str
    tries: int
    error: str | None
    due_at: float | None
    ahead: str = ""
    message: str = ""


_c = messages.c
_head = messages.alias("head")
# As a claim sees it: of a chat goes first what is being sent, then the first of those that are due some time.
_IS_AHEAD = and_(
    _head.c.session == _c.session,
    _head.c.order_key == _c.order_key,
    _head.c.seq != _c.seq,
    or_(
        _head.c.state == word("claimed"),
        and_(_head.c.state == word("queued"), _head.c.seq < _c.seq, _head.c.start_at <= bindparam("now")),
    ),
)
_HEAD = (_head.c.id.label("ahead"), _head.c.error.label("why"), _head.c.state.label("way"), _head.c.due_at.label("then"))
_STILL = or_(*(_c.state == word(state) for state in ("queued", "waiting", "claimed")))
_AHEAD = (
    select(*_HEAD)
    .where(_c.id == bindparam("id"), _IS_AHEAD)
    .order_by(_head.c.state, _head.c.seq)  # claimed before queued
    .limit(1)
)
_MESSAGE = (_c.seq, _c.id, _c.type, _c.chat, _c.tries, _c.state, _c.error, _c.due_at)
_AGAIN = select(*_MESSAGE).where(_STILL, _c.error.is_not(None)).order_by(_c.seq).limit(bindparam("limit"))
_BEHIND = (
    select(*_MESSAGE, *_HEAD)
    .where(_head.c.seq.in_(bindparam("heads", expanding=True)), _IS_AHEAD, _c.error.is_(None), _STILL, _c.start_at <= bindparam("now"))
    .order_by(_c.seq)
    .limit(bindparam("limit"))
)
_b = callbacks.c
_CALLBACKS = (
    select(_b.id, _b.message, _b.host, _b.ack, _b.tries, _b.state, _b.error, _b.due_at)
    .where(_b.settled_at.is_(None), _b.error.is_not(None))
    .order_by(_b.seq)
    .limit(bindparam("limit"))
)
_SINCE = case((_c.start_at > _c.created_at, _c.start_at), else_=_c.created_at)
_QUEUES = (
    select(_c.session, func.count().label("waiting"), func.min(_SINCE).label("oldest"))
    .where(_STILL, _c.start_at <= bindparam("now"))
    .group_by(_c.session)
)
_OF_SESSION = _c.session == bindparam("session")
_LAST_ERROR = select(_c.error).where(_OF_SESSION, _c.error.is_not(None)).limit(1)
_LAST_RETRIED = _LAST_ERROR.where(_STILL).order_by(_c.seq)
_LAST_FAILED = _LAST_ERROR.where(_c.state == word("failed"), _c.settled_at.is_not(None)).order_by(_c.settled_at.desc())
_OVERDUE = (
    select(_c.session, func.count().label("number"))
    .where(_c.settled_at.is_(None), _c.state == word("queued"))
    .where(_c.due_at <= bindparam("before"), _c.created_at <= bindparam("before"))
    .group_by(_c.session)
)


def ahead_of(connection: Connection, message: str, now: float) -> Ahead | None:
    """The message of the same chat that a message waits for; None if it is the first."""
    row = connection.execute(_AHEAD, {"id": message, "now": now}).first()
    return None if row is None else Ahead(id=row.ahead, error=row.why, due_at=_next(row.way, row.then))


def waiting_messages(connection: Connection, now: float, limit: int) -> list[Waiting]:
    """Failed messages that are tried again, and those that wait behind them, in the order of acceptance."""
    found: dict[int, Waiting] = {}
    for again in connection.execute(_AGAIN, {"limit": limit}).all():
        found[again.seq] = _waiting(again, again.error, _next(again.state, again.due_at))
    for row in connection.execute(_BEHIND, {"heads": list(found), "now": now, "limit": limit}).all():
        found.setdefault(row.seq, _waiting(row, row.why, _next(row.way, row.then), row.ahead))
    return [found[seq] for seq in sorted(found)][:limit]


def waiting_callbacks(connection: Connection, limit: int) -> list[Waiting]:
    """Failed callbacks that are tried again; those of the same message wait behind them."""
    return [
        Waiting(
            id=row.id,
            kind="callback",
            to=row.host,
            tries=row.tries,
            error=row.error,
            due_at=_next(row.state, row.due_at),
            message=row.message,
        )
        for row in connection.execute(_CALLBACKS, {"limit": limit})
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The messages of a session that are due and not settled: how many, and when the oldest was due."""

    waiting: int
    oldest: float


def queues(connection: Connection, now: float) -> dict[str, Queue]:
    """The queue of each session in which messages wait; those for a later time do not yet."""
    return {row.session: Queue(waiting=row.waiting, oldest=row.oldest) for row in connection.execute(_QUEUES, {"now": now})}


def last_error(connection: Connection, session: str) -> str | None:
    """The reason why the oldest message of a session waits after a failure, or else why one was given up last; None if there is none."""
    found = [connection.execute(each, {"session": session}).scalar() for each in (_LAST_RETRIED, _LAST_FAILED)]
    return next(filter(None, found), None)


def overdue(connection: Connection, before: float) -> dict[str, int]:
    """The number of messages of each session that have been due since then, unclaimed."""
    return {row.session: row.number for row in connection.execute(_OVERDUE, {"before": before})}


def _next(state: str, due_at: float) -> float | None:
    """The time of the next try; None while it is under way, or if it is due at once."""
    return None if state == "claimed" or due_at == 0.0 else due_at


def _waiting(row: Any, error: str | None, due_at: float | None, ahead: str = "") -> Waiting:
    return Waiting(id=row.id, kind=row.type, to=row.chat, tries=row.tries, error=error, due_at=due_at, ahead=ahead)
