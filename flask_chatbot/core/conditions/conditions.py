"""`Condition`: the ``when:`` of a rule, compiled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.language.daytimes import DAY, DAY_NAMES, Dates, Span, in_words
from flask_chatbot.core.language.numbers import mask, senders_phone
from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.messages import Message

CLOCK = frozenset({"open", "days", "time", "dates"})
_LIST_LIMIT = 80  # characters of a long list


@dataclass(frozen=True, slots=True)
class Unmet:
    """One part of a condition that does not hold.

    >>> str(Unmet("open", "true", "false"))
    'open: wanted true, is false'
    """

    key: str
    wanted: str
    actual: str

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Translatable:
        """The key, and both values."""
        return tr("{key}: wanted {wanted}, is {actual}", key=self.key, wanted=self.wanted, actual=self.actual)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Telephone numbers with their country code, digits only; `prefixes` stand for all numbers that start with them.

    A sender's number without a country code is read in `country`.
    """

    whole: frozenset[str]
    prefixes: tuple[str, ...] = ()
    country: str = "ID"

    def __str__(self) -> str:
        return listed([*sorted(self.whole), *(f"{prefix}*" for prefix in self.prefixes)])

    def cover(self, number: str) -> bool:
        """True if a sender's number, however it is written, is one of them."""
        plain = international(number, self.country)
        return plain in self.whole or plain.startswith(self.prefixes)

    def include(self, other: "Numbers") -> bool:
        """True if all of the other's numbers are among these."""
        return all(map(self.has, other.whole)) and all(prefix.startswith(self.prefixes) for prefix in other.prefixes)

    def meet(self, other: "Numbers") -> bool:
        """True if the two share a number."""
        shared = any(map(self.has, other.whole)) or any(map(other.has, self.whole))
        return shared or any(a.startswith(b) or b.startswith(a) for a in self.prefixes for b in other.prefixes)

    def has(self, number: str) -> bool:
        """True if a number in this same form is one of them."""
        return number in self.whole or number.startswith(self.prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The requirements that must all hold for a rule to answer; None requires nothing. Days count from Monday as 0.

    Each part is checked on its own: ``days: [fri]`` with a `time` that crosses midnight does not reach into Saturday.
    """

    open: bool | None = None
    days: frozenset[int] | None = None
    time: tuple[Span, ...] | None = None
    dates: tuple[Dates, ...] | None = None
    chat: Literal["private", "group"] | None = None
    from_: Numbers | None = None
    not_from: Numbers | None = None
    line: tuple[str, ...] | None = None
    first_contact: bool | None = None

    @property
    def asks_clock(self) -> bool:
        """True if the time can decide whether it holds."""
        return (self.open, self.days, self.time, self.dates) != (None, None, None, None)

    def unmet(self, message: Message, now: datetime, hours: Hours | None, first: bool) -> tuple[Unmet, ...]:
        """The parts that do not hold; empty if the rule may answer. `now` is local; `first` if the sender never wrote before."""
        return (*self._of_clock(now, hours), *self._of_message(message, first))

    def _of_clock(self, now: datetime, hours: Hours | None) -> Iterator[Unmet]:
        is_open = hours is not None and self.open is not None and hours.is_open(now)
        if self.open is not None and self.open != is_open:
            yield Unmet("open", truth(self.open), truth(is_open))
        if self.days is not None and now.weekday() not in self.days:
            yield Unmet("days", in_words(self.days), DAY_NAMES[now.weekday()])
        if self.time is not None and not any(span.covers(now.hour * 60 + now.minute) for span in self.time):
            yield Unmet("time", listed(self.time), f"{now:%H.%M}")
        if self.dates is not None and not any(dates.covers(now.date()) for dates in self.dates):
            yield Unmet("dates", listed(self.dates), str(now.date()))

    def _of_message(self, message: Message, first: bool) -> Iterator[Unmet]:
        number = message.sender.number
        if self.chat is not None and self.chat != message.chat:
            yield Unmet("chat", self.chat, message.chat)
        if self.from_ is not None and not self.from_.cover(number):
            yield Unmet("from", str(self.from_), mask(number) or tr("nobody"))
        if self.not_from is not None and self.not_from.cover(number):
            yield Unmet("not_from", tr("none of {numbers}", numbers=self.not_from), mask(number))
        if self.line is not None and message.line not in self.line:
            yield Unmet("line", listed(self.line), message.line or tr("no line with a name"))
        if self.first_contact is not None and self.first_contact != first:
            yield Unmet("first_contact", truth(self.first_contact), truth(first))


def is_clock(unmet: Iterable[Unmet]) -> bool:
    """True if only the clock is the reason, so that ``otherwise`` answers.

    >>> is_clock([Unmet("open", "true", "false")]), is_clock([])
    (True, False)
    """
    keys = {each.key for each in unmet}
    return bool(keys) and keys <= CLOCK


def disjoint(a: Condition | None, b: Condition | None) -> bool:
    """True if the two can certainly never hold together, judged part by part; given one condition twice, if it can never hold."""
    if a is None or b is None:
        return False
    apart = (
        differ(a.open, b.open),
        differ(a.chat, b.chat),
        differ(a.first_contact, b.first_contact),
        a.days is not None and b.days is not None and not a.days & b.days,
        a.line is not None and b.line is not None and not set(a.line) & set(b.line),
        a.time is not None and b.time is not None and not any(overlap(s, t) for s in a.time for t in b.time),
        a.dates is not None and b.dates is not None and not any(s.meets(t) for s in a.dates for t in b.dates),
        a.from_ is not None and b.from_ is not None and not a.from_.meet(b.from_),
        any(x.not_from is not None and y.from_ is not None and x.not_from.include(y.from_) for x in (a, b) for y in (a, b)),
    )
    return any(apart)


def overlap(a: Span, b: Span) -> bool:
    """True if the two share a minute of the day.

    >>> overlap(Span(1200, 1560), Span(60, 480)), overlap(Span(480, 720), Span(720, 1020))
    (True, False)
    """
    return any(a.meets(Span(b.start + shift, b.end + shift)) for shift in (-DAY, 0, DAY))


def differ(a: object, b: object) -> bool:
    """True if both require something, and not the same."""
    return a is not None and b is not None and a != b


@lru_cache(maxsize=1024)  # a hundred rules may ask for the same sender in turn
def international(number: str, country: str) -> str:
    """A sender's number with its country code; a text that is no number stays as it is.

    >>> international("0812-3456-7890", "ID"), international("6281234567890@c.us", "ID"), international("6282386xxxxxx", "ID")
    ('6281234567890', '6281234567890', '6282386xxxxxx')
    """
    return senders_phone(number.strip(), country).removesuffix("@c.us")


def listed(values: Iterable[object]) -> str:
    """The values, separated by commas and shortened if there are many."""
    return clip(", ".join(map(str, values)), _LIST_LIMIT)


def truth(value: bool) -> str:
    """Yes or no as a rule file writes it."""
    return "true" if value else "false"
