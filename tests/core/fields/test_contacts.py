import pytest

from flask_chatbot.core.fields.contacts import email_guess
from tests.core.fields.readers import field, read, refusal

EMAIL, PHONE = field("email", "email"), field("phone", "hp")


@pytest.mark.parametrize(
    "text",
    [
        "email saya budi@x.id",
        "*budi@x.id*",
        "budi@x.id,",
        "E-mail: budi@x.id.",
        "mailto:budi@x.id",
        "budi@x.id ya kak",
        "budi@ x.id",
        "<budi@x.id>",
    ],
)
def test_an_email_address_is_read_with_what_stands_around_it(text: str) -> None:
    assert read(EMAIL, text) == "budi@x.id"


@pytest.mark.parametrize("text", ["a@x.id b@x.id", "a@x.id atau b@x.id", "budi[at]x.id", "ga punya"])
def test_what_is_not_one_email_address_is_refused(text: str) -> None:
    assert refusal(EMAIL, text) == f'Maaf, "{text}" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.'


def test_only_a_provider_one_typing_error_away_is_guessed() -> None:
    addresses = ("budi@gmial.com", "budi@yaho.com", "budi@gmail.com", "budi@mail.com", "budi@gmil.co.id")
    assert list(map(email_guess, addresses)) == ["budi@gmail.com", "budi@yahoo.com", "", "", ""]


@pytest.mark.parametrize(
    "text", ["0812-3456-7890", "+62 812 3456 7890", "wa 081234567890", "No HP saya: 0812.3456.7890", "(0812) 34567890", "081234567890 (WA)"]
)
def test_a_phone_number_is_read_with_what_stands_around_it(text: str) -> None:
    assert read(PHONE, text) == "6281234567890"


@pytest.mark.parametrize("text", ["081234567890 / 085678901234", "nol delapan satu dua", "08123", "08123456789012345"])
def test_what_is_not_one_phone_number_is_refused(text: str) -> None:
    assert refusal(PHONE, text) == f'Maaf, "{text}" belum bisa kami baca sebagai nomor telepon. Contoh: 0812-345-678.'
