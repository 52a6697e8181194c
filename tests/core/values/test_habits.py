"""What people write in place of the words of rule files: every habit leads to a word that some place of the format takes."""

from zoneinfo import available_timezones

import pytest

from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.placeholders import allowed
from flask_chatbot.core.language.sentences import SENTENCES
from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.values.habits import _HABITS, by_habit, guess

OTHERS = {"id", "en", "true", "false", "closed", "mon-sun", "mon-fri", "sat,sun", "00.00-24.00", "ID", "MY", "SG"}


def words_of_the_schema(schema: object = SCHEMA) -> set[str]:
    """Every key and every listed value of the format."""
    if isinstance(schema, list):
        return set().union(*map(words_of_the_schema, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = {*schema.get("properties", ()), *(each for each in schema.get("enum", ()) if isinstance(each, str))}
    return own.union(*map(words_of_the_schema, schema.values()))


def test_every_habit_leads_to_a_word_of_the_format() -> None:
    placeholders = {name for key in SENTENCES["en"] for name in allowed(key)}
    known = words_of_the_schema() | placeholders | set(FIELD_TYPES) | OTHERS | available_timezones()
    assert {word for word, _ in _HABITS} - known == set()


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("balas", ["keyword", "reply"], "reply"),
        ("pesan", ["keyword", "reply"], "reply"),
        ("pesan", ["text", "image"], "text"),
        ("pesan", ["send", "rule"], "send"),
        ("Kata Kunci", ["keyword"], "keyword"),
        ("REPLY", ["reply"], "reply"),
        ("“reply”", ["reply"], "reply"),
        ("indonesia", ["id", "en"], "id"),
        ("indonesia", ["ID", "MY"], "ID"),
        ("balas", ["image"], ""),
        ("", ["reply"], ""),
    ],
)
def test_the_first_word_that_a_place_takes_was_meant(word: str, known: list[str], meant: str) -> None:
    assert by_habit(word, known) == meant


def test_a_habit_goes_before_a_word_that_looks_alike() -> None:
    assert guess("message", ["image", "text"]).way_out == " Write 'text'."
    assert guess("imgae", ["image", "text"]).way_out == " Did you mean 'image'?"
