"""Plain scalars are typed by the schema of their place, and never by YAML's guess."""

from typing import Any

import pytest

from flask_chatbot.core.schema.shape import compile_shape, plain
from flask_chatbot.core.yamltext.nodes import read_yaml

TEXT = {"type": ["string", "number", "boolean"]}
VALUE = {"type": ["boolean", "number", "string"]}


def read(source: str, schema: dict[str, Any]) -> Any:
    node, problems = read_yaml(source.encode(), "rules.yaml")
    assert node is not None
    assert problems == []
    return plain(node, compile_shape(schema, {}))


@pytest.mark.parametrize("written", ["no", "on", "1", "010", "08:00", "1.10", "6281234567890", "true", "2026-12-05", "1e3"])
def test_where_text_is_meant_a_scalar_stays_as_it_is_written(written: str) -> None:
    assert read(f"- {written}", {"items": TEXT}) == [written]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("15000", 15000),
        ("1.5", 1.5),
        ("-3", -3),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("08", "08"),
        ("1.10", "1.10"),
        ("'15000'", "15000"),
        ("'true'", "true"),
        ("1e3", "1e3"),
        ("Toko Maju", "Toko Maju"),
    ],
)
def test_where_a_value_is_meant_numbers_and_truths_are_read_unless_they_would_be_written_otherwise(written: str, value: object) -> None:
    (found,) = read(f"- {written}", {"items": VALUE})
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("written", "value"), [("10", 10), ("+7", 7), ("1.5", "1.5"), ("sepuluh", "sepuluh"), ("'10'", "10")])
def test_a_place_for_integers_reads_these_and_leaves_the_rest_to_be_refused(written: str, value: object) -> None:
    assert read(f"- {written}", {"items": {"type": "integer"}}) == [value]


@pytest.mark.parametrize("written", ["~", "null", "Null", ""])
def test_what_yaml_calls_nothing_is_nothing_wherever_it_stands(written: str) -> None:
    assert read(f"a: {written}", {"properties": {"a": TEXT}}) == {"a": None}
    assert read("a: 'null'", {"properties": {"a": TEXT}}) == {"a": "null"}


def test_each_key_is_read_by_its_own_schema_and_others_by_that_of_the_rest() -> None:
    schema = {"properties": {"a": {"type": "integer"}, "b": TEXT}, "additionalProperties": {"type": "boolean"}}
    assert read("{a: 1, b: 1, c: true, d: 1}", schema) == {"a": 1, "b": "1", "c": True, "d": "1"}


def test_a_reference_leads_to_its_definition_beside_other_keys_as_well() -> None:
    lists = {"properties": {"a": {"$ref": "#/definitions/texts"}, "b": {"description": "B.", "allOf": [{"$ref": "#/definitions/texts"}]}}}
    assert read("{a: [1, no], b: [on]}", lists) == {"a": ["1", "no"], "b": ["on"]}
