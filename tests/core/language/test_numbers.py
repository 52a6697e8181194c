import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.numbers import (
    Ambiguous,
    InvalidNumber,
    Known,
    Reading,
    customers_phone,
    format_phone,
    mask,
    normalize_phone,
    read_beginning,
    read_number,
    senders_phone,
)

# What follows 0 in the mobile numbers of Indonesia.
MOBILE = [
    *("811", "812", "813", "814", "815", "816", "817", "818", "819", "821", "822", "823", "831", "832", "833", "838", "851", "852", "853"),
    *("855", "856", "857", "858", "859", "877", "878", "881", "882", "883", "884", "885", "886", "887", "888", "889"),
    *("895", "896", "897", "898", "899"),
]
mobile_numbers = st.builds("".join, st.tuples(st.sampled_from(MOBILE), st.from_regex(r"\A[0-9]{7,8}\Z")))


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


def test_mobile_numbers_of_indonesia_read_without_the_library_are_those_that_it_holds_for_valid() -> None:
    starts = [f"62{start}{tail}" for start in range(80, 90) for tail in ("", "0", "1", "9")]
    numbers = [start + "7" * more for start in starts for more in range(5, 13)]
    # With a plus, a number means the same in every country, and only those of Indonesia are read without the library.
    assert [read_number(number) for number in numbers] == [read_number(f"+{number}", "SG") for number in numbers]


def test_a_local_number_belongs_to_the_country() -> None:
    assert (normalize_phone("0812345678", "ID"), normalize_phone("0123456789", "MY")) == ("62812345678", "60123456789")


@pytest.mark.parametrize("text", ["60123456789", "16502530000", "6591234567", "62811123456", "5575988251234"])
def test_a_number_without_plus_is_read_with_its_country_code(text: str) -> None:
    assert normalize_phone(text) == text


@pytest.mark.parametrize(
    "text",
    ["628123xxxxxx", "0812ABCDEFG", "tel:081234567890", "081234567890 ext 3", "081234567890#3", "0812;ext=5", "62-+81234567890"],
)
def test_letters_and_other_signs_are_refused_before_the_library_can_read_them_as_keys(text: str) -> None:
    with pytest.raises(ValueError, match="is not a possible phone number") as caught:
        normalize_phone(text)
    assert str(caught.value) == f"{text!r} is not a possible phone number. Write it with its country code, such as 6281234567890."


@pytest.mark.parametrize(
    "text", ["", "+", "0", "110", "0812", "+62812", "+999123456789", "0812345678 0812345679", "6" * 4000, "\ud800", "\0"]
)
def test_what_nobody_can_dial_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a possible phone number"):
        normalize_phone(text)


def test_a_refused_text_is_named_in_at_most_sixty_characters() -> None:
    with pytest.raises(ValueError, match="not a possible") as caught:
        normalize_phone("x" * 4000)
    assert len(str(caught.value)) < 150


@given(st.text(alphabet="+0123456789 -.()", max_size=20), st.sampled_from(["ID", "MY", "SG", "US", "DE", "IT", "RU"]))
def test_a_number_means_itself_with_a_plus_and_as_the_address_that_the_api_answers(text: str, country: str) -> None:
    try:
        number = normalize_phone(text, country)
    except ValueError:
        return
    again = [f"+{number}", f"{number}@c.us", f"{number}@s.whatsapp.net"]
    assert [read_number(each, country) for each in again] == [Known(number)] * 3


@given(mobile_numbers)
def test_an_indonesian_number_normalizes_however_it_is_written(rest: str) -> None:
    number = f"62{rest}"
    written = [f"0{rest}", number, f"+{number}", f"00{number}", f"62 {rest[:3]}-{rest[3:]}", f"{number}@c.us", f"+62 (0){rest}"]
    assert {normalize_phone(text) for text in written} == {number}


@given(mobile_numbers)
def test_without_its_zero_an_indonesian_mobile_number_is_meant_or_asked_about(rest: str) -> None:
    assert read_number(rest) in (Known(f"62{rest}"), Ambiguous(f"62{rest}", rest))
    assert customers_phone(rest) == f"62{rest}"


@pytest.mark.parametrize(
    ("text", "country", "reading"),
    [
        ("81234567890", "ID", Ambiguous("6281234567890", "81234567890")),
        ("812 3456 7890", "ID", Ambiguous("6281234567890", "81234567890")),
        ("852-1234-5678", "ID", Known("6285212345678")),
        ("+81234567890", "ID", Known("81234567890")),
        ("0081234567890", "ID", Known("81234567890")),
        ("81234567890@c.us", "ID", Known("81234567890")),
        ("89612345678", "ID", Known("6289612345678")),
        ("213456789", "ID", InvalidNumber()),  # a landline without its zero is nobody's
        ("0213456789", "ID", Known("62213456789")),
        ("62812345678901234", "ID", InvalidNumber()),
        ("0840 0000 000", "ID", InvalidNumber()),  # as long as a number, and yet nobody's
        ("84951234567", "RU", Ambiguous("74951234567", "84951234567")),  # 8 is what 0 is elsewhere
        ("3912345678", "IT", Known("393912345678")),
        ("628123456789.0", "ID", Known("628123456789")),  # as spreadsheets and their libraries export it
        ("+628123456789.00", "ID", Known("628123456789")),
        ("81234567890.0", "ID", Ambiguous("6281234567890", "81234567890")),
        ("628123456.0", "ID", InvalidNumber()),
        ("0812.3456.700", "ID", Known("628123456700")),  # dots that part groups
        ("557588251234", "ID", Known("557588251234")),  # how WhatsApp calls people in Brazil
        ("5215512345678", "ID", Known("5215512345678")),  # and in Mexico
    ],
)
def test_a_number_is_read_as_the_contract_says(text: str, country: str, reading: Reading) -> None:
    assert read_number(text, country) == reading


def test_digits_that_are_two_peoples_are_refused_with_both_ways_to_write_them() -> None:
    with pytest.raises(ValueError, match="may be") as caught:
        normalize_phone("81234567890")
    assert str(caught.value) == "'81234567890' may be a number in ID or one abroad. Write +6281234567890 or +81234567890."


def test_of_two_readings_a_customer_means_the_local_one_and_a_platform_the_international() -> None:
    assert (customers_phone("81234567890"), senders_phone("81234567890")) == ("6281234567890", "81234567890")


@pytest.mark.parametrize(
    ("digits", "reading"),
    [
        ("0812", Known("62812")),
        ("62", Known("62")),
        ("65", Known("65")),
        ("895", Known("62895")),
        ("81", Ambiguous("6281", "81")),
    ],
)
def test_the_beginning_of_numbers_is_read_as_numbers_are(digits: str, reading: Reading) -> None:
    assert read_beginning(digits) == reading


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
