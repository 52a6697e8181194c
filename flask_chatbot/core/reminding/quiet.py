"""`Quiet`: the hours of the night, in which customers get no reminders and no broadcasts."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from flask_chatbot.core.language.daytimes import Span

_EARLIER = 60  # minutes before the quiet time begins
_ONE_DAY = timedelta(days=1)


def real(moment: datetime) -> datetime:
    """A time that a clock shows: one in the hour that is skipped when clocks are set forward is an hour later."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet time of each day, by the wall clock. The first minute belongs to it, the last does not.

    >>> str(Quiet(Span(1260, 1860)))
    '21.00-07.00'
    """

    span: Span

    def __str__(self) -> str:
        return str(self.span)

    def covers(self, moment: time) -> bool:
        """True if a time of the day belongs to it."""
        return self.span.covers(moment.hour * 60 + moment.minute)

    def after(self, moment: datetime) -> datetime:
        """The first moment from an aware `moment` on that is not quiet.

        >>> night = Quiet(Span(1260, 1860))
        >>> [str(night.after(datetime(2026, 11, 23, hour, tzinfo=UTC)))[:16] for hour in (3, 7, 21)]
        ['2026-11-23 07:00', '2026-11-23 07:00', '2026-11-24 07:00']
        """
        return self._wall(moment, self.span.end) if self.covers(moment.time()) else moment

    def before(self, moment: datetime) -> datetime:
        """An hour before the quiet time that an aware `moment` is in begins.

        >>> str(Quiet(Span(1260, 1860)).before(datetime(2026, 11, 23, 3, tzinfo=UTC)))[:16]
        '2026-11-22 20:00'
        """
        return self._wall(moment, self.span.start - _EARLIER)

    def _wall(self, moment: datetime, minute: int) -> datetime:
        """The moment of a minute, counted from the midnight before the quiet time that a moment is in begins."""
        today = moment.hour * 60 + moment.minute >= self.span.start
        midnight = datetime.combine(moment.date() if today else moment.date() - _ONE_DAY, time(), moment.tzinfo)
        return real(midnight + timedelta(minutes=minute))


NIGHT = Quiet(Span(21 * 60, 31 * 60))


def first_allowed(quiet: Quiet | None, at: float, zone: tzinfo) -> float:
    """The first time from `at` on that is not in the quiet time of a time zone; both in epoch seconds.

    >>> first_allowed(NIGHT, 1796169600.5, UTC), first_allowed(NIGHT, 1796137200.5, UTC), first_allowed(None, 1796169600.5, UTC)
    (1796194800.0, 1796137200.5, 1796169600.5)
    """
    if quiet is None:
        return at
    moment = datetime.fromtimestamp(at, zone)
    after = quiet.after(moment)
    return at if after == moment else after.timestamp()
