"""Compiles the ``fields:`` of a rule."""

import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from flask_chatbot.core.fields.field import Context, Days, Field, FieldType, Limit, Option
from flask_chatbot.core.fields.times import read_limit as read_time_limit
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.folding import canonical
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import build_pattern, compile_template
from flask_chatbot.core.templates.check import JINJA_NAMES
from flask_chatbot.core.templates.template import Sandbox, Template, has_marks
from flask_chatbot.core.templates.types import UNKNOWN, Type, type_of_var
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.habits import guess

RESERVED = ("message", "text", "data", "keyword", "now", "memory", "value", *JINJA_NAMES)
NAME = re.compile(r"[^\W\d]\w*")
VALUES = frozenset({"min", "max", "options", "default"})  # keys whose values are read as a customer's would be
TYPED = frozenset({"min", "max", "pattern", "options", "unit", "open"})  # keys that only some types understand
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")  # as Indonesian has them; in a rule file it is a decimal number
UNIT = re.compile(r"[^\W\d_]+|%")
SENDER: Mapping[str, str] = {"nama": "text", "nohp": "text", "sapaan": "text", "now": "datetime"}  # what the template of a default may name


def no_options(place: Place) -> tuple[str, ...]:
    """No options, where there are no tables."""
    return ()


@dataclass(frozen=True, slots=True)
class FieldBuilder:
    """Compiles the fields of one book: with its types, its sandbox for templates, and True if it has opening hours.

    `options_from` gives the options that a table has for a field.
    """

    types: Mapping[str, FieldType]
    sandbox: Sandbox
    has_hours: bool = False
    options_from: Callable[[Place], tuple[str, ...]] = no_options

    def build(self, place: Place) -> tuple[Field, ...] | None:
        """The fields in the order customers write them, or None where the rule has none."""
        if place.data is None:
            return None
        fields: list[Field] = []
        for entry in place.entries():
            for at, name in named_in(entry):
                field = self.field(at, name, fields)
                if any(field.name == other.name for other in fields):
                    entry.report(tr("the name {field!r} is taken by another field. Choose another one.", field=field.name))
                if fields and fields[-1].rest:
                    entry.report(tr("nothing can follow {field!r}, which takes the rest. Move it to the end.", field=fields[-1].name))
                fields.append(field)
        return tuple(fields)

    def field(self, place: Place, name: str, before: Sequence[Field]) -> Field:
        """One field, behind those `before` it; what is wrong with it is reported, and it comes out as usable as can be."""
        written: dict[str, Any] = place.data if isinstance(place.data, dict) else {}
        data = {key: value for key, value in written.items() if value is not None}
        check_name(place, name)
        question = data.get("question", "")
        if place.data is None or ("type" in written and "type" not in data):  # refused, so it could be of any type
            return Field(name=name, type="", kind=self.types["text"], question=question)
        type_name = type_in(data)
        if type_name not in self.types:
            listed = ", ".join(self.types)
            way_out = guess(type_name, self.types).way_out or tr(" Known types: {listed}.", listed=listed)
            place.at("type").report(tr("unknown field type {type!r}.{way_out}", type=type_name, way_out=way_out), may_be_python=True)
            return Field(name=name, type=type_name, kind=self.types["text"], question=question)
        field = self.typed(place, name, type_name, data, before)
        self.check(place, field, data)
        return field

    def typed(self, place: Place, name: str, type_name: str, data: Mapping[str, Any], before: Sequence[Field]) -> Field:
        """The field of a known type, by its keys."""
        kind = self.types[type_name]
        return Field(
            name=name,
            type=type_name,
            kind=kind,
            pattern=build_pattern(place.at("pattern")) if "pattern" in data else None,
            options=self.options(place.at("options")) if "options" in data else (),
            error=build_error(place.at("error"), self.sandbox) if "error" in data else None,
            default=self.default(place.at("default"), before) if "default" in data else None,
            condition=self.condition(place.at("if"), before) if "if" in data else None,
            unit=tuple(entry.data for entry in place.at("unit").entries()) if "unit" in data else (),
            min=build_limit(place.at("min"), kind) if "min" in data and "min" in kind.keys else None,
            max=build_limit(place.at("max"), kind) if "max" in data and "max" in kind.keys else None,
            **{key: data[key] for key in ("label", "question", "optional", "interrupt", "rest", "open") if key in data},
        )

    def options(self, place: Place) -> tuple[Option, ...]:
        """The choices that are written at a place, or those of the column that it names."""
        return tuple(map(Option, self.options_from(place))) if names_column(place) else build_options(place)

    def default(self, place: Place, before: Sequence[Field]) -> str | Template:
        """The default as it is written, or a template that may name the vars, the sender and the fields before it."""
        if not has_marks(place.data):
            return str(place.data)
        return compile_template(place, self.sandbox, self.names(before))

    def condition(self, place: Place, before: Sequence[Field]) -> Template:
        """The condition on the fields before it, as a template that is empty where it fails."""
        return self.condition_on(place, self.names(before))

    def condition_on(self, place: Place, names: Mapping[str, str | Type]) -> Template:
        """A condition on values of these names, as a template that is empty where it fails."""
        return compile_template(replace(place, data=f"{{% if {place.data} %}}1{{% endif %}}"), self.sandbox, names)

    def names(self, before: Sequence[Field]) -> dict[str, str | Type]:
        """The names that a field's own templates may use, with their types."""
        variables = {name: type_of_var(value) for name, value in self.sandbox.globals.items()}
        return {**variables, **SENDER, **{field.name: type_of_field(field) for field in before}}

    def check(self, place: Place, field: Field, data: Mapping[str, object]) -> None:
        """Report what does not fit together in a field."""
        check_keys(place, field, data)
        if field.open and "open" in field.kind.keys and not self.has_hours:
            place.at("open").report(tr("'open' needs to know when that is. Add `hours:` to the settings, or remove it."), key=True)
        for entry in place.at("unit").entries() if "unit" in data else ():
            if not UNIT.fullmatch(entry.data):
                entry.report(tr("{text!r} is not a unit. Write each as one word without digits, such as kg or bungkus.", text=entry.data))
        if VALUES.isdisjoint(data):
            return
        context = context_of(self.sandbox.locale)
        check_limits(place, field, data, context)
        if field.options and field.type in FIELD_TYPES and "options" in field.kind.keys and not names_column(place.at("options")):
            check_options(place.at("options"), field, context)
        check_default(place, field, context)


def named_in(entry: Place) -> Iterator[tuple[Place, str]]:
    """The place and the name of the field of an entry; of several that stand in one entry, which is reported already, each."""
    if not isinstance(entry.data, dict):
        yield entry, str(entry.data)
        return
    for name, data in entry.data.items():
        yield entry.at(name), name
        if data is None:  # what stands beside it is most likely its own
            return


def type_in(data: Mapping[str, Any]) -> str:
    """The type that a field has by its keys: what may be chosen is a choice.

    >>> type_in({}), type_in({"options": ["S", "M"]}), type_in({"type": "time", "options": ["09.00"]})
    ('text', 'choice', 'time')
    """
    name: str = data.get("type", "text")
    return "choice" if name == "text" and "options" in data else name


def type_of_field(field: Field) -> Type:
    """The type of a field's value; unknown for custom types."""
    is_sure = isinstance(field.default, str) and bool(field.default.strip())
    optional = field.may_be_left_out and not is_sure and (field.optional or isinstance(field.default, str))
    optional = optional or field.condition is not None
    if field.type not in FIELD_TYPES:
        return Type(optional=optional) if optional else UNKNOWN
    options = tuple(option.value for option in field.options) if field.type == "choice" else ()
    return type_named(field.type, optional, options)


@lru_cache(maxsize=1_000)
def type_named(kind: str, optional: bool, options: tuple[str, ...]) -> Type:
    """The type of that name, one for all fields alike."""
    return Type(kind, optional, options)


def context_of(locale: Locale) -> Context:
    """The context that the values in a file are read in when it is loaded."""
    return Context(language=locale.language, country=locale.country, now=datetime.now(UTC).astimezone(locale.timezone))


def build_limit(place: Place, kind: FieldType) -> Limit | None:
    """The limit written at a place, or None after reporting what is wrong with it."""
    key, written = str(place.path[-1]), str(place.data)
    try:
        limit = kind.limit(written)
    except ValueError as error:
        place.report(tr("{key!r} {error}", key=key, error=reason_of(error)))
        return None
    if isinstance(limit, int | float) and THOUSANDS.fullmatch(written):
        number = written.replace(".", "")
        place.warn(
            tr(
                "{key!r} is {limit}: the point in {written} is a decimal point. Write {number} if thousands are meant.",
                key=key,
                limit=f"{limit:g}",
                written=written,
                number=number,
            )
        )
    return limit


def check_name(place: Place, name: str) -> None:
    """Check that a field's name can be used in templates and as a Python parameter."""
    if name in RESERVED or keyword.iskeyword(name):
        place.report(tr("a field may not be called {name!r}, which means something else here. Choose another name.", name=name), key=True)
    elif not NAME.fullmatch(name):
        place.report(
            tr("{name!r} cannot be the name of a field. Use letters, digits and _, and `label:` for what customers see.", name=name),
            key=True,
        )


def check_keys(place: Place, field: Field, data: Mapping[str, object]) -> None:
    """Report keys that the type of a field does not understand."""
    for key in data:
        if key in TYPED and key not in field.kind.keys:
            place.at(key).report(
                tr("a field of type {type!r} has no {key!r}. Remove it, or change the type.", type=field.type, key=key), key=True
            )
    for key in ("default", "rest") if field.is_sent else ():
        if key in data:
            place.at(key).report(
                tr("a field of type {type!r} has no {key!r}, since its value is sent. Remove it.", type=field.type, key=key), key=True
            )
    if field.type == "choice" and not field.options and "options" not in (place.data or ()):
        place.report(
            tr("the field {field!r} is a {type} without `options:`. List what may be chosen.", field=field.name, type=field.type), key=True
        )


def check_limits(place: Place, field: Field, data: Mapping[str, object], context: Context) -> None:
    """Report limits between which no value fits."""
    if is_reversed(field.min, field.max, context.now.date()):
        place.at("min").report(tr("'min' is {min} and 'max' is {max}: no value fits. Swap them.", min=data["min"], max=data["max"]))


def is_reversed(low: Limit | None, high: Limit | None, today: date) -> bool:
    """True if nothing can be between two limits.

    >>> is_reversed(2, 1, date(2026, 11, 26)), is_reversed(Days(), Days(day=date(2026, 11, 25)), date(2026, 11, 26))
    (True, True)
    """
    if low is None or high is None:
        return False
    if isinstance(low, Days) and isinstance(high, Days):
        return low.at(today) > high.at(today)
    if isinstance(low, time) and isinstance(high, time):
        return low > high
    return isinstance(low, int | float) and isinstance(high, int | float) and low > high


def check_options(place: Place, field: Field, context: Context) -> None:
    """Report an option that is no value of its field, and words that stand for two options."""
    alone, found = replace(field, options=(), open=False), dict[object, str]()
    for at, option in zip(option_places(place), field.options, strict=False):
        try:
            value = canonical(option.value) if field.type == "choice" else value_of_option(option, alone, context)
        except ValueError as error:
            reason = (
                tr("It {error}", error=reason_of(error))
                if field.type == "time"
                else tr("A customer who wrote it would read: {error}", error=str(error))
            )
            at.report(tr("the option {option!r} does not fit the field. {reason}", option=option.value, reason=reason))
            continue
        for word in dict.fromkeys((value, *map(canonical, option.synonyms))):
            if word in found:
                at.report(
                    tr(
                        "{option!r} and {other!r} are one option to customers who write {word!r}. Remove it from one of them.",
                        option=option.value,
                        other=found[word],
                        word=str(word),
                    )
                )
            found.setdefault(word, option.value)


def value_of_option(option: Option, field: Field, context: Context) -> object:
    """The value of an option whose field is no plain choice; raises ValueError if it does not fit."""
    return read_time_limit(option.value) if field.type == "time" else field.kind.read(option.value, field, context)


def option_places(place: Place) -> list[Place]:
    """The place of each option in a list or a map."""
    return [place.at(name) for name in place.data] if isinstance(place.data, dict) else place.entries()


def check_default(place: Place, field: Field, context: Context) -> None:
    """A default is read like a customer's value, so it must be one; what the app's own types make of it is seen when a message comes."""
    if (
        not isinstance(field.default, str)
        or field.type not in FIELD_TYPES
        or field.is_sent
        or (field.type == "choice" and not field.options)
    ):
        return
    try:
        field.kind.read(field.default.strip(), replace(field, open=False), context)
    except ValueError as error:
        place.at("default").report(tr("the default does not fit the field. A customer who wrote it would read: {error}", error=str(error)))


def build_options(place: Place) -> tuple[Option, ...]:
    """The choices with their synonyms."""
    if isinstance(place.data, dict):
        return tuple(Option(name, tuple(words_of(words))) for name, words in place.data.items())
    options = []
    for entry in place.entries():
        if isinstance(entry.data, dict):
            name, words = next(iter(entry.data.items()))
            options.append(Option(name, tuple(words_of(words))))
        else:
            options.append(Option(entry.data))
    return tuple(options)


def names_column(place: Place) -> bool:
    """True if options are those of a column, as in ``{from: harga.nama}``, and not an option called so."""
    data = place.data
    return isinstance(data, dict) and list(data) == ["from"] and isinstance(data["from"], str) and "." in data["from"].strip(".")


def words_of(words: object) -> list[str]:
    """Other words for a choice; none for an empty or refused value."""
    listed = words if isinstance(words, list) else [words]
    return [word for word in listed if isinstance(word, str)]


def build_error(place: Place, sandbox: Sandbox) -> Template:
    """A field's own sentence about a wrong value."""
    variables: dict[str, str | Type] = {name: type_of_var(value) for name, value in sandbox.globals.items()}
    return compile_template(place, sandbox, variables | {"value": "text"})
