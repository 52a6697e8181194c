"""Pruning: deletes on request what is older than a time, in batches that hold up nobody."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Delete, Double, Select, bindparam, func, select

from flask_chatbot.database.console_tables import audit, handovers, hours
from flask_chatbot.database.engines import unlimited
from flask_chatbot.database.reminder_tables import reminders
from flask_chatbot.database.tables import callbacks, charges, inbox, messages, transport_ids
from flask_chatbot.store.upkeep.sweeping import AT_MOST, EVENTS_KEPT, old_rows

LEAST = EVENTS_KEPT  # seconds: platforms bring a message again for a week, and what tells that must stay

RESTS = 2.0  # times as long as the batch took: whoever waits for SQLite's one lock looks for it ten times a second only

Transaction = Callable[[], AbstractContextManager[Connection]]

_BEFORE = bindparam("before", type_=Double)


class Prunable(NamedTuple):
    """Rows of one table that may be deleted once they are old."""

    what: str
    counting: Select[int]
    delete: Delete


class Pruned(NamedTuple):
    """A number of rows of one kind that were deleted, or would be."""

    what: str
    number: int


def _prunable(what: str, *key: Column[object], when: ColumnElement[bool]) -> Prunable:
    return Prunable(what, select(func.count()).select_from(key[0].table).where(when), old_rows(*key, when=when))


_m, _b, _t, _i = messages.c, callbacks.c, transport_ids.c, inbox.c
PRUNABLE = (
    _prunable("callbacks", _b.seq, when=_b.state.in_(("sent", "failed", "refused")) & (_b.settled_at < _BEFORE)),
    _prunable("messages sent or given up", _m.seq, when=_m.state.in_(("sent", "failed")) & (_m.settled_at < _BEFORE)),
    _prunable("receipts' ids", _t.session, _t.transport_id, when=_t.created_at < _BEFORE),
    _prunable("messages received", _i.seq, when=_i.at < _BEFORE),
    _prunable("reminders that are past", *reminders.primary_key, when=reminders.c.due_at < _BEFORE),
    _prunable("notices to staff", handovers.c.seq, when=handovers.c.at < _BEFORE),
    _prunable("prices of messages", charges.c.message, when=charges.c.at < _BEFORE),
    _prunable("entries of the console's audit log", audit.c.seq, when=audit.c.at < _BEFORE),
    _prunable("hours of the charts", hours.c.hour, when=hours.c.hour * 3600.0 < _BEFORE),
)


def count_old(connection: Connection, before: float) -> list[Pruned]:
    """The rows of each kind from before a time, in epoch seconds, however long it takes to count them."""
    with _unhurried(connection):
        return [Pruned(each.what, connection.execute(each.counting, {"before": before}).scalar_one()) for each in PRUNABLE]


def delete_old(transaction: Transaction, before: float, rest: Callable[[float], object] | None = None) -> Iterator[Pruned]:
    """Delete rows from before a time, in epoch seconds, kind by kind; yield after each batch, which has a transaction of its own.

    Each kind is yielded at least once. What waits to be sent stays, and so do the rows of `save`, people and their opt-outs. Where there is
    one writer at a time, `rest` is called between batches with the seconds in which others may write.
    """
    for kind in PRUNABLE:
        count = AT_MOST
        while count == AT_MOST:
            began = time.perf_counter()
            with transaction() as connection:
                count = connection.execute(kind.delete, {"before": before}).rowcount
            took = time.perf_counter() - began
            yield Pruned(kind.what, count)
            if rest is not None and count == AT_MOST:
                rest(RESTS * took)


@contextmanager
def _unhurried(connection: Connection) -> Iterator[None]:
    """Let statements on a connection take longer than those that somebody waits for."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    # In a transaction, since behind a pooler each statement without one may go to another of the server's processes.
    with unlimited(connection), driver.transaction():  # the server's limit is not the only one
        driver.execute("SET LOCAL statement_timeout = 0")
        yield
