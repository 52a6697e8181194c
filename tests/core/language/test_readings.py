import pytest

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.words import Words, words_of


def courteous(*ignored: str) -> Folding:
    return Folding(Words(ignore=frozenset(ignored)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [("HRG?", "harga"), ("hrg-nya", "hrg-nya"), ("daftar Price dong", "daftar harga dong"), ("cek hrg#price", "cek harga#harga")],
)
def test_each_word_stands_for_its_head_word(text: str, folded: str) -> None:
    assert Folding(synonyms={"hrg": "harga", "price": "harga"}).fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("bisa bayar di tempat?", "bisa cod"),
        ("bayar di tempatnya", "bayar di tempatnya"),
        ("TQ kak", "terima kasih kak"),
        ("cash on delivery#bayar di tempat", "cod#cod"),
        ("cash on cash on delivery", "cash on cod"),
    ],
)
def test_a_run_of_words_stands_for_its_head(text: str, folded: str) -> None:
    synonyms = {"bayar di tempat": "cod", "cash on delivery": "cod", "tq": "terima kasih"}
    assert Folding(synonyms=synonyms).fold(text) == folded


def test_courtesy_counts_by_its_synonyms_too() -> None:
    folding = Folding(Words(ignore=frozenset({"kak", "mohon"})), {"kk": "kak"})
    assert folding.without_courtesy("mohon harga kak") == ["mohon harga", "harga kak", "harga"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("harga", []),
        ("kak", []),
        ("kak min", []),
        ("harga kak mahal", []),
        ("harga kakak", []),
        ("kak kak harga", ["kak harga", "harga"]),
    ],
)
def test_courtesy_counts_at_the_ends_only_and_never_as_the_whole_text(text: str, left: list[str]) -> None:
    assert courteous("kak", "min").without_courtesy(text) == left


def test_at_most_eight_courtesy_words_go_from_each_end() -> None:
    left = courteous("kak").without_courtesy(" ".join(["kak"] * 9 + ["harga"] + ["kak"] * 9))
    assert (left[-1], len(left)) == ("kak harga kak", 80)


def test_a_text_of_courtesy_words_only_is_soon_done_with() -> None:
    words = " ".join(["kak"] * 1024)
    assert courteous("kak").without_courtesy(words) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("harga ya", ["harga"]),
        ("ya harga", []),
        ("pagi harga", ["harga"]),
        ("harga pagi", []),
        ("pagi kak", ["pagi"]),
        ("ok makasih", []),
        ("ok makasih kak", ["ok makasih"]),
        ("ok kak", []),
        ("ok siap kak", []),
        ("betul sekali kak", []),
        ("ok harga kak", ["ok harga"]),
        ("harga aja", []),
        ("tidak harga", []),
        ("selamat pagi kak mau tanya harga dong terima kasih", ["harga"]),
    ],
)
def test_courtesy_of_a_language_has_its_place(text: str, left: list[str]) -> None:
    assert Folding(words_of("id")).without_courtesy(text)[-1:] == left[-1:]


@pytest.mark.parametrize(
    ("text", "left"), [("ok kak", ["ok"]), ("betul sekali kak", ["betul sekali"]), ("ok makasih", []), ("kak kak", []), ("ya kak", ["ya"])]
)
def test_a_yes_is_left_of_an_answer_unless_it_was_said_with_a_thanks(text: str, left: list[str]) -> None:
    assert Folding(words_of("id")).without_courtesy(text, may_agree=True) == left
