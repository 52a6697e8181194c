"""The part of the schema about replies, written out of their registry.

The file that ships stays plain JSON, as editors read it. After a change of the registry, write that part of it anew:

    python -m flask_chatbot.core.schema.reply_schema
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from flask_chatbot.core.values.replies import KINDS, REPLIES_LIMIT
from flask_chatbot.core.values.reply_kinds import Kinds, Part, ReplyKind

SCHEMA_FILE = Path(__file__).with_name("rules.schema.json")
BEGIN = '\n    "reply": {'  # how the first of these definitions begins; they are the last of the file
LINE = 160  # characters of a line in the file
SCALARS = ["string", "number", "boolean"]  # where text is meant
WEIGHT = {
    "description": "How often it is taken, relative to the others; 1 where left out.",
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 1000000,
    "examples": [2],
}
ONE_OF = {
    "description": "One of these by chance; an entry may carry a weight.",
    "type": "array",
    "minItems": 1,
    "maxItems": 100,
    "items": {"$ref": "#/definitions/weighted_reply"},
    "examples": [["Halo!", {"text": "Hai!", "weight": 2}]],
}
# The schema of a part, by the type it holds.
HELD: Mapping[type, Mapping[str, Any]] = {
    str: {"type": SCALARS, "minLength": 1},
    float: {"type": "number"},
    tuple: {"type": [*SCALARS, "array"], "minLength": 1, "minItems": 1, "items": {"$ref": "#/definitions/text"}},
}


def definitions(kinds: Kinds = KINDS) -> dict[str, Any]:
    """The definitions of replies: the places where one may stand, and each kind as ``reply_`` and its name."""
    each = {name: {"$ref": f"#/definitions/reply_{name}"} for name in kinds}
    any_reply = {**each, "one_of": {"$ref": "#/definitions/one_of"}}
    listed = {"maxItems": REPLIES_LIMIT, "items": {"$ref": "#/definitions/one_reply"}}
    return {
        "reply": _place([*SCALARS, "array", "object"], any_reply, **listed),
        "one_reply": _place([*SCALARS, "object"], any_reply),
        "weighted_reply": _place([*SCALARS, "object"], {**each, "weight": WEIGHT}, maxProperties=2),
        **_kinds(kinds),
        "one_of": ONE_OF,
    }


def with_replies(text: str, kinds: Kinds = KINDS) -> str:
    """The text of the schema file, its definitions of replies written anew."""
    above = text[: text.index(BEGIN) + 1]
    written = (f"    {json.dumps(name)}: {_json(schema, 4)}" for name, schema in definitions(kinds).items())
    return above + ",\n".join(written) + "\n  }\n}\n"


def _place(types: list[str], properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a place where a reply stands: as a text, or as a map of one key."""
    held = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False, **more}
    return {"type": types, "minLength": 1, **held, "properties": properties}


def _kinds(kinds: Kinds) -> dict[str, Any]:
    """The schema of each kind; those whose class only extends another refer to one schema of their parts."""
    found: dict[str, Any] = {}
    for name, kind in kinds.items():
        shared = next(base for base in reversed(kind.make.__mro__) if is_dataclass(base))
        schema = _parts(kind)
        if shared is not kind.make and fields(shared) == fields(kind.make):
            found[f"reply_{shared.__name__.lower()}"] = schema
            schema = {"allOf": [{"$ref": f"#/definitions/reply_{shared.__name__.lower()}"}]}
        found[f"reply_{name}"] = {"description": kind.description, **schema, "examples": [kind.example]}
    return found


def _parts(kind: ReplyKind) -> dict[str, Any]:
    """The schema of what a kind holds: a map of its parts, or the part it needs where that is enough."""
    parts = {part.name: _part(part) for part in kind.written}
    required = [part.name for part in kind.written if part.default is MISSING]
    enough = parts[kind.needs] if required == [kind.needs] else {}
    schema = {key: value for key, value in enough.items() if key not in ("description", "examples")}
    if len(parts) > 1:
        bare = schema.get("type", [])
        types = [*([bare] if isinstance(bare, str) else bare), "object"]
        schema["type"] = types if len(types) > 1 else "object"
        schema |= {"required": required, "additionalProperties": False, "properties": parts}
    return schema


def _part(part: Part) -> dict[str, Any]:
    """The schema of one part, its examples last."""
    schema = {"description": "", **HELD[part.holds], **part.schema}
    return {**{key: value for key, value in schema.items() if key != "examples"}, "examples": schema.get("examples", [])}


def _json(value: object, indent: int) -> str:
    """A value as JSON: on one line where that fits, else each key of a map on a line of its own."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or indent + len(line) <= LINE:
        return line
    inner = (f"{' ' * (indent + 2)}{json.dumps(key)}: {_json(held, indent + 2)}" for key, held in value.items())
    return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(with_replies(SCHEMA_FILE.read_text("utf-8")), "utf-8")
