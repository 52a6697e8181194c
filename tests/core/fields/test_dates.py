from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.fields.field import Context, Days
from flask_chatbot.core.language.sentences import Locale, language_of
from flask_chatbot.core.templates.filters import write_date, write_datetime
from tests.core.fields.readers import EN, ID, SHOP, field, read, refusal

DATE = field("date", "tanggal")
WHICH = "Maksudnya yang mana?"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/12/2026", "2026-12-05"),
        ("5-12-26", "2026-12-05"),
        ("5 / 12 / 2026", "2026-12-05"),
        ("5 Des", "2026-12-05"),
        ("5-Des-2026", "2026-12-05"),
        ("tgl 5", "2026-12-05"),
        ("Sabtu, 5 Desember 2026", "2026-12-05"),
        ("5/12", "2026-12-05"),
        ("5 November", "2027-11-05"),
        ("26 November", "2026-11-26"),
        ("29 feb", "2028-02-29"),
        ("besok kak", "2026-11-27"),
        ("besok sore jam 4", "2026-11-27"),
        ("nanti malam", "2026-11-26"),
        ("lusa", "2026-11-28"),
        ("senin", "2026-11-30"),
        ("hari Senin aja ya", "2026-11-30"),
        ("senin depan", "2026-11-30"),
        ("Jum\u2019at", "2026-11-27"),
        ("jumat minggu depan", "2026-12-04"),
        ("sabtu ini", "2026-11-28"),
        ("2 hari lagi", "2026-11-28"),
        ("seminggu lagi", "2026-12-03"),
        ("sebulan lagi", "2026-12-26"),
        ("in two days", "2026-11-28"),
        ("the 5th of December", "2026-12-05"),
        ("besooook", "2026-11-27"),
        ("selamat malam, minggu", "2026-11-29"),
    ],
)
def test_a_day_is_read_as_customers_write_it(text: str, day: str) -> None:
    assert [read(DATE, text, context) for context in (ID, EN)] == [date.fromisoformat(day)] * 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kamis", f'"kamis" bisa berarti Kamis, 26 November 2026 atau Kamis, 3 Desember 2026. {WHICH}'),
        ("sabtu depan", f'"sabtu depan" bisa berarti Sabtu, 28 November 2026 atau Sabtu, 5 Desember 2026. {WHICH}'),
        ("malam minggu", f'"malam minggu" bisa berarti Sabtu, 28 November 2026 atau Minggu, 29 November 2026. {WHICH}'),
        ("minggu depan", '"minggu depan" bisa berarti hari Minggu, 29 November 2026 atau satu pekan penuh. Mohon tulis tanggalnya ya.'),
        ("senin, 5 Desember 2026", "5 Desember 2026 itu hari Sabtu, bukan hari Senin. Mohon dicek lagi tanggalnya ya."),
        ("besok senin", "27 November 2026 itu hari Jumat, bukan hari Senin. Mohon dicek lagi tanggalnya ya."),
        ("1/1/0001", "1 Januari 1 terlalu jauh dari hari ini. Mohon dicek lagi tahunnya ya."),
    ],
)
def test_what_may_be_two_days_is_refused_with_both(text: str, sentence: str) -> None:
    assert refusal(DATE, text) == f"Maaf, {sentence}"


@pytest.mark.parametrize(
    "text", ["kapan aja", "2026", "5", "99 Desember", "31/11", "besok atau lusa", "bukan besok", "5-6 desember", "bulan depan"]
)
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    assert refusal(DATE, text) == f'Maaf, "{text}" belum bisa kami baca sebagai tanggal. Contoh: 26 November atau besok.'


def test_a_date_is_within_its_limits_which_count_from_today() -> None:
    wanted = replace(DATE, min=Days(ahead=timedelta(days=1)), max=Days(ahead=timedelta(days=14)))
    assert (read(wanted, "kamis"), read(wanted, "10 des")) == (date(2026, 12, 3), date(2026, 12, 10))
    assert [refusal(wanted, "hari ini"), refusal(wanted, "11 des")] == [
        "Tanggalnya paling cepat Jumat, 27 November 2026.",
        "Tanggalnya paling lambat Kamis, 10 Desember 2026.",
    ]


def test_a_date_without_a_year_is_the_last_one_where_only_that_is_allowed() -> None:
    assert read(replace(DATE, max=Days()), "5 November") == date(2026, 11, 5)


def test_a_day_on_which_the_shop_is_closed_is_refused() -> None:
    wanted, context = replace(DATE, open=True), ID._replace(hours=SHOP)
    assert (read(wanted, "sabtu", context), refusal(wanted, "minggu", context)) == (
        date(2026, 11, 28),
        "Maaf, kami tutup pada Minggu, 29 November 2026. Mohon pilih hari lain ya.",
    )


@given(
    st.dates(date(1950, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["medium", "long", "full", "d MMMM yyyy", "EEEE, d MMM yyyy", "dd/MM/yyyy", "d-M-yyyy", "yyyy-MM-dd"]),
    st.sampled_from(["id", "en"]),
)
def test_every_date_that_the_bot_prints_is_read_back(day: date, form: str, language: str) -> None:
    assert read(DATE, write_date(day, form, Locale(language=language_of(language))), ID._replace(language=language_of(language))) == day


@given(
    st.datetimes(datetime(1978, 1, 1), datetime(2075, 12, 31)),  # noqa: DTZ001  the zone comes below
    st.sampled_from(["short", "medium", "long", "full"]),
    st.sampled_from([ID, EN, EN._replace(country="US")]),
)
def test_every_day_with_its_time_and_every_short_day_is_read_back(value: datetime, form: str, context: Context) -> None:
    locale = Locale(language=context.language, country=context.country)
    moment = value.replace(tzinfo=locale.timezone)
    assert [read(DATE, text, context) for text in (write_datetime(moment, form, locale), write_date(moment, form, locale))] == [
        value.date()
    ] * 2
