"""The log of messages in both directions, a page at a time, each filter by an index; and the callbacks of one message with their tries."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select

from flask_chatbot.core.values.attempts import Attempt, read_attempts
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.database.statements import storable, word
from flask_chatbot.database.tables import callbacks, inbox, messages

FIRST = 2**62  # before every number of a message
STATES = ("queued", "claimed", "sent", "failed")  # a filter for `queued` finds those that wait behind others, too
_c, _i, _b = messages.c, inbox.c, callbacks.c


class Delivery(NamedTuple):
    """A message in the log that was accepted to be sent. `seq` tells where the list goes on; times are epoch seconds."""

    seq: int
    id: str
    session: str
    chat: str
    type: str
    state: str
    tries: int
    error: str | None
    rule: str | None
    caller: str | None
    created_at: float
    due_at: float
    sent_at: float | None
    delivered_at: float | None
    read_at: float | None
    failed_at: float | None
    ack: Ack


class LoggedArrival(NamedTuple):
    """A message in the log that came in, with the rule that answered; `replies` are how many answers it got."""

    seq: int
    message_id: str
    session: str
    sender: str
    person: str | None
    kind: str
    rule: str | None
    at: float
    replies: int


class LogFilter(NamedTuple):
    """The messages that are wanted: all, or those in a `state`, of people by their ids, by a rule, or of a `time` from and before.

    Messages that came in have no state.
    """

    state: str = ""
    persons: tuple[str, ...] | None = None
    rule: str = ""
    time: tuple[float, float] | None = None


_DELIVERIES = select(*(_c[name] for name in Delivery._fields))
_ARRIVALS = select(*(_i[name] for name in LoggedArrival._fields))
_IS_OPEN = _c.settled_at.is_(None)
_IN_STATE: dict[str, ColumnElement[bool]] = {
    "queued": _IS_OPEN & _c.state.in_([word("queued"), word("waiting")]),
    "claimed": _IS_OPEN & (_c.state == word("claimed")),
    "sent": _c.state == word("sent"),
    "failed": _c.state == word("failed"),
}
_CALLS = select(_b.id, _b.host, _b.ack, _b.at, _b.state, _b.attempts).where(_b.message == bindparam("message")).order_by(_b.seq).limit(200)


def page(connection: Connection, limit: int, wanted: LogFilter, *, before: int = FIRST) -> list[Delivery]:
    """Messages that were accepted before one of them, newest first."""
    statement = _DELIVERIES.where(_IN_STATE[wanted.state]) if wanted.state else _DELIVERIES
    # Few are open or failed: the index of these leads to them, not that of a rule with many.
    is_few = wanted.state in ("queued", "claimed", "failed")
    found = _page(connection, statement, messages, _c.created_at, _c.order_key, wanted, limit, before, is_few=is_few)
    return [Delivery._make((*rest, Ack(ack))) for *rest, ack in found]


def arrivals(connection: Connection, limit: int, wanted: LogFilter, *, before: int = FIRST) -> list[LoggedArrival]:
    """Messages that came in before one of them, newest first."""
    return [LoggedArrival._make(row) for row in _page(connection, _ARRIVALS, inbox, _i.at, _i.person, wanted, limit, before)]


def _page(
    connection: Connection,
    statement: Select[Any],
    table: Table,
    at: ColumnElement[float],
    person: ColumnElement[Any],
    wanted: LogFilter,
    limit: int,
    before: int,
    *,
    is_few: bool = False,
) -> list[Any]:
    seq = table.c.seq
    first, last = (0, FIRST) if wanted.time is None else _span(connection, at, seq, wanted.time)
    given: dict[str, Any] = {"first": first, "last": min(last, before - 1), "limit": limit}
    statement = statement.where(seq >= bindparam("first"), seq <= bindparam("last")).order_by(seq.desc()).limit(bindparam("limit"))
    if wanted.time is not None:
        statement = statement.where(at >= wanted.time[0], at < wanted.time[1])
    if wanted.persons is not None:
        statement = statement.where(person.in_(wanted.persons))
    if wanted.rule:
        rule = func.coalesce(table.c.rule, "") if is_few else table.c.rule
        statement = statement.where(rule == storable(wanted.rule))
    return list(connection.execute(statement, given).all())


def _span(connection: Connection, at: ColumnElement[float], seq: ColumnElement[int], time: tuple[float, float]) -> tuple[int, int]:
    """The numbers between which the messages of a time lie; they follow the time, but for clocks that differ."""
    first, last = connection.execute(select(func.min(seq), func.max(seq)).where(at >= time[0], at < time[1])).one()
    return (1, 0) if first is None else (first, last)


class TriedCallback(NamedTuple):
    """A callback of a message: the ack it reports, when that came, and its tries; an empty host stands for the app's own functions."""

    id: str
    host: str
    ack: Ack
    at: float
    state: str
    attempts: tuple[Attempt, ...]


def tried_callbacks(connection: Connection, message: str) -> Iterator[TriedCallback]:
    """Yield the callbacks of a message, in order."""
    for row in connection.execute(_CALLS, {"message": message}):
        yield TriedCallback(row.id, row.host, Ack(row.ack), row.at, row.state, tuple(read_attempts(row.attempts or "")))
