import pytest

from flask_chatbot.core.schema.complaints import WORDS, called, described
from flask_chatbot.core.schema.shape import SCHEMA
from tests.core.schema.schemas import schemas

# What a schema is built of, and what only people and editors read.
STRUCTURE = {"$ref", "allOf", "properties", "items", "propertyNames"}
REMARKS = {"$schema", "$id", "title", "description", "examples", "definitions"}


def test_every_keyword_of_the_schema_has_words() -> None:
    used = {keyword for schema in schemas(SCHEMA) for keyword in schema}
    assert used - STRUCTURE - REMARKS - WORDS.keys() == set()


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
