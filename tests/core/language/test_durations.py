import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.language.durations import LONGEST, UNITS, read_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 detik", timedelta(seconds=30)),
        ("1 second", timedelta(seconds=1)),
        ("10 minutes", timedelta(minutes=10)),
        ("15 menit", timedelta(minutes=15)),
        ("2 jam", timedelta(hours=2)),
        ("1 hour", timedelta(hours=1)),
        ("1 hari", timedelta(days=1)),
        ("366 days", timedelta(days=366)),
        ("1 week", timedelta(weeks=1)),
        ("2 minggu", timedelta(weeks=2)),
        ("10minutes", timedelta(minutes=10)),
        ("  2   Jam ", timedelta(hours=2)),
    ],
)
def test_a_length_of_time_is_read_in_both_languages(text: str, length: timedelta) -> None:
    assert read_duration(text) == length


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10", "'10' is not a length of time. Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari."),
        ("sejam", "'sejam' cannot be read as a length of time. Write 1 jam"),
        ("1.5 hours", "'1.5 hours' cannot be read as a length of time. Write 90 minutes"),
        ("-2 jam", "'-2 jam' is not a length of time. Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari."),
        ("\u0662 jam", "'\u0662 jam' is not a length of time. Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari."),
        ("10 m", "'10 m' has no unit of time that is known. Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari."),
        ("3 bulan", "'3 bulan' cannot be read as a length of time. Write 90 hari"),
        ("10 minuts", "'10 minuts' has no unit of time that is known. Did you mean 'minutes'?"),
        ("0 menit", "'0 menit' is no time at all. Write at least 1 second, or remove it."),
        ("367 hari", "'367 hari' is too long: the limit is 366 days. Write less."),
        ("999999999 weeks", "'999999999 weeks' is too long: the limit is 366 days. Write less."),
    ],
)
def test_what_is_no_length_of_time_is_told_with_the_mend(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_duration(text)


@given(st.integers(1, 10**9), st.sampled_from(sorted(UNITS)))
def test_every_unit_counts_up_to_366_days(count: int, unit: str) -> None:
    try:
        assert read_duration(f"{count} {unit}") == count * UNITS[unit] <= LONGEST
    except ValueError:
        assert count * UNITS[unit].total_seconds() > LONGEST.total_seconds()


@given(st.text(max_size=20))
def test_any_other_text_is_refused_with_a_sentence_or_read(text: str) -> None:
    try:
        assert timedelta(seconds=1) <= read_duration(text) <= LONGEST
    except ValueError as error:
        assert str(error).startswith(repr(text))
