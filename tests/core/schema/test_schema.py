import json
import re

from jsonschema import Draft7Validator

from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.placeholders import MAY_BE_EMPTY, allowed
from flask_chatbot.core.language.sentences import SENTENCES
from flask_chatbot.core.language.words import LANGUAGES
from flask_chatbot.core.schema.shape import SCHEMA
from tests.core.schema.schemas import resolved, schemas


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


def test_a_schema_that_is_printed_is_the_one_in_use() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_sentence_is_a_key_that_names_its_placeholders_and_may_be_empty_where_it_may() -> None:
    keys = SCHEMA["properties"]["sentences"]["properties"]
    assert list(keys) == list(SENTENCES["en"])
    for key, schema in keys.items():
        assert re.findall(r"`\{([a-z_]+)\}`", schema["description"]) == list(allowed(key)), key
        assert ("minLength" in schema) is (key not in MAY_BE_EMPTY), key
