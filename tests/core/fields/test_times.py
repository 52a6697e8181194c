from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.fields.field import Context, Option
from flask_chatbot.core.fields.times import in_words
from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.templates.filters import write_time
from tests.core.fields.readers import EN, ID, SHOP, field, read, refusal

TIME = field("time", "jam")


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("09.00", 9, 0),
        ("14:30", 14, 30),
        ("9.30", 9, 30),
        ("jam 9 pagi ya kak", 9, 0),
        ("pukul 14.00 WIB", 14, 0),
        ("2 siang", 14, 0),
        ("jam 12 siang", 12, 0),
        ("12 malam", 0, 0),
        ("7 malam", 19, 0),
        ("setengah 8 malam", 19, 30),
        ("8 kurang 15 malam", 19, 45),
        ("2:30 pm", 14, 30),
        ("half past seven in the evening", 19, 30),
        ("19", 19, 0),
    ],
)
def test_a_time_is_read_as_customers_write_it(text: str, hour: int, minute: int) -> None:
    assert [read(TIME, text, context) for context in (ID, EN)] == [time(hour, minute)] * 2


@pytest.mark.parametrize("text", ["25.00", "9.75", "13 pagi", "9-10", "jam 9 atau 10", "pagi", "kapan aja", "pukul 14.00 WITA"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    assert refusal(TIME, text) == f'Maaf, "{text}" belum bisa kami baca sebagai jam. Contoh: 14.30 atau jam 2 siang.'


def test_a_bare_hour_is_the_one_within_the_limits_or_the_hours_of_the_shop() -> None:
    bounded = replace(TIME, min=time(8), max=time(17))
    assert [read(bounded, text) for text in ("9", "jam 2", "setengah 9", "2.30")] == [time(9), time(14), time(8, 30), time(14, 30)]
    assert read(TIME, "jam 2", ID._replace(hours=SHOP)) == time(14)


def test_a_bare_hour_that_may_be_in_either_half_of_the_day_is_refused_with_both() -> None:
    assert [refusal(TIME, "jam 2"), refusal(TIME, "2", EN)] == [
        'Maaf, "jam 2" bisa berarti 2 pagi atau 2 siang. Maksudnya yang mana?',
        'Sorry, "2" may mean 2:00\u202fAM or 2:00\u202fPM. Which one is it?',
    ]


@pytest.mark.parametrize("context", [ID, EN])
def test_from_nine_to_noon_a_bare_hour_is_by_day_where_nothing_says_otherwise(context: Context) -> None:
    assert [read(TIME, text, context) for text in ("9", "jam 10", "11")] == [time(9), time(10), time(11)]
    evening = replace(TIME, min=time(8), max=time(22))
    assert refusal(evening, "jam 9") == 'Maaf, "jam 9" bisa berarti 9 pagi atau 9 malam. Maksudnya yang mana?'


def test_an_hour_that_is_closed_in_both_halves_of_the_day_is_told_so() -> None:
    assert refusal(replace(TIME, open=True), "jam 6", ID._replace(hours=SHOP)) == "Maaf, jam 06.00 kami tutup. Kami buka 08.00-17.00."


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from([ID, EN]))
def test_a_time_named_in_a_question_is_read_back(hour: int, minute: int, context: Context) -> None:
    assert read(TIME, in_words(time(hour, minute), context.language), context) == time(hour, minute)


def test_a_time_outside_its_limits_is_refused() -> None:
    assert [refusal(replace(TIME, min=time(8), max=time(17)), "20.00"), refusal(replace(TIME, min=time(8)), "6 pagi")] == [
        "Mohon pilih jam dari 08.00 sampai 17.00.",
        "Jamnya paling cepat 08.00.",
    ]


def test_an_open_time_is_within_the_hours_of_the_date_of_the_form() -> None:
    wanted, context = replace(TIME, open=True), ID._replace(hours=SHOP, day=date(2026, 11, 28))
    assert (read(wanted, "jam 9", context), read(wanted, "14.30", ID._replace(hours=SHOP))) == (time(9), time(14, 30))
    assert [refusal(wanted, "14.30", context), refusal(wanted, "14.30", context._replace(day=date(2026, 11, 29)))] == [
        "Maaf, jam 14.30 kami tutup. Kami buka 08.00-12.00.",
        "Maaf, kami tutup pada Minggu, 29 November 2026. Mohon pilih hari lain ya.",
    ]


def test_a_time_with_options_is_one_of_them() -> None:
    wanted = replace(TIME, options=(Option("09.00"), Option("13.00")))
    assert [read(wanted, "jam 9"), read(wanted, "1 siang"), read(wanted, "jam 1")] == [time(9), time(13), time(13)]
    assert refusal(wanted, "10.00") == "Pilihannya: 09.00, 13.00."


@given(st.times(), st.sampled_from(["short", "medium", "HH.mm", "HH:mm"]), st.sampled_from(["id", "en"]))
def test_every_time_that_the_bot_prints_is_read_back(value: time, form: str, language: str) -> None:
    minute = value.replace(second=0, microsecond=0)
    assert (
        read(TIME, write_time(minute, form, Locale(language=language_of(language))), ID._replace(language=language_of(language))) == minute
    )


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["short", "medium", "long", "full"]), st.sampled_from([ID, EN]))
def test_every_time_of_now_is_read_back_with_the_name_of_its_zone(hour: int, minute: int, form: str, context: Context) -> None:
    moment = context.now.replace(hour=hour, minute=minute)
    assert read(TIME, write_time(moment, form, Locale(language=context.language)), context) == time(hour, minute)
