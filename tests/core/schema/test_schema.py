import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import SENTENCES
from flask_chatbot.core.language.wording import MAY_BE_EMPTY, allowed
from flask_chatbot.core.language.words import LANGUAGES
from flask_chatbot.core.schema.complaints import WORDS, called, described
from flask_chatbot.core.schema.gate import gate, schema_complaints
from flask_chatbot.core.schema.shape import SCHEMA, plain
from flask_chatbot.core.yamltext.nodes import read_yaml

# What a schema is built of, and what only people and editors read.
STRUCTURE = {"$ref", "allOf", "properties", "items", "propertyNames"}
REMARKS = {"$schema", "$id", "title", "description", "examples", "definitions"}

VALIDATOR = Draft7Validator(SCHEMA)


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


def test_the_schema_is_valid_draft_7() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_every_property_is_described() -> None:
    named = {name: prop for schema in schemas(SCHEMA) for name, prop in schema.get("properties", {}).items()}
    assert [name for name, prop in named.items() if not (prop.get("description") or resolved(prop).get("description"))] == []


def test_every_example_is_good() -> None:
    for schema in schemas(SCHEMA):
        validator = Draft7Validator({**schema, "definitions": SCHEMA["definitions"]})
        assert [example for example in schema.get("examples", []) if not validator.is_valid(example)] == []


def test_every_keyword_of_the_schema_has_words() -> None:
    used = {keyword for schema in schemas(SCHEMA) for keyword in schema}
    assert used - STRUCTURE - REMARKS - WORDS.keys() == set()


def test_there_is_no_choice_of_schemas_since_its_errors_say_nothing() -> None:
    used = {keyword for schema in schemas(SCHEMA) for keyword in schema}
    assert used & {"oneOf", "anyOf", "not", "if"} == set()


def test_what_means_text_lets_editors_write_numbers_and_truths() -> None:
    for schema in schemas(SCHEMA):
        kinds = schema.get("type", [])
        if isinstance(kinds, list) and "string" in kinds and "object" not in kinds:
            assert {"string", "number", "boolean"} <= set(kinds), schema


def test_the_languages_and_field_types_are_those_there_are() -> None:
    assert all(f"`{name}`" in SCHEMA["definitions"]["settings"]["properties"]["language"]["description"] for name in LANGUAGES)
    assert SCHEMA["definitions"]["field"]["properties"]["type"]["examples"] == list(FIELD_TYPES)


KEYS = sorted({key for schema in schemas(SCHEMA) for key in schema.get("properties", {})} | {"repply", "Harga", "08"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.just(1.5),
    st.sampled_from(["", "halo", "id", "ID", "explain", "no", "a#", "https://x.id/a.png"]),
)
ANY_DATA = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)), max_leaves=12
)


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Data that keeps to the schema in most places and strays in some."""
    schema = resolved(schema)
    parts: list[st.SearchStrategy[Any]] = [SCALARS]
    if "properties" in schema:
        known = {key: fitting_below(value) for key, value in schema["properties"].items()}
        needed = {key: value for key, value in known.items() if key in schema.get("required", [])}
        several = schema.get("maxProperties", 4)
        parts += [
            st.lists(st.sampled_from(sorted(known)), max_size=several, unique=True).flatmap(
                lambda keys: st.fixed_dictionaries({**needed, **{key: known[key] for key in keys}})
            )
        ] * 4
    if "items" in schema:
        parts += [st.lists(fitting_below(schema["items"]), min_size=schema.get("minItems", 0), max_size=2)] * 2
    return st.one_of(parts)


def fitting_below(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The same, put off until it is drawn from: the schema goes round in circles nowhere, but it goes deep."""
    return st.deferred(lambda: fitting(schema))


@given(st.one_of(ANY_DATA, fitting(SCHEMA)))
def test_the_gate_and_jsonschema_agree_and_every_refusal_is_worded(data: object) -> None:
    passed = gate()(data)
    assert passed == VALIDATOR.is_valid(data)
    assert passed == (schema_complaints(data) == [])


@given(fitting(SCHEMA))
def test_no_two_complaints_say_the_same(data: object) -> None:
    complaints = schema_complaints(data)
    assert len(complaints) == len({(complaint.path, complaint.message) for complaint in complaints})


def test_a_schema_that_is_printed_is_the_one_in_use() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), "the file"),
        (("rules",), "'rules'"),
        (("rules", 0), "entry 1 of 'rules'"),
        ((0,), "entry 1"),
        (("rules", 2, "reply"), "'reply'"),
    ],
)
def test_a_place_is_called_by_its_key_or_its_number(path: tuple[str | int, ...], name: str) -> None:
    assert called(path) == name


def test_a_long_value_is_shown_in_part() -> None:
    assert (described("a" * 100), described(True), described([1])) == (f"'{'a' * 56}...'", "true", "a list")


ROOT = Path(__file__).parents[3]
FILES = sorted(
    path for path in ROOT.rglob("*.yaml") if not {".venv", ".git", "_build"} & {*path.parts} and path.name != ".pre-commit-config.yaml"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_gate_and_jsonschema_agree_on_every_rule_file_of_the_project(path: Path) -> None:
    node, _ = read_yaml(path.read_bytes(), path.name)
    data = plain(node) if node is not None else None
    assert gate()(data) == VALIDATOR.is_valid(data)


@pytest.mark.process
def test_without_the_fast_validator_jsonschema_looks_at_everything() -> None:
    code = (
        "import sys; sys.modules['jsonschema_rs'] = None\n"
        "from flask_chatbot.core.schema.gate import gate, schema_complaints\n"
        "good = {'version': 1, 'rules': [{'keyword': 'a', 'reply': 'b'}]}\n"
        "bad = {'version': 1, 'rules': [{'keyword': 'a', 'repply': 'b'}]}\n"
        "print(gate()(good), schema_complaints(good), len(schema_complaints(bad)))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert child.stdout.split() == ["False", "[]", "1"]


def test_every_sentence_is_a_key_that_names_its_placeholders_and_may_be_empty_where_it_may() -> None:
    keys = SCHEMA["properties"]["sentences"]["properties"]
    assert list(keys) == list(SENTENCES["en"])
    for key, schema in keys.items():
        assert re.findall(r"`\{([a-z_]+)\}`", schema["description"]) == list(allowed(key)), key
        assert ("minLength" in schema) is (key not in MAY_BE_EMPTY), key
