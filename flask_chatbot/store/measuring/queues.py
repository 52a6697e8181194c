"""The lengths of the queues: each is counted by a partial index, and only so far, so that the cost does not grow with what is kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, ScalarSelect, bindparam, func, literal_column, select, union_all

from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import callbacks, events, messages

MOST = 100_000  # messages of a line and a state that are counted: more count as so many
MOST_CALLBACKS = 10_000  # as each is looked up by its message
MOST_FAILED = 10_000

_c = messages.c
_QUEUED = word("queued")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQueue:
    """The messages of a line that are open, or given up, and the seconds since the one that waits longest was due."""

    line: str
    queued: int = 0
    claimed: int = 0
    failed: int = 0
    oldest_due: float = 0.0
    inbound: int = 0
    callbacks: int = 0


def _open(state: str) -> Any:
    some = select(_c.seq).where(_c.session == bindparam("line"), _c.state == word(state)).limit(MOST).subquery()
    return select(literal_column(f"'{state}'").label("state"), func.count().label("number")).select_from(some)


def _due(*, is_reply: bool, is_timed: bool) -> ScalarSelect[Any]:
    """The time since which the first message of the queue is due, of replies or other sends, of those with a time or those due at once."""
    queued = (_c.session == bindparam("line"), _c.state == _QUEUED, _c.is_reply == is_reply)
    if is_timed:
        timed = select(_c.due_at).where(*queued, _c.due_at > 0.0, _c.due_at <= bindparam("now"))
        return timed.order_by(_c.due_at, _c.seq).limit(1).scalar_subquery()
    return select(_c.created_at).where(*queued, _c.due_at <= 0.0).order_by(_c.due_at, _c.seq).limit(1).scalar_subquery()


_OPEN = union_all(*map(_open, ("queued", "waiting", "claimed")))
_OLDEST = select(*(_due(is_reply=reply, is_timed=timed) for reply in (True, False) for timed in (True, False)))
_last_failed = select(_c.session).where(_c.state == word("failed")).order_by(_c.seq.desc()).limit(MOST_FAILED).subquery()
_FAILED = select(_last_failed.c.session, func.count()).group_by(_last_failed.c.session)
_came = select(events.c.session).where(events.c.settled_at.is_(None)).limit(MOST).subquery()
_CAME = select(_came.c.session, func.count()).group_by(_came.c.session)
# Each state by its own partial index: one condition on both would look at every callback.
_calls = union_all(
    *(
        select(select(callbacks.c.message).where(callbacks.c.state == word(state)).limit(MOST_CALLBACKS).subquery())
        for state in ("queued", "claimed")
    )
).subquery()
_line = func.coalesce(_c.session, "").label("line")
_CALLS = select(_line, func.count()).select_from(_calls.outerjoin(messages, _c.id == _calls.c.message)).group_by(_line)


def queues(connection: Connection, lines: Sequence[str], now: float) -> list[LineQueue]:
    """The queues of these lines, and of others that something is left of."""
    failed, came, calls = (_by_line(connection, each) for each in (_FAILED, _CAME, _CALLS))
    names = dict.fromkeys((*lines, *failed, *came, *calls))
    return [_queue(connection, name, now, failed=failed[name], inbound=came[name], callbacks=calls[name]) for name in names]


def _queue(connection: Connection, line: str, now: float, **numbers: int) -> LineQueue:
    waiting = {row.state: row.number for row in connection.execute(_OPEN, {"line": line})}
    since = [at for at in connection.execute(_OLDEST, {"line": line, "now": now}).one() if at is not None]
    return LineQueue(
        line=line,
        queued=waiting["queued"] + waiting["waiting"],
        claimed=waiting["claimed"],
        oldest_due=max(0.0, now - min(since)) if since else 0.0,
        **numbers,
    )


def _by_line(connection: Connection, statement: Executable) -> Counter[str]:
    return Counter({row[0]: row[1] for row in connection.execute(statement)})
