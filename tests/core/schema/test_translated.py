"""The descriptions of the schema in every language."""

import re
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from jsonschema import Draft7Validator

from flask_chatbot.core.language.words import LANGUAGES
from flask_chatbot.core.schema.shape import SCHEMA
from flask_chatbot.core.schema.translated import CATALOGUES, catalogue, descriptions, rewritten, translated


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_description_has_a_translation_and_no_translation_is_left_of_one_that_is_gone(language: str) -> None:
    words = catalogue(language)
    assert [text for text in descriptions() if text not in words] == []
    assert [text for text in words if text not in descriptions()] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_translation_is_marked_as_out_of_date(language: str) -> None:
    with files("flask_chatbot.core.schema").joinpath(CATALOGUES[language]).open("rb") as file:
        assert [message.id for message in read_po(file) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_quotes_the_code_of_its_description(language: str) -> None:
    code = {text: [sorted(re.findall("`.+?`", each)) for each in (text, said)] for text, said in catalogue(language).items()}
    assert [text for text, (english, other) in code.items() if english != other] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_is_another_text(language: str) -> None:
    assert [text for text, said in catalogue(language).items() if text == said] == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translated_schema_says_the_same_to_a_validator(language: str) -> None:
    Draft7Validator.check_schema(translated(language))
    assert rewritten(translated(language), lambda _: "") == rewritten(SCHEMA, lambda _: "")
    assert translated(language) != SCHEMA


def test_every_language_of_the_bot_but_english_has_a_catalogue() -> None:
    assert {"en", *CATALOGUES} == set(LANGUAGES)


def test_the_schema_in_english_is_the_one_that_ships() -> None:
    assert translated("en") == SCHEMA


def test_a_key_that_is_called_like_a_word_of_the_schema_is_described_too() -> None:
    schema = {"description": "a", "properties": {"default": {"description": "b", "default": {"description": "c"}, "examples": ["d"]}}}
    assert descriptions(schema) == ["a", "b"]
