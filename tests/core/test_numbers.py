import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.numbers import format_phone, mask, normalize_phone


@pytest.mark.parametrize(
    "text",
    [
        "6282386123456",
        "+6282386123456",
        "082386123456",
        "62 823-86123456",
        "006282386123456",
        "+62 823.8612.3456",
        "(+62) 823-8612-3456",
        "+62 (0)823 8612 3456",
        "(0823) 8612 3456",
        " 0823\u00a08612\u20103456 ",
        "\u202a+62 823-8612-3456\u202c",
        "\uff10\uff18\uff12\uff13\uff18\uff16\uff11\uff12\uff13\uff14\uff15\uff16",
        "82386123456",
    ],
)
def test_every_writing_in_the_field_is_the_same_number(text: str) -> None:
    assert normalize_phone(text) == "6282386123456"


def test_a_local_number_belongs_to_the_country() -> None:
    assert (normalize_phone("0812345678", "ID"), normalize_phone("0123456789", "MY")) == ("62812345678", "60123456789")


@pytest.mark.parametrize("text", ["60123456789", "16502530000", "819012345678"])
def test_a_number_without_plus_is_read_with_its_country_code(text: str) -> None:
    assert normalize_phone(text) == text


@pytest.mark.parametrize(
    "text",
    ["628123xxxxxx", "0812ABCDEFG", "tel:081234567890", "081234567890 ext 3", "081234567890#3", "0812;ext=5", "62-+81234567890"],
)
def test_letters_and_other_signs_are_refused_before_the_library_can_read_them_as_keys(text: str) -> None:
    with pytest.raises(ValueError, match="is no possible phone number") as caught:
        normalize_phone(text)
    assert str(caught.value) == f"{text!r} is no possible phone number. Write it with its country code, such as 6281234567890."


@pytest.mark.parametrize(
    "text", ["", "+", "0", "110", "0812", "+62812", "+999123456789", "0812345678 0812345679", "6" * 4000, "\ud800", "\0"]
)
def test_what_nobody_can_dial_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no possible phone number"):
        normalize_phone(text)


def test_a_refused_text_is_named_in_at_most_sixty_characters() -> None:
    with pytest.raises(ValueError, match="no possible") as caught:
        normalize_phone("x" * 4000)
    assert len(str(caught.value)) < 150


@given(st.text(alphabet="+0123456789 -.()", max_size=20), st.sampled_from(["ID", "MY", "SG", "US", "DE"]))
def test_a_normalized_number_normalizes_to_itself(text: str, country: str) -> None:
    try:
        number = normalize_phone(text, country)
    except ValueError:
        return
    assert normalize_phone(number, country) == number


@given(st.from_regex(r"\A08[1-9][0-9]{7,9}\Z"))
def test_an_indonesian_number_normalizes_however_it_is_written(local: str) -> None:
    number = f"62{local[1:]}"
    assert {normalize_phone(text) for text in (local, number, f"+{number}", f"00{number}", f"62 {local[1:4]}-{local[4:]}")} == {number}


def test_a_number_is_shown_as_people_read_it() -> None:
    assert (format_phone("6281234567890", "ID"), format_phone("081234567890", "ID")) == ("+62 812-3456-7890", "+62 812-3456-7890")


@pytest.mark.parametrize("text", ["", "6282386xxxxxx", "12036302@g.us", "Budi"])
def test_what_is_no_number_is_shown_as_it_is(text: str) -> None:
    assert format_phone(text, "ID") == text


def test_a_masked_number_keeps_its_first_four_and_last_three() -> None:
    assert mask("6281234567890") == "6281******890"


@pytest.mark.parametrize(
    ("text", "masked"), [("", ""), ("1", "1"), ("12345", "****5"), ("123456789", "********9"), ("1234567890", "1234***890")]
)
def test_a_short_number_is_masked_but_for_its_last_character(text: str, masked: str) -> None:
    assert mask(text) == masked
