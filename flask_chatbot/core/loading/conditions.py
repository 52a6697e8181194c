"""Compiles ``when:``, ``once_per:`` and ``settings.hours``."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from flask_chatbot.core.conditions.conditions import Condition, Numbers
from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.language.daytimes import DAY_NAMES, Dates, Span, read_dates, read_days, read_span
from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.language.numbers import Ambiguous, normalize_phone, read_beginning
from flask_chatbot.core.loading.places import Place

CLOSED = ("closed", "tutup")
T = TypeVar("T")


def build_condition(place: Place, country: str, has_hours: bool) -> Condition | None:
    """The condition of the rule, or None if it has none; mistakes are reported."""
    if place.data is None:
        return None
    data: dict[str, Any] = place.data
    if "open" in data and not has_hours:
        place.at("open").tell("'open' needs to know when that is. Add `hours:` to the settings, or remove it.", key=True)
    days = [day for days in read_each(place.each("days"), read_days) for day in days]
    return Condition(
        open=data.get("open"),
        days=frozenset(days) if "days" in data else None,
        time=build_spans(place.each("time")) if "time" in data else None,
        dates=tuple(read_each(place.each("dates"), read_dates)) if "dates" in data else None,
        chat=data.get("chat"),
        from_=build_numbers(place.each("from"), country) if "from" in data else None,
        not_from=build_numbers(place.each("not_from"), country) if "not_from" in data else None,
        line=tuple(entry.data for entry in place.each("line")) if "line" in data else None,
        first_contact=data.get("first_contact"),
    )


def build_duration(entries: Iterable[Place]) -> timedelta | None:
    """The length of time written here, or None."""
    return next(iter(read_each(entries, read_duration)), None)


def read_each(entries: Iterable[Place], read: Callable[[str], T]) -> list[T]:
    """The entries that could be read; the others are reported."""
    found = []
    for entry in entries:
        try:
            found.append(read(entry.data))
        except ValueError as error:
            entry.tell(str(error))
    return found


def build_spans(entries: Iterable[Place]) -> tuple[Span, ...]:
    """The spans of one day, in order; overlaps are reported."""
    spans: list[Span] = []
    for entry in entries:
        for span in read_each([entry], read_span):
            shared = next((other for other in spans if span.meets(other)), None)
            if shared:
                entry.tell(f"{str(span)!r} overlaps {str(shared)!r}. Write them as one, or correct a time.")
            spans.append(span)
    return tuple(sorted(spans))


def build_numbers(entries: Iterable[Place], country: str) -> Numbers:
    """The telephone numbers; those that end in ``*`` become prefixes."""
    written = read_each(entries, lambda text: read_prefix(text, country) if "*" in text else normalize_phone(text, country))
    whole = frozenset(number for number in written if not number.endswith("*"))
    prefixes = sorted({number.removesuffix("*") for number in written if number.endswith("*")})
    return Numbers(whole, tuple(prefixes), country)


def read_prefix(text: str, country: str) -> str:
    """A prefix of numbers with its country code and without its star; read as a whole number is.

    >>> read_prefix("0812*", "ID"), read_prefix("+62 812*", "ID"), read_prefix("62*", "ID"), read_prefix("895*", "ID")
    ('62812*', '62812*', '62*', '62895*')
    """
    plain = text.translate(dict.fromkeys(map(ord, " .-()")))
    digits = plain.removesuffix("*").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise ValueError(f"{text!r} is not the beginning of a phone number. Write digits and one * at the end, such as 62812*.")
    if plain.startswith(("00", "+")):
        return f"{digits.removeprefix('00')}*"
    readings = read_beginning(digits, country)
    if isinstance(readings, Ambiguous):
        both = f"+{readings.local}* or +{readings.abroad}*"
        raise ValueError(f"{text!r} may be the beginning of a number in {country} or of one abroad. Write {both}.")
    return f"{readings.digits}*"


def build_hours(place: Place) -> Hours | None:
    """The opening hours, or None if the file has none; days and dates named twice are reported."""
    if not isinstance(place.data, dict):
        return None
    week: dict[int, tuple[Span, ...]] = {}
    dates: list[tuple[Dates, tuple[Span, ...]]] = []
    named: list[tuple[int | Dates, Place]] = []
    for entry in map(place.at, place.data):
        spans = build_day(entry)
        for when in read_key(entry):
            check_once(when, entry, named)
            named.append((when, entry))
            if isinstance(when, Dates):
                dates.append((when, spans))
            else:
                week[when] = spans
    return Hours(week=tuple(week.get(day, ()) for day in range(7)), dates=tuple(sorted(dates)))


def build_day(place: Place) -> tuple[Span, ...]:
    """The hours of a day, empty if it is closed."""
    if not isinstance(place.data, str) or any(character.isdigit() for character in place.data):
        return build_spans(place.entries())
    if place.data.strip().casefold() not in CLOSED:
        place.tell(f"{place.data!r} gives no hours. Write a time span such as 08.00-17.00, or closed.")
    return ()


def read_key(entry: Place) -> list[int | Dates]:
    """The days and dates that a key of the hours stands for."""
    found: list[int | Dates] = []
    for part in str(entry.path[-1]).split(","):
        try:
            found += [read_dates(part)] if part.strip()[:1].isdigit() else read_days(part)
        except ValueError as error:
            entry.tell(str(error), key=True)
    return found


def check_once(when: int | Dates, entry: Place, named: list[tuple[int | Dates, Place]]) -> None:
    """Report a day or date that another key has already."""
    for other, place in named:
        if when == other if isinstance(when, int) or isinstance(other, int) else when.meets(other):
            day = DAY_NAMES[when] if isinstance(when, int) else str(when)
            message = f"the hours of {day} are at {place.mark(key=True)} already. Remove one of them."
            entry.tell(message, key=True)
            return
