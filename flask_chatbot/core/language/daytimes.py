"""Days, dates and times of day, as a rule file writes them. ValueError carries the sentence for the author."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_chatbot.core.language.folding import canonical
from flask_chatbot.core.language.rewriting import dates_meant, days_meant, spans_meant
from flask_chatbot.core.language.vocabulary import day_names
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.problems import did_you_mean

DAY = 24 * 60  # minutes
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
_SHORT = {"min": 6}  # in a rule file alone: customers address the shop's admin by it
_DASH = " *[-\u2013\u2014] *"  # phones turn a dash into a long one
_TIME = "([0-9]{1,2})[.:]([0-9]{2})"
_YEARLY = re.compile(r"[0-9]{2}-[0-9]{2}(?:\s*\.\.\s*[0-9]{2}-[0-9]{2})?")
_LEAP_YEAR = 2024  # has all days that there are
_SPAN = re.compile(f"{_TIME}{_DASH}{_TIME}")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a day in minutes from midnight. `end` is excluded; past 1440 it is on the next day.

    >>> str(Span(480, 1020)), str(Span(1200, 1560))
    ('08.00-17.00', '20.00-02.00')
    """

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end if self.end <= DAY else self.end - DAY)}"

    def covers(self, minute: int) -> bool:
        """True if a minute of any day is in it, after midnight too."""
        return self.start <= minute < self.end or minute + DAY < self.end

    def meets(self, other: "Span") -> bool:
        """True if both share a minute when they begin on the same day."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Dates:
    """The days from `first` to `last`, both included.

    >>> str(Dates(date(2026, 12, 24), date(2027, 1, 2))), str(Dates(date(2026, 12, 25), date(2026, 12, 25)))
    ('2026-12-24..2027-01-02', '2026-12-25')
    """

    first: date
    last: date

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def covers(self, day: date) -> bool:
        """True if the day is one of them."""
        return self.first <= day <= self.last

    def meets(self, other: "Dates") -> bool:
        """True if both share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, order=True)
class Yearly:
    """The days of every year from `first` to `last`, months and days both counted; where `last` is before `first`, into the new year.

    >>> str(Yearly((12, 30), (1, 2))), Yearly((12, 30), (1, 2)).covers(date(2027, 1, 1))
    ('12-30..01-02', True)
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __str__(self) -> str:
        first, last = (f"{month:02}-{day:02}" for month, day in (self.first, self.last))
        return first if first == last else f"{first}..{last}"

    def covers(self, day: date) -> bool:
        """True if the day is one of them."""
        return self._has((day.month, day.day))

    def meets(self, other: "Yearly") -> bool:
        """True if a day is in both."""
        return self._has(other.first) or other._has(self.first)

    def _has(self, day: tuple[int, int]) -> bool:
        return self.first <= day <= self.last if self.first <= self.last else day >= self.first or day <= self.last


class NoSpan(ValueError):
    """The span ends when it begins."""


def read_span(text: str) -> Span:
    """Read a span of time; one that ends before it begins crosses midnight.

    >>> read_span("08:00 - 17:00"), read_span("20.00-02.00")
    (Span(start=480, end=1020), Span(start=1200, end=1560))
    """
    found = _SPAN.fullmatch(text.strip())
    if not found:
        meant = spans_meant(text)
        way_out = tr("Write {meant}", meant=meant) if meant else tr("Write when it begins and ends, such as 08.00-17.00.")
        raise ValueError(tr("{text!r} cannot be read as a time span. {way_out}", text=text, way_out=way_out))
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    if start >= DAY or end > DAY or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(tr("{text!r} has a time that does not exist. A day goes from 00.00 to 24.00.", text=text))
    if start == end:
        raise NoSpan(tr("{text!r} ends when it begins. Write 00.00-24.00 for the whole day.", text=text))
    return Span(start, end if end > start else end + DAY)


def read_days(text: str) -> tuple[int, ...]:
    """Read days of the week, Monday as 0: one, several with commas between them, or a range.

    >>> read_days("senin-kamis"), read_days("sat, minggu"), read_days("fri-mon")
    ((0, 1, 2, 3), (5, 6), (4, 5, 6, 0))
    """
    try:
        return _days_in(text)
    except ValueError as error:
        meant = days_meant(text)
        raise ValueError(
            tr("{text!r} cannot be read as days. Write {meant}", text=text, meant=meant) if _are_days(meant) else reason_of(error)
        ) from None


def _are_days(text: str) -> bool:
    try:
        return bool(text and _days_in(text))
    except ValueError:
        return False


def _days_in(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, *others = map(_day, re.split(_DASH, part.strip()))
        if len(others) > 1:
            raise ValueError(tr("{text!r} has more than one dash. Write a range of days as mon-thu.", text=part.strip()))
        last = others[0] if others else first
        days += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return tuple(days)


def read_dates(text: str) -> Dates:
    """Read one date, or a range.

    >>> str(read_dates("2026-12-24..2027-01-02"))
    '2026-12-24..2027-01-02'
    """
    if is_yearly(text):
        raise ValueError(
            tr(
                "{text!r} has no year. Write it with its year, such as 2026-{day}; dates of every year belong in `hours`.",
                text=text,
                day=text.strip()[:5],
            )
        )
    first, dots, last = (part.strip() for part in text.partition(".."))
    dates = Dates(_date(first), _date(last if dots else first))
    if dates.first > dates.last:
        raise ValueError(tr("{text!r} ends before it begins. Swap the two dates.", text=text))
    return dates


def is_yearly(text: str) -> bool:
    """True if the text is written as a date of every year, the month first, or as several of them in a row.

    >>> is_yearly("12-25"), is_yearly("12-30 .. 01-02"), is_yearly("2026-12-25")
    (True, True, False)
    """
    return _YEARLY.fullmatch(text.strip()) is not None


def read_yearly(text: str) -> Yearly:
    """A date of every year, or several in a row, which may go past the end of the year.

    >>> str(read_yearly("12-25")), str(read_yearly("12-30..01-02"))
    ('12-25', '12-30..01-02')
    """
    first, dots, last = (part.strip() for part in text.partition(".."))
    return Yearly(_month_and_day(first), _month_and_day(last if dots else first))


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = int(text[:2]), int(text[3:])
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        meant = dates_meant(text)
        way_out = tr("Write {meant}, the month first.", meant=meant) if meant else tr("Write another date, the month first.")
        raise ValueError(tr("there is no {text} in the calendar. {way_out}", text=text, way_out=way_out)) from None
    return month, day


def in_words(days: Iterable[int]) -> str:
    """Days of the week as a sentence names them.

    >>> in_words({5, 0})
    'mon, sat'
    """
    return ", ".join(DAY_NAMES[day] for day in sorted(days))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}.{minute % 60:02}"


def _day(word: str) -> int:
    folded, known = canonical(word), {**day_names(), **_SHORT}
    if folded not in known:
        raise ValueError(
            tr("unknown day {word!r}.{guess}", word=word, guess=did_you_mean(folded, known) or tr(" Write mon to sun, or senin to minggu."))
        )
    return known[folded]


def _date(text: str) -> date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        meant = dates_meant(text)
        way_out = (
            tr("Write {meant}", meant=meant) if meant else tr("Write it as 2026-12-25, and several in a row as 2026-12-24..2027-01-02.")
        )
        raise ValueError(tr("{text!r} cannot be read as a date. {way_out}", text=text, way_out=way_out))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(tr("there is no {text} in the calendar. Write another date.", text=text)) from None
