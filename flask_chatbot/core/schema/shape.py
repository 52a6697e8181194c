"""Turns YAML nodes into plain data, typed by our schema and never by YAML's guess.

The order of a schema's ``type`` list is the order in which a plain scalar is tried: ``[string, number, boolean]`` keeps the text as
written, ``[boolean, number, string]`` reads ``15000`` as a number. Other readers of the schema take such a list as a set.
"""

import json
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from flask_chatbot.core.yamltext import nodes

SCHEMA: dict[str, Any] = json.loads(files("flask_chatbot.core.schema").joinpath("rules.schema.json").read_text("utf-8"))
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?")
NOTHING = object()
NULLS = frozenset(("~", "null", "Null", "NULL"))  # what YAML calls nothing; as a text it stands in quotes


def whole_number(text: str) -> object:
    """The integer in a scalar, or NOTHING."""
    return int(text) if WHOLE.fullmatch(text) else NOTHING


def number(text: str) -> object:
    """The number in a scalar, or NOTHING."""
    if not DECIMAL.fullmatch(text):
        return NOTHING
    return float(text) if "." in text else int(text)


def same_number(text: str) -> object:
    """The number in a scalar if it would be written the same way: 08 and 1.10 stay text."""
    value = number(text)
    return value if str(value) == text else NOTHING


def truth(text: str) -> object:
    """True or False, or NOTHING: ``no`` and ``on`` are words."""
    return {"true": True, "True": True, "false": False, "False": False}.get(text, NOTHING)


READERS: dict[str, Callable[[str], object]] = {"integer": whole_number, "number": number, "boolean": truth}


class Shape:
    """The schema of one place: how a scalar is read, and the shapes below it."""

    __slots__ = ("entries", "is_text", "items", "readers", "rest")

    def __init__(self) -> None:
        self.is_text = True
        self.readers: tuple[Callable[[str], object], ...] = ()
        self.items: Shape = self
        self.rest: Shape = self
        self.entries: dict[str, Shape] = {}

    def scalar(self, node: nodes.Scalar) -> object:
        """The value of a scalar: None for nothing at all, text if nothing else fits."""
        if node.style:  # quoted, or a block: text, whatever it looks like
            return node.text
        if not node.text or node.text in NULLS:
            return None
        for read in self.readers:
            value = read(node.text)
            if value is not NOTHING:
                return value
        return node.text


ANYTHING = Shape()


def compile_shape(schema: Mapping[str, Any], known: dict[str, Shape]) -> Shape:
    """The shape of a schema; `known` holds those of the definitions met so far.

    A `$ref` is put into ``allOf`` if there is more to say of the place: editors of draft 7 ignore anything beside one.
    """
    (reference,) = (each.get("$ref") for each in schema.get("allOf", [schema]))
    if reference is not None:
        if reference not in known:
            known[reference] = compile_shape(SCHEMA["definitions"][reference.rpartition("/")[2]], known)
        return known[reference]
    shape = Shape()
    types = schema.get("type", "string")
    types = [types] if isinstance(types, str) else types
    shape.is_text = types[0] == "string"
    ahead = types[: types.index("string")] if "string" in types else types
    readers = (same_number if kind == "number" and "string" in types else READERS.get(kind) for kind in ahead)
    shape.readers = tuple(read for read in readers if read is not None)
    shape.items = compile_shape(schema["items"], known) if "items" in schema else ANYTHING
    rest = schema.get("additionalProperties")
    shape.rest = compile_shape(rest, known) if isinstance(rest, dict) else ANYTHING
    shape.entries = {key: compile_shape(value, known) for key, value in schema.get("properties", {}).items()}
    return shape


ROOT = compile_shape(SCHEMA, {})


def plain(node: nodes.Node, shape: Shape = ROOT) -> Any:
    """The data under a node: dicts, lists, text, numbers, booleans, and None if nothing is written."""
    if isinstance(node, nodes.Scalar):
        if shape.is_text and node.text and node.text not in NULLS:
            return node.text
        return shape.scalar(node)
    if isinstance(node, nodes.Mapping):
        entries, rest = shape.entries, shape.rest
        return {key: plain(child, entries.get(key, rest)) for key, child in node.entries.items()}
    items = shape.items
    return [plain(child, items) for child in node.items]


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, or what it refers to."""
    for each in (schema, *schema.get("allOf", ())):
        if "$ref" in each:
            found: Mapping[str, Any] = SCHEMA["definitions"][each["$ref"].rpartition("/")[2]]
            return resolved(found)
    return schema
