import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import re2
from hypothesis import assume, given
from hypothesis import strategies as st

from flask_chatbot.core.fields.field import Context, Field, Option
from flask_chatbot.core.fields.types import FIELD_TYPES
from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.language.signs import seen
from flask_chatbot.core.templates.filters import write_date

ID = Context(language_of("id"), "ID", datetime(2026, 11, 22, 14, 30, tzinfo=ZoneInfo("Asia/Jakarta")))
EN = ID._replace(language=language_of("en"))
ANY_TEXT = st.text(st.characters(), min_size=1, max_size=200)  # lone surrogates and NUL among them
PRODUCTS = (Option("Kalender", ("almanak", "calendar")), Option("Kartu Nama"))


def field(kind: str, **keys: object) -> Field:
    return replace(Field(name="x", type=kind, kind=FIELD_TYPES[kind]), **keys)  # type: ignore[arg-type]


def pattern(source: str) -> object:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile(source, options)


def read(wanted: Field, text: str, context: Context = ID) -> object:
    return wanted.kind.read(text, wanted, context)


def refusal(wanted: Field, text: str, context: Context = ID) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        read(wanted, text, context)
    return str(caught.value)


def test_each_type_names_the_keys_it_understands() -> None:
    assert {name: set(kind.keys) for name, kind in FIELD_TYPES.items()} == {
        "text": {"min", "max", "pattern"},
        "integer": {"min", "max", "options", "unit"},
        "number": {"min", "max", "options", "unit"},
        "money": {"min", "max", "options"},
        "email": {"options"},
        "phone": {"options"},
        "date": {"min", "max", "options", "open"},
        "time": {"min", "max", "options", "open"},
        "choice": {"options"},
        "yesno": set(),
        "image": set(),
        "document": set(),
        "media": set(),
        "location": set(),
    }


# text


@given(ANY_TEXT)
def test_a_text_comes_out_as_it_went_in_but_for_what_copying_left_around_it(text: str) -> None:
    assert read(field("text"), text) == (seen(text) or text)


def test_the_length_of_a_text_is_counted_in_characters() -> None:
    wanted = field("text", min=2, max=4)
    assert [read(wanted, text) for text in ("ab", "\u00e9\u00e9\u00e9\u00e9")] == ["ab", "\u00e9\u00e9\u00e9\u00e9"]


def test_a_text_too_short_or_too_long_is_told_the_limit() -> None:
    wanted = field("text", min=2, max=1000.0)
    assert (refusal(wanted, "a"), refusal(wanted, "a" * 1001)) == (
        "Mohon ditulis lebih lengkap ya.",
        "Mohon dipersingkat ya, maksimal 1.000 huruf.",
    )


def test_a_pattern_must_match_the_whole_text_and_ignores_case() -> None:
    wanted = field("text", pattern=pattern("[a-z]{2}[0-9]+"))
    assert read(wanted, "AB12") == "AB12"
    assert [refusal(wanted, text) for text in ("xAB12", "AB12\n")] == [
        'Maaf, "xAB12" belum sesuai formatnya. Mohon dicek lagi ya.',
        'Maaf, "AB12" belum sesuai formatnya. Mohon dicek lagi ya.',
    ]


def test_a_lone_surrogate_fits_no_pattern() -> None:
    refused = refusal(field("text", pattern=pattern("(?s).*")), "\ud800", EN)
    assert refused == 'Sorry, "\ud800" does not have the right format. Please check it.'


@pytest.mark.parametrize(
    "text", ["AB12", "AB12\u200b", "\u200eAB12\u202c", "\uff21\uff22\uff11\uff12", "A\ufe0fB12", "AB12 \u200b", "\u2060 AB12"]
)
def test_what_a_pattern_saw_is_what_is_kept(text: str) -> None:
    assert read(field("text", pattern=pattern("[A-Z]{2}[0-9]{2}"), max=4), text) == "AB12"


def test_a_text_that_nobody_sees_fits_no_pattern() -> None:
    assert refusal(field("text", pattern=pattern(".*")), "\u200b\u2060") == 'Maaf, "" belum sesuai formatnya. Mohon dicek lagi ya.'


def test_a_text_without_a_pattern_is_kept_as_it_was_written() -> None:
    family = "Keluarga \U0001f468\u200d\U0001f469\u200d\U0001f467 \uff21"
    assert read(field("text", max=len(family)), family) == family


# integer and number


@pytest.mark.parametrize(
    ("context", "text", "value"),
    [
        (ID, "3", 3),
        (ID, "+3", 3),
        (ID, "-3", -3),
        (ID, "\u22123", -3),
        (ID, "-0", 0),
        (ID, "007", 7),
        (ID, "1.000", 1000),
        (ID, "12.345.678", 12345678),
        (EN, "1,000", 1000),
        (ID, "\uff11\uff12", 12),
        (ID, "3\ufe0f\u20e3", 3),
        (ID, "9" * 18, 999999999999999999),
    ],
)
def test_an_integer_is_read_as_customers_write_it(context: Context, text: str, value: int) -> None:
    assert (read(field("integer"), text, context), read(field("number"), text, context)) == (value, value)


@pytest.mark.parametrize(
    "text",
    ["2-3", "3 kopi", "2.5", "2,5", "3.0", "1.0000", "1..000", "0.500", "--3", "3-", "\u00b3", "\u0663", "1e3", "nan", "0x10", "1_000"],
)
def test_what_is_no_whole_number_is_refused_by_its_words(text: str) -> None:
    assert refusal(field("integer"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai jumlah. Contoh: 3.'


@pytest.mark.parametrize(
    ("context", "text", "value"),
    [
        (ID, "2,5", 2.5),
        (ID, "2.5", 2.5),
        (ID, "0.125", 0.125),
        (ID, "1.000,5", 1000.5),
        (ID, "-1234.5678", -1234.5678),
        (EN, "2.5", 2.5),
        (EN, "1,000.5", 1000.5),
        (EN, "0.125", 0.125),
        (EN, "1.0000", 1),
    ],
)
def test_decimals_follow_the_language(context: Context, text: str, value: float) -> None:
    assert read(field("number"), text, context) == value


def test_a_number_without_a_fraction_is_an_int() -> None:
    assert [type(read(field("number"), text)) for text in ("3", "3,0", "3,5")] == [int, int, float]


@pytest.mark.parametrize("text", ["inf", "-Infinity", "NaN", "1e999", "1,2,3", "1.000.00", "."])
def test_what_is_no_number_is_refused_by_its_words(text: str) -> None:
    assert refusal(field("number"), text, ID) == f'Maaf, "{text}" belum bisa kami baca sebagai angka. Contoh: 2,5.'


def test_more_than_eighteen_digits_are_refused() -> None:
    assert [refusal(field(kind), "1" * 19) for kind in ("integer", "number")] == ["Angkanya terlalu panjang, maksimal 18 digit."] * 2


@pytest.mark.parametrize(
    ("limits", "text", "context", "sentence"),
    [
        ({"min": 1, "max": 1000}, "0", ID, "Mohon isi angka dari 1 sampai 1.000."),
        ({"min": 1, "max": 1000}, "1001", EN, "Please give a number from 1 to 1,000."),
        ({"min": 2.5}, "1", ID, "Minimal 2,5."),
        ({"max": 10000.0}, "10001", EN, "At most 10,000, please."),
        ({"max": 1e20, "min": 3}, "2", EN, "Please give a number from 3 to 100,000,000,000,000,000,000."),
    ],
)
def test_a_limit_is_worded_in_the_numbers_of_the_language(limits: dict[str, float], text: str, context: Context, sentence: str) -> None:
    assert refusal(field("number", **limits), text, context) == sentence


def test_both_limits_belong_to_the_range() -> None:
    wanted = field("number", min=0.1, max=0.3)
    assert (read(wanted, "0,1"), read(wanted, "0,3")) == (0.1, 0.3)


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_an_integer_written_with_or_without_separators_is_the_same(number: int) -> None:
    english = f"{number:,}"
    indonesian = english.replace(",", ".")
    assert [read(field("integer"), str(number)), read(field("integer"), indonesian), read(field("integer"), english, EN)] == [number] * 3


# email


@pytest.mark.parametrize(
    "text", ["jhon@example.com", "Jhon.Doe+Toko@Example.CO.ID", "a@b.id", "o'neil_1@sub.ex-ample.com", "x@\u4f8b\u5b50.com"]
)
def test_an_email_address_keeps_its_dots_and_capitals(text: str) -> None:
    assert read(field("email"), text) == text


@pytest.mark.parametrize(
    "text",
    [
        "bukan-email",
        "a@b",
        "@b.com",
        "a@",
        "a@@b.com",
        "a@b@c.com",
        "a b@c.com",
        ".a@b.com",
        "a.@b.com",
        "a..b@c.com",
        "a@b..com",
        "a@-b.com",
        "a@b-.com",
        "a@1.2.3.4",
        "a@b.com or c@d.com",
        "a@b.com,c@d.com",
        "a\0@b.com",
        "\ud800@b.com",
    ],
)
def test_what_is_no_email_address_is_refused_by_its_words(text: str) -> None:
    assert refusal(field("email"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai alamat email. Contoh: nama@contoh.com.'


def test_an_email_address_has_at_most_254_characters() -> None:
    domain = ".".join(["d" * 61] * 3) + ".id"
    assert read(field("email"), "a" * 64 + "@" + domain) == "a" * 64 + "@" + domain
    assert refusal(field("email"), "a@" + domain + ".id" * 30, EN).endswith('..." as an email address. Example: name@example.com.')


# phone


def test_a_phone_number_becomes_its_digits_with_country_code() -> None:
    assert [read(field("phone"), "0812-3456-7890"), read(field("phone"), "0123456789", ID._replace(country="MY"))] == [
        "6281234567890",
        "60123456789",
    ]


def test_what_is_no_phone_number_is_refused_in_the_customers_language() -> None:
    assert [refusal(field("phone"), "628123xxxxxx", context) for context in (ID, EN)] == [
        'Maaf, "628123xxxxxx" belum bisa kami baca sebagai nomor telepon. Contoh: 0812-345-678.',
        'Sorry, we could not read "628123xxxxxx" as a phone number. Example: 0812-345-678.',
    ]


# date


@pytest.mark.parametrize(("language", "country"), [("id", "ID"), ("en", "ID"), ("en", "US"), ("id", "US")])
@pytest.mark.parametrize("form", ["short", "medium", "long", "full"])
def test_what_the_bot_writes_as_a_date_is_read_as_that_date(language: str, country: str, form: str) -> None:
    context, locale = ID._replace(language=language_of(language), country=country), Locale(language=language_of(language), country=country)
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(4 * 366)] + [date(1977, 2, 1), date(2076, 12, 31)]
    assert [day for day in days if read(field("date"), write_date(day, form, locale), context) != day] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("22 november 2026", "id"),
        ("  22 Nov   2026", "id"),
        ("MINGGU, 22 November 2026", "id"),
        ("*November 22, 2026*", "en"),
        ("22 Nov 2026", "en"),
        ("Minggu 22 Nov 2026", "id"),
        ("Sun 22 Nov 2026", "en"),
        ("Sunday November 22, 2026", "en"),
        ("22/11/26", "en"),
        ("22/11/2026", "en"),
        ("22-11-26", "en"),
    ],
)
def test_a_date_with_the_name_of_its_month_is_read_in_either_order(text: str, language: str) -> None:
    assert read(field("date"), text.strip(), ID._replace(language=language_of(language))) == date(2026, 11, 22)


@pytest.mark.parametrize("text", ["5/12/2026", "5/12/26", "05-12-2026", "5.12.26"])
@pytest.mark.parametrize(("language", "country", "day"), [("id", "ID", 5), ("en", "ID", 5), ("en", "GB", 5), ("en", "US", 12)])
def test_only_english_of_the_united_states_has_the_month_first(text: str, language: str, country: str, day: int) -> None:
    wanted = date(2026, 12, 5) if day == 5 else date(2026, 5, 12)
    assert read(field("date"), text, ID._replace(language=language_of(language), country=country)) == wanted


@pytest.mark.parametrize("text", ["31 November 2026", "22 Nopvember 2026", "11/22/26", "0 Mei 2026"])
def test_a_date_that_is_none_is_refused_in_words_as_well(text: str) -> None:
    assert refusal(field("date"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai tanggal. Contoh: 22 November atau besok.'


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "2026/11/23", "23/11/2026", "23-11-26", "23.11.2026", "23.11.26", "besok", "BESOK!", "tomorrow", "\uff12\uff13/11/2026"],
)
def test_every_writing_of_a_date_is_the_same_day(text: str) -> None:
    assert read(field("date"), text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"), [("hari  ini", 22), ("today", 22), ("besok", 23), ("tomorrow", 23), ("lusa", 24), ("day after tomorrow", 24)]
)
def test_a_day_word_counts_from_today_in_either_language(text: str, day: int) -> None:
    assert [read(field("date"), text, context) for context in (ID, EN)] == [date(2026, 11, day)] * 2


def test_today_is_the_day_in_the_time_zone_of_the_file() -> None:
    late = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    assert [read(field("date"), "hari ini", ID._replace(now=now)) for now in (late, late.astimezone(ZoneInfo("Asia/Jakarta")))] == [
        date(2026, 11, 22),
        date(2026, 11, 23),
    ]


def test_a_year_of_two_digits_is_the_one_nearby() -> None:
    assert [read(field("date"), f"1/2/{year}") for year in ("26", "76", "77")] == [date(2026, 2, 1), date(2076, 2, 1), date(1977, 2, 1)]


@pytest.mark.parametrize(
    "text",
    ["30/02/2026", "29-02-2025", "11/23/2026", "0000-01-01", "2026-11", "23/11-2026", "23/11/026", "kapan-kapan", "2026-11-23T10:00"],
)
def test_an_impossible_date_is_refused_with_an_example(text: str) -> None:
    assert refusal(field("date"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai tanggal. Contoh: 22 November atau besok.'


# choice


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Kalender", "Kalender"),
        ("KALENDER!", "Kalender"),
        (" almanak.", "Kalender"),
        ("\uff43\uff41\uff4c\uff45\uff4e\uff44\uff41\uff52", "Kalender"),
        ("kartu   nama", "Kartu Nama"),
        ("*Kartu Nama*", "Kartu Nama"),
    ],
)
def test_a_choice_is_the_option_as_its_author_wrote_it(text: str, value: str) -> None:
    assert read(field("choice", options=PRODUCTS), text) == value


def test_options_that_differ_in_punctuation_only_are_told_apart() -> None:
    wanted = field("choice", options=tuple(map(Option, ["A+", "A-", "A", "5%", "5"])))
    texts = ("a+", "a-", "a", "A!", "5%", "5.", "5\ufe0f\u20e3")
    assert [read(wanted, text) for text in texts] == ["A+", "A-", "A", "A", "5%", "5", "5"]


def test_what_is_no_choice_is_told_the_choices() -> None:
    assert (
        refusal(field("choice", options=PRODUCTS), "spanduk") == 'Maaf, "spanduk" tidak ada di pilihan. Pilihannya: Kalender, Kartu Nama.'
    )


def test_punctuation_alone_chooses_nothing() -> None:
    assert refusal(field("choice", options=PRODUCTS), "?!", EN) == 'Sorry, "?!" is not one of the choices. They are: Kalender, Kartu Nama.'


# yesno


@pytest.mark.parametrize(
    ("text", "value"), [("Ya!", True), ("iya", True), ("YES", True), ("tidak.", False), ("nggak", False), ("No", False)]
)
def test_yes_and_no_are_understood_in_either_language(text: str, value: bool) -> None:
    assert [read(field("yesno"), text, context) for context in (ID, EN)] == [value, value]


def test_what_is_neither_yes_nor_no_is_asked_for_again() -> None:
    assert [refusal(field("yesno"), "mungkin", context) for context in (ID, EN)] == [
        "Mohon dijawab *ya* atau *tidak*.",
        "Please answer *yes* or *no*.",
    ]


# all of them

EVERY_FIELD = [
    *map(field, FIELD_TYPES),
    field("text", min=3, max=5, pattern=pattern("a.*")),
    field("integer", min=-5, max=5),
    field("number", min=-0.5, max=1e6),
    field("choice", options=PRODUCTS),
]
TELLING_TEXT = st.text("0123456789+-.,/@#eENaf ()\uff11\u00b2\u0663\u22121\ufe0f\u20e3\ud800\0", min_size=1, max_size=30)


@given(st.sampled_from(EVERY_FIELD), ANY_TEXT | TELLING_TEXT, st.sampled_from([ID, EN]))
def test_no_text_makes_a_reader_raise_anything_but_a_sentence(wanted: Field, text: str, context: Context) -> None:
    assume(text.strip())
    raised: Exception = ValueError("a sentence")
    try:
        read(wanted, text.strip(), context)
    except ValueError as error:
        raised = error
    assert type(raised) is ValueError
    assert 0 < len(str(raised)) < 200


@given(TELLING_TEXT, st.sampled_from([ID, EN]))
def test_a_number_is_always_finite(text: str, context: Context) -> None:
    try:
        value = read(field("number"), text, context)
    except ValueError:
        return
    assert isinstance(value, int | float)
    assert math.isfinite(value)
    assert abs(value) < 10**18
