import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.folding import canonical, fold, fold_with_signs, without_signs

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
        ("halo 😊", "halo"),
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
        ("#\ufe0f\u20e3", ""),
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


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("jadwal jum\u2019at", "jadwal jum'at"),
        ("jum\u2018at jum`at jum\u00b4at jum\uff07at", "jum'at jum'at jum'at jum'at"),
        ("laki\u2011laki laki\u2013laki", "laki-laki laki-laki"),
        ("menu\U0001f64f\U0001f3fb\U0001f64f", "menu"),
        ("\U0001f44b menu kak", "menu kak"),
        ("me\U0001f64fnu", "me nu"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\U0001f44d\U0001f44d\U0001f44d", "\U0001f44d"),
        ("menu \u2764\ufe0f :) <3 :D", "menu"),
        ("makasih<3", "makasih"),
        (":3", ":3"),
        ("menu :3", "menu"),
        ("3", "3"),
        ("1\ufe0f\u20e3 2\ufe0f\u20e3", "1 2"),
        ("\u2776 \U0001f51f", "1 10"),
        ("\u0633\u0650\u0639\u0631", "\u0633\u0639\u0631"),
        ("\u0645\u0640\u0640\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628\u0627"),
        ("\u0623\u0633\u062a\u0627\u0630 \u0622\u0625\u0671", "\u0627\u0633\u062a\u0627\u0630 \u0627\u0627\u0627"),
        ("me\u200dnu\u115f\u3164 \u180ekak\U000e0041", "menu kak"),
        ("#\ufe0f\u20e3 menu", "menu"),
        ("*\ufe0f\u20e3", ""),
        ("XXXL", "xxxl"),
    ],
)
def test_what_a_telephone_writes_otherwise_is_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Menu \U0001f64f\U0001f3fb", "menu \U0001f64f"),
        ("\U0001f937\u200d\u2640\ufe0f ok", "\U0001f937 ok"),
        ("\U0001f602\U0001f602ok:)", "\U0001f602 ok"),
        ("a\U0001f600\u0301", "a \U0001f600 \u0301"),
    ],
)
def test_emoji_are_words_where_they_are_kept(text: str, folded: str) -> None:
    assert fold_with_signs(text) == folded


def test_only_the_emoji_asked_for_are_kept() -> None:
    assert without_signs("ok \U0001f64f \U0001f44d#\U0001f64f", {"\U0001f44d"}) == "ok \U0001f44d#"
    assert without_signs("\U0001f64f#\U0001f64f") == "\U0001f64f#\U0001f64f"


def test_4096_characters_count_before_and_after_nfkc() -> None:
    assert fold("a" * 4096 + "b") == "a" * 4096
    assert fold("a b" * 2000).startswith("a ba b")
    assert len(fold("\ufdfa" * 4096)) == 4096


@given(texts)
def test_no_text_makes_folding_fail_and_case_and_spaces_never_matter(text: str) -> None:
    assert fold(f"  {text}\n") == fold(text)
    assert "  " not in fold(text)


@given(
    st.text(max_size=60)
    | st.text(st.sampled_from("a \u0301\u0653\u064b\u0627\U0001f64f\U0001f3fb\u200d\ufe0f\u20e31#*:3<d'\u00b4\u0130"), max_size=12)
)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    for form in (fold, fold_with_signs, canonical):
        assert form(form(text)) == form(text)


EMAILS = st.from_regex(r"[a-z0-9][a-z0-9.+_-]{0,8}[a-z0-9]@[a-z0-9]{1,8}\.[a-z]{2,4}", fullmatch=True)
DECORATIONS = ["!", "?!", " \U0001f64f", "\U0001f60a\U0001f60a", " :)", "\u200b", "...", " \u2764\ufe0f", "\U0001f64f\U0001f3fd", "*"]
WORDS = st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)


@given(WORDS, st.sampled_from(DECORATIONS), st.sampled_from(DECORATIONS))
def test_a_decorated_text_has_the_same_form(text: str, ahead: str, behind: str) -> None:
    assert fold(f"{ahead.strip()} {text}{behind}") == fold(text) == fold(text.swapcase()) or text.swapcase().casefold() != text.casefold()


@given(st.integers(0, 10**12).map(str), EMAILS)
def test_digits_and_addresses_stay_as_they_are(digits: str, email: str) -> None:
    assert fold(f"{digits}! {email}? {digits}") == f"{digits} {email} {digits}"


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_ascii_takes_its_short_way_to_the_same_end(text: str) -> None:
    assert fold(f"{text} \u00e9").removesuffix("\u00e9").rstrip() == fold(f"{text} e").removesuffix("e").rstrip()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("halo,kak", "halo kak"),
        ("Selamatpagi,kak!", "selamatpagi kak"),
        ("kaos,2", "kaos 2"),
        ("2,kopi", "2 kopi"),
        ("menu?!dong", "menu dong"),
        ("2,500", "2,500"),
        ("1,5kg", "1,5kg"),
        ("budi@example.com", "budi@example.com"),
        ("harga;teh", "harga teh"),
        ("halo,,kak", "halo kak"),
    ],
)
def test_punctuation_between_words_without_a_space_parts_them(text: str, folded: str) -> None:
    assert (fold(text), fold(fold(text))) == (folded, folded)
