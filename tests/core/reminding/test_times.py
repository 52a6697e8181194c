"""Reminders are due by the wall clock of the rules, never in the night, and never after what they are about."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from flask_chatbot.core.language.daytimes import Span
from flask_chatbot.core.reminding.quiet import NIGHT, Quiet
from flask_chatbot.core.reminding.times import due_of
from flask_chatbot.core.values.actions import Reminder

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=JAKARTA)


class Words:
    source = ""

    def render(self, names: object) -> str:
        return ""

    render_whole = render


def due(
    day: date | None = None,
    clock: time | None = None,
    *,
    since: datetime = MONDAY,
    quiet: Quiet | None = NIGHT,
    at: time | None = None,
    **distance: int,
) -> tuple[str, str | None] | None:
    """The time of a reminder and the end of its use, before a day or, without one, after `since`."""
    before = () if day is None else ("tanggal", "jam") if clock else ("tanggal",)
    reminder = Reminder(text=Words(), distance=timedelta(**distance), before=before, at=at)
    found = due_of(reminder, {"tanggal": day, "jam": clock}, since, quiet)
    return None if found is None else (f"{found.at:%m-%d %H:%M}", None if found.until is None else f"{found.until:%m-%d %H:%M}")


DECEMBER = date(2026, 12, 5)


def test_a_date_without_a_time_is_told_of_at_nine_and_of_no_use_on_the_day_itself() -> None:
    assert due(DECEMBER, days=1) == ("12-04 09:00", "12-05 00:00")
    assert due(DECEMBER, days=2, at=time(16)) == ("12-03 16:00", "12-05 00:00")


def test_on_the_day_itself_it_is_of_use_until_midnight() -> None:
    assert due(DECEMBER, at=time(7)) == ("12-05 07:00", "12-06 00:00")


def test_a_date_with_a_time_counts_back_from_there() -> None:
    assert due(DECEMBER, time(14, 30), hours=2) == ("12-05 12:30", "12-05 14:30")
    assert due(DECEMBER, time(14, 30), days=1) == ("12-04 14:30", "12-05 00:00")
    assert due(DECEMBER, time(14, 30), days=1, at=time(18)) == ("12-04 18:00", "12-05 00:00")


def test_after_counts_from_the_row_or_to_a_time_of_its_day() -> None:
    assert (due(days=3), due(hours=30)) == (("11-26 10:00", None), ("11-24 16:00", None))
    assert due(days=3, at=time(8)) == ("11-26 08:00", None)


def test_the_night_moves_a_reminder_to_its_end() -> None:
    assert due(since=MONDAY, hours=12) == ("11-24 07:00", None)
    assert due(since=MONDAY, hours=20) == ("11-24 07:00", None)
    assert due(since=MONDAY, hours=11) == ("11-24 07:00", None)
    assert due(since=MONDAY, hours=21) == ("11-24 07:00", None)
    assert due(since=MONDAY, hours=12, quiet=None) == ("11-23 22:00", None)
    assert due(since=MONDAY, hours=3, quiet=Quiet(Span(12 * 60, 14 * 60))) == ("11-23 14:00", None)


def test_what_the_night_would_move_behind_its_event_comes_the_evening_before() -> None:
    assert due(DECEMBER, time(6, 30), hours=1) == ("12-04 20:00", "12-05 06:30")
    assert due(DECEMBER, time(7), hours=1) == ("12-04 20:00", "12-05 07:00")
    assert due(DECEMBER, time(22), minutes=30) == ("12-05 20:00", "12-05 22:00")
    assert due(DECEMBER, time(7, 1), hours=1) == ("12-05 07:00", "12-05 07:01")


def test_a_reminder_before_a_date_never_leaves_the_day_it_is_due_on() -> None:
    assert due(DECEMBER, time(21, 30), days=1) == ("12-04 20:00", "12-05 00:00")
    assert due(DECEMBER, time(23, 59), days=3) == ("12-02 20:00", "12-05 00:00")
    assert due(DECEMBER, time(9), hours=12) == ("12-04 20:00", "12-05 00:00")
    assert due(DECEMBER, time(6), days=1) == ("12-04 07:00", "12-05 00:00")
    assert due(DECEMBER, time(21, 30), days=1, quiet=None) == ("12-04 21:30", "12-05 00:00")


def test_a_date_that_was_left_out_has_no_reminder() -> None:
    reminder = Reminder(text=Words(), distance=timedelta(days=1), before=("tanggal",))
    assert [due_of(reminder, fields, MONDAY, NIGHT) for fields in ({}, {"tanggal": None}, {"tanggal": "besok"})] == [None] * 3


def test_an_optional_time_that_was_left_out_counts_as_the_morning() -> None:
    reminder = Reminder(text=Words(), distance=timedelta(hours=1), before=("tanggal", "jam"))
    found = due_of(reminder, {"tanggal": DECEMBER, "jam": None}, MONDAY, NIGHT)
    assert found is not None
    assert f"{found.at:%m-%d %H:%M}" == "12-05 08:00"


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # clocks go forward at 2 in the night, and back at 3


@pytest.mark.parametrize(
    ("day", "clock", "distance", "expected"),
    [
        (SPRING, time(10), {"days": 1}, "2026-03-28T10:00:00+01:00"),
        (AUTUMN, time(10), {"days": 1}, "2026-10-24T10:00:00+02:00"),
        (SPRING, time(10), {"hours": 9}, "2026-03-29T00:00:00+01:00"),
        (AUTUMN, time(10), {"hours": 9}, "2026-10-25T02:00:00+02:00"),
        (SPRING, time(2, 30), {"hours": 1}, "2026-03-29T01:30:00+01:00"),  # an appointment at a time that is skipped is an hour later
    ],
)
def test_days_are_those_of_the_wall_clock_and_hours_pass(day: date, clock: time, distance: dict[str, int], expected: str) -> None:
    reminder = Reminder(text=Words(), distance=timedelta(**distance), before=("tanggal", "jam"))
    found = due_of(reminder, {"tanggal": day, "jam": clock}, datetime(2026, 1, 1, tzinfo=BERLIN), None)
    assert found is not None
    assert found.at.isoformat() == expected


def test_a_night_in_which_the_clocks_change_ends_at_seven_all_the_same() -> None:
    reminder = Reminder(text=Words(), distance=timedelta(hours=12))
    for day in (SPRING, AUTUMN):
        since = datetime.combine(day - timedelta(days=1), time(14), BERLIN)
        found = due_of(reminder, {}, since, NIGHT)
        assert found is not None
        assert (found.at.date(), found.at.time()) == (day, time(7))
