"""Days as customers write them: in digits, with the name of the month, by the weekday, or counted from today."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from flask_chatbot.core.fields.amounts import read_amount
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.language.vocabulary import Vocabulary

YEARS_AHEAD = 50  # a year of two digits further ahead than this lies in the century before
ORDINALS = frozenset(("st", "nd", "rd", "th", "of"))
WEEK = timedelta(days=7)
LEAP = 8  # years that a 29 February may be away


class When(NamedTuple):
    """The context of days: the words, today, and the order of day and month; `clock` where a time of day stands beside the day."""

    words: Vocabulary
    today: date
    is_month_first: bool
    language: Language
    clock: bool = False


class DaysRead(NamedTuple):
    """The days that a text may mean: one where it is clear. `past` is the last one that fits, where there is no year.

    Where `weekday` is given, it is that of the text, and differs from the day's. `is_week` where a week may be meant, too.
    """

    days: tuple[date, ...] = ()
    past: date | None = None
    weekday: int | None = None
    is_week: bool = False


NO_DAY = DaysRead()


def read_days(tokens: Sequence[str], when: When) -> DaysRead:
    """The days that tokens may mean, all of them.

    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> when = When(vocabulary_of("id"), date(2026, 11, 26), False, language_of("id"))
    >>> read_days(["5", "des"], when).days, read_days(["sabtu", "depan"], when).days
    ((datetime.date(2026, 12, 5),), (datetime.date(2026, 11, 28), datetime.date(2026, 12, 5)))
    """
    if not tokens:
        return NO_DAY
    for read in (away, in_digits, with_month, by_weekday, counted, of_month):
        found = read(tokens, when)
        if found.days:
            return found
    for weekday, others in ((when.words.days.get(tokens[0]), tokens[1:]), (when.words.days.get(tokens[-1]), tokens[:-1])):
        if weekday is not None and others:
            has_label = len(others) > 2 and others[0] in when.words.date  # Sabtu tanggal 5 Desember
            return of_weekday(weekday, read_days(others[1:] if has_label else others, when))
    return NO_DAY


def of_weekday(weekday: int, found: DaysRead) -> DaysRead:
    """The same days, and the weekday written beside them where it is another."""
    fits = len(found.days) == 1 and found.weekday is None and found.days[0].weekday() == weekday
    return found if fits or not found.days else found._replace(weekday=weekday)


def away(tokens: Sequence[str], when: When) -> DaysRead:
    """Days such as tomorrow; "nanti" is today where a time of day stands beside it."""
    run = " ".join(tokens)
    if run in when.words.away:
        return DaysRead((when.today + timedelta(days=when.words.away[run]),))
    return DaysRead((when.today,)) if when.clock and run in when.words.today_with_time else NO_DAY


def in_digits(tokens: Sequence[str], when: When) -> DaysRead:
    """A date in digits: the year first, or the day, or the month where the bot itself writes it first."""
    if len(tokens) != 1:
        return NO_DAY
    parts = re.split("[-/.]", tokens[0])
    if not all(part.isdecimal() and len(part) <= 4 for part in parts) or ":" in tokens[0]:
        return NO_DAY
    if len(parts) == 3 and len(parts[0]) == 4:
        return whole(parts[0], parts[1], parts[2], when)
    first, second = (1, 0) if when.is_month_first else (0, 1)
    if len(parts) == 3 and len(parts[2]) in (2, 4):
        return whole(parts[2], parts[second], parts[first], when)
    if len(parts) == 2:
        return yearless(parts[second], parts[first], when)
    return NO_DAY


def with_month(tokens: Sequence[str], when: When) -> DaysRead:
    """A date whose month is a word, before or behind the day."""
    parts = [token for token in tokens if token not in ORDINALS]
    if len(parts) not in (2, 3) or (len(parts) == 3 and not parts[2].isdecimal()):
        return NO_DAY
    day, month = parts[:2] if parts[0].isdecimal() else (parts[1], parts[0])
    number = when.words.months.get(month)
    if number is None or not day.isdecimal() or len(day) > 2:
        return NO_DAY
    if len(parts) == 2:
        return yearless(str(number), day, when)
    return whole(parts[2], str(number), day, when) if len(parts[2]) in (2, 4) else NO_DAY


def by_weekday(tokens: Sequence[str], when: When) -> DaysRead:
    """The next day of that name; with "depan" that of the next week, and the next one where it is another."""
    words, today = when.words, when.today
    name, which = tokens[0], " ".join(tokens[1:])
    if name not in words.days and len(tokens) > 1:
        name, which = tokens[-1], " ".join(tokens[:-1])
    if name not in words.days:
        return NO_DAY
    weekday = words.days[name]
    monday = today - timedelta(days=today.weekday())
    ahead = (weekday - today.weekday()) % 7
    coming = today + timedelta(days=ahead or 7)
    is_week = name in words.spans
    if not which:
        return DaysRead((coming,), past=coming - WEEK) if ahead else DaysRead((today, coming))
    if which in words.this:
        here = monday + timedelta(days=weekday)
        return DaysRead((here,) if here >= today else (here, coming), is_week=is_week)
    if which in words.next:
        following = monday + WEEK + timedelta(days=weekday)
        return DaysRead(tuple(dict.fromkeys((coming, following))), is_week=is_week)
    week, _, behind = which.rpartition(" ")
    if words.spans.get(week) == "week" or words.spans.get(behind) == "week":
        side = week if words.spans.get(behind) == "week" else behind
        if side in words.next or side in words.this:
            return DaysRead((monday + timedelta(days=weekday) + (WEEK if side in words.next else timedelta()),))
    return NO_DAY


def counted(tokens: Sequence[str], when: When) -> DaysRead:
    """So many days, weeks or months from now: "2 hari lagi", "in a week"."""
    words, run = when.words, list(tokens)
    is_within = run[0] in words.within
    run = run[1:] if is_within else run
    is_later = is_ago = False
    for size in (3, 2, 1):
        tail = " ".join(run[-size:])
        if len(run) > size and (tail in words.later or tail in words.ago):
            is_later, is_ago, run = tail in words.later, tail in words.ago, run[:-size]
            break
    if not (is_within or is_later or is_ago) or not run:
        return NO_DAY
    span = words.spans.get(run[-1].removeprefix("se") if len(run) == 1 else run[-1])
    amount = read_amount(run[:-1], words, when.language) if len(run) > 1 else None
    number = amount[0] if amount else 1 if len(run) == 1 and run[0].startswith("se") else 0
    if span is None or number != int(number) or not 0 < number < 100_000:
        return NO_DAY
    return moved(when.today, int(number) * (-1 if is_ago else 1), span)


def moved(day: date, number: int, span: str) -> DaysRead:
    """The day so many days, weeks or months later, none where the calendar ends before."""
    with suppress(ValueError, OverflowError):
        if span != "month":
            return DaysRead((day + timedelta(days=number * (7 if span == "week" else 1)),))
        year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        return DaysRead((day.replace(year=year, month=month + 1),))
    return NO_DAY


def of_month(tokens: Sequence[str], when: When) -> DaysRead:
    """The day of this month or the next, behind a word such as "tgl"."""
    if len(tokens) != 2 or not (tokens[1].isdecimal() and len(tokens[1]) <= 2) or tokens[0] not in when.words.date:
        return NO_DAY
    for ahead in range(3):
        year, month = divmod(when.today.year * 12 + when.today.month - 1 + ahead, 12)
        with suppress(ValueError):
            day = date(year, month + 1, int(tokens[1]))
            if day >= when.today:
                return DaysRead((day,))
    return NO_DAY


def whole(year: str, month: str, day: str, when: When) -> DaysRead:
    """The day of a date with its year, none where the calendar lacks it."""
    with suppress(ValueError):
        return DaysRead((date(full_year(year, when.today.year), int(month), int(day)),))
    return NO_DAY


def yearless(month: str, day: str, when: When) -> DaysRead:
    """The next day of a date without a year, today included; and the last one before."""
    found = []
    for step in (1, -1):
        for year in range(when.today.year, when.today.year + step * (LEAP + 1), step):
            with suppress(ValueError):
                each = date(year, int(month), int(day))
                if (each >= when.today) == (step == 1):
                    found.append(each)
                    break
        else:
            return NO_DAY
    return DaysRead((found[0],), past=found[1])


def full_year(digits: str, this_year: int) -> int:
    """The year that was meant.

    >>> full_year("26", 2026), full_year("85", 2026), full_year("1985", 2026)
    (2026, 1985, 1985)
    """
    year = int(digits)
    if len(digits) == 4:
        return year
    year += this_year - this_year % 100
    return year - 100 if year > this_year + YEARS_AHEAD else year
