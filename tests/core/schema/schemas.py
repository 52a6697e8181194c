"""The schemas inside of the schema."""

from collections.abc import Iterator
from typing import Any

from flask_chatbot.core.schema.shape import SCHEMA


def schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all schemas inside of it."""
    yield schema
    for key in ("properties", "definitions"):
        for inner in schema.get(key, {}).values():
            yield from schemas(inner)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from schemas(schema[key])


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    (reference,) = (each.get("$ref") for each in schema.get("allOf", [schema]))
    return SCHEMA["definitions"][reference.rpartition("/")[2]] if reference else schema
