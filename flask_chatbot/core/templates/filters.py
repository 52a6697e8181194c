"""The filters that reply templates may use: an allow-list, each of bounded cost."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import FILTERS, do_truncate, do_unique

from flask_chatbot.core.language.formats import format_date, format_decimal, format_time
from flask_chatbot.core.language.numbers import format_phone, mask
from flask_chatbot.core.language.sentences import Locale, is_month_first, say
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.templates.date_forms import LIMIT as PATTERN_LIMIT
from flask_chatbot.core.templates.date_forms import WIDTHS, in_calendar_years
from flask_chatbot.core.values.replies import TEXT_LIMIT

JINJA_FILTERS = "abs capitalize count d default first float int last length list lower max min sort title trim upper wordcount".split()
NUMBER_LIMIT = 10**18  # beyond this a number is a slip, or an attack
DIGITS_LIMIT = 10  # digits after the decimal mark
LIST_LIMIT = 100  # entries a loop may walk, as many as a message has fields
# What WhatsApp takes for formatting: a mark at the edge of a word (between letters, as in an e-mail address, it is none), a quoted line.
MARKS = late_pattern(r"`+|(?<![^\W_])(?<![*~_])[*~_]+|[*~_]++(?![^\W_])|^>[^\S\n]+", re.MULTILINE)


class Misfit(ValueError):
    """A value that a template cannot work with; the message is safe to log, since it never contains the value."""


def kind(value: object) -> str:
    """The kind of a value, without showing it.

    >>> kind("Jhon Doe"), kind(None)
    ('text', 'nothing')
    """
    return {str: "text", type(None): "nothing"}.get(type(value), type(value).__name__)


def filters(locale: Locale) -> dict[str, Callable[..., Any]]:
    """All filters by name, with dates and numbers in the notation of `locale`."""
    ours = {
        "date": lambda value, form="long": "" if value is None else write_date(value, form, locale),
        "time": lambda value, form="short": "" if value is None else write_time(value, form, locale),
        "datetime": lambda value, form="full": "" if value is None else write_datetime(value, form, locale),
        "number": lambda value, digits=None: write_number(value, digits, locale),
        "rupiah": lambda value: write_rupiah(value, locale),
        "phone": lambda value: format_phone(str(value), locale.country),
        "mask": lambda value: mask(str(value)),
        "plain": plain,
        "join": join,
        "default": stand_in,
        "d": stand_in,
        "replace": replace,
        "reverse": reverse,
        "sum": total,
        "truncate": truncate,
        "unique": unique,
        "round": round_half_up,
    }
    return {name: FILTERS[name] for name in JINJA_FILTERS} | ours


def write_date(value: object, form: str, locale: Locale) -> str:
    """Write a date; `form` is short, medium, long, full or a CLDR pattern such as ``EEEE, d MMMM``.

    >>> write_date(date(2026, 11, 23), "full", Locale())
    'Senin, 23 November 2026'
    """
    if not isinstance(value, date):
        raise Misfit(f"the filter date needs a date, not {kind(value)}")
    if form == "full":
        form = locale.language.full_date
    day = value.astimezone(locale.timezone) if isinstance(value, datetime) and value.tzinfo else value
    # Babel's English is that of the United States, whose 5/12 is 12 May: to everybody else it is 5 December.
    is_day_first = locale.language.babel == "en" and form == "short" and not is_month_first(locale.language, locale.country)
    return format_date(day, checked_form(form), "en_GB" if is_day_first else locale.language.babel)


def write_time(value: object, form: str, locale: Locale) -> str:
    """Write a time of day; `form` as for dates.

    >>> write_time(time(8, 30), "short", Locale())
    '08.30'
    """
    if not isinstance(value, datetime | time):
        raise Misfit(f"the filter time needs a time, not {kind(value)}")
    zone = locale.timezone if value.tzinfo else None
    return format_time(value, checked_form(form), locale.language.babel, zone)


def write_datetime(value: object, form: str, locale: Locale) -> str:
    """Write a date with its time of day, the best form for `next_open`; `form` is that of the date.

    >>> write_datetime(datetime(2026, 11, 23, 8), "full", Locale())
    'Senin, 23 November 2026 pukul 08.00'
    """
    if not isinstance(value, datetime):
        raise Misfit(f"the filter datetime needs a date with its time, not {kind(value)}")
    return say(locale.language, "date_time", date=write_date(value, form, locale), time=write_time(value, "short", locale))


def checked_form(form: object) -> Any:
    """The `form`, unless it could make a date of unbounded length; a week-based year without its week becomes the calendar year."""
    if not isinstance(form, str) or len(form) > PATTERN_LIMIT:
        raise Misfit(f"a date's form is one of {', '.join(WIDTHS)} or a pattern of at most {PATTERN_LIMIT} characters")
    return in_calendar_years(form)


def stand_in(value: object, instead: object = "", falsy: bool = False) -> object:
    """The `instead` value for missing values (an omitted part too), and with `falsy` also for values that count as false."""
    return instead if value is None or isinstance(value, Undefined) or (falsy and not value) else value


def checked_number(value: object, name: str) -> int | float | Decimal:
    """The `value`, if it is a finite number."""
    if isinstance(value, int | float | Decimal) and value.__class__ is not bool and -NUMBER_LIMIT < value < NUMBER_LIMIT:
        return value
    raise Misfit(f"the filter {name} needs a number, not {kind(value)}")


def write_number(value: object, digits: int | None, locale: Locale) -> str:
    """Write a number with the marks of the language.

    >>> write_number(1234.5, None, Locale())
    '1.234,5'
    """
    number = checked_number(value, "number")
    tail = "." + "#" * 6 if digits is None else "." + "0" * min(max(int(digits), 0), DIGITS_LIMIT) if digits else ""
    return format_decimal(number, "#,##0" + tail, locale.language.babel)


def write_rupiah(value: object, locale: Locale) -> str:
    """Write an amount of money, with cents only if there are any.

    >>> write_rupiah(15000, Locale())
    'Rp15.000'
    """
    number = checked_number(value, "rupiah")
    pattern = "#,##0" if number == int(number) else "#,##0.00"
    return ("-Rp" if number < 0 else "Rp") + format_decimal(-number if number < 0 else number, pattern, locale.language.babel)


def as_text(value: object) -> str:
    """The value as text; empty for None.

    >>> as_text(3), as_text(None)
    ('3', '')
    """
    return "" if value is None else str(value)


def plain(value: object) -> str:
    """The text without the marks that WhatsApp reads as bold, italic, struck out, code or a quote; one inside a word stays.

    >>> plain("Budi *VIP*"), plain("budi_santoso@example.com"), plain("0503***6304")
    ('Budi VIP', 'budi_santoso@example.com', '0503***6304')
    """
    return MARKS.sub("", as_text(value))


def replace(value: object, old: str, new: str, count: int | None = None) -> str:
    """Replace the first `count` (or all) of `old` by `new`, like Jinja's filter; cut at the length of a reply.

    >>> replace("1.500.000", ".", "", 1)
    '1500.000'
    """
    text, old, new = as_text(value), as_text(old), as_text(new)
    most = TEXT_LIMIT // max(len(new), 1) + 1  # what more of them write lies behind the cut
    if len(new) > len(old) and (count is None or count > most):
        return text[:TEXT_LIMIT].replace(old, new, most)[:TEXT_LIMIT]
    return text.replace(old, new, -1 if count is None else count)


def join(value: Iterable[object], separator: str = "") -> str:
    """Join the entries with `separator`, like Jinja's filter; cut at the length of a reply.

    >>> join(["Jhon Doe", 3], ", ")
    'Jhon Doe, 3'
    """
    parts: list[str] = []
    size = 0
    between = as_text(separator)
    for entry in value:
        parts.append(as_text(entry))
        size += len(parts[-1]) + len(between)
        if size > 2 * TEXT_LIMIT:
            break
    return between.join(parts)[:TEXT_LIMIT]


def reverse(value: str | Sequence[object]) -> str | list[object]:
    """The text or the list in reverse, ready to iterate over."""
    return value[::-1] if isinstance(value, str) else list(reversed(value))


def total(value: Iterable[object]) -> int | float | Decimal:
    """The sum of a list of numbers.

    >>> total([1, 2, 3.5])
    6.5
    """
    return sum(checked_number(number, "sum") for number in value)


@pass_environment
def truncate(environment: Environment, value: object, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 0) -> str:
    """The text in at most `length` characters, like Jinja's filter; no longer than a reply, whatever `end` is."""
    return do_truncate(environment, str(value), length, killwords, as_text(end), leeway)[:TEXT_LIMIT]


@pass_environment
def unique(environment: Environment, value: Iterable[object], case_sensitive: bool = False) -> list[object]:
    """The entries without repeats, ready to iterate over."""
    return list(do_unique(environment, value, case_sensitive))


def round_half_up(value: object, digits: int = 0) -> int | float:
    """Round a number half up, to 0 to 10 `digits` after the decimal mark.

    >>> round_half_up(2.5), round_half_up(1.005, 2)
    (3, 1.01)
    """
    number = Decimal(str(checked_number(value, "round")))
    digits = min(max(int(digits), 0), DIGITS_LIMIT)
    rounded = number.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")
    return float(rounded) if digits else int(rounded)


def single(value: object) -> object:
    """The `value`, unless it is a list: nested lists could be made to hold millions of entries."""
    if isinstance(value, list | tuple | dict | set | frozenset):
        raise Misfit("a list inside a list is written out, not named")
    return value


def each(value: object) -> list[object]:
    """The entries that a ``for`` may walk: those of a list of at most 100, never the letters of a text; none for None."""
    if value is None:
        return []
    if not isinstance(value, list | tuple | dict | set | frozenset):
        raise Misfit(f"a loop needs a list, not {kind(value)}")
    if len(value) > LIST_LIMIT:
        raise Misfit(f"a loop walks at most {LIST_LIMIT} entries, and this list has {len(value)}")
    return list(value)
