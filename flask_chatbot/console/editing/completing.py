"""Completions: the keys that the schema of rule files knows at a place, with what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from flask_chatbot.core.schema.translated import translated

STEPS_LIMIT = 20
ITEM = "-"  # the step into a list


@cache
def schema_in(language: str) -> Mapping[str, Any]:
    """The schema with its descriptions in a language."""
    schema: Mapping[str, Any] = translated(language)
    return schema


def keys_at(path: Sequence[str], language: str) -> list[dict[str, str]]:
    """The keys that may stand at a place, by the keys that lead to it, `-` for an entry of a list; each with its description.

    >>> [key["label"] for key in keys_at(["rules", "-", "when"], "en")][:2]
    ['open', 'days']
    >>> keys_at(["nothing"], "en")
    []
    """
    whole = schema_in(language)
    places = [whole]
    for step in path[:STEPS_LIMIT]:
        places = [below for place in places for below in _below(place, step, whole)]
    found: dict[str, str] = {}
    for place in places:
        for key, below in place.get("properties", {}).items():
            found.setdefault(key, next((each["description"] for each in (below, *_meant(below, whole)) if "description" in each), ""))
    return [{"label": key, "info": info} for key, info in found.items()]


def _below(place: Mapping[str, Any], step: str, whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of the schema one step below a part."""
    below = place.get("items") if step == ITEM else place.get("properties", {}).get(step) or place.get("additionalProperties")
    if isinstance(below, dict):
        yield from _meant(below, whole)


def _meant(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a part of the schema, and what it refers to."""
    yield part
    refers = [part, *part.get("allOf", ()), *part.get("anyOf", ()), *part.get("oneOf", ())]
    for each in refers:
        if "$ref" in each:
            yield from _meant(whole["definitions"][each["$ref"].rpartition("/")[2]], whole)
        elif each is not part:
            yield from _meant(each, whole)
