"""Texts of many scripts, and what becomes of each of their characters: read one by one here, and all at once by the package."""

import unicodedata
from itertools import chain
from random import Random

import pytest

from flask_chatbot.core.language.folding import LIKE_PUNCTUATION, LONG, TEXT_LIMIT, WITHOUT_SPACES, fold_with_signs, nfkc, split_words
from flask_chatbot.core.language.signs import LOOK_ALIKES, is_sign, with_marks, without_look_alikes
from flask_chatbot.core.language.variants import without_accents

BLOCKS = (
    "abcdefghij 0123456789",
    " .,;!?#-_'()/~^",
    "\u00e9\u00df\u00f8\u0142\u0111\u0131\u01ff\u1ea1\u1ebf\u0439\u00c9",  # accents and strokes
    "e\u0301o\u0302\u0323a\u0300\u0315",  # accents that follow their letters
    "\u0633\u0644\u0627\u0645\u0623\u0627\u0653\u064e\u0640\u0663",  # Arabic, with its marks
    "\uac00\uac01\u1100\u1161\u11a8",  # Hangul, whole and in parts
    "\u4ef7\u683c\u3042\u30a2\u30d1\u30cf\u309a\U00020000",
    "\u0e01\u0e31\u0e48\u0e51\u0e5a\u0e50\u1000\u102d\u104a\u1780\u17d4\u17e1",  # Thai, Burmese and Khmer, with marks, stops and digits
    "\U0001f44d\U0001f3fd\u2764\ufe0f\u200d\u2640\U0001f469\U0001f1ee\U0001f1e9\u20e3\u2605\u00a9\u00b0\u2122",
    "\uff21\uff11\uff03\uff0c\u2460\u2776\u24eb\U0001f51f",
    "\u2019\u2018\u2013\u2014\u2212\u00b4\u02bc\u200b\u00ad",
    "\ufdfa\ufdfb\u3316\u321e\u2a0c",  # which become many
    "\u1369\u0968\u00b2\u00bd\u2167",  # digits and numbers
    "\ud800\udfff",  # that only a JSON with half a character could bring
)


def texts(count: int) -> list[str]:
    """Texts of a few of these."""
    random = Random(11)
    return ["".join(random.choices("".join(random.sample(BLOCKS, 3)), k=random.choice((4, 12, 40)))) for _ in range(count)]


def plain(character: str) -> str:
    """The Latin letter below an accent or a stroke."""
    base = unicodedata.normalize("NFD", character)[0]
    return base if "a" <= base <= "z" else dict(zip("\u00f8\u0142\u0111\u0127\u0131", "oldhi", strict=True)).get(character, character)


def words_of(word: str) -> list[str]:
    """The words that a word is made of."""
    written = ""
    for place, character in enumerate(word):
        is_sign_of_its_own = unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"
        if is_sign_of_its_own or WITHOUT_SPACES.match(character):
            written += f" {character} "
        elif character in LIKE_PUNCTUATION or unicodedata.category(character).startswith("P"):
            is_in_number = word[:place][-1:].isdigit() and word[place + 1 :][:1].isdigit()
            written += character if is_in_number else " "
        else:
            written += character
    return written.split()


def test_every_character_that_becomes_more_than_three_counts_as_long() -> None:
    assert [hex(code) for code in range(0x110000) if len(unicodedata.normalize("NFKC", chr(code))) > 3 and not LONG.match(chr(code))] == []


@pytest.mark.parametrize("ahead", [0, 100, 2048, 4094])
@pytest.mark.parametrize("long", ["\ufdfa", "\u321e", "\u3316", "\u30ab", "\u1100\u1161"])
@pytest.mark.parametrize("behind", ["\u0323\u0301", "\u3099", "\u11a8", "x"])
def test_where_a_text_is_cut_nothing_that_counts_is_changed(ahead: int, long: str, behind: str) -> None:
    text = ("\u00e9" * ahead + (long + behind) * 4096)[:TEXT_LIMIT]
    assert nfkc(text) == unicodedata.normalize("NFKC", text)[:TEXT_LIMIT]


def test_accents_are_taken_off_each_letter_of_the_latin_script_and_no_other() -> None:
    letters = [chr(code) for code in range(0x110000) if chr(code).lower() == chr(code)]
    assert [hex(ord(letter)) for letter in letters if without_accents(letter) != plain(letter)] == []


def test_a_text_of_any_script_has_the_words_that_its_characters_make() -> None:
    folded = [fold_with_signs(text) for text in texts(5_000)]
    expected = [
        list(chain.from_iterable([each] if each == "#" or is_sign(each) else words_of(each) for each in text.replace("#", " # ").split()))
        for text in folded
    ]
    assert [split_words(text) for text in folded] == expected


def test_what_looks_like_a_mark_becomes_it_in_a_text_of_any_script() -> None:
    written = texts(5_000)
    assert [without_look_alikes(text) for text in written] == ["".join(LOOK_ALIKES.get(each, each) for each in text) for text in written]
    assert [with_marks(text).count("\uff03") for text in written] == [0] * len(written)
