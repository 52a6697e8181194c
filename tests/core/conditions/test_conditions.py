from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_chatbot.core.conditions.conditions import Condition, Numbers, Unmet, disjoint, is_clock
from flask_chatbot.core.conditions.hours import Hours
from flask_chatbot.core.language.daytimes import read_dates, read_span
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import Text
from tests.core import books

at = partial(datetime, tzinfo=ZoneInfo("Asia/Jakarta"))
MONDAY = at(2026, 11, 23, 9, 30)
OFFICE = Hours(week=((read_span("08.00-17.00"),),) * 5 + ((), ()))
BUDI = Message(text="harga", sender=Sender(number="6281234567890"), line="toko")
SETTINGS = "settings: {hours: {mon-fri: 08.00-17.00}}\n"


def unmet(condition: Condition, message: Message = BUDI, now: datetime = MONDAY, first: bool = False) -> list[str]:
    """What does not hold, in words."""
    return [str(failure) for failure in condition.unmet(message, now, OFFICE, first)]


def rule(folder: Path, *lines: str, settings: str = SETTINGS) -> Rule:
    """The rule of a file that holds just one."""
    return books.load(folder, rule_file(lines, settings)).rules[0]


def problems(folder: Path, *lines: str, settings: str = SETTINGS) -> list[str]:
    """What is wrong with a file of one rule; the first of `lines` stands in line 4."""
    return books.problems(folder, rule_file(lines, settings))


def rule_file(lines: tuple[str, ...], settings: str) -> str:
    return "\n".join([f"{settings}rules:", "  - keyword: harga", *(f"    {line}" for line in lines), "    reply: Rp15.000", ""])


def test_a_rule_asks_for_nothing_unless_told_to(tmp_path: Path) -> None:
    found = rule(tmp_path)
    assert (found.when, found.otherwise, found.once_per) == (None, (), None)


def test_everything_a_rule_may_ask_for_is_read(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        "when:",
        "  open: true",
        "  days: [mon, sabtu, senin-rabu]",
        '  time: ["08.00-12.00", 20:00-02:00]',
        "  dates: [2026-12-01..2026-12-31, 2027-08-17]",
        "  chat: private",
        "  from: [0812-3456-7890, 62811*, +62 8119*]",
        "  not_from: 00628111*",
        "  line: toko",
        "  first_contact: false",
        "otherwise: Kami tutup.",
        "once_per: 10 menit",
    )
    assert found.when == Condition(
        open=True,
        days=frozenset({0, 1, 2, 5}),
        time=(read_span("08.00-12.00"), read_span("20.00-02.00")),
        dates=(read_dates("2026-12-01..2026-12-31"), read_dates("2027-08-17")),
        chat="private",
        from_=Numbers(frozenset({"6281234567890"}), ("62811", "628119")),
        not_from=Numbers(frozenset(), ("628111",)),
        line=("toko",),
        first_contact=False,
    )
    assert (len(found.otherwise), found.once_per) == (1, timedelta(minutes=10))


def test_local_numbers_are_read_in_the_country_of_the_settings(tmp_path: Path) -> None:
    found = rule(tmp_path, "when: {from: [06 1234*, 349 123 4567]}", settings="settings: {country: IT}\n").when
    assert found == Condition(from_=Numbers(frozenset({"393491234567"}), ("39061234",), "IT"))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["when: {}"], ["4:11: 'when' is an empty group. Write a key and its value into it."]),
        (["when: {opened: true}"], ["4:12: unknown key 'opened'. Write 'open'."]),
        (["when: {open: ya}"], ["4:18: 'open' must be true or false, not 'ya'. Write true."]),
        (["when: {days: [mon, libur]}"], ["4:24: unknown day 'libur'. Write mon to sun, or senin to minggu."]),
        (["when: {days: [mon, sabut]}"], ["4:24: unknown day 'sabut'. Did you mean 'sabtu'?"]),
        (["when: {time: 8-12}"], ["4:18: '8-12' cannot be read as a time span. Write 08.00-12.00"]),
        (
            ["when: {time: [08.00-12.00, 11.00-13.00]}"],
            ["4:32: '11.00-13.00' overlaps '08.00-12.00'. Write them as one, or correct a time."],
        ),
        (
            ["when: {dates: 1 Desember}"],
            ["4:19: '1 Desember' cannot be read as a date. Write 12-01"],
        ),
        (["when: {dates: 2026-12-31..2026-12-01}"], ["4:19: '2026-12-31..2026-12-01' ends before it begins. Swap the two dates."]),
        (["when: {chat: grup}"], ["4:18: 'chat' must be one of private, group, not 'grup'. Write 'group'."]),
        (
            ["when: {from: [6281234567890, budi]}"],
            ["4:34: 'budi' is not a possible phone number. Write it with its country code, such as 6281234567890."],
        ),
        (
            ["when: {from: [81234567890]}"],
            ["4:19: '81234567890' may be a number in ID or one abroad. Write +6281234567890 or +81234567890."],
        ),
        (
            ["when: {from: 812*}"],
            ["4:18: '812*' may be the beginning of a number in ID or of one abroad. Write +62812* or +812*."],
        ),
        (
            ["when: {not_from: '*'}"],
            ["4:22: '*' cannot be the beginning of a phone number. Write digits and one * at the end, such as 62812*."],
        ),
        (
            ["when: {from: 62*12}"],
            ["4:18: '62*12' cannot be the beginning of a phone number. Write digits and one * at the end, such as 62812*."],
        ),
        (
            ["once_per: sebentar"],
            ["4:15: 'sebentar' is not a length of time. Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari."],
        ),
        (
            ["otherwise: Kami tutup."],
            ["4:5: 'otherwise' answers where the clock is the reason. Write open, days, time or dates under 'when', or remove it."],
        ),
        (
            ["when: {chat: private}", "otherwise: Kami tutup."],
            ["5:5: 'otherwise' answers where the clock is the reason. Write open, days, time or dates under 'when', or remove it."],
        ),
        (["when: {open: true}", "otherwise: Buka {{ next_opn }}."], ["5:24: unknown name 'next_opn'. Did you mean 'next_open'?"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, lines: list[str], told: list[str]) -> None:
    assert problems(tmp_path, *lines) == [f"rules.yaml:{problem}" for problem in told]


def test_open_without_hours_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "when: {open: false}", settings="") == [
        "rules.yaml:3:12: 'open' depends on opening hours. Add `hours:` to the settings, or remove it."
    ]


def test_open_is_not_told_of_where_the_settings_could_not_be_read(tmp_path: Path) -> None:
    settings = "settings: {hours: {mon: 08.00-17.00}, groups: ever}\n"
    assert problems(tmp_path, "when: {open: false}", settings=settings) == [
        "rules.yaml:1:47: 'groups' must be one of never, keywords, all, not 'ever'. Did you mean 'never'?"
    ]


@pytest.mark.parametrize("groups", ["never", "keywords", "all"])
def test_the_settings_say_what_is_answered_in_groups(tmp_path: Path, groups: str) -> None:
    text = f"settings: {{groups: {groups}}}\nrules: [{{keyword: halo, reply: Halo}}]"
    assert books.load(tmp_path, text).groups == groups


def test_groups_are_not_answered_where_the_file_says_nothing(tmp_path: Path) -> None:
    assert books.load(tmp_path, "rules: [{keyword: halo, reply: Halo}]").groups == "never"


def test_every_template_may_say_when_the_shop_opens(tmp_path: Path) -> None:
    (answer,) = rule(
        tmp_path,
        "when: {open: true}",
        "otherwise: 'Buka: {{ is_open }}. {{ next_open | date }}, {{ next_open | time }}. Kami buka lagi {{ next_open | datetime }}.'",
    ).otherwise
    opening = {"is_open": False, "next_open": at(2026, 11, 23, 8)}
    assert answer.make(opening, Random(1)) == (
        Text("Buka: tidak. 23 November 2026, 08.00. Kami buka lagi Senin, 23 November 2026 pukul 08.00."),
    )


def test_where_the_shop_never_opens_again_the_filters_print_nothing(tmp_path: Path) -> None:
    (answer,) = rule(
        tmp_path, "when: {open: true}", "otherwise: 'Tutup.{{ next_open | date }}{{ next_open | time }}{{ next_open | datetime }}'"
    ).otherwise
    assert answer.make({"next_open": None}, Random(1)) == (Text("Tutup."),)


def test_the_filter_datetime_speaks_english_and_takes_the_form_of_its_date(tmp_path: Path) -> None:
    lines = ("when: {open: true}", "otherwise: \"{{ next_open | datetime }} / {{ next_open | datetime('short') }}\"")
    (answer,) = rule(tmp_path, *lines, settings="settings: {language: en, hours: {mon: 08.00-17.00}}\n").otherwise
    reply = answer.make({"next_open": at(2026, 11, 23, 8)}, Random(1))
    assert reply == (Text("Monday, November 23, 2026 at 8:00\u202fAM / 23/11/2026 at 8:00\u202fAM"),)


def test_a_condition_that_asks_for_nothing_holds() -> None:
    assert unmet(Condition()) == []


def test_a_condition_holds_where_all_of_it_does() -> None:
    condition = Condition(
        open=True,
        days=frozenset({0}),
        time=(read_span("09.30-10.00"),),
        dates=(read_dates("2026-11-23"),),
        chat="private",
        from_=Numbers(frozenset({"6281234567890"})),
        not_from=Numbers(frozenset(), ("65",)),
        line=("gudang", "toko"),
        first_contact=True,
    )
    assert unmet(condition, first=True) == []


def test_everything_that_does_not_hold_is_listed_in_the_order_of_the_keys() -> None:
    condition = Condition(
        open=False,
        days=frozenset({6, 5}),
        time=(read_span("08.00-09.30"), read_span("20.00-02.00")),
        dates=(read_dates("2026-12-01..2026-12-31"), read_dates("2026-11-22")),
        chat="group",
        from_=Numbers(frozenset({"628117601234"}), ("65",)),
        not_from=Numbers(frozenset(), ("62812",)),
        line=("gudang",),
        first_contact=True,
    )
    assert unmet(condition) == [
        "open: wanted false, is true",
        "days: wanted sat, sun, is mon",
        "time: wanted 08.00-09.30, 20.00-02.00, is 09.30",
        "dates: wanted 2026-12-01..2026-12-31, 2026-11-22, is 2026-11-23",
        "chat: wanted group, is private",
        "from: wanted 628117601234, 65*, is 6281******890",
        "not_from: wanted none of 62812*, is 6281******890",
        "line: wanted gudang, is toko",
        "first_contact: wanted true, is false",
    ]


def test_a_time_that_crosses_midnight_holds_on_both_sides_of_it() -> None:
    night = Condition(time=(read_span("20.00-02.00"),))
    hours = [19, 20, 23, 0, 1, 2]
    assert [hour for hour in hours if not unmet(night, now=at(2026, 11, 23, hour))] == [20, 23, 0, 1]


def test_both_ends_of_the_dates_count() -> None:
    december = Condition(dates=(read_dates("2026-12-01..2026-12-31"),))
    days = [at(2026, 11, 30, 23, 59), at(2026, 12, 1), at(2026, 12, 31, 23, 59), at(2027, 1, 1)]
    assert [not unmet(december, now=day) for day in days] == [False, True, True, False]


def test_a_book_without_hours_is_never_open() -> None:
    assert Condition(open=True).unmet(BUDI, MONDAY, None, False) == (Unmet("open", "true", "false"),)


@pytest.mark.parametrize("number", ["6281234567890", "+62 812-3456-7890", "081234567890", "0062812 3456 7890", "6281234567890@c.us"])
def test_a_sender_is_known_however_the_number_is_written(number: str) -> None:
    message = Message(text="harga", sender=Sender(number=number))
    whole, beginning = Numbers(frozenset({"6281234567890"})), Numbers(frozenset(), ("62812",))
    assert [unmet(Condition(from_=numbers), message) for numbers in (whole, beginning)] == [[], []]


def test_a_sender_whose_number_is_none_is_compared_as_it_is() -> None:
    message = Message(text="harga", sender=Sender(number="6282386xxxxxx"))
    assert unmet(Condition(from_=Numbers(frozenset(), ("62823",))), message) == []


def test_a_message_without_sender_and_line_is_from_nobody() -> None:
    condition = Condition(from_=Numbers(frozenset(), ("62",)), not_from=Numbers(frozenset(), ("62",)), line=("toko",))
    assert unmet(condition, Message(text="harga")) == ["from: wanted 62*, is nobody", "line: wanted toko, is no line with a name"]


def test_a_long_list_of_numbers_is_shortened() -> None:
    numbers = Numbers(frozenset(f"62812345678{count}" for count in range(10, 99)))
    assert unmet(Condition(from_=numbers), Message(text="harga")) == [
        "from: wanted 6281234567810, 6281234567811, 6281234567812, 6281234567813, 6281234567814, 62..., is nobody"
    ]


@pytest.mark.parametrize(
    ("condition", "clock"),
    [
        (Condition(open=False), True),
        (Condition(open=False, days=frozenset({5})), True),
        (Condition(open=False, chat="private"), True),
        (Condition(open=False, chat="group"), False),
        (Condition(first_contact=True), False),
        (Condition(open=True), False),
    ],
)
def test_the_clock_is_the_reason_where_nothing_else_fails(condition: Condition, clock: bool) -> None:
    assert is_clock(condition.unmet(BUDI, MONDAY, OFFICE, first=False)) == clock


# Values of which some meet and some do not; each pair is judged below by trying messages.
PARTS: dict[str, list[object]] = {
    "open": [None, True, False],
    "days": [None, frozenset({0, 1}), frozenset({1, 2}), frozenset({5})],
    "time": [None, (read_span("08.00-12.00"),), (read_span("12.00-20.00"),), (read_span("20.00-09.00"), read_span("13.00-14.00"))],
    "dates": [None, (read_dates("2026-11-23..2026-11-30"),), (read_dates("2026-11-30"),), (read_dates("2026-12-01"),)],
    "chat": [None, "private", "group"],
    "from_": [
        None,
        Numbers(frozenset({"6281234567890"})),
        Numbers(frozenset(), ("62812",)),
        Numbers(frozenset({"6598765432"}), ("62811",)),
    ],
    "not_from": [None, Numbers(frozenset({"6281234567890"})), Numbers(frozenset({"6598765432"}), ("628",))],
    "line": [None, ("toko",), ("gudang", "toko"), ("gudang",)],
    "first_contact": [None, True, False],
}
TIMES = [at(2026, 11, 23) + timedelta(minutes=30 * count) for count in range(48 * 14)]
SENDERS = ["6281234567890", "6281299999999", "628117601234", "6598765432", "6598765433", ""]
CHATS: tuple[Literal["private", "group"], ...] = ("private", "group")
MESSAGES = [
    Message(text="harga", sender=Sender(number=number), chat=chat, line=line)
    for number, chat, line in product(SENDERS, CHATS, ("toko", "gudang", None))
]


def ever_both_hold(a: Condition, b: Condition) -> bool:
    """Whether there is a moment and a message for which both hold, by trying all; what the clock asks for says nothing of the message."""
    clocks = [replace(each, chat=None, from_=None, not_from=None, line=None, first_contact=None) for each in (a, b)]
    others = [replace(each, open=None, days=None, time=None, dates=None) for each in (a, b)]
    at_once = any(not any(each.unmet(BUDI, now, OFFICE, False) for each in clocks) for now in TIMES)
    return at_once and any(
        not any(each.unmet(message, MONDAY, OFFICE, first) for each in others) for message in MESSAGES for first in (True, False)
    )


@pytest.mark.parametrize("key", PARTS)
def test_conditions_are_disjoint_exactly_where_no_message_meets_both(key: str) -> None:
    for one, other in product(PARTS[key], repeat=2):
        a, b = Condition(**{key: one}), Condition(**{key: other})  # type: ignore[arg-type]
        assert disjoint(a, b) == (not ever_both_hold(a, b)), (one, other)


def test_from_and_not_from_are_disjoint_where_one_rules_out_the_other() -> None:
    for wanted, unwanted in product(PARTS["from_"], PARTS["not_from"]):
        a, b = Condition(from_=wanted), Condition(not_from=unwanted)  # type: ignore[arg-type]
        assert disjoint(a, b) == disjoint(b, a) == (not ever_both_hold(a, b)), (wanted, unwanted)


def conditions() -> st.SearchStrategy[Condition]:
    return st.fixed_dictionaries({key: st.sampled_from(values) for key, values in PARTS.items()}).map(
        lambda parts: Condition(**parts)  # type: ignore[arg-type]
    )


@given(conditions(), conditions())
def test_no_message_ever_meets_two_disjoint_conditions(a: Condition, b: Condition) -> None:
    assert disjoint(a, b) == disjoint(b, a)
    if disjoint(a, b):
        assert not ever_both_hold(a, b)


def test_a_rule_without_a_condition_is_disjoint_with_none() -> None:
    assert [disjoint(None, None), disjoint(None, Condition(open=True)), disjoint(Condition(open=True), None)] == [False, False, False]


def test_a_condition_that_never_holds_is_disjoint_with_itself() -> None:
    numbers = Numbers(frozenset({"6281234567890"}))
    never = Condition(from_=numbers, not_from=Numbers(frozenset(), ("62",)))
    assert [disjoint(never, never), disjoint(Condition(from_=numbers), Condition(from_=numbers))] == [True, False]
