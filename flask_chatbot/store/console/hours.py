"""The numbers of messages in each hour: each message is counted once, by its number, and never looked at again for a chart."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Executable, Integer, Subquery, bindparam, case, cast, func, select, update

from flask_chatbot.database.console_tables import hours
from flask_chatbot.database.database import Database
from flask_chatbot.database.statements import upsert
from flask_chatbot.database.tables import counters, inbox, messages

HOUR = 3600.0  # seconds
AT_ONCE = 5000  # messages in one transaction
FEW = 500  # messages that are counted for one look, without keeping it
ROUNDS = 40  # transactions in one call; the rest is counted by the next
SETTLED = 120.0  # seconds after which no message with a lower number comes any more
KEPT = 400 * 24  # hours
LAST = 2**62  # behind every number of a message
IsFallback = Callable[[str, str], bool]  # of a session and the name of a rule: True if that answers what no other rule there understands


class HourCount(NamedTuple):
    """The messages of one hour since the epoch: those that came in, by what answered them, and those accepted to be sent."""

    hour: int
    answered: int = 0
    unmatched: int = 0
    silent: int = 0
    sent: int = 0

    @property
    def came(self) -> int:
        """All that came in."""
        return self.answered + self.unmatched + self.silent


_NAMES = HourCount._fields[1:]
_ADD = upsert(
    lambda insert: (made := insert(hours)).on_conflict_do_update(
        index_elements=[hours.c.hour], set_={name: hours.c[name] + made.excluded[name] for name in _NAMES}
    )
)
_BEGIN = upsert(lambda insert: insert(counters).values(last=0).on_conflict_do_nothing())
_LAST = select(counters.c.last).where(counters.c.name == bindparam("of"))
_LASTS = select(counters.c.name, counters.c.last).where(counters.c.name.in_(("hours of chatbot_inbox", "hours of chatbot_messages")))
_MOVE_ON = update(counters).where(counters.c.name == bindparam("of"), counters.c.last == bindparam("was")).values(last=bindparam("end"))
_SINCE = select(hours).where(hours.c.hour >= bindparam("since")).order_by(hours.c.hour)
_OLD = hours.delete().where(hours.c.hour < bindparam("before"))
HOUR_OF: dict[str, Callable[[ColumnElement[float]], ColumnElement[int]]] = {
    "sqlite": lambda at: cast(at / HOUR, Integer),
    "postgresql": lambda at: cast(func.floor(at / HOUR), Integer),
}
_SOURCES: dict[str, tuple[Column[Any], Column[Any]]] = {
    "hours of chatbot_inbox": (inbox.c.seq, inbox.c.at),
    "hours of chatbot_messages": (messages.c.seq, messages.c.created_at),
}


def _some(name: str) -> Subquery:
    """The next messages behind one."""
    seq, at = _SOURCES[name]
    told = [inbox.c.session, inbox.c.rule] if seq.table is inbox else []
    return select(seq.label("seq"), at.label("at"), *told).where(seq > bindparam("behind")).order_by(seq).limit(AT_ONCE).subquery()


def _ends(name: str) -> Executable:
    """The last of the next messages, the first of those that are not settled, and how many they are."""
    some = _some(name)
    return select(func.max(some.c.seq), func.min(case((some.c.at >= bindparam("settled"), some.c.seq))), func.count())


def _numbers(name: str, dialect: str) -> Executable:
    """The numbers of the next messages up to one, by the hour; of those that came in by what they came by and what answered them, too."""
    some = _some(name)
    by = [HOUR_OF[dialect](some.c.at).label("hour"), *(some.c[each] for each in ("session", "rule") if each in some.c)]
    return select(func.count().label("number"), *by).where(some.c.seq <= bindparam("until")).group_by(*by)


_ENDS = {name: _ends(name) for name in _SOURCES}
_COUNTED = {(name, dialect): _numbers(name, dialect) for name in _SOURCES for dialect in HOUR_OF}


def count_some(connection: Connection, is_fallback: IsFallback, now: float) -> None:
    """Count some of the messages that were not counted yet, and delete the numbers of hours more than 400 days ago."""
    for name in _SOURCES:
        _count_some(connection, name, is_fallback, now)
    connection.execute(_OLD, {"before": int(now / HOUR) - KEPT})


def count(database: Database, is_fallback: IsFallback, now: float) -> None:
    """Count the messages that were not counted yet; those of the last two minutes are left to `since`."""
    for name in _SOURCES:
        for _ in range(ROUNDS):
            with database.writing() as connection:
                if not _count_some(connection, name, is_fallback, now):
                    break


def since(connection: Connection, hour: int, is_fallback: IsFallback) -> tuple[list[HourCount], bool]:
    """The numbers of each hour from that one on, and if so many messages were not counted yet that it is worth keeping.

    Those of the first 5,000 of these are in the numbers, too.
    """
    found = {row[0]: HourCount._make(row) for row in connection.execute(_SINCE, {"since": hour}).all()}
    lasts = {row.name: row.last for row in connection.execute(_LASTS)}
    is_behind = False
    for name in _SOURCES:
        counts = _counted(connection, name, is_fallback, lasts.get(name, 0))
        is_behind = is_behind or sum(each.came + each.sent for each in counts) > FEW
        for each in counts:
            if each.hour >= hour:
                found[each.hour] = _sum(found.get(each.hour, HourCount(hour=each.hour)), each)
    return [found[each] for each in sorted(found)], is_behind


def _count_some(connection: Connection, name: str, is_fallback: IsFallback, now: float) -> bool:
    """Count the next messages; True if there may be more. Of two processes that count the same, one keeps what it has counted."""
    connection.execute(_BEGIN[connection.dialect.name], {"name": name})
    last = connection.execute(_LAST, {"of": name}).scalar_one()
    end, first_new, number = connection.execute(_ENDS[name], {"behind": last, "settled": now - SETTLED}).one()
    end = end if first_new is None else first_new - 1
    if end is None or end <= last or not connection.execute(_MOVE_ON, {"of": name, "was": last, "end": end}).rowcount:
        return False
    if counts := _counted(connection, name, is_fallback, last, end):
        connection.execute(_ADD[connection.dialect.name], [each._asdict() for each in counts])
    return first_new is None and number == AT_ONCE


def _counted(connection: Connection, name: str, is_fallback: IsFallback, last: int, end: int | None = None) -> list[HourCount]:
    """The numbers of the next messages behind one, up to another if there is an end."""
    given = {"behind": last, "until": LAST if end is None else end}
    rows = connection.execute(_COUNTED[name, connection.dialect.name], given).all()
    counts: dict[int, Counter[str]] = {}
    for row in rows:
        kind = "sent" if "session" not in row._mapping else _kind(row.session, row.rule, is_fallback)
        counts.setdefault(row.hour, Counter())[kind] += row.number
    return [HourCount(hour=hour, **kinds) for hour, kinds in counts.items()]


def _kind(session: str, rule: str | None, is_fallback: IsFallback) -> str:
    """The column that counts a message which came by a session and was answered by a rule, or by none."""
    if rule is None:
        return "silent"
    return "unmatched" if is_fallback(session, rule) else "answered"


def _sum(one: HourCount, other: HourCount) -> HourCount:
    return HourCount(hour=one.hour, **{name: getattr(one, name) + getattr(other, name) for name in _NAMES})
