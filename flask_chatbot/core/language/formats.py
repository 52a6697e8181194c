"""Dates, times and numbers as Babel writes them. Babel is loaded for the first one: that takes long, and `check` writes none."""

from datetime import date, datetime, time, tzinfo
from decimal import Decimal


def format_date(day: date, form: str, locale: str) -> str:
    """A date in one of Babel's forms, such as `long`, or in a pattern.

    >>> format_date(date(2026, 12, 5), "long", "id")
    '5 Desember 2026'
    """
    from babel import dates

    return dates.format_date(day, form, locale=locale)


def format_time(value: time | datetime, form: str, locale: str, zone: tzinfo | None = None) -> str:
    """A time of day in one of Babel's forms, or in a pattern.

    >>> format_time(time(14, 30), "short", "id")
    '14.30'
    """
    from babel import dates

    return dates.format_time(value, form, tzinfo=zone, locale=locale)


def time_pattern(locale: str) -> str:
    """The pattern of the form `short` of times.

    >>> time_pattern("id")
    'HH.mm'
    """
    from babel import dates

    return dates.get_time_format("short", locale=locale).pattern


def zone_names(now: datetime, locale: str) -> tuple[str, str]:
    """The name of a time's zone, and its offset from GMT."""
    from babel import dates

    return dates.get_timezone_name(now, locale=locale), dates.get_timezone_gmt(now, "short")


def weekday_name(day: int, locale: str) -> str:
    """The name of a day of the week, from Monday as 0.

    >>> weekday_name(0, "id")
    'Senin'
    """
    from babel import dates

    return str(dates.get_day_names("wide", locale=locale)[day])


def format_decimal(number: float | Decimal, pattern: str, locale: str) -> str:
    """A number in a pattern, with the marks of a language.

    >>> format_decimal(1234.5, "#,##0.00", "id")
    '1.234,50'
    """
    from babel import numbers

    return numbers.format_decimal(number, pattern, locale=locale)


def decimal_mark(locale: str) -> str:
    """The decimal mark of a language.

    >>> decimal_mark("id")
    ','
    """
    from babel import numbers

    return str(numbers.get_decimal_symbol(locale))
