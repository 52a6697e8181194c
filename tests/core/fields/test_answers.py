import pytest

from flask_chatbot.core.fields.field import Option
from tests.core.fields.readers import ID, field, read, refusal

YESNO = field("yesno", "setuju")
TOWNS = field("choice", "kota", options=(Option("Bandung"), Option("Jakarta Selatan", ("jaksel",)), Option("Medan"), Option("Solo")))
SIZES = field("choice", "ukuran", options=tuple(map(Option, ("S", "M", "L", "XL"))))


@pytest.mark.parametrize(
    "text", ["iya kak", "yaa", "oke siap", "betul sekali", "udah benar", "ya, terima kasih", "\U0001f44d\U0001f3fd", "Yes please"]
)
def test_a_yes_is_read_with_what_stands_around_it(text: str) -> None:
    assert read(YESNO, text) is True


@pytest.mark.parametrize(
    "text", ["gak jadi", "batal", "tidak, terima kasih", "gak mau", "belum benar", "tidaaak", "jangan dulu kak", "\U0001f44e"]
)
def test_a_no_is_read_with_what_stands_around_it(text: str) -> None:
    assert read(YESNO, text) is False


@pytest.mark.parametrize("text", ["ya tidak", "tidak salah", "tidak apa-apa", "ya \U0001f44e", "mungkin", "ya, tapi besok", "1"])
def test_what_is_no_clear_answer_is_asked_for_again(text: str) -> None:
    assert refusal(YESNO, text) == "Mohon dijawab *ya* atau *tidak*."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("bandung aja kak", "Bandung"),
        ("bandng", "Bandung"),
        ("medna", "Medan"),
        ("soloo", "Solo"),
        ("JAKSEL", "Jakarta Selatan"),
        ("2", "Jakarta Selatan"),
        ("nomor 2", "Jakarta Selatan"),
        ("2. Jakarta Selatan", "Jakarta Selatan"),
        ("dua", "Jakarta Selatan"),
        ("kota bandung", "Bandung"),
    ],
)
def test_a_choice_is_read_by_its_words_or_its_number(text: str, value: str) -> None:
    assert read(TOWNS, text) == value


@pytest.mark.parametrize("text", ["jakarta", "sol", "2. Solo", "5", "0", "bandung atau solo", "bukan bandung"])
def test_what_is_not_one_option_is_refused_with_all_of_them(text: str) -> None:
    assert refusal(TOWNS, text) == f'Maaf, "{text}" tidak ada di pilihan. Pilihannya: Bandung, Jakarta Selatan, Medan, Solo.'


def test_short_options_allow_no_typing_error_and_no_repeated_letter() -> None:
    assert [read(SIZES, text) for text in ("ukuran L", "size xl", "m kak")] == ["L", "XL", "M"]
    assert [refusal(SIZES, text)[:5] for text in ("XXXL", "LL", "XS")] == ["Maaf,"] * 3


def test_options_that_hold_digits_are_not_chosen_by_their_place() -> None:
    packs = field("choice", options=(Option("250 gram"), Option("500 gram")))
    assert refusal(packs, "1", ID) == 'Maaf, "1" tidak ada di pilihan. Pilihannya: 250 gram, 500 gram.'
