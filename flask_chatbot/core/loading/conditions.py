"""Compiles ``when:``, ``once_per:`` and ``settings.hours``."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from flask_chatbot.core.conditions.conditions import Condition, Numbers
from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.language.daytimes import DAY_NAMES, Dates, Span, Yearly, is_yearly, read_dates, read_days, read_span, read_yearly
from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.language.numbers import Ambiguous, normalize_phone, read_beginning
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import any_of, reason_of, tr
from flask_chatbot.core.values.habits import by_habit
from flask_chatbot.core.values.problems import Mark

CLOSED = ("closed", "tutup")
CLOCK = re.compile("[0-9]{1,2}[.:][0-9]{2}")
ALL_DAY = ("00.00-24.00",)
Day = int | Dates | Yearly  # of the week, from Monday as 0; with its year; of every year
T = TypeVar("T")


def build_condition(place: Place, country: str, has_hours: bool) -> Condition | None:
    """The condition of the rule, or None if it has none; mistakes are reported."""
    if place.data is None:
        return None
    data: dict[str, Any] = place.data
    if "open" in data and not has_hours:
        place.at("open").report(tr("'open' depends on opening hours. Add `hours:` to the settings, or remove it."), key=True)
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
            entry.report(reason_of(error))
    return found


def build_spans(entries: Iterable[Place]) -> tuple[Span, ...]:
    """The spans of one day, in order; overlaps are reported."""
    spans: list[Span] = []
    for entry in entries:
        for span in read_each([entry], read_span):
            shared = next((other for other in spans if span.meets(other)), None)
            if shared:
                entry.report(tr("{span!r} overlaps {other!r}. Write them as one, or correct a time.", span=str(span), other=str(shared)))
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
        raise ValueError(
            tr("{text!r} cannot be the beginning of a phone number. Write digits and one * at the end, such as 62812*.", text=text)
        )
    if plain.startswith(("00", "+")):
        return f"{digits.removeprefix('00')}*"
    readings = read_beginning(digits, country)
    if isinstance(readings, Ambiguous):
        both = any_of((f"+{readings.local}*", f"+{readings.abroad}*"))
        raise ValueError(
            tr(
                "{text!r} may be the beginning of a number in {country} or of one abroad. Write {both}.",
                text=text,
                country=country,
                both=both,
            )
        )
    return f"{readings.digits}*"


def build_hours(place: Place) -> Hours | None:
    """The opening hours, or None if the file has none; days and dates named twice are reported."""
    if not isinstance(place.data, dict):
        return None
    named: dict[Day, tuple[Place, tuple[Span, ...]]] = {}
    for entry in map(place.at, place.data):
        if is_misread(entry):
            continue
        spans = build_day(entry)
        for when in read_key(entry):
            check_once(when, entry, named)
            named.setdefault(when, (entry, spans))
    week = {when: spans for when, (_, spans) in named.items() if isinstance(when, int)}
    return Hours(
        week=tuple(week.get(day, ()) for day in range(7)),
        dates=tuple(sorted((when, spans) for when, (_, spans) in named.items() if isinstance(when, Dates))),
        yearly=tuple(sorted((when, spans) for when, (_, spans) in named.items() if isinstance(when, Yearly))),
    )


def is_misread(entry: Place) -> bool:
    """True, once reported, if a key says open or closed, where days and dates stand and their hours behind them."""
    word, held = str(entry.path[-1]), entry.data
    if by_habit(word, ("open",)) or (by_habit(word, CLOSED) and isinstance(held, str) and CLOCK.fullmatch(held.strip())):
        entry.report(tr("{word!r} is not a day. Write the days, and both times after them: `mon-sun: 08.00-17.00`.", word=word), key=True)
    elif by_habit(word, CLOSED):
        when = held if isinstance(held, str) and held[:1].isdigit() and "." not in held else "12-25"
        entry.report(
            tr("{word!r} is not a day. Write the day or date, and closed after it: `{when}: closed`.", word=word, when=when), key=True
        )
    else:
        return False
    return True


def build_day(place: Place) -> tuple[Span, ...]:
    """The hours of a day, empty if it is closed."""
    if not isinstance(place.data, str) or any(character.isdigit() for character in place.data) or by_habit(place.data, ALL_DAY):
        return build_spans(place.entries())
    if place.data.strip().casefold() not in CLOSED:
        way_out = tr("Write closed.") if by_habit(place.data, ("closed",)) else tr("Write a time span such as 08.00-17.00, or closed.")
        place.report(tr("{text!r} says nothing about hours. {way_out}", text=place.data, way_out=way_out))
    return ()


def read_key(entry: Place) -> list[Day]:
    """The days and dates that a key of the hours stands for."""
    found: list[Day] = []
    for part in str(entry.path[-1]).split(","):
        try:
            found += read_day(part)
        except ValueError as error:
            entry.report(reason_of(error), key=True)
    return found


def read_day(text: str) -> Iterable[Day]:
    """The days of the week, the dates, or the dates of every year that a text names."""
    if is_yearly(text):
        return [read_yearly(text)]
    return [read_dates(text)] if text.strip()[:1].isdigit() else read_days(text)


def check_once(when: Day, entry: Place, named: Mapping[Day, tuple[Place, tuple[Span, ...]]]) -> None:
    """Report a day or date that another key has already."""
    for other, place in ((other, place) for other, (place, _) in named.items()):
        if is_same_day(when, other):
            day = DAY_NAMES[when] if isinstance(when, int) else str(when)
            entry.report(
                tr("the hours of {day} are given at {mark} already. Remove one of them.", day=day, mark=place.mark(key=True)), key=True
            )
            return


def is_same_day(when: Day, other: Day) -> bool:
    """True if both name a day in the same way: a date with its year may differ from its weekday, and from the same of every year."""
    if isinstance(when, Dates) and isinstance(other, Dates):
        return when.meets(other)
    if isinstance(when, Yearly) and isinstance(other, Yearly):
        return when.meets(other)
    return when == other


def dates_named(hours: Place, rules: Iterable[Place]) -> Iterator[tuple[Mark, Dates]]:
    """The dates with a year in the hours and in the conditions of rules, with their places; what cannot be read is reported elsewhere."""
    for entry in map(hours.at, hours.data) if isinstance(hours.data, dict) else ():
        for part in str(entry.path[-1]).split(","):
            with suppress(ValueError):
                yield entry.mark(key=True), read_dates(part)
    for when in (rule.at("when") for rule in rules if isinstance(rule.data.get("when"), dict)):
        for entry in when.each("dates"):
            with suppress(ValueError):
                yield entry.mark(), read_dates(entry.data)
