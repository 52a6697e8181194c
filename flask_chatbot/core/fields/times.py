"""Times of day, read within the hours and the limits of their field."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from flask_chatbot.core.fields.clocks import NO_TIME, TimesRead, read_clock
from flask_chatbot.core.fields.field import Context, Field, listed
from flask_chatbot.core.fields.tokens import WORD, slices, tokens_of
from flask_chatbot.core.language.formats import format_date, format_time, time_pattern, zone_names
from flask_chatbot.core.language.sentences import Language, quote, say
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import tr

ZONE_FROM = 12  # letters of a time with seconds and a zone, at the least
FORENOON = time(9)  # from here to noon the day is meant by a bare hour
TIME_TOKEN = late_pattern(rf"[0-9]+(?:[.:][0-9]+)*|{WORD}|[^\s.,;!?=*~\"'()_:]")


def read_time(text: str, field: Field, context: Context) -> time:
    """A time of day; one that could be in either half of the day is the one that fits, else it is refused and both are named.

    >>> from datetime import UTC
    >>> from flask_chatbot.core.fields.field import FieldType
    >>> field = Field(name="jam", type="time", kind=FieldType(read=read_time), min=time(8), max=time(17))
    >>> from flask_chatbot.core.language.sentences import language_of
    >>> context = Context(language_of("id"), "ID", datetime(2026, 11, 26, tzinfo=UTC))
    >>> [str(read_time(text, field, context)) for text in ("jam 2", "setengah 9", "14.30")]
    ['14:00:00', '08:30:00', '14:30:00']
    """
    found = times_in(text, field, context)
    if not found.times:
        raise ValueError(say(context.language, "not_time", value=quote(text)))
    fitting = [each for each in found.times if is_within(each, field)]
    if not fitting:
        raise ValueError(outside(field, context))
    opened = open_ones(fitting, context)
    if field.open and not opened:
        raise ValueError(closed(fitting[0], context))
    fitting = opened or fitting
    is_forenoon = fitting[0] >= FORENOON and not is_bounded(field, context)  # "9" is 09.00, where nothing else is said
    if len(fitting) > 1 and not (found.prefers_first or is_forenoon):
        first, second = (in_words(each, context.language) for each in fitting)
        raise ValueError(say(context.language, "two_readings", value=quote(text), first=first, second=second))
    return fitting[0]


def in_part(before: str, text: str, field: Field, context: Context) -> str:
    """A time that could be in either half of the day, with the part of the day that was written after it: "jam 2", and then "yang siang".

    Empty where the second text is no part of the day, or does not fit.
    """
    words = context.language.vocabulary.dayparts
    for part in slices(tokens_of(text, TIME_TOKEN), field, context, "time"):
        whole = f"{before} {' '.join(part)}"
        if " ".join(part) in words and times_in(whole, field, context).times:
            return whole
    return ""


def is_bounded(field: Field, context: Context) -> bool:
    """True if limits, options or hours say which times are meant."""
    return bool(isinstance(field.min, time) or isinstance(field.max, time) or field.options or context.hours)


def times_in(text: str, field: Field, context: Context) -> TimesRead:
    """The times that a text may mean, with what says nothing set aside."""
    tokens, words = tokens_of(without_zone(text, context), TIME_TOKEN), context.language.vocabulary
    offset = context.now.utcoffset()
    hours = 0.0 if offset is None else offset.total_seconds() / 3600
    found = (read_clock(part, words, hours) for part in slices(tokens, field, context, "time"))
    return next((times for times in found if times.times), NO_TIME)


def without_zone(text: str, context: Context) -> str:
    """The text without the name of the bot's own time zone, as the filter `time` may write it behind a time."""
    if len(text) < ZONE_FROM:
        return text
    names = zone_names(context.now, context.language.babel)
    return next((text[: -len(name)] for name in names if text.endswith(name)), text)


def is_within(value: time, field: Field) -> bool:
    """True if a time is within the limits of its field, and one of its options."""
    is_late = isinstance(field.min, time) and value < field.min
    is_early = isinstance(field.max, time) and value > field.max
    return not (is_late or is_early) and (not field.options or value in options_of(field))


def options_of(field: Field) -> set[time]:
    """The times among which one is chosen."""
    return {read_limit(option.value) for option in field.options}


def read_limit(text: str) -> time:
    """A time as a rule file writes it; the ValueError ends the sentence for its author.

    >>> read_limit("09.00"), read_limit("9"), read_limit("14:30")
    (datetime.time(9, 0), datetime.time(9, 0), datetime.time(14, 30))
    """
    found = re.fullmatch(r"([0-9]{1,2})(?:[.:]([0-9]{2}))?", text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValueError(tr("must be a time of day such as 09.00 or 14.30, not {text!r}.", text=text))
    return time(int(found[1]), int(found[2] or 0))


def open_ones(times: Iterable[time], context: Context) -> list[time]:
    """The times at which the shop is open on the day of the form, today without one; none where it has no hours."""
    hours, day = context.hours, context.day or context.now.date()
    return [each for each in times if hours is not None and hours.is_open(datetime.combine(day, each, context.now.tzinfo))]


def outside(field: Field, context: Context) -> str:
    """The sentence about a time that is too early or too late, or not among the options."""
    if field.options:
        return say(context.language, "choose", options=listed(field.options))
    low, high = ("" if not isinstance(limit, time) else written_time(limit, context.language) for limit in (field.min, field.max))
    key = "time_not_between" if low and high else "time_too_early" if low else "time_too_late"
    return say(context.language, key, min=low, max=high)


def closed(value: time, context: Context) -> str:
    """The sentence about a time when the shop is closed, with the hours of that day."""
    day = context.day or context.now.date()
    spans = context.hours.spans(day) if context.hours is not None else ()
    if not spans:
        return say(context.language, "closed_day", date=format_date(day, context.language.full_date, context.language.babel))
    return say(context.language, "closed_time", time=written_time(value, context.language), hours=", ".join(map(str, spans)))


def written_time(value: time, language: Language) -> str:
    """A time as the bot prints it.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> written_time(time(14, 30), language_of("id"))
    '14.30'
    """
    return format_time(value, "short", language.babel)


def in_words(value: time, language: Language) -> str:
    """A time with its part of the day, where the bot prints times on a clock of 24 hours.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> [in_words(value, language_of(name)) for value, name in ((time(2), "id"), (time(14, 30), "id"), (time(14), "en"))]
    ['2 pagi', '2.30 siang', '2:00\u202fPM']
    """
    if not set("abB").isdisjoint(time_pattern(language.babel)):
        return written_time(value, language)
    return format_time(value, "h.mm B" if value.minute else "h B", language.babel)
