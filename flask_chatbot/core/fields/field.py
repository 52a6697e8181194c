"""`Field`: the fields of a rule, and reading a customer's values into them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flask_chatbot.core.language.sentences import clip, say
from flask_chatbot.errors import AnswerFailed

SURPLUS = "#"  # the key in Reading.problems under which parts too many are told; no field can be called that


class ErrorTemplate(Protocol):
    """A field's own sentence about a wrong value."""

    def render(self, values: dict[str, object], /) -> str:
        """Render the sentence; `values` holds the customer's text as `value`."""


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
class Context:
    """The place and time at which a value is read: `now` is aware, in the rule file's time zone."""

    language: str
    country: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """A kind of value.

    `read` gets a trimmed text that is not empty, and returns the value, or raises ValueError with the whole sentence for the customer.
    `keys` are those of min, max, pattern and options that the type uses.
    """

    read: Callable[[str, "Field", Context], object]
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value that a rule asks for; `default` is text, read when a message comes, since "besok" is another day tomorrow."""

    name: str
    kind: FieldType
    type: str
    label: str = ""
    question: str = ""
    optional: bool = False
    default: str | None = None
    rest: bool = False
    interrupt: bool = True
    error: ErrorTemplate | None = None
    min: float | None = None
    max: float | None = None
    pattern: TextPattern | None = None
    options: tuple[Option, ...] = ()

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

    >>> titled("no_hp")
    'No hp'
    """
    words = name.replace("_", " ").strip()
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
        given = text.strip()
        try:
            reading.values[wanted.name] = wanted.kind.read(given, wanted, context) if given else _left_out(wanted, context)
        except ValueError as error:
            reading.values[wanted.name] = None
            reading.problems[wanted.name] = (given and _own_sentence(wanted.error, given)) or str(error)
    if fields and len(texts) > len(fields):
        reading.problems[SURPLUS] = say(context.language, "too_many_parts", count=len(texts), expected=len(fields))
    return reading


def dealt(fields: Sequence[Field], parts: Sequence[str]) -> list[str]:
    """One text for each field, then those that no field takes."""
    filled = list(parts)
    while filled and not filled[-1].strip():
        filled.pop()
    if fields and fields[-1].rest:
        last = len(fields) - 1
        filled[last:] = ["#".join(filled[last:])]
    return filled + [""] * (len(fields) - len(filled))


def _left_out(wanted: Field, context: Context) -> object:
    """The value of an omitted field; raises ValueError if it is required."""
    if wanted.default and wanted.default.strip():
        return wanted.kind.read(wanted.default.strip(), wanted, context)
    if wanted.may_be_left_out:
        return None
    raise ValueError(wanted.question or _missing(wanted, context.language))


def _own_sentence(error: ErrorTemplate | None, text: str) -> str:
    """The field's own sentence; empty if it has none or it fails to render: the type's sentence is better than an apology."""
    if error is None:
        return ""
    try:
        return error.render({"value": text}).strip()
    except AnswerFailed:
        return ""


def _missing(wanted: Field, language: str) -> str:
    if not wanted.options:
        return say(language, "missing")
    return say(language, "missing_choice", options=listed(wanted.options))


def listed(options: Sequence[Option]) -> str:
    """The options as a sentence names them, in at most 300 characters.

    >>> listed([Option("kalender"), Option("kartu nama")])
    'kalender, kartu nama'
    """
    return clip(", ".join(option.value for option in options), 300)
