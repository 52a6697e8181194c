from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.language.daytimes import Dates, Span, read_dates, read_days, read_span
from tests.core import books
from tests.examples import at_most

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
MORNING, OFFICE, LATE = read_span("08.00-12.00"), read_span("08.00-17.00"), read_span("20.00-02.00")
CLOSED: tuple[Span, ...] = ()

at = partial(datetime, tzinfo=JAKARTA)  # 23 November 2026 is a Monday


def weekly(**spans: tuple[Span, ...]) -> Hours:
    """Hours with the spans of the days that are named; the others are closed."""
    return Hours(week=tuple(spans.get(day, CLOSED) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")))


def hours(folder: Path, *lines: str) -> Hours | None:
    """The hours of a rule file."""
    return books.load(folder, rule_file(*lines)).hours


def problems(folder: Path, *lines: str) -> list[str]:
    """What is wrong with the hours of a rule file; the first of them stands in line 3."""
    return books.problems(folder, rule_file(*lines))


def rule_file(*lines: str) -> str:
    return "\n".join(["settings:", "  hours:", *(f"    {line}" for line in lines), "rules: [{keyword: halo, reply: Halo}]"])


def test_a_file_without_hours_has_none(tmp_path: Path) -> None:
    assert books.load(tmp_path, "rules: [{keyword: halo, reply: Halo}]").hours is None


def test_days_are_named_alone_in_lists_and_in_ranges_of_both_languages(tmp_path: Path) -> None:
    lines = ["mon-thu: 08.00-17.00", 'Jumat: [08.00-11.30, "13:00-17:00"]', "sab, Sunday: tutup"]
    friday = (Span(480, 690), Span(780, 1020))
    assert hours(tmp_path, *lines) == weekly(mon=(OFFICE,), tue=(OFFICE,), wed=(OFFICE,), thu=(OFFICE,), fri=friday)


def test_a_range_of_days_may_go_past_sunday(tmp_path: Path) -> None:
    assert hours(tmp_path, "sabtu - senin: 08.00-12.00") == weekly(sat=(MORNING,), sun=(MORNING,), mon=(MORNING,))


def test_dates_are_kept_in_their_order(tmp_path: Path) -> None:
    lines = ["2027-05-01: closed", "2026-12-24..2027-01-02, 2026-08-17: 08.00-12.00"]
    assert hours(tmp_path, *lines) == Hours(
        week=(CLOSED,) * 7,
        dates=(
            (Dates(date(2026, 8, 17), date(2026, 8, 17)), (MORNING,)),
            (Dates(date(2026, 12, 24), date(2027, 1, 2)), (MORNING,)),
            (Dates(date(2027, 5, 1), date(2027, 5, 1)), CLOSED),
        ),
    )


def test_the_spans_of_a_day_come_out_in_order(tmp_path: Path) -> None:
    lines = ["min: [13.00-24.00, 00.00-02.00]"]
    assert hours(tmp_path, *lines) == weekly(sun=(Span(0, 120), Span(780, 1440)))


@pytest.mark.parametrize(
    ("word", "days"),
    [
        ("Jum'at", (4,)),
        ("jum\u2019at", (4,)),
        ("ahad", (6,)),
        ("min", (6,)),
        ("Tues", (1,)),
        ("senin\u2013rabu", (0, 1, 2)),
        ("mon-mon", (0,)),
        ("sun-sat", (6, 0, 1, 2, 3, 4, 5)),
    ],
)
def test_days_are_read_as_people_write_them(word: str, days: tuple[int, ...]) -> None:
    assert read_days(word) == days


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("8.00-17.00", Span(480, 1020)),
        ("08:00 \u2013 17:00", Span(480, 1020)),
        ("00.00-24.00", Span(0, 1440)),
        ("20.00-00.00", Span(1200, 1440)),
        ("20.00-02.00", Span(1200, 1560)),
        ("00.01-00.00", Span(1, 1440)),
    ],
)
def test_a_stretch_of_time_is_read_as_people_write_it(text: str, span: Span) -> None:
    assert read_span(text) == span


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_a_stretch_of_time_is_printed_as_it_is_read(start: int, length: int) -> None:
    span = Span(start, start + length)
    if length < 1440 or not start:
        assert read_span(str(span)) == span


@given(st.dates(), st.dates())
def test_dates_are_printed_as_they_are_read(one: date, other: date) -> None:
    dates = Dates(min(one, other), max(one, other))
    assert read_dates(str(dates)) == dates


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("snin: 08.00-12.00", "3:5: unknown day 'snin'. Did you mean 'senin'?"),
        ("natal: closed", "3:5: unknown day 'natal'. Write mon to sun, or senin to minggu."),
        ("senin-rabu-jumat: closed", "3:5: 'senin-rabu-jumat' has more than one dash. Write a range of days as mon-thu."),
        ("25/12/2026: closed", "3:5: '25/12/2026' cannot be read as a date. Write 2026-12-25"),
        ("2026-02-30: closed", "3:5: there is no 2026-02-30 in the calendar. Write another date."),
        ("2027-01-02..2026-12-24: closed", "3:5: '2027-01-02..2026-12-24' ends before it begins. Swap the two dates."),
        ("mon: libur", "3:10: 'libur' says nothing about hours. Write closed."),
        ("mon: 8-17", "3:10: '8-17' cannot be read as a time span. Write 08.00-17.00"),
        ("mon: 25.00-26.00", "3:10: '25.00-26.00' has a time that does not exist. A day goes from 00.00 to 24.00."),
        ("mon: 24.00-02.00", "3:10: '24.00-02.00' has a time that does not exist. A day goes from 00.00 to 24.00."),
        ("mon: 08.60-12.00", "3:10: '08.60-12.00' has a time that does not exist. A day goes from 00.00 to 24.00."),
        ("mon: 08.00-24.01", "3:10: '08.00-24.01' has a time that does not exist. A day goes from 00.00 to 24.00."),
        ("mon: 08.00-08.00", "3:10: '08.00-08.00' ends when it begins. Write 00.00-24.00 for the whole day."),
        (
            "mon: [08.00-12.00, tutup]",
            "3:24: 'tutup' cannot be read as a time span. Write when it begins and ends, such as 08.00-17.00.",
        ),
        (
            "mon: [08.00-12.00, 11.00-17.00]",
            "3:24: '11.00-17.00' overlaps '08.00-12.00'. Write them as one, or correct a time.",
        ),
        ("mon:", "3:5: 'mon' is empty. Write text or a list after it, or remove it."),
        ("mon: []", "3:10: 'mon' is an empty list. Write at least 1 entry, or remove it."),
        ("mon: {open: 08.00}", "3:10: 'mon' must be text or a list, not a group of keys."),
    ],
)
def test_wrong_hours_are_told_with_their_place(tmp_path: Path, line: str, problem: str) -> None:
    assert problems(tmp_path, line) == [f"rules.yaml:{problem}"]


def test_a_day_under_two_keys_is_told_with_both_places(tmp_path: Path) -> None:
    lines = ["mon-thu: 08.00-17.00", "fri: closed", "rabu: 08.00-12.00"]
    assert problems(tmp_path, *lines) == ["rules.yaml:5:5: the hours of wed are given at rules.yaml:3:5 already. Remove one of them."]


def test_a_date_under_two_keys_is_told_with_both_places(tmp_path: Path) -> None:
    lines = ["2026-12-24..2027-01-02: closed", "2026-12-31: 08.00-12.00"]
    assert problems(tmp_path, *lines) == [
        "rules.yaml:4:5: the hours of 2026-12-31 are given at rules.yaml:3:5 already. Remove one of them."
    ]


def test_all_that_is_wrong_with_the_hours_is_told_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, "snin, mon: 8-17", "sabtu, min: [x, 08.00-12.00]") == [
        "rules.yaml:3:5: unknown day 'snin'. Did you mean 'senin'?",
        "rules.yaml:3:16: '8-17' cannot be read as a time span. Write 08.00-17.00",
        "rules.yaml:4:18: 'x' cannot be read as a time span. Write when it begins and ends, such as 08.00-17.00.",
    ]


def test_an_included_file_has_no_hours_of_its_own(tmp_path: Path) -> None:
    root = "include: [more.yaml]\nrules: [{keyword: halo, reply: Halo}]"
    more = "settings: {hours: {mon: 08.00-12.00}}\nrules: [{keyword: hai, when: {open: true}, reply: Hai}]"
    assert books.problems(tmp_path, root, {"more.yaml": more}) == [
        "more.yaml:1:1: only the file that includes this one may have 'settings'. Move it there.",
        "more.yaml:2:31: 'open' depends on opening hours. Add `hours:` to the settings, or remove it.",
    ]


def test_the_first_minute_is_open_and_the_last_is_not() -> None:
    shop = weekly(mon=(OFFICE,))
    times = [at(2026, 11, 23, 7, 59, 59), at(2026, 11, 23, 8), at(2026, 11, 23, 16, 59, 59), at(2026, 11, 23, 17)]
    assert [shop.is_open(now) for now in times] == [False, True, True, False]


def test_a_day_that_is_not_named_is_closed() -> None:
    assert not weekly(mon=(OFFICE,)).is_open(at(2026, 11, 24, 9))


def test_what_crosses_midnight_is_open_until_its_end_on_the_next_day() -> None:
    bar = weekly(mon=(LATE,))
    times = [at(2026, 11, 23, 1), at(2026, 11, 23, 23, 59), at(2026, 11, 24), at(2026, 11, 24, 1, 59), at(2026, 11, 24, 2)]
    assert [bar.is_open(now) for now in times] == [False, True, True, True, False]


def test_a_date_wins_over_its_weekday() -> None:
    christmas = Dates(date(2026, 12, 25), date(2026, 12, 25))
    shop = Hours(week=((OFFICE,),) * 7, dates=((christmas, CLOSED),))
    assert [shop.is_open(at(2026, 12, day, 9)) for day in (24, 25, 26)] == [True, False, True]


def test_a_closed_date_cuts_nothing_off_the_night_before() -> None:
    bar = Hours(week=((LATE,),) * 7, dates=((Dates(date(2026, 12, 25), date(2026, 12, 25)), CLOSED),))
    assert [bar.is_open(at(2026, 12, day, hour)) for day, hour in ((25, 1), (25, 21), (26, 1))] == [True, False, False]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(2026, 11, 23, 7, 59, 30), at(2026, 11, 23, 8)),
        (at(2026, 11, 23, 8), at(2026, 11, 23, 13)),
        (at(2026, 11, 23, 12), at(2026, 11, 23, 13)),
        (at(2026, 11, 23, 17), at(2026, 11, 26, 8)),
        (at(2026, 11, 26, 12), at(2026, 11, 30, 8)),
    ],
)
def test_the_next_opening_comes_after_now(now: datetime, opens: datetime) -> None:
    shop = weekly(mon=(MORNING, read_span("13.00-17.00")), thu=(MORNING,))
    assert shop.next_open(now) == opens


def test_the_next_opening_is_in_the_zone_that_was_asked_in() -> None:
    found = weekly(mon=(OFFICE,)).next_open(datetime(2026, 11, 20, tzinfo=BERLIN))
    assert found is not None
    assert (found.isoformat(), found.tzinfo) == ("2026-11-23T08:00:00+01:00", BERLIN)


def test_holidays_are_passed_over_on_the_way_to_the_next_opening() -> None:
    holidays = Dates(date(2026, 12, 24), date(2027, 1, 2))
    shop = Hours(week=((OFFICE,),) * 6 + (CLOSED,), dates=((holidays, CLOSED),))
    assert shop.next_open(at(2026, 12, 24, 9)) == at(2027, 1, 4, 8)


def test_spans_that_touch_are_one_opening() -> None:
    shop = weekly(mon=(MORNING, read_span("12.00-24.00")), tue=(read_span("00.00-02.00"),))
    assert shop.next_open(at(2026, 11, 23, 8)) == at(2026, 11, 30, 8)


@pytest.mark.parametrize(
    "shop",
    [
        weekly(),
        Hours(week=((Span(0, 1440),),) * 7),
        Hours(week=((Span(0, 720), Span(720, 1440)),) * 7),
        Hours(week=(CLOSED,) * 7, dates=((Dates(date(2026, 11, 22), date(2026, 11, 22)), (OFFICE,)),)),
        Hours(week=(CLOSED,) * 7, dates=((Dates(date(2027, 12, 29), date(2028, 1, 1)), (OFFICE,)),)),
    ],
    ids=["never open", "never closed", "never closed, in two spans", "open in the past", "open in 401 days"],
)
def test_what_does_not_open_within_400_days_has_no_next_opening(shop: Hours) -> None:
    assert shop.next_open(at(2026, 11, 23, 9)) is None


def test_an_opening_400_days_ahead_is_found() -> None:
    shop = Hours(week=(CLOSED,) * 7, dates=((Dates(date(2027, 12, 28), date(2027, 12, 28)), (OFFICE,)),))
    assert shop.next_open(at(2026, 11, 23, 9)) == at(2027, 12, 28, 8)


def test_a_time_without_a_zone_has_no_next_opening_to_tell() -> None:
    with pytest.raises(ValueError, match="needs a time with its zone"):
        weekly(mon=(OFFICE,)).next_open(at(2026, 11, 23).replace(tzinfo=None))


def test_an_opening_in_the_hour_that_is_left_out_is_when_the_clocks_change() -> None:
    shop = weekly(sun=(read_span("02.30-05.00"),))
    found = shop.next_open(datetime(2026, 3, 28, 12, tzinfo=BERLIN))
    assert found is not None
    assert found.isoformat() == "2026-03-29T03:00:00+02:00"


def test_a_stretch_within_the_hour_that_is_left_out_never_opens() -> None:
    shop = weekly(sun=(read_span("02.10-02.50"),))
    found = shop.next_open(datetime(2026, 3, 28, 12, tzinfo=BERLIN))
    assert found is not None
    assert found.isoformat() == "2026-04-05T02:10:00+02:00"


def test_a_time_that_comes_twice_opens_twice_where_it_closed_between() -> None:
    shop = weekly(sun=(read_span("02.30-05.00"),))
    first = shop.next_open(datetime(2026, 10, 24, 12, tzinfo=BERLIN))
    assert first is not None
    second = shop.next_open(first)
    assert second is not None
    assert [first.isoformat(), second.isoformat()] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


# Where the clocks change, at two o'clock, at midnight, and by half an hour; and where they never do.
WEEKS = st.sampled_from(
    [
        (BERLIN, datetime(2026, 3, 23, tzinfo=UTC)),
        (BERLIN, datetime(2026, 10, 19, tzinfo=UTC)),
        (ZoneInfo("America/Santiago"), datetime(2026, 4, 1, tzinfo=UTC)),
        (ZoneInfo("America/Santiago"), datetime(2026, 9, 2, tzinfo=UTC)),
        (ZoneInfo("America/Havana"), datetime(2026, 3, 4, tzinfo=UTC)),
        (ZoneInfo("America/Havana"), datetime(2026, 10, 28, tzinfo=UTC)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 1, tzinfo=UTC)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 9, 30, tzinfo=UTC)),
        (JAKARTA, datetime(2026, 11, 23, tzinfo=UTC)),
    ]
)
DAYS_LOOKED_AT = 9


def spans() -> st.SearchStrategy[tuple[Span, ...]]:
    """The spans of a day, many of them near the hours at which clocks change."""
    starts = st.one_of(st.integers(0, 240), st.integers(0, 1439))
    ends = st.tuples(starts, st.one_of(st.integers(1, 120), st.integers(1, 1440)))
    return st.lists(ends.map(lambda pair: Span(pair[0], pair[0] + pair[1])), max_size=2).map(lambda found: tuple(sorted(found)))


@st.composite
def shops(draw: st.DrawFn, first: date) -> Hours:
    """Any hours, with up to two dates that differ among the first nine days."""
    days = sorted(draw(st.sets(st.integers(0, DAYS_LOOKED_AT), max_size=2)))
    dates = [Dates(first + timedelta(days=day), first + timedelta(days=day)) for day in days]
    return Hours(week=tuple(draw(spans()) for _ in range(7)), dates=tuple((each, draw(spans())) for each in dates))


def minutes(start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every minute of the days looked at, in the zone."""
    return ((start + minute * MINUTE).astimezone(zone) for minute in range(DAYS_LOOKED_AT * 1440))


def clock_says_open(shop: Hours, now: datetime) -> bool:
    """The same as `is_open`, where no date of the shop is more than one day."""
    listed = {dates.first: spans for dates, spans in shop.dates}
    for day, offset in ((now.date(), 0), (now.date() - timedelta(days=1), 1440)):
        for span in listed.get(day, shop.week[day.weekday()]):
            if now.hour * 60 + now.minute + offset in range(span.start, span.end):
                return True
    return False


@settings(max_examples=at_most(60))
@given(st.data(), WEEKS, st.integers(0, 3 * 1440))
def test_the_next_opening_is_the_one_found_by_looking_at_every_minute(
    data: st.DataObject, week: tuple[ZoneInfo, datetime], skipped: int
) -> None:
    zone, start = week
    shop = data.draw(shops(start.date()))
    now = (start + skipped * MINUTE).astimezone(zone)
    states = [(moment, clock_says_open(shop, moment)) for moment in minutes(start + skipped * MINUTE, zone)]
    openings = (moment for (_, before), (moment, after) in pairwise(states) if after and not before)
    looked_up = next(openings, None)
    found = shop.next_open(now)
    assert [shop.is_open(moment) for moment, _ in states] == [state for _, state in states]
    if looked_up is None:
        assert found is None or found.astimezone(UTC) > states[-1][0].astimezone(UTC)
    else:
        assert (found and found.isoformat()) == looked_up.isoformat()


GIVEN = "are given at rules.yaml:1:20 already. Remove one of them."
YEARLY = "settings: {hours: {mon-sun: 08.00-17.00, '12-25': closed, '12-30..01-02': 10.00-12.00, '2027-12-25': 09.00-10.00}}\n"


def yearly_hours(folder: Path) -> Hours:
    hours = books.load(folder, f"{YEARLY}rules: [{{keyword: a, reply: b}}]\n").hours
    assert hours is not None
    return hours


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-12-24 09:00", True),
        ("2026-12-25 09:00", False),
        ("2027-12-25 09:00", True),  # a date with its year goes before
        ("2028-12-25 09:00", False),
        ("2026-12-30 09:00", False),
        ("2026-12-31 11:00", True),
        ("2027-01-01 09:00", False),
        ("2027-01-02 11:00", True),
        ("2027-01-03 09:00", True),
    ],
)
def test_dates_of_every_year_come_every_year(tmp_path: Path, now: str, is_open: bool) -> None:
    moment = datetime.strptime(now, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Jakarta"))
    assert yearly_hours(tmp_path).is_open(moment) is is_open


def test_the_next_opening_leaves_out_the_dates_of_every_year(tmp_path: Path) -> None:
    jakarta = ZoneInfo("Asia/Jakarta")
    hours = yearly_hours(tmp_path)
    assert hours.next_open(datetime(2026, 12, 24, 18, 0, tzinfo=jakarta)) == datetime(2026, 12, 26, 8, 0, tzinfo=jakarta)
    assert hours.next_open(datetime(2026, 12, 29, 18, 0, tzinfo=jakarta)) == datetime(2026, 12, 30, 10, 0, tzinfo=jakarta)


def test_a_leap_day_is_a_date_of_every_year_that_has_it(tmp_path: Path) -> None:
    book = books.load(tmp_path, "settings: {hours: {mon-sun: 08.00-17.00, '02-29': tutup}}\nrules: [{keyword: a, reply: b}]\n")
    assert book.hours is not None
    days = [book.hours.spans(date(year, month, day)) == () for year, month, day in ((2028, 2, 29), (2028, 2, 28), (2027, 3, 1))]
    assert days == [True, False, False]


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        (
            "'12-25': closed, '12-24..12-26': closed",
            f"1:37: the hours of 12-24..12-26 {GIVEN}",
        ),
        ("'12-30..01-02': closed, '01-01': closed", f"1:44: the hours of 01-01 {GIVEN}"),
        ("'25-12': closed", "1:20: there is no 25-12 in the calendar. Write 12-25, the month first."),
        ("'02-30': closed", "1:20: there is no 02-30 in the calendar. Write another date, the month first."),
    ],
)
def test_a_wrong_date_of_every_year_is_reported(tmp_path: Path, hours: str, problem: str) -> None:
    assert books.problems(tmp_path, f"settings: {{hours: {{{hours}}}}}\nrules: [{{keyword: a, reply: b}}]\n") == [f"rules.yaml:{problem}"]
