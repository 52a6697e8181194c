"""`Field`: the fields of a rule, and reading a customer's values into them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple, Protocol

from flask_chatbot.core.language.daytimes import Span
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Language, clip, say
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.sent import SentValue
from flask_chatbot.errors import AnswerFailed

log = get_logger(__name__)

SURPLUS = "#"  # the key in Reading.problems under which parts too many are reported; no field can be called that
ABBREVIATIONS = frozenset("hp wa ktp npwp nik nis nim rt rw dp cod id pin sku".split())  # words of a name that are written in capitals
DASH = "- \u2013\u2014"  # phones turn two into a long one
WAY_OUT = "Let the `if` ask first whether that can be computed."
NO_NAMES: Mapping[str, object] = MappingProxyType({})
NOTHING_SENT: Mapping[str, SentValue] = MappingProxyType({})
NO_FOLDING = Folding()


class TextTemplate(Protocol):
    """A template in a field: its own sentence about a wrong value, or its default."""

    def render(self, values: Mapping[str, object], /) -> str:
        """The text, made with the values that the template names; AnswerFailed where that cannot be done."""


class OpeningHours(Protocol):
    """The hours in which the shop is open."""

    def is_open(self, now: datetime, /) -> bool:
        """True if it is open at that time."""

    def spans(self, day: date, /) -> tuple[Span, ...]:
        """The spans of a day, none where it is closed."""


class TextPattern(Protocol):
    """A compiled RE2 pattern; a protocol, since RE2 is an extra that few rule books need."""

    def fullmatch(self, text: str, /) -> object | None:
        """Return something true if the whole text fits."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice, as its author wrote it, and the other words for it."""

    value: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """A day that a date is not to be before, or after: so long after today, or always the same one.

    >>> Days(ahead=timedelta(days=14)).at(date(2026, 11, 26)), Days(day=date(2026, 12, 5)).at(date(2026, 11, 26))
    (datetime.date(2026, 12, 10), datetime.date(2026, 12, 5))
    """

    ahead: timedelta = timedelta()
    day: date | None = None

    def at(self, today: date) -> date:
        """The day that it is today."""
        return self.day or today + self.ahead


Limit = float | Days | time  # of numbers and the length of texts, of dates, of times
NUMBER_LIMIT = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")


def read_number_limit(text: str) -> float:
    """A number as a rule file writes it; the ValueError ends the sentence for its author.

    >>> read_number_limit("10"), read_number_limit("2.50")
    (10, 2.5)
    """
    if not NUMBER_LIMIT.fullmatch(text):
        raise ValueError(tr("must be a number, not {text!r}.", text=text))
    return float(text) if "." in text else int(text)


class Context(NamedTuple):
    """The place and time at which a value is read: `now` is aware, in the rule file's time zone.

    `folding` knows the bot's words for courtesy, yes and no. `day` is the date given before in the same form, which the hours of a time
    are those of. `names` are what the template of a default may use, `sent` what came in place of a text, by the field it is the value of.
    """

    language: Language
    country: str
    now: datetime
    hours: OpeningHours | None = None
    folding: Folding = NO_FOLDING
    day: date | None = None
    names: Mapping[str, object] = NO_NAMES
    sent: Mapping[str, SentValue] = NOTHING_SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """A kind of value.

    `read` gets a trimmed text that is not empty, and returns the value; or raises ValueError, whose message is the whole sentence for
    the customer. `keys` says which of min, max, pattern, options, unit and open mean something to it; `limit` reads what the rule file
    says as min or max, or raises ValueError that ends a sentence for its author. With `takes`, its values are messages of these kinds, and
    no texts.
    """

    read: Callable[[str, "Field", Context], object]
    keys: frozenset[str] = frozenset()
    limit: Callable[[str], Limit] = read_number_limit
    takes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value a rule asks for; `default` is text, read when a message comes, since "besok" is another day tomorrow.

    `unit` are the units that a number may be written with, any common one where none is listed. `open` asks for a day or a time when the
    shop is open.
    """

    name: str
    kind: FieldType
    type: str
    label: str = ""
    question: str = ""
    optional: bool = False
    default: str | TextTemplate | None = None
    rest: bool = False
    interrupt: bool = True
    condition: TextTemplate | None = None
    error: TextTemplate | None = None
    min: Limit | None = None
    max: Limit | None = None
    pattern: TextPattern | None = None
    options: tuple[Option, ...] = ()
    unit: tuple[str, ...] = ()
    open: bool = False

    @property
    def title(self) -> str:
        """The name that customers see: its label, else its name as words.

        >>> Field(name="nomor_resi", type="text", kind=FieldType(read=lambda text, field, context: text)).title
        'Nomor resi'
        """
        return self.label or titled(self.name)

    @property
    def is_typed(self) -> bool:
        """True unless any text will do."""
        return self.type != "text" or bool(self.options) or self.pattern is not None

    @property
    def is_sent(self) -> bool:
        """True if its value is sent, as a file or a place, and never written."""
        return bool(self.kind.takes)

    @property
    def may_be_left_out(self) -> bool:
        """True if the rule can do without a value from the customer."""
        return self.optional or self.default is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of a message's parts, one per field (None for a wrong one), and a sentence for each problem by field name."""

    values: dict[str, object] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def titled(name: str) -> str:
    """A name as words, with a capital first letter.

    >>> titled("no_hp"), titled("nama_lengkap")
    ('No HP', 'Nama lengkap')
    """
    words = " ".join(word.upper() if word in ABBREVIATIONS else word for word in name.replace("nohp", "no_hp").split("_")).strip()
    return words[:1].upper() + words[1:]


def read_fields(fields: Sequence[Field], parts: Sequence[str], context: Context) -> Reading:
    """Read parts, in the order of the fields, into values; a rule without fields takes any parts.

    Extra parts are a problem under the key ``#``, unless the last field takes the rest.
    """
    return read_dealt(fields, dealt(fields, parts), context)


def read_dealt(fields: Sequence[Field], texts: Sequence[str], context: Context) -> Reading:
    """Read texts that are already matched to fields: one for each, then those that no field takes."""
    reading = Reading()
    for wanted, text in zip(fields, texts, strict=False):
        given = "" if leaves_out(wanted, text) else text.strip()
        is_blind = bool(reading.problems)  # what a condition asks for may be what is wrong
        if wanted.condition is not None and not (given if is_blind else applies(wanted, {**context.names, **reading.values})):
            reading.values[wanted.name] = None
            continue
        try:
            value = wanted.kind.read(given, wanted, context) if given else _left_out(wanted, context, reading.values)
        except ValueError as error:
            value = None
            reading.problems[wanted.name] = (given and _own_sentence(wanted.error, given)) or str(error)
        reading.values[wanted.name] = value
        if value.__class__ is date:
            context = context._replace(day=value)
    if fields and len(texts) > len(fields):
        sent = sum(each.is_sent for each in fields)  # for which no part is meant
        reading.problems[SURPLUS] = say(context.language, "too_many_parts", count=len(texts) - sent, expected=len(fields) - sent)
    return reading


def leaves_out(wanted: Field, text: str) -> bool:
    """True if a text is nothing but a dash, for a field that may be left out: so people keep the place of a part.

    >>> wanted = Field(name="catatan", type="text", kind=FieldType(read=lambda text, field, context: text), optional=True)
    >>> [leaves_out(wanted, text) for text in (" - ", "--", "-5", "")]
    [True, True, False, False]
    """
    return not text.strip(DASH) and bool(text.strip()) and wanted.may_be_left_out and not wanted.options


def applies(wanted: Field, names: Mapping[str, object]) -> bool:
    """True unless the condition of a field fails, by the values of the fields before it.

    One that cannot be evaluated does not fail: asking once too often loses nothing. The log says why.
    """
    if wanted.condition is None:
        return True
    try:
        return bool(wanted.condition.render(dict(names)).strip())
    except AnswerFailed as error:
        log.error(
            "the 'if' of the field %r cannot be evaluated, so it is taken to hold: %s. %s", wanted.name, error, error.way_out or WAY_OUT
        )
        return True


def dealt(fields: Sequence[Field], parts: Sequence[str]) -> list[str]:
    """One text for each field, then those that no field takes."""
    filled = list(parts)
    while filled and not filled[-1].strip():
        filled.pop()
    if fields and fields[-1].rest:
        last = len(fields) - 1
        filled[last:] = ["#".join(filled[last:])]
    return filled + [""] * (len(fields) - len(filled))


def _left_out(wanted: Field, context: Context, values: Mapping[str, object]) -> object:
    """The value of an omitted field; raises ValueError if it is required."""
    default = wanted.default
    if isinstance(default, str):
        if text := default.strip():
            return wanted.kind.read(text, wanted, context)
    elif default is not None and (value := _made(default, wanted, context, values)) is not None:
        return value
    if wanted.optional or isinstance(default, str):
        return None
    raise ValueError(wanted.question or _missing(wanted, context.language))


def _made(default: TextTemplate, wanted: Field, context: Context, values: Mapping[str, object]) -> object:
    """The value of a default that is a template; None where it comes out empty, or as no value of the field."""
    try:
        text = default.render({**context.names, **values}).strip()
        return wanted.kind.read(text, wanted, context) if text else None
    except (AnswerFailed, ValueError):
        return None


def _own_sentence(error: TextTemplate | None, text: str) -> str:
    """The field's own sentence; empty if it has none or it fails to render: the type's sentence is better than an apology."""
    if error is None:
        return ""
    try:
        return error.render({"value": text}).strip()
    except AnswerFailed:
        return ""


def _missing(wanted: Field, language: Language) -> str:
    if wanted.is_sent:
        return say(language, f"not_{wanted.type}")
    if not wanted.options:
        return say(language, "missing")
    return say(language, "missing_choice", options=listed(wanted.options))


def listed(options: Sequence[Option]) -> str:
    """The options as a sentence names them, in at most 300 characters.

    >>> listed([Option("kalender"), Option("kartu nama")])
    'kalender, kartu nama'
    """
    return clip(", ".join(option.value for option in options), 300)
