"""The phrases of a book that are guessed at, and how long a text may keep it busy."""

from itertools import islice, product
from pathlib import Path

import pytest

from flask_chatbot.core.matching.guesses import Guesses
from tests.core.books import load
from tests.core.timing import least_time

LIMIT = 0.005  # seconds for one text, whatever it is
RULES = """\
synonyms: {harga: [hrg]}
rules:
  - {name: a, keyword: [Daftar HRG, "pesan#"], contains: [biaya kirim*], similar: ["Buka jam berapa?"], reply: x}
  - {name: b, keyword: menu, menu: [Cara pesan: c], reply: x}
  - {name: c, guess: true, reply: x}
  - {name: d, keyword: rahasia, guess: false, reply: x}
  - {name: k, keyword: {exact: rahasia kita}, reply: x}
  - {name: e, keyword: unsub, subscribe: false, reply: x}
  - {name: f, fallback: true, reply: x}
"""


def guesses(folder: Path, rules: str = RULES) -> Guesses:
    return load(folder, rules).guesses


def test_all_that_rules_say_is_a_phrase_in_its_authors_words(tmp_path: Path) -> None:
    assert [(saying.text, saying.words, [rule.name for rule in saying.rules]) for saying in guesses(tmp_path).phrases] == [
        ("daftar harga", "Daftar HRG", ["a"]),
        ("pesan", "pesan", ["a"]),
        ("biaya kirim", "biaya kirim", ["a"]),
        ("buka jam berapa", "Buka jam berapa?", ["a"]),
        ("menu", "menu", ["b"]),
        ("cara pesan", "Cara pesan", ["c"]),
    ]


@pytest.mark.parametrize("text", ["daftar hrg", "Kak, daftar harga dong", "dftar harga", "daftarr hrg kak", "DAFTAR harga#Budi"])
def test_courtesy_synonyms_and_typing_errors_keep_no_phrase_away(tmp_path: Path, text: str) -> None:
    (nearest, *_) = guesses(tmp_path).nearest(text)
    assert (nearest.words, round(nearest.score, 6)) == ("Daftar HRG", 1.0)


def test_a_word_that_a_phrase_has_is_not_corrected(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: a, keyword: kopi, reply: x}\n  - {name: b, keyword: kopo, reply: x}\n"
    assert guesses(tmp_path, rules).nearest("kopo")[0].words == "kopo"


WORDS = ["".join(letters) for letters in islice(product("abcdefgh", repeat=5), 5_000)]  # hundreds are one letter from each other
HOSTILE = {
    "words that are one letter from hundreds of others": " ".join(f"{word[:4]}z" for word in WORDS[::125]),
    "4,096 letters of a script without spaces": "".join(map(chr, range(0x4E00, 0x5E00))),
    "4,096 characters of Hangul": "".join(map(chr, range(0xAC00, 0xBC00))),
    "a thousand emoji": "\U0001f600" * 1_000,
    "what becomes 18 characters": "\ufdfa" * 4_096,
    "nothing but marks": "#" * 4_096,
    "punctuation": "a.b,c;" * 680,
    "lone surrogates": "\ud800" * 4_096,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_takes_long_among_five_thousand_words_that_are_nearly_one(tmp_path: Path, text: str) -> None:
    alike = guesses(tmp_path, "rules:\n" + "".join(f"  - {{keyword: {word}, reply: x}}\n" for word in WORDS))
    alike.nearest("abcde")  # they are looked through now
    assert least_time(lambda: alike.nearest(text)) < LIMIT
