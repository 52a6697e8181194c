"""Times of day as customers write them: "14.30", "jam 2 siang", "setengah 8", "half past seven"."""

import re
from collections.abc import Iterator, Sequence
from datetime import time
from typing import NamedTuple

from flask_chatbot.core.language.vocabulary import Vocabulary
from flask_chatbot.core.late import late_pattern

CLOCK = late_pattern(r"([0-9]{1,2})(?:[.:]([0-9]{2}))?(?:[.:]([0-9]{2}))?")
FOUR_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})")
HALF, QUARTER = 30, 15
DAY = 24 * 60  # minutes
MORNING = 7 * 60  # from here on "9.30" is the time on a clock of 24 hours, unless that does not fit
# The hours that a part of the day is said with, as they are on a face of twelve and on one of 24.
PARTS: dict[str, tuple[range, range]] = {
    "dawn": (range(7), range(7)),
    "morning": (range(12), range(12)),
    "noon": (range(1, 5), range(10, 17)),
    "afternoon": (range(1, 12), range(12, 24)),
    "evening": (range(4, 12), range(16, 24)),
    "night": (range(6, 12), range(18, 24)),
}
SMALL_HOURS = range(1, 4)  # "jam 2 malam"
NOON = ("noon", "siang bolong")
ZONES = {"wib": 7, "wita": 8, "wit": 9}  # hours east of Greenwich
UTC_WORDS = ("utc", "waktu", "universal", "terkoordinasi", "coordinated", "time")  # as the filter `time` may add


class Clock(NamedTuple):
    """A time as it is written: minutes from midnight, on a face of twelve where `is_bare`; `has_minutes` where they are written."""

    minute: int
    is_bare: bool = False
    has_minutes: bool = False


class TimesRead(NamedTuple):
    """The times that a text may mean, that of the first half of the day first; `prefers_first` where that one is meant if it fits."""

    times: tuple[time, ...] = ()
    prefers_first: bool = False


NO_TIME = TimesRead()


def read_clock(tokens: Sequence[str], words: Vocabulary, offset: float = 7) -> TimesRead:
    """The times that tokens may mean, all of them: both halves of the day where nothing tells which; none where they are no time.

    `offset` are the hours that the bot's clock is east of Greenwich.

    >>> from flask_chatbot.core.language.vocabulary import vocabulary_of
    >>> words = vocabulary_of("id")
    >>> [len(read_clock(text.split(), words).times) for text in ("2", "14:30", "2 siang", "setengah 8 malam", "25.00")]
    [2, 1, 1, 1, 0]
    """
    rest = [token for token in tokens if token not in words.clock and ZONES.get(token) != offset and token not in UTC_WORDS]
    if not rest:
        return NO_TIME
    run = " ".join(rest)
    if words.dayparts.get(run) in ("midday", "midnight") or run in NOON:
        return TimesRead((time(0 if words.dayparts[run] == "midnight" else 12),))
    part, numbers = daypart(rest, words)
    clock = written_clock(numbers, words) if numbers else None
    if clock is None:
        return NO_TIME
    times = tuple(time(minute // 60, minute % 60) for minute in minutes_of(clock, part))
    return TimesRead(times, prefers_first=clock.has_minutes and clock.minute >= MORNING)


def daypart(tokens: Sequence[str], words: Vocabulary) -> tuple[str, Sequence[str]]:
    """The part of the day that stands behind a time or ahead of it, empty where none does; and the other tokens."""
    for size in (3, 2, 1):
        if len(tokens) > size:
            behind, ahead = words.dayparts.get(" ".join(tokens[-size:])), words.dayparts.get(" ".join(tokens[:size]))
            if behind is not None:
                return behind, tokens[:-size]
            if ahead is not None:
                return ahead, tokens[size:]
    return "", tokens


def written_clock(tokens: Sequence[str], words: Vocabulary) -> Clock | None:
    """The hour and the minutes that tokens name."""
    if tokens[0] in words.half_before and len(tokens) == 2:  # "setengah 8" is half an hour before
        hour = hour_of(tokens[1], words)
        return None if hour is None else Clock((hour * 60 - HALF) % DAY, hour <= 12)
    for place, token in enumerate(tokens):
        if 0 < place < len(tokens) - 1 and (token in words.past or token in words.to):
            return with_minutes(tokens[:place], tokens[place + 1 :], token in words.past, words)
    if len(tokens) != 1:
        return None
    if found := FOUR_DIGITS.fullmatch(tokens[0]):
        return clock_of(int(found[1]), int(found[2]), has_minutes=True, is_bare=False)
    if found := CLOCK.fullmatch(tokens[0]):
        hour, minute = int(found[1]), int(found[2] or 0)
        is_bare = found[1][0] != "0" and hour <= 12
        return clock_of(hour, minute, has_minutes=found[2] is not None, is_bare=is_bare)
    hour = hour_of(tokens[0], words)
    return None if hour is None else clock_of(hour, 0, has_minutes=False, is_bare=True)


def with_minutes(first: Sequence[str], second: Sequence[str], is_past: bool, words: Vocabulary) -> Clock | None:
    """The time of "8 lewat 15" or "quarter past 8": what is no hour is the minutes."""
    before, after = " ".join(first), " ".join(second)
    english = before in ("half", "quarter", "a quarter")
    hour, said = (after, before) if english or (before in words.numbers and int(words.numbers[before]) > 12) else (before, after)
    minutes = HALF if said in ("half", "setengah") else QUARTER if "quarter" in said or said == "seperempat" else hour_of(said, words, 60)
    of = hour_of(hour, words)
    if of is None or minutes is None:
        return None
    return Clock((of * 60 + (minutes if is_past else -minutes)) % DAY, of <= 12, True)


def hour_of(word: str, words: Vocabulary, limit: int = 25) -> int | None:
    """The number of an hour, or of minutes, below a limit."""
    number = words.numbers.get(word)
    if number is None and word.isdecimal() and word.isascii() and len(word) <= 2:
        return int(word) if int(word) < limit else None
    return int(number) if number is not None and number == int(number) and 0 <= number < limit else None


def clock_of(hour: int, minute: int, *, has_minutes: bool, is_bare: bool) -> Clock | None:
    """The clock with that hour and minute, where there is one."""
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return Clock(hour % 24 * 60 + minute, is_bare and 1 <= hour <= 12, has_minutes)


def minutes_of(clock: Clock, part: str) -> Iterator[int]:
    """The minutes from midnight that a time may be in a part of the day, or in either half of it."""
    hour, minute = divmod(clock.minute, 60)
    if not part:
        other = (clock.minute + 12 * 60) % DAY
        yield clock.minute
        if clock.is_bare:
            yield other
        return
    if part in ("midday", "midnight"):  # which the bot itself writes behind the 12
        if (hour, minute) in ((12, 0), (0, 0)):
            yield 12 * 60 if part == "midday" else 0
        return
    on_twelve, on_day = PARTS[part]
    face = hour % 12
    if part == "night" and (face == 0 or face in SMALL_HOURS) and hour <= 12:
        yield face * 60 + minute
    elif part in ("morning", "dawn"):
        if (hour < 12 and hour in on_day) or (hour == 12 and part == "morning"):
            yield (hour % 12) * 60 + minute
    elif hour in on_day:
        yield clock.minute
    elif hour <= 12 and face in on_twelve:
        yield (face + 12) * 60 + minute
