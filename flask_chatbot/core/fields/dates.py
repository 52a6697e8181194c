"""Dates, read from what customers write and checked against the limits of their field."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask_chatbot.core.fields.clocks import read_clock
from flask_chatbot.core.fields.days import NO_DAY, DaysRead, When, read_days
from flask_chatbot.core.fields.field import Context, Days, Field
from flask_chatbot.core.fields.tokens import DATE_TOKEN, slices, squeezed, tokens_of
from flask_chatbot.core.language.formats import format_date, weekday_name
from flask_chatbot.core.language.sentences import Language, is_month_first, language_of, quote, say
from flask_chatbot.core.language.vocabulary import Vocabulary, vocabulary_of
from flask_chatbot.core.translation.translatable import tr

YEARS = 100  # further away than this a date is a slip, where its field does not say otherwise
HOURS = re.compile("[0-9]{1,2}[.:][0-9]{2}")
CLOCK_TOKENS = 6  # of a time of day beside a date, at the most
EVENINGS = ("night", "evening")


def read_date(text: str, field: Field, context: Context) -> date:
    """A day; one that could be two days is the one within the limits, else it is refused and both are named.

    >>> from datetime import UTC, datetime
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="tanggal", type="date", kind=FieldType(read=read_date))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [str(read_date(text, field, context)) for text in ("besok sore", "Sabtu, 5 Desember 2026", "2 hari lagi")]
    ['2026-11-27', '2026-12-05', '2026-11-28']
    """
    found = days_in(text, field, context)
    if not found.days:
        form = "MMMM d" if is_month_first(context.language, context.country) else "d MMMM"
        example = format_date(context.now.date(), form, context.language.babel)
        raise ValueError(say(context.language, "not_date", value=quote(text), example=example))
    day = only_one(text, found, field, context)
    check_limits(day, field, context)
    if field.open and context.hours is not None and not context.hours.spans(day):
        raise ValueError(say(context.language, "closed_day", date=named(day, context.language)))
    return day


def days_in(text: str, field: Field, context: Context) -> DaysRead:
    """The days that a text may mean, with what says nothing set aside; where it means none, with its letters once each."""
    words = context.language.vocabulary
    when = When(words, context.now.date(), is_month_first(context.language, context.country), context.language)
    tokens = tokens_of(text, DATE_TOKEN)
    once = [squeezed(token) for token in tokens]
    for written in (tokens, once) if once != tokens else (tokens,):
        found = (beside_clock(part, when) for part in slices(written, field, context, "date"))
        days = next((each for each in found if each.days), NO_DAY)
        if days.days:
            return days
    return NO_DAY


def beside_clock(tokens: Sequence[str], when: When) -> DaysRead:
    """The days that tokens may mean, beside which a time of day may stand."""
    found = read_days(tokens, when)
    if found.days:
        return found
    for days, clock, is_behind in splits(tokens, when.words):
        found = read_days(days, when._replace(clock=True))
        if found.days:
            is_eve = not is_behind and len(days) == 1 and days[0] in when.words.days
            if is_eve and when.words.dayparts.get(" ".join(clock)) in EVENINGS:  # "malam minggu" is the evening before
                return DaysRead((found.days[0] - timedelta(days=1), found.days[0]))
            return found
    return NO_DAY


def splits(tokens: Sequence[str], words: Vocabulary) -> Iterator[tuple[Sequence[str], Sequence[str], bool]]:
    """The tokens as those of a day and those of a time, which stands behind it or ahead."""
    for place in range(1, len(tokens)):
        first, second = tokens[:place], tokens[place:]
        if len(second) <= CLOCK_TOKENS and is_clock(second, words):
            yield first, second, True
        if len(first) <= CLOCK_TOKENS and is_clock(first, words):
            yield second, first, False


def is_clock(tokens: Sequence[str], words: Vocabulary) -> bool:
    """True if tokens are a time of day, and say that they are."""
    if " ".join(tokens) in words.dayparts:
        return True
    says_so = any(token in words.clock or token in words.dayparts or HOURS.fullmatch(token) for token in tokens)
    return says_so and bool(read_clock(tokens, words).times)


def only_one(text: str, found: DaysRead, field: Field, context: Context) -> date:
    """The one day that is meant; ValueError with a sentence that names what it could be."""
    language, days = context.language, found.days
    if found.weekday is not None:
        day = format_date(days[0], "long", language.babel)
        right, written = (weekday_name(each, language.babel) for each in (days[0].weekday(), found.weekday))
        raise ValueError(say(language, "other_weekday", date=day, weekday=right, value=written))
    if found.is_week:
        raise ValueError(say(language, "week_or_day", value=quote(text), first=named(days[0], language)))
    fitting = [day for day in days if is_within(day, field, context)]
    if len(days) > 1 and len(fitting) != 1:
        first, second = (named(day, language) for day in days)
        raise ValueError(say(language, "two_readings", value=quote(text), first=first, second=second))
    if not fitting and found.past is not None and is_within(found.past, field, context):
        return found.past
    return fitting[0] if fitting else days[0]


def limits(field: Field, context: Context) -> tuple[date | None, date | None]:
    """The first day and the last that a field takes."""
    today = context.now.date()
    low, high = (limit.at(today) if isinstance(limit, Days) else None for limit in (field.min, field.max))
    return low, high


def is_within(day: date, field: Field, context: Context) -> bool:
    """True if a field takes a day."""
    low, high = limits(field, context)
    return (low is None or day >= low) and (high is None or day <= high)


def check_limits(day: date, field: Field, context: Context) -> None:
    """ValueError with a sentence for a day before the first or after the last, or a hundred years away where there is no such limit."""
    low, high = limits(field, context)
    language, this_year = context.language, context.now.year
    if low is not None and day < low:
        raise ValueError(say(language, "date_too_early", min=named(low, language)))
    if high is not None and day > high:
        raise ValueError(say(language, "date_too_late", max=named(high, language)))
    if (low is None and day.year < this_year - YEARS) or (high is None and day.year > this_year + YEARS):
        raise ValueError(say(language, "date_far_away", date=format_date(day, "long", language.babel)))


def named(day: date, language: Language) -> str:
    """A day with its weekday, as a sentence names it.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> named(date(2026, 12, 5), language_of("id"))
    'Sabtu, 5 Desember 2026'
    """
    return format_date(day, language.full_date, language.babel)


def read_limit(text: str) -> Days:
    """A limit of dates as a rule file writes it; the ValueError ends the sentence for its author.

    >>> read_limit("hari ini").ahead.days, read_limit("+14 hari").ahead.days, read_limit("2026-12-05").day
    (0, 14, datetime.date(2026, 12, 5))
    """
    words = vocabulary_of("id")
    folded = " ".join(text.casefold().split())
    if folded in words.away:
        return Days(ahead=timedelta(days=words.away[folded]))
    number, _, span = folded.lstrip("+-").strip().partition(" ")
    if folded[:1] in ("+", "-") and number.isdecimal() and len(number) <= 5 and words.spans.get(span) in ("day", "week"):
        ahead = int(number) * (7 if words.spans[span] == "week" else 1)
        return Days(ahead=timedelta(days=-ahead if folded[0] == "-" else ahead))
    found = read_days(tokens_of(text, DATE_TOKEN), When(words, date(2000, 1, 1), False, language_of("id")))
    if len(found.days) == 1 and found.past is None and any(character.isdecimal() for character in text):
        return Days(day=found.days[0])
    raise ValueError(tr("must be a day such as 2026-12-05, hari ini, besok or +14 hari, not {text!r}.", text=text))
