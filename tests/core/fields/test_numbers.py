from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.fields.field import Option
from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.templates.filters import write_number, write_rupiah
from tests.core.fields.readers import EN, ID, field, read, refusal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 pcs", 2),
        ("2pcs", 2),
        ("x2", 2),
        ("2x", 2),
        ("2 kak", 2),
        ("mau pesan 3 bungkus ya kak", 3),
        ("dua", 2),
        ("dua belas", 12),
        ("seratus dua puluh lima", 125),
        ("limapuluh", 50),
        ("twenty five", 25),
        ("a dozen", 12),
        ("sebuah", 1),
        ("se kilo", 1),
        ("selusin", 12),
        ("2 lusin", 24),
        ("setengah lusin", 6),
        ("1.500", 1500),
        ("1,500", 1500),
        ("1,500.00", 1500),
        ("Rp10.000", 10000),
        ("50 rb", 50000),
        ("1.5 juta", 1500000),
    ],
)
def test_a_whole_number_is_read_with_its_words_and_units(text: str, value: int) -> None:
    assert read(field("integer", "jumlah"), text) == value


@pytest.mark.parametrize(
    "text", ["2-3", "2 atau 3", "dua tiga", "setengah", "banyak", "3 kopi", "minimal 2", "1.00", "a", "1 juta 500", "50 rb an", "1e999"]
)
def test_what_is_not_one_whole_number_is_refused(text: str) -> None:
    assert refusal(field("integer", "jumlah"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai jumlah. Contoh: 3.'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,5 kg", 2.5),
        ("2.5", 2.5),
        (",5", 0.5),
        ("setengah", 0.5),
        ("1 1/2", 1.5),
        ("1\u00bd", 1.5),
        ("dua setengah", 2.5),
        ("2.500", 2500),
    ],
)
def test_a_number_may_have_a_fraction(text: str, value: float) -> None:
    assert read(field("number"), text) == value


def test_a_mark_that_may_part_thousands_or_decimals_is_refused_with_both_readings() -> None:
    assert [refusal(field("number"), "2,500"), refusal(field("number"), "-2.500", EN), refusal(field("money"), "1,500 jt")] == [
        'Maaf, "2,500" bisa berarti 2.500 atau 2,5. Maksudnya yang mana?',
        'Sorry, "-2.500" may mean -2,500 or -2.5. Which one is it?',
        'Maaf, "1,500 jt" bisa berarti 1.500.000.000 atau 1.500.000. Maksudnya yang mana?',
    ]


def test_where_a_unit_is_asked_for_another_one_is_refused() -> None:
    weight, packs = field("number", unit=("kg", "kilo")), field("integer", unit=("bungkus",))
    assert [read(weight, "2kg"), read(weight, "sekilo"), read(packs, "2 pcs"), read(packs, "sebungkus")] == [2, 1, 2, 1]
    assert [refusal(weight, "500 gram"), refusal(packs, "2 dus")] == [
        "Mohon ditulis dalam kg. Contoh: 2 kg.",
        "Mohon ditulis dalam bungkus. Contoh: 2 bungkus.",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50rb", 50000),
        ("50k", 50000),
        ("1,5jt", 1500000),
        ("Rp50.000", 50000),
        ("Rp 50.000,-", 50000),
        ("rp.75.000", 75000),
        ("50,000", 50000),
        ("lima puluh ribu rupiah", 50000),
        ("Rp1.000,50", 1000.5),
    ],
)
def test_money_is_read_as_people_write_it(text: str, value: float) -> None:
    assert read(field("money"), text) == value


@pytest.mark.parametrize("text", ["2,5", "50.00", "2 kg", "5m", "gratis", "50rb-100rb"])
def test_what_is_no_amount_of_money_is_refused(text: str) -> None:
    assert refusal(field("money"), text) == f'Maaf, "{text}" belum bisa kami baca sebagai jumlah uang. Contoh: 50.000 atau 50rb.'


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([ID, EN]))
def test_every_amount_that_the_bot_prints_is_read_back(amount: Decimal, context: object) -> None:
    asked = ID if context is ID else EN
    assert Decimal(str(read(field("money"), write_rupiah(amount, Locale(language=asked.language)), asked))) == amount


@given(st.integers(-(10**15), 10**15), st.sampled_from(["id", "en"]))
def test_every_whole_number_that_the_bot_prints_is_read_back(number: int, language: str) -> None:
    asked = ID if language == "id" else EN
    assert read(field("integer"), write_number(number, None, Locale(language=language_of(language))), asked) == number


def test_a_number_with_options_is_one_of_them() -> None:
    wanted = field("integer", options=(Option("6"), Option("12", ("satu dus",))))
    assert [read(wanted, "enam"), read(wanted, "selusin"), read(wanted, "satu dus")] == [6, 12, 12]
    assert refusal(wanted, "7") == 'Maaf, "7" tidak ada di pilihan. Pilihannya: 6, 12.'
