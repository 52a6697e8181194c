import string

import pytest

from flask_chatbot.core.language.sentences import SENTENCES, clip, language_of, quote, say
from flask_chatbot.core.language.words import LANGUAGES


def placeholders(language: str) -> dict[str, set[str]]:
    return {key: {name for _, name, _, _ in string.Formatter().parse(text) if name} for key, text in SENTENCES[language].items()}


def test_both_languages_have_the_same_sentences_with_the_same_placeholders() -> None:
    assert placeholders("id") == placeholders("en")


def test_every_language_has_its_sentences() -> None:
    assert set(SENTENCES) == set(LANGUAGES)


@pytest.mark.parametrize(("language", "text"), [("id", "Minimal 5."), ("en", "At least 5, please.")])
def test_a_sentence_comes_in_the_language_asked_for(language: str, text: str) -> None:
    assert say(language_of(language), "too_small", min=5) == text


def test_braces_in_a_value_are_only_a_value() -> None:
    assert (
        say(language_of("id"), "not_email", value='"{options}"')
        == 'Maaf, "{options}" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.'
    )


def test_a_long_value_is_quoted_in_sixty_characters_on_one_line() -> None:
    assert quote("a\nb " * 1000) == '"' + "a b " * 14 + 'a..."'


def test_a_text_that_fits_is_not_clipped() -> None:
    assert (clip("a" * 60, 60), clip("a" * 61, 60)) == ("a" * 60, "a" * 57 + "...")


@pytest.mark.parametrize("written", ['"2"', "2", "\u201c2\u201d", " '2' ", "\u00ab2\u00bb"])
def test_the_quotes_of_a_value_are_not_doubled(written: str) -> None:
    assert quote(written) == '"2"'
