"""Compiles the ``fields:`` of a rule."""

import keyword
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_chatbot.core.fields.field import Context, Field, FieldType, Option
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import build_pattern, compile_template
from flask_chatbot.core.templates.check import JINJA_NAMES
from flask_chatbot.core.templates.template import Sandbox, Template
from flask_chatbot.core.templates.types import Type, type_of_var
from flask_chatbot.core.values.habits import guess

RESERVED = ("message", "text", "data", "keyword", "now", "memory", "value", *JINJA_NAMES)
NAME = re.compile(r"[^\W\d]\w*")


def build_fields(place: Place, types: Mapping[str, FieldType], sandbox: Sandbox) -> tuple[Field, ...] | None:
    """The fields in the order customers write them, or None if the rule has none."""
    if place.data is None:
        return None
    fields: list[Field] = []
    for entry in place.entries():
        for field in fields_of(entry, types, sandbox):
            if any(field.name == other.name for other in fields):
                entry.tell(f"the name {field.name!r} is taken by another field. Choose another one.")
            if fields and fields[-1].rest:
                entry.tell(f"nothing can follow {fields[-1].name!r}, which takes the rest. Move it to the end.")
            fields.append(field)
    return tuple(fields)


def fields_of(entry: Place, types: Mapping[str, FieldType], sandbox: Sandbox) -> Iterator[Field]:
    """Yield the field of an entry; an entry with several, which has been reported already, yields each."""
    if not isinstance(entry.data, dict):
        yield build_field(entry, str(entry.data), types, sandbox)
        return
    for name, data in entry.data.items():
        yield build_field(entry.at(name), name, types, sandbox)
        if data is None:  # what stands beside it is most likely its own
            return


def build_field(place: Place, name: str, types: Mapping[str, FieldType], sandbox: Sandbox) -> Field:
    """Build one field; mistakes are reported, and the field is as usable as possible."""
    written: dict[str, Any] = place.data if isinstance(place.data, dict) else {}
    data = {key: value for key, value in written.items() if value is not None}
    check_name(place, name)
    if place.data is None or ("type" in written and "type" not in data):  # refused, so it could be of any type
        return Field(name=name, type="", kind=types["text"], question=data.get("question", ""))
    type_name = data.get("type", "text")
    if type_name not in types:
        listed = ", ".join(types)
        way_out = guess(type_name, types).way_out or f" Known types: {listed}."
        place.at("type").tell(f"unknown field type {type_name!r}.{way_out}", may_be_python=True)
        return Field(name=name, type=type_name, kind=types["text"], question=data.get("question", ""))
    field = Field(
        name=name,
        type=type_name,
        kind=types[type_name],
        pattern=build_pattern(place.at("pattern")) if "pattern" in data else None,
        options=build_options(place.at("options")) if "options" in data else (),
        error=build_error(place.at("error"), sandbox) if "error" in data else None,
        **{key: data[key] for key in ("label", "question", "optional", "interrupt", "default", "rest", "min", "max") if key in data},
    )
    check_keys(place, field, data)
    check_default(place, field, sandbox.locale)
    return field


def check_name(place: Place, name: str) -> None:
    """Check that a field's name can be used in templates and as a Python parameter."""
    if name in RESERVED or keyword.iskeyword(name):
        place.tell(f"a field may not be called {name!r}, which means something else here. Choose another name.", key=True)
    elif not NAME.fullmatch(name):
        place.tell(f"{name!r} cannot be the name of a field. Use letters, digits and _, and `label:` for what customers see.", key=True)


def check_keys(place: Place, field: Field, data: Mapping[str, object]) -> None:
    """Report keys that this type of field does not use."""
    for key in ("min", "max", "pattern", "options"):
        if key in data and key not in field.kind.keys:
            place.at(key).tell(f"a field of type {field.type!r} has no {key!r}. Remove it, or change the type.", key=True)
    if "options" in field.kind.keys and not field.options and "options" not in (place.data or ()):
        place.tell(f"the field {field.name!r} is a {field.type} without `options:`. List what may be chosen.", key=True)
    if field.min is not None and field.max is not None and field.min > field.max:
        place.at("min").tell(f"'min' is {field.min} and 'max' is {field.max}: no value fits. Swap them.")


def check_default(place: Place, field: Field, locale: Locale) -> None:
    """Check that a default can be read like a customer's value; custom types are checked when a message comes."""
    if field.default is None or field.type not in FIELD_TYPES or ("options" in field.kind.keys and not field.options):
        return
    context = Context(language=locale.language, country=locale.country, now=datetime.now(UTC).astimezone(locale.timezone))
    try:
        field.kind.read(field.default.strip(), field, context)
    except ValueError as error:
        place.at("default").tell(f"the default does not fit the field. A customer who wrote it would read: {error}")


def build_options(place: Place) -> tuple[Option, ...]:
    """The choices with their synonyms."""
    options = []
    for entry in place.entries():
        if isinstance(entry.data, dict):
            name, words = next(iter(entry.data.items()))
            options.append(Option(name, tuple(words_of(words))))
        else:
            options.append(Option(entry.data))
    return tuple(options)


def words_of(words: object) -> list[str]:
    """Other words for a choice; none for an empty or refused value."""
    listed = words if isinstance(words, list) else [words]
    return [word for word in listed if isinstance(word, str)]


def build_error(place: Place, sandbox: Sandbox) -> Template:
    """A field's own sentence about a wrong value."""
    variables: dict[str, str | Type] = {name: type_of_var(value) for name, value in sandbox.globals.items()}
    return compile_template(place, sandbox, variables | {"value": "text"})
