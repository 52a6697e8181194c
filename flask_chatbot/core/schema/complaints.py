"""The errors of jsonschema, reworded for people who have never heard of a schema."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_chatbot.core.schema.forms import as_degrees, field_of, form_of
from flask_chatbot.core.schema.unknown import UnknownKey, explained
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, all_of, any_of, linked, msgid, tr
from flask_chatbot.core.values.habits import by_habit, guess
from flask_chatbot.core.yamltext.traps import slip_of_colon

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

KINDS = {
    "object": tr("a group of keys"),
    "array": tr("a list"),
    "integer": tr("a whole number"),
    "number": tr("a number"),
    "boolean": tr("true or false"),
    "string": tr("text"),
}

SAYING = ("reply", "otherwise", "invalid", "failed")  # keys whose empty list is silence
COUNTRIES = ("ID", "MY", "SG")  # whose names are known


class Complaint(NamedTuple):
    """A mistake at a path of the data; `at_key` if the key is to blame and not the value.

    One that `says_all` makes complaints about the keys beside it, or below its value, unnecessary; one that `stays` leaves the value
    readable; `meant` is the guess for an unknown key, `lacks` a missing key, `wanted` the allowed kinds where a value is missing. One
    that `is_sure` takes the place of YAML's own complaint, which knows no rules.
    """

    path: tuple[str | int, ...]
    message: Translatable
    at_key: bool = False
    says_all: bool = False
    stays: bool = False
    meant: str = ""
    lacks: str = ""
    wanted: Translatable = NO_MESSAGE
    is_sure: bool = False
    is_empty_text: bool = False
    is_unindented: bool = False
    is_empty_group: bool = False


PLAIN = Complaint((), NO_MESSAGE)


class Refusal(NamedTuple):
    """A value that broke one keyword of the schema: its place, the keyword's `limit`, the surrounding schema, the data around it."""

    path: tuple[str | int, ...]
    value: Any
    limit: Any
    schema: dict[str, Any]
    beside: Any = None


def complaints(error: "ValidationError", beside: Any = None) -> Iterator[Complaint]:
    """Yield our complaints for one error of jsonschema, of a value in `beside`: several if it lumps several places together."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    refusal = Refusal(tuple(error.absolute_path), error.instance, error.validator_value, schema, beside)
    yield from WORDS[str(error.validator)](refusal)


def called(path: tuple[str | int, ...]) -> str:
    """The name of a place: its key, or which entry of which list."""
    if not path:
        return tr("the file")
    if isinstance(path[-1], str):
        return repr(path[-1])
    keys = [step for step in path if isinstance(step, str)]
    return tr("entry {number} of {key!r}", number=path[-1] + 1, key=keys[-1]) if keys else tr("entry {number}", number=path[-1] + 1)


def described(value: object) -> str:
    """A value as a sentence may quote it.

    >>> described({"a": 1}), described("halo"), described(None)
    ('a group of keys', "'halo'", 'nothing')
    """
    if value is None:
        return tr("nothing")
    if isinstance(value, dict):
        return tr("a group of keys")
    if isinstance(value, list):
        return tr("a list")
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}...'"


def kinds_of(schema: Any) -> list[str]:
    """The types that a place takes, except those that exist only for editors, and the group that only says more of a text."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else list(types)
    rare = ("number", "boolean", "integer", "null", *["object"] * ("exact" in schema.get("properties", ())))
    return [kind for kind in types if "string" not in types or kind not in rare]


def wrong_type(refusal: Refusal) -> Iterator[Complaint]:
    kinds = kinds_of(refusal.schema)
    wanted = any_of(KINDS[kind] for kind in kinds)
    if refusal.value is None:
        message = tr("{place} is empty. Write {wanted} after it, or remove it.", place=called(refusal.path), wanted=wanted)
        yield Complaint(refusal.path, message, at_key=True, wanted=wanted)
    else:
        slip = slip_of_colon(refusal.value) if isinstance(refusal.value, str) and "object" in kinds else NO_MESSAGE
        form = form_of(refusal.path, refusal.value, kinds, refusal.schema)
        message = tr(
            "{place} must be {wanted}, not {value}.{form}",
            place=called(refusal.path),
            wanted=wanted,
            value=described(refusal.value),
            form=form and linked("", (" ", form)),
        )
        yield Complaint(refusal.path, slip or message, is_sure=bool(form) and "array" in kinds)


def empty_block(complaint: Complaint, sign: str) -> Complaint:
    """The complaint about an empty text, where `|` or `>` promises lines of it."""
    message = tr(
        "{place} is an empty text: no line below {sign} is indented deeper than its key. Indent the lines of the text.",
        place=called(complaint.path),
        sign=sign,
    )
    return complaint._replace(message=message, is_unindented=True)


def as_null(complaint: Complaint, word: str) -> Complaint:
    """The complaint about an empty value, where YAML's `word` for null is written."""
    silence = tr("[] for silence, ") if complaint.path[-1:] and complaint.path[-1] in SAYING else ""
    quotes = tr(' If the text is meant, put quotes around it: "{word}"', word=word) if "text" in complaint.wanted else ""
    message = tr(
        "{place} is {word}, which is nothing in YAML. Write {wanted}, {silence}or remove it.{quotes}",
        place=called(complaint.path),
        word=word,
        wanted=complaint.wanted,
        silence=silence,
        quotes=quotes,
    )
    return complaint._replace(message=message, at_key=False)


def unknown_keys(refusal: Refusal) -> Iterator[Complaint]:
    """Yield each key that the schema does not know."""
    for key in refusal.value:
        if key not in refusal.schema.get("properties", {}):
            message, meant = explained(UnknownKey(key, refusal.value, refusal.schema))
            yield Complaint((*refusal.path, key), message, at_key=True, meant=meant)


def missing_key(refusal: Refusal) -> Iterator[Complaint]:
    for key in refusal.limit:
        if key not in refusal.value:
            way_out = tr("Begin it with `version: 1`.") if key == "version" else tr("Add `{key}: ...`.", key=key)
            yield Complaint(
                refusal.path,
                tr("{place} lacks the key {key!r}. {way_out}", place=called(refusal.path), key=key, way_out=way_out),
                stays=True,
                lacks=key,
            )


def not_listed(refusal: Refusal) -> Iterator[Complaint]:
    from jsonschema import Draft7Validator  # slow to import, and here only where something is refused

    if not Draft7Validator({}).is_type(refusal.value, refusal.schema.get("type", "string")):
        return  # the wrong type is reported already
    choices = ", ".join(str(choice) for choice in refusal.limit)
    way_out = guess(str(refusal.value), map(str, refusal.limit)).way_out
    if refusal.path[-1:] == ("on_invalid",) and " " in str(refusal.value):
        way_out = tr(" Write `on_invalid: reply`, and the text below it: `invalid: {value}`", value=refusal.value)
    one_of = tr("one of ") if len(refusal.limit) > 1 else ""
    yield Complaint(
        refusal.path,
        tr(
            "{place} must be {one_of}{choices}, not {value}.{way_out}",
            place=called(refusal.path),
            one_of=one_of,
            choices=choices,
            value=described(refusal.value),
            way_out=way_out,
        ),
    )


def one_key_only(refusal: Refusal) -> Iterator[Complaint]:
    keys = list(refusal.value)
    if refusal.value[keys[0]] is None and refusal.limit == 1:
        message = tr("the keys of {key!r} stand beside it, not below it. Indent them deeper than {key!r}.", key=keys[0])
        yield Complaint((*refusal.path, keys[0]), message, at_key=True, says_all=True)
    elif any(key not in refusal.schema.get("properties", keys) for key in keys):
        return  # the unknown key is reported already
    elif refusal.path[-2:-1] in (("fields",), ("ask",)) and (entry := field_of(refusal.value)):
        yield Complaint(refusal.path, tr("the name of a field is the key of its entry. Write - {entry}", entry=entry), says_all=True)
    else:
        names = all_of(map(repr, keys))
        message = tr("{names} are in one entry. Write each as an entry of its own, beginning with '-'.", names=names)
        yield Complaint(refusal.path, message, stays=True)


def bound(template: str, likeness: Complaint = PLAIN) -> Callable[[Refusal], Iterator[Complaint]]:
    """The wording of a limit: `template` may use place, limit and value; the complaint is like `likeness` otherwise."""

    def words(refusal: Refusal) -> Iterator[Complaint]:
        message = tr(template, place=called(refusal.path), limit=refusal.limit, value=described(refusal.value))
        yield likeness._replace(path=refusal.path, message=message)

    return words


def out_of_range(template: str) -> Callable[[Refusal], Iterator[Complaint]]:
    """The wording of a number beyond a limit: `template` may use place, limit, value and way_out, the right form of a coordinate."""

    def words(refusal: Refusal) -> Iterator[Complaint]:
        key, beside = str(refusal.path[-1]), refusal.beside
        way_out = linked("", (" ", as_degrees(key, beside))) if key in ("lat", "lng") and isinstance(beside, dict) else ""
        message = tr(template, place=called(refusal.path), limit=refusal.limit, value=described(refusal.value), way_out=way_out)
        yield Complaint(refusal.path, message)

    return words


def wrong_form(refusal: Refusal) -> Iterator[Complaint]:
    value = str(refusal.value)
    if refusal.limit == "^[A-Z]{2}$":
        meant = value.upper() if len(value) == 2 and value.isalpha() else by_habit(value, COUNTRIES)
        way_out = tr("Write {meant}.", meant=meant) if meant else tr("Write its two capital letters, such as ID.")
        yield Complaint(
            refusal.path,
            tr(
                "{place} must be a country's two capital letters, not {value}. {way_out}",
                place=called(refusal.path),
                value=described(value),
                way_out=way_out,
            ),
        )
    elif refusal.path[-1:] == ("save",):
        meant = "_".join(re.findall(r"[A-Za-z0-9]+", value))
        such_as = tr(", such as {name}", name=meant) if re.fullmatch(str(refusal.limit), meant) else tr(", beginning with a letter")
        yield Complaint(
            refusal.path,
            tr("{value} cannot be the name of a table. Use letters, digits and _{such_as}.", value=described(value), such_as=such_as),
        )
    else:  # an identifier: jsonschema gives the path of the map and the key as the value
        message = tr("{value} cannot be a name in templates. Use letters, digits and _, beginning with a letter.", value=described(value))
        yield Complaint((*refusal.path, value), message, at_key=True)


WORDS: dict[str, Callable[[Refusal], Iterator[Complaint]]] = {
    "type": wrong_type,
    "additionalProperties": unknown_keys,
    "required": missing_key,
    "enum": not_listed,
    "maxProperties": one_key_only,
    "minProperties": bound(msgid("{place} is an empty group. Write a key and its value into it."), PLAIN._replace(is_empty_group=True)),
    "minLength": bound(msgid("{place} is an empty text. Write something, or remove it."), PLAIN._replace(is_empty_text=True)),
    "maxLength": bound(msgid("{place} has more than {limit} characters. Shorten it.")),
    "minItems": bound(msgid("{place} is an empty list. Write at least {limit} entry, or remove it.")),
    "maxItems": bound(msgid("{place} has more than {limit} entries. Shorten it."), PLAIN._replace(stays=True)),
    "minimum": out_of_range(msgid("{place} must be at least {limit}, not {value}.{way_out}")),
    "maximum": out_of_range(msgid("{place} must be at most {limit}, not {value}.{way_out}")),
    "exclusiveMinimum": bound(msgid("{place} must be more than {limit}, not {value}.")),
    "pattern": wrong_form,
}
