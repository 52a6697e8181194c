"""The time at which a reminder is due, by the wall clock of the rules."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from flask_chatbot.core.reminding.quiet import Quiet, real
from flask_chatbot.core.values.actions import Reminder

MORNING = time(9)  # of a reminder about a date without a time
ONE_DAY = timedelta(days=1)


class Due(NamedTuple):
    """The time of a reminder, and the time from which it is of no use any more, if there is one."""

    at: datetime
    until: datetime | None = None


def due_of(reminder: Reminder, fields: Mapping[str, object], since: datetime, quiet: Quiet | None) -> Due | None:
    """The time of a reminder about a row with these fields; None if its date was left out.

    `since` is the aware time at which the row was saved, or came into its state.
    """
    found = _before(reminder, fields, since) if reminder.before else Due(_on_time(shifted(since, reminder.distance), reminder.at))
    if found is None or quiet is None:
        return found
    at = quiet.after(found.at)
    if found.until is not None and (at >= found.until or at.date() > found.at.date()):  # "tomorrow" is true on its own day only
        at = quiet.before(found.at)
    return found._replace(at=at)


def shifted(moment: datetime, distance: timedelta, sign: int = 1) -> datetime:
    """A time some days and hours later, or earlier with a `sign` of -1: days are those of the wall clock, hours pass.

    >>> from zoneinfo import ZoneInfo
    >>> str(shifted(datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")), timedelta(days=1)))
    '2026-03-29 12:00:00+02:00'
    """
    days, rest = divmod(distance, ONE_DAY)
    day = real(moment + sign * days * ONE_DAY)
    return (day.astimezone(UTC) + sign * rest).astimezone(moment.tzinfo)


def _before(reminder: Reminder, fields: Mapping[str, object], since: datetime) -> Due | None:
    day, clock = (fields.get(name) for name in (*reminder.before, "")[:2])
    if not isinstance(day, date):
        return None
    has_time = isinstance(clock, time)
    event = real(datetime.combine(day, clock if isinstance(clock, time) else reminder.at or MORNING, since.tzinfo))
    at = _on_time(shifted(event, reminder.distance, -1), reminder.at)
    if at.date() < day:  # on the day itself "tomorrow" would be wrong
        return Due(at, real(datetime.combine(day, time(), since.tzinfo)))
    return Due(at, event if has_time else real(datetime.combine(day + ONE_DAY, time(), since.tzinfo)))


def _on_time(moment: datetime, at: time | None) -> datetime:
    """A day's time of the day; the moment itself if none is given."""
    return moment if at is None else real(datetime.combine(moment.date(), at, moment.tzinfo))
