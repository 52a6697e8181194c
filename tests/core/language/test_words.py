from dataclasses import fields

import pytest

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.words import LANGUAGES, Words, words_of, words_of_all

LISTS = [field.name for field in fields(Words) if field.name not in ("greetings", "opt_out", "alone")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_lists_in_the_normal_form(language: str) -> None:
    words = words_of(language)
    lists = {name: getattr(words, name) for name in LISTS} | dict(words.greetings)
    assert [name for name, found in lists.items() if not found or "" in found] == []
    assert {word: fold(word) for found in lists.values() for word in found} == {word: word for found in lists.values() for word in found}


def test_no_word_means_both_yes_and_no() -> None:
    assert words_of_all("yes") & words_of_all("no") == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_negation_and_no_keyword_of_many_shops_is_courtesy(language: str) -> None:
    words = words_of(language)
    courtesy = words.ignore | words.ignore_first | words.ignore_last
    assert courtesy & (words.no | words.cancel | {"aja", "saja", "admin", "menu"}) == frozenset()


def test_a_language_without_a_file_is_refused() -> None:
    with pytest.raises(ValueError, match="there are no words of 'fr'"):
        words_of("fr")


def test_a_greeting_of_one_time_of_day_is_none_of_another() -> None:
    greetings = words_of("id").greetings
    assert words_of("id").greetings_like("met pagi") == (greetings["morning"], greetings["any"])
    assert greetings["evening"] not in words_of("id").greetings_like("pagi")
    assert words_of("id").greetings_like("halo")[0] == greetings["any"]
    assert words_of("id").greetings_like("harga") == ()


@pytest.mark.parametrize(
    ("text", "opts_out"),
    [
        ("stop promo", True),
        ("jangan kirim promo lagi", True),
        ("unsubscribe", True),
        ("gak usah kirim iklan", True),
        ("stop", False),
        ("promo stop", False),
        ("jangan lupa promo", False),
        ("stop kontak promo", False),
    ],
)
def test_phrases_of_opting_out_are_whole_texts(text: str, opts_out: bool) -> None:
    assert bool(words_of("id").opt_out.fullmatch(f"{text} ")) is opts_out
