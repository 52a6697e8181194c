import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.folding import Folding, fold

texts = st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("   ", ""),
        ("Halo", "halo"),
        ("  selamat \t\n pagi  ", "selamat pagi"),
        ("MENU!!!", "menu"),
        ("1.", "1"),
        ("(1)", "1"),
        ("“menu”", "menu"),
        ("¿menu?", "menu"),
        ("*menu* _ya_ ~kak~ `min`", "menu ya kak min"),
        ("halo, kak... - apa   kabar?!", "halo kak apa kabar"),
        ("08.30", "08.30"),
        ("e-mail: a.b@c.com.", "e-mail a.b@c.com"),
        ("rp10.000,-", "rp10.000"),
        ("?", "?"),
        ("?!  ...", "?! ..."),
        ("$5 +1", "$5 +1"),
        ("halo 😊", "halo 😊"),
    ],
)
def test_a_text_is_folded_word_by_word(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("#", "#"),
        ("##", "##"),
        ("menu#", "menu#"),
        ("#menu", "#menu"),
        (" a # b ", "a#b"),
        ("A!#(B)#", "a#b#"),
        ("a#?", "a#?"),
        ("\uff03promo", "#promo"),
    ],
)
def test_a_hash_is_never_stripped(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("1\ufe0f\u20e3", "1"),
        ("#\ufe0f\u20e3", "#"),
        ("\u2460", "1"),
        ("❤\ufe0f", "❤"),
        ("\uff2d\uff25\uff2e\uff35", "menu"),
        ("\u200bhalo\u200d \u2066kak\u2069\ufeff", "halo kak"),
        ("ha\u00adlo", "halo"),
        ("halo\u00a0kak\u3000min", "halo kak min"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("ﬁsh", "fish"),
    ],
)
def test_the_many_writings_of_unicode_are_one(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_4096_characters_count_before_and_after_nfkc() -> None:
    assert fold("a" * 4096 + "b") == "a" * 4096
    assert fold("a b" * 2000).startswith("a ba b")
    assert len(fold("\ufdfa" * 4096)) == 4096


@given(texts)
def test_no_text_makes_folding_fail_and_case_and_spaces_never_matter(text: str) -> None:
    assert fold(f"  {text}\n") == fold(text)
    assert "  " not in fold(text)


@given(st.text(st.characters(max_codepoint=0x24F), max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_ascii_takes_its_short_way_to_the_same_end(text: str) -> None:
    assert fold(f"{text} \u00e9").removesuffix("\u00e9").rstrip() == fold(f"{text} e").removesuffix("e").rstrip()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("HRG?", "harga"), ("hrg-nya", "hrg-nya"), ("daftar Price dong", "daftar harga dong"), ("cek hrg#price", "cek harga#harga")],
)
def test_each_word_stands_for_its_head_word(text: str, folded: str) -> None:
    assert Folding(synonyms={"hrg": "harga", "price": "harga"}).fold(text) == folded


def test_courtesy_words_are_folded_too() -> None:
    assert Folding(["KAK!", "mohon"], {"pls": "mohon"}).without_courtesy("mohon harga kak") == ["mohon harga", "harga kak", "harga"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("harga", []),
        ("kak", []),
        ("kak min", ["kak", "min"]),
        ("harga kak mahal", []),
        ("harga kakak", []),
        ("kak kak harga", ["kak harga", "harga"]),
    ],
)
def test_courtesy_counts_at_the_ends_only_and_never_as_the_whole_text(text: str, left: list[str]) -> None:
    assert Folding(["kak", "min"]).without_courtesy(text) == left


def test_at_most_eight_courtesy_words_go_from_each_end() -> None:
    left = Folding(["kak"]).without_courtesy(" ".join(["kak"] * 9 + ["harga"] + ["kak"] * 9))
    assert (left[-1], len(left)) == ("kak harga kak", 80)


def test_a_text_of_courtesy_words_only_is_soon_done_with() -> None:
    words = " ".join(["kak"] * 1024)
    assert Folding(["kak"]).without_courtesy(words) == [" ".join(["kak"] * (1024 - gone)) for gone in range(1, 17)]
