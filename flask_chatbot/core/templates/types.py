"""The types of the values in a template, as far as they are certain before any message comes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from jinja2 import nodes

from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr

VAR_TEXT = "text of a var"  # no field has it, so that the way out can name the var
TEXT_TYPES = ("text", "email", "phone", "choice", VAR_TEXT)
NUMBER_TYPES = ("integer", "number", "money")
FILE_TYPES = ("image", "document", "media")
# The types that are known, in words; those of one wording can stand beside each other. Any other could be anything.
KINDS = dict.fromkeys(TEXT_TYPES, tr("text")) | dict.fromkeys(NUMBER_TYPES, tr("a number"))
KINDS |= dict.fromkeys(FILE_TYPES, tr("a file"))
KINDS |= {
    "map": tr("a map"),
    "date": tr("a date"),
    "datetime": tr("a time"),
    "time": tr("a time of day"),
    "yesno": tr("a yes or no"),
    "list": tr("a list"),
    "location": tr("a location"),
    "contact": tr("a contact"),
}
STANDS_FOR = {"text": "text", "a number": "number", "a file": "media"}  # a type for all of one wording
COUNTED = frozenset({"a number", "a yes or no"})  # a yes is 1
NOTHING = "nothing"


class Type(NamedTuple):
    """A type by its name among field types, ``""`` if it could be any.

    A value may be None if it is `optional`; a choice is one of its `options`. A list has `at least` that many entries, of the kind `inner`.
    A map has `entries`, each a key and the type of its value; so has a list of maps.
    `seen` marks the type of an actual value, as opposed to future ones. `proof` is the condition that a name was set to. At least one of
    `among` names with this number is no None, such as those of the kinds of messages that a rule answers.
    """

    kind: str = ""
    optional: bool = False
    options: tuple[str, ...] = ()
    least: int = 0
    inner: str = ""
    seen: bool = False
    proof: nodes.Node | None = None
    entries: tuple[tuple[str, "Type"], ...] = ()
    among: int = 0

    @property
    def words(self) -> Translatable:
        """The type as a sentence names it; empty if unknown."""
        return KINDS.get(self.kind, NO_MESSAGE)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_TYPES

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBER_TYPES

    @property
    def given(self) -> "Type":
        """The same type without None."""
        return self._replace(kind="" if self.kind == NOTHING else self.kind, optional=False) if self.optional else self


Scope = Mapping[str, Type]
Names = Mapping[str, str | Type]  # a kind stands for a type without more to say

UNKNOWN = Type()
NONE = Type(NOTHING, optional=True)
TEXT, NUMBER, INTEGER, YESNO = Type("text"), Type("number"), Type("integer"), Type("yesno")
TEXTS = Type("list", inner="text")
_FILE = {"kind": TEXT, "mime": TEXT, "name": TEXT, "size": Type("integer", optional=True), "file": TEXT}
# What stands behind the dot of values with parts, by the type of the whole.
PARTS: Mapping[str, Mapping[str, Type]] = {
    "saved": {"number": INTEGER},
    **dict.fromkeys(FILE_TYPES, _FILE),
    "location": {"lat": NUMBER, "lng": NUMBER, "name": TEXT, "address": TEXT},
    "contact": {"name": TEXT, "number": TEXT, "numbers": TEXTS},
}


def typed(names: Names) -> dict[str, Type]:
    """The types of names."""
    return {name: kind if isinstance(kind, Type) else Type(kind) for name, kind in names.items()}


def joined(types: Iterable[Type]) -> Type:
    """The common type of several.

    >>> joined([Type("integer"), NONE]) == Type("integer", optional=True), joined([Type("integer"), Type("text")]) == UNKNOWN
    (True, True)
    """
    several = list(dict.fromkeys(types))
    if len(several) == 1:
        return several[0]
    kinds = {each.kind for each in several if each.kind != NOTHING}
    words = {KINDS.get(kind, "") for kind in kinds}
    if len(words) != 1 or words == {""}:
        return UNKNOWN
    optional = any(each.optional for each in several)
    (word,) = words
    kind = next(iter(kinds)) if len(kinds) == 1 else STANDS_FOR[word]
    options = [each.options for each in several if each.kind != NOTHING]
    least = min(each.least for each in several)
    inner = {each.inner for each in several}
    together = tuple(dict.fromkeys(option for some in options for option in some)) if all(options) else ()
    return Type(kind, optional, together, least, inner.pop() if len(inner) == 1 else "")


def type_of_value(value: object) -> Type:
    """The type of an actual value.

    >>> type_of_value("Budi").words, type_of_value(3).words, type_of_value(None).kind
    ('text', 'a number', 'nothing')
    """
    if value is None:
        return NONE._replace(seen=True)
    if isinstance(value, bool):
        return YESNO._replace(seen=True)
    if isinstance(value, list | tuple):
        return Type("list", least=len(value), seen=True)
    for kind, python in SEEN.items():
        if isinstance(value, python):
            return Type(kind, seen=True)
    return UNKNOWN


SEEN: dict[str, type | tuple[type, ...]] = {
    "text": str, "integer": int, "number": (float, Decimal), "datetime": datetime, "date": date, "time": time,
}  # fmt: skip


def type_of_var(value: object) -> Type:
    """The type of a var."""
    if isinstance(value, str):
        return Type(VAR_TEXT)
    if isinstance(value, bool):
        return YESNO
    if isinstance(value, list):
        inner = joined(map(type_of_var, value)).kind if value else ""
        return Type("list", least=len(value), inner="text" if inner == VAR_TEXT else inner)
    if isinstance(value, dict):
        return Type("map", entries=tuple((key, type_of_var(each)) for key, each in value.items()))
    return NUMBER if isinstance(value, int | float) else UNKNOWN
