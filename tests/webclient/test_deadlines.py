"""Deadlines: the watchdog over calls under way, the time left, and how long others ask us to wait."""

import threading
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.webclient.deadlines import LONGEST, Countdown, Watchdog, read_retry_after
from tests.webclient.servers import PATIENCE


class Waiting:
    """What the watchdog cuts: enough after so many times."""

    def __init__(self, enough: int = 1) -> None:
        self.is_cut = threading.Event()
        self.enough = enough
        self.cuts = 0

    def cut(self) -> None:
        self.cuts += 1
        if self.cuts == self.enough:
            self.is_cut.set()


def test_the_watchdog_cuts_what_is_over_again_and_again_and_nothing_else() -> None:
    watchdog = Watchdog()
    long, short, released = Waiting(), Waiting(enough=2), Waiting()
    now = monotonic()
    watchdog.watch(long, now + PATIENCE)
    watchdog.watch(released, now + 0.05)
    watchdog.watch(short, now + 0.05)
    watchdog.release(released)
    assert short.is_cut.wait(PATIENCE)
    watchdog.release(short)
    watchdog.release(long)
    assert (long.cuts, released.cuts) == (0, 0)


def test_the_watchdog_comes_back_when_there_is_something_to_watch_again() -> None:
    watchdog = Watchdog()
    for _ in range(3):
        waiting = Waiting()
        watchdog.watch(waiting, monotonic())
        assert waiting.is_cut.wait(PATIENCE)
        watchdog.release(waiting)


def test_a_countdown_that_is_over_has_no_time_left() -> None:
    assert 0 < Countdown(PATIENCE).left() <= PATIENCE
    with pytest.raises(TimeoutError):
        Countdown(0.0).left()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("86401", LONGEST),
        ("9" * 400, LONGEST),
        ("Thu, 01 Jan 1970 01:00:00 GMT", 3000.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 0.0),
        ("-5", 0.0),
        ("1.5", 0.0),
        ("\u0661", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float) -> None:
    assert read_retry_after(header, 600.0) == seconds


@given(st.text())
def test_no_retry_after_of_a_stranger_does_harm(header: str) -> None:
    assert 0.0 <= read_retry_after(header, 1e9) <= LONGEST
