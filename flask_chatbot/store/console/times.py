"""The times that messages took, and the numbers of billable ones, of so many of the last."""

from bisect import bisect_left
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from flask_chatbot.database.statements import word
from flask_chatbot.database.tables import charges, messages
from flask_chatbot.store.console.hours import HOUR_OF

AMONG = 100  # messages whose times are looked at
CHARGES = 10_000  # charges that are counted
LIMITS = (1.0, 5.0, 30.0, 120.0, 600.0)  # seconds; what took longer than the last stands by itself
_c = messages.c


class Delays(NamedTuple):
    """The numbers of messages that took at most 1, 5, 30, 120 and 600 seconds, each more than the one before, and longer."""

    to_send: tuple[int, ...]
    to_deliver: tuple[int, ...]


_LAST = (
    select(_c.created_at, _c.start_at, _c.sent_at, _c.delivered_at)
    .where(_c.state == word("sent"), _c.settled_at.is_not(None))
    .order_by(_c.settled_at.desc())
    .limit(bindparam("among"))
)
_charged = (
    select(charges.c.at, charges.c.is_billable)
    .where(charges.c.is_delivered, charges.c.at >= bindparam("since"))
    .order_by(charges.c.at.desc())
    .limit(bindparam("limit"))
    .subquery()
)
_HOURS = {dialect: hour_of(_charged.c.at).label("hour") for dialect, hour_of in HOUR_OF.items()}
_CHARGED = {
    dialect: select(hour, _charged.c.is_billable, func.count()).group_by(hour, _charged.c.is_billable) for dialect, hour in _HOURS.items()
}


def delays(connection: Connection) -> Delays:
    """The delays of the last messages that were sent."""
    to_send, to_deliver = [0] * (len(LIMITS) + 1), [0] * (len(LIMITS) + 1)
    for created_at, start_at, sent_at, delivered_at in connection.execute(_LAST, {"among": AMONG}).all():
        if sent_at is not None:
            to_send[bisect_left(LIMITS, sent_at - max(created_at, start_at))] += 1
            if delivered_at is not None:
                to_deliver[bisect_left(LIMITS, delivered_at - sent_at)] += 1
    return Delays(tuple(to_send), tuple(to_deliver))


class ChargedHour(NamedTuple):
    """The messages with a price that were delivered in an hour since the epoch, those that are charged for or those that are free."""

    hour: int
    is_billable: bool
    messages: int


def charged(connection: Connection, since: float) -> list[ChargedHour]:
    """The messages with a price that were delivered since then, of the last 10,000."""
    return [ChargedHour(*row) for row in connection.execute(_CHARGED[connection.dialect.name], {"since": since, "limit": CHARGES})]
