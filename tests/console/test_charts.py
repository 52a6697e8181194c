"""The page with charts, and the numbers of messages that it draws."""

import re
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select, update

from flask_chatbot.console.charts.bars import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, BarChart
from flask_chatbot.database.console_tables import hours as table
from flask_chatbot.database.database import Database
from flask_chatbot.database.tables import charges, inbox, messages
from flask_chatbot.store.console import hours, times
from flask_chatbot.store.console.hours import HourCount
from flask_chatbot.store.console.times import Delays
from tests.console.browsers import Browser, console_app, text_of

NOW = 1_780_000_000.0
HOUR = int(NOW / 3600)


def is_fallback(session: str, rule: str) -> bool:
    return (session, rule) in {("webhook", "tidak paham"), ("grosir", "entah")}


def came(database: Database, *arrivals: tuple[float, str | None]) -> None:
    """Note messages that came in at a time, with the rule that answered."""
    with database.writing() as connection:
        first = connection.execute(select(func.coalesce(func.max(inbox.c.seq), 0))).scalar_one() + 1
        known = {"session": "webhook", "chat": "1@c.us", "sender": "1", "replies": 1, "expires_at": NOW + 1e6}
        rows = [{**known, "message_id": f"m{first + place}", "at": at, "rule": rule} for place, (at, rule) in enumerate(arrivals)]
        connection.execute(insert(inbox), rows)


def accepted(database: Database, *given: tuple[float, float | None, float | None]) -> None:
    """Note messages that were accepted, sent and delivered at these times."""
    with database.writing() as connection:
        first = connection.execute(select(func.coalesce(func.max(messages.c.seq), 0))).scalar_one() + 1
        known = {
            "session": "s",
            "chat": "1@c.us",
            "type": "text",
            "reply": "",
            "promo": False,
            "is_reply": False,
            "start_at": 0.0,
            "expires_at": 0.0,
        }
        known |= {"due_at": 0.0, "tries": 1, "crashes": 0, "fence": 1, "leased_until": 0.0, "ack": 1, "state": "sent", "order_key": "1"}
        rows = [
            {**known, "id": f"m{first + place}", "created_at": at, "sent_at": sent, "delivered_at": delivered, "settled_at": sent}
            for place, (at, sent, delivered) in enumerate(given)
        ]
        connection.execute(insert(messages), rows)


def counted(database: Database, since: int = 0) -> Sequence[HourCount]:
    with database.reading() as connection:
        return hours.since(connection, since, is_fallback)[0]


def stored(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(table.c.answered), 0))).scalar_one())


def test_messages_are_counted_by_the_hour_and_by_what_answered_them(database: Database) -> None:
    came(database, (NOW - 3600, "halo"), (NOW - 3600, "tidak paham"), (NOW - 300, None), (NOW - 300, "halo"), (NOW - 1, "halo"))
    accepted(database, (NOW - 300, None, None), (NOW - 1, None, None))
    expected = [
        HourCount(hour=HOUR - 1, answered=1, unmatched=1),
        HourCount(hour=HOUR, answered=2, silent=1, sent=2),
    ]
    assert counted(database) == expected
    hours.count(database, is_fallback, NOW)
    assert (counted(database), counted(database, HOUR)) == (expected, expected[1:])
    assert stored(database) == 2  # the last one may still have company with a lower number


def test_what_came_by_a_line_is_counted_by_the_rules_of_that_line(database: Database) -> None:
    came(database, (NOW - 300, "entah"), (NOW - 300, "tidak paham"))
    with database.writing() as connection:
        connection.execute(update(inbox).values(session="grosir"))
    came(database, (NOW - 300, "entah"), (NOW - 300, "tidak paham"))
    assert counted(database) == [HourCount(hour=HOUR, answered=2, unmatched=2)]
    hours.count(database, is_fallback, NOW)
    assert (counted(database), stored(database)) == ([HourCount(hour=HOUR, answered=2, unmatched=2)], 2)


def test_each_message_is_counted_once_however_often_and_however_many(database: Database) -> None:
    came(database, *[(NOW - 4000, "halo")] * 11_000)
    with database.reading() as connection:
        assert hours.since(connection, 0, is_fallback)[1]
    for _ in range(3):
        hours.count(database, is_fallback, NOW)
    came(database, *[(NOW - 4000, "halo")] * 10)
    with database.writing() as connection:
        hours.count_some(connection, is_fallback, NOW)
    assert (stored(database), sum(each.answered for each in counted(database))) == (11_010, 11_010)
    with database.writing() as connection:
        connection.execute(inbox.delete())
    assert sum(each.answered for each in counted(database)) == 11_010  # what has expired was counted


def test_hours_long_ago_are_deleted(database: Database) -> None:
    came(database, (NOW - 500 * 86_400, "halo"), (NOW - 300, "halo"))
    for _ in range(2):
        with database.writing() as connection:
            hours.count_some(connection, is_fallback, NOW)
    assert counted(database) == [HourCount(hour=HOUR, answered=1)]


def test_delays_are_measured_from_when_a_message_could_be_sent(database: Database) -> None:
    accepted(database, (100.0, 100.5, 103.0), (100.0, 120.0, 2000.0), (100.0, 1000.0, None))
    with database.writing() as connection:
        connection.execute(update(messages).where(messages.c.id == "m3").values(start_at=998.0))
    with database.reading() as connection:
        assert times.delays(connection) == Delays(to_send=(1, 1, 1, 0, 0, 0), to_deliver=(0, 1, 0, 0, 0, 1))


def test_bars_lie_on_each_other_within_the_drawing() -> None:
    chart = BarChart(name="c", title="", heads=("", "", ""), labels=("a", "b"), rows=[(1, 3), (0, 4)])
    low, high = chart.paths()
    full, floor = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    assert (LEFT, WIDTH - LEFT) == (44, 596)
    assert low == f"M73.8 {floor - full / 4}h238.4v{full / 4}h-238.4z"
    assert high == f"M73.8 {TOP}.0h238.4v{full * 3 / 4}h-238.4zM371.8 {TOP}.0h238.4v{full}.0h-238.4z"
    assert list(chart.lines())[-1] == (TOP, 4)
    assert list(BarChart(name="c", title="", heads=("", ""), labels=("a",), rows=[(0,)]).paths()) == [""]


def open_charts(app: Flask, language: str = "en") -> str:
    browser = Browser(app)
    browser.log_in()
    browser.client.set_cookie("chatbot_console_language", language, path="/chatbot/console")
    return browser.get("/charts").text


def test_the_page_draws_what_was_counted_with_a_table_beside_each_chart(tmp_path: Path) -> None:
    app = console_app(
        tmp_path, CHATBOT_KEEP_MESSAGES="30 days", CHATBOT_API_KEY="k" * 20, CHATBOT_TRANSPORT="simulator", CHATBOT_WORKER="off"
    )
    database, now = app.extensions["chatbot"].make_database(), app.extensions["chatbot"].bot.clock().timestamp()
    came(database, (now - 300, "salam"), (now - 300, "fallback"), (now - 4000, "salam"))
    accepted(database, (now - 300, now - 299, now - 290))
    with database.writing() as connection:
        told = {"session": "cloud", "category": "utility", "model": "", "is_delivered": True, "at": now - 60}
        connection.execute(insert(charges), [{**told, "message": "a", "is_billable": True}, {**told, "message": "b", "is_billable": False}])
    page = open_charts(app)
    assert (page.count('role="img"'), page.count('class="numbers"')) == (5, 5)
    assert re.search(r'<path d="M[\d.]+ [\d.]+h[^"]+z" class="part0">', page)
    assert re.search(r"<tr><th scope=\"row\">1 second</th><td>1</td><td>0</td></tr>", page)
    assert "style=" not in page
    assert "Pesan per jam" in open_charts(app, "id")


def test_a_bot_to_which_nobody_wrote_has_nothing_to_draw(tmp_path: Path) -> None:
    browser = Browser(console_app(tmp_path))
    browser.log_in()
    answer = browser.get("/charts")
    assert (answer.text.count("<path"), text_of(answer).count("Nothing to count yet")) == (0, 4)
