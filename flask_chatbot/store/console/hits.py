"""Hits: how many messages each rule answered, day by day."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, cast, func, select

from flask_chatbot.database.tables import inbox

DAY = 86_400  # seconds
_c = inbox.c


class Hits(NamedTuple):
    """The messages of one day that a rule answered; `day` counts the days since 1970, in the bot's own time.

    `session` is the line or the webhook key by which they came: lines may have rules of their own.
    """

    session: str
    rule: str
    day: int
    times: int


_DAY = cast(_c.at + bindparam("offset"), BigInteger) // DAY
_SPAN = (_c.seq > bindparam("after"), _c.seq <= bindparam("until"))
_COUNT = (
    select(_c.session, _c.rule, _DAY.label("day"), func.count().label("times"))
    .where(*_SPAN, _c.at >= bindparam("since"), _c.rule.is_not(None))
    .group_by(_c.session, _c.rule, _DAY)
)
_LAST = select(func.max(_c.seq))
_BEFORE = select(_c.seq).where(_c.seq > bindparam("after"), _c.at >= bindparam("at")).order_by(_c.seq).limit(1)


def count(connection: Connection, after: int, until: int, *, since: float, offset: float) -> list[Hits]:
    """The hits among the messages behind one number and up to another; `offset` are the seconds that the bot's time is ahead of UTC."""
    given = {"after": after, "until": until, "since": since, "offset": offset}
    return [Hits(row.session, row.rule, int(row.day), row.times) for row in connection.execute(_COUNT, given)]


def last(connection: Connection) -> int:
    """The number of the newest message; 0 if there is none."""
    return int(connection.execute(_LAST).scalar() or 0)


def settled(connection: Connection, after: int, last: int, at: float) -> int:
    """The number up to which all messages came before a moment, from one number to the last."""
    first_later = connection.execute(_BEFORE, {"after": after, "at": at}).scalar()
    return last if first_later is None else max(after, int(first_later) - 1)


def total(hits: Sequence[Hits], day: int) -> dict[str, tuple[int, int]]:
    """The hits of a day and of all days by rule.

    >>> total([Hits("toko", "salam", 8, 2), Hits("toko", "salam", 9, 3)], 9)
    {'salam': (3, 5)}
    """
    found: dict[str, tuple[int, int]] = {}
    for each in hits:
        today, all_days = found.get(each.rule, (0, 0))
        found[each.rule] = (today + each.times * (each.day == day), all_days + each.times)
    return found
