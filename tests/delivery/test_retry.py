"""When what did not go out is tried again."""

from itertools import count, takewhile

from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.delivery.retry import CALLBACK_WAITS, DAY, SEND_WAITS, Backoff, next_callback, next_send

FOREVER = 1e12


def test_a_message_waits_as_promised_before_each_try() -> None:
    waits = [next_send(tries, 0.0, FOREVER) for tries in range(9)]
    assert waits == [0.0, 2.0, 10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0, None]


def test_a_callback_waits_as_promised_before_each_try() -> None:
    waits = [next_callback(tries, 0.0, 0.5) for tries in range(11)]
    assert waits == [0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0, None]


@given(tries=st.integers(1, len(CALLBACK_WAITS) - 1), chance=st.floats(0, 1))
def test_the_jitter_of_a_callback_is_a_fifth_either_way(tries: int, chance: float) -> None:
    due = next_callback(tries, 0.0, chance)
    assert due is not None
    assert 0.8 * CALLBACK_WAITS[tries] <= due <= 1.2 * CALLBACK_WAITS[tries] + 1e-6


@given(tries=st.integers(0, 7), now=st.floats(0, 1e9), left=st.floats(0, 2 * DAY), after=st.floats(0, 10 * DAY))
def test_no_message_is_tried_after_its_time_or_sooner_than_was_asked(tries: int, now: float, left: float, after: float) -> None:
    due = next_send(tries, now, now + left, after)
    if due is not None:
        assert due < now + left
        assert due >= now + min(after, DAY)


def test_all_tries_of_a_message_fit_into_its_day() -> None:
    assert sum(SEND_WAITS) < DAY


@given(tries=st.integers(0, 9), after=st.floats(0, 10 * DAY), chance=st.floats(0, 1))
def test_a_callback_keeps_to_what_was_asked_but_for_no_more_than_a_day(tries: int, after: float, chance: float) -> None:
    due = next_callback(tries, 0.0, chance, after)
    assert due is not None
    assert due >= min(after, DAY)
    assert due <= max(1.2 * CALLBACK_WAITS[tries], DAY)


def test_a_backoff_that_is_reset_begins_anew() -> None:
    backoff = Backoff(1.0, 30.0)
    waits = [backoff.wait() for _ in range(7)]
    backoff.reset()
    assert (waits, backoff.wait()) == ([1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0], 1.0)


def test_a_database_that_is_away_for_an_hour_is_asked_a_hundred_times_or_so() -> None:
    backoff = Backoff(0.5, 30.0)
    waited = 0.0
    asked = sum(1 for _ in takewhile(lambda _: waited < 3600, count()) if (waited := waited + backoff.wait()))
    assert asked < 130
