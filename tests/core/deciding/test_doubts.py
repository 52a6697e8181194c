"""Guesses that are near enough, and are not answered at once all the same."""

from pathlib import Path

import pytest

from flask_chatbot.core.deciding.doubts import Doubts
from tests.core.books import load
from tests.core.deciding.test_guessing import guessed

SMALL_TALK = """\
settings: {guess: answer}
rules:
  - {name: salam, keyword: [halo, selamat pagi, selamat siang], reply: Halo.}
  - {name: thanks, contains: terima kasih, reply: Sama-sama.}
  - {name: toko, contains: alamat toko, reply: Di Dumai.}
  - {name: entah, fallback: true, reply: Entah.}
"""


@pytest.mark.parametrize(
    ("text", "rule"), [("slamat pagii semua", "salam"), ("terimaa kasihh semua", "thanks"), ("selamatpagi,semua", "salam")]
)
def test_small_talk_with_typing_errors_is_answered_at_once(tmp_path: Path, text: str, rule: str) -> None:
    answer = guessed(load(tmp_path, SMALL_TALK), text).answer
    assert answer is not None
    assert answer.rule.name == rule


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("lagi apa kak", "it is small talk, and the text asks for something"),
        ("selamat paggi semua?", "it is small talk, and the text asks for something"),
        ("selamat ulang tahun", "it is small talk, and the text has only a part of it"),
        ("kasih dong, terus", "it is small talk, and the text has only a part of it"),
    ],
)
def test_small_talk_is_no_answer_to_a_text_that_asks_or_has_a_part_of_it(tmp_path: Path, text: str, doubt: str) -> None:
    book = load(tmp_path, SMALL_TALK)
    found = guessed(book, text)
    nearest = found.near[0]
    assert (found.answer, nearest.rule.small_talk) == (None, True)
    assert Doubts(book, text).about(nearest.rule, nearest.words, nearest.guess.is_whole) == doubt


def test_small_talk_comes_after_the_other_guesses_at_a_text_that_asks(tmp_path: Path) -> None:
    book = load(tmp_path, SMALL_TALK)
    asks, tells = guessed(book, "terimaa kasihh ya, alamat tokoo mana"), guessed(book, "terimaa kasihh ya, tokoo")
    assert [meant.rule.name for meant in (*asks.near[:2], *tells.near[:2])] == ["toko", "thanks", "thanks", "toko"]
    assert asks.answer == asks.near[0]


ORDERS = """\
settings: {guess: answer}
rules:
  - {name: order, keyword: pesan kopi, reply: Berapa?}
  - {name: later, similar: barang belum sampai, reply: Kami cek.}
  - {name: stock, keyword: stok kopi, reply: Ada.}
"""


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("pesannya kopi", "order"),
        ("gak jadi pesannya kopi", None),
        ("saya batal pesannya kopi", None),
        ("jangan pesan kopinya", None),
        ("barangnya belum sampai", "later"),  # as its phrase says
        ("ada gak stok kopinya", "stock"),  # only a way to ask
        ("stok kopinya ada nggak kak", "stock"),
    ],
)
def test_a_text_that_says_no_is_not_answered_by_a_phrase_that_does_not(tmp_path: Path, text: str, rule: str | None) -> None:
    found = guessed(load(tmp_path, ORDERS), text)
    assert (found.answer and found.answer.rule.name) == rule
    assert found.suggestions != ()
    assert rule or found.doubt == "the text says no, and its phrase does not"
