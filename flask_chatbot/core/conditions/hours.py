"""Opening hours, and the next opening."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flask_chatbot.core.language.daytimes import DAY, Dates, Span, Yearly

DAYS_AHEAD = 400  # how far to look for the next opening
_ONE_DAY = timedelta(days=1)
_ONE_MINUTE = timedelta(minutes=1)
_ALL_DAY = (Span(0, DAY),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours: the spans of each weekday from Monday, and of special `dates`, in order and without repeats.

    `yearly` are special dates of every year; a date with its year goes before them. Wall-clock time decides, in the zone of the given
    time. A span that crosses midnight belongs to the day it begins on: a closed date does not cut off the night before.
    """

    week: tuple[tuple[Span, ...], ...]
    dates: tuple[tuple[Dates, tuple[Span, ...]], ...] = ()
    yearly: tuple[tuple[Yearly, tuple[Span, ...]], ...] = ()

    def is_open(self, now: datetime) -> bool:
        """True if it is open at that time: the first minute counts, the last does not."""
        minute = now.hour * 60 + now.minute
        today = any(span.start <= minute < span.end for span in self.spans(now.date()))
        return today or any(minute + DAY < span.end for span in self.spans(now.date() - _ONE_DAY))

    def stays(self, *, is_open: bool) -> bool:
        """True if it is always open, or with `is_open` False always closed."""
        wanted = _ALL_DAY if is_open else ()
        return all(spans == wanted for spans in self.every())

    def next_open(self, now: datetime) -> datetime | None:
        """The next opening after an aware `now`, in the same zone; None if there is none within 400 days.

        While it is open, that is the opening after the next closing.
        """
        zone = now.tzinfo
        if zone is None:
            raise ValueError("the next opening needs a time with its zone")
        if self.stays(is_open=True):
            return None
        for ahead in range(DAYS_AHEAD + 1):
            for moment in self._moments(now.date() + ahead * _ONE_DAY, zone):
                opens = moment.astimezone(zone)
                if moment > now and self.is_open(opens) and not self.is_open((moment - _ONE_MINUTE).astimezone(zone)):
                    return opens
        return None

    def every(self) -> Iterator[tuple[Span, ...]]:
        """The spans of each day that is named in any way."""
        yield from self.week
        yield from (spans for _, spans in (*self.dates, *self.yearly))

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on that day; a date wins over its weekday, and one with its year over one of every year."""
        index = bisect_right(self.dates, day, key=lambda entry: entry[0].first) - 1
        if index >= 0 and self.dates[index][0].covers(day):
            return self.dates[index][1]
        for yearly, spans in self.yearly:
            if yearly.covers(day):
                return spans
        return self.week[day.weekday()]

    def _moments(self, day: date, zone: tzinfo) -> list[datetime]:
        """The times of a day when it may open, in UTC and in order: starts of spans, and clock changes."""
        minutes = {span.start for span in self.spans(day)}
        if not minutes and not self.spans(day - _ONE_DAY):
            return []
        midnight, end = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + _ONE_DAY))
        length = (end - midnight) // _ONE_MINUTE
        if length != DAY:
            offset = midnight.astimezone(zone).utcoffset()
            change = bisect_left(
                range(length), True, key=lambda minute: (midnight + minute * _ONE_MINUTE).astimezone(zone).utcoffset() != offset
            )
            minutes |= {0, change, *(minute + length - DAY for minute in minutes)}  # the last as the changed clock shows them
        return [midnight + minute * _ONE_MINUTE for minute in sorted(minutes) if 0 <= minute < length]
