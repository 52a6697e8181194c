"""The page about who did what in the console, and when."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot.store import people
from flask_chatbot.store.console import audit
from flask_chatbot.store.console.audit import Act
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import HASHED, Browser, console_app, text_of

BUDI = "6281200000001"
NOON = datetime(2026, 11, 25, 5, tzinfo=UTC).timestamp()  # 12:00 in Jakarta
RULES = "version: 1\nsettings: {timezone: Asia/Jakarta}\nrules: [{keyword: halo, reply: Halo}]\n"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    accounts = {"ani": {"role": "edit", "password": HASHED}, "budi": {"role": "answer", "password": HASHED}}
    return console_app(tmp_path, rules=RULES, CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off", CHATBOT_CONSOLE_PASSWORD=accounts)


def did(app: Flask, *acts: tuple[str, str, str]) -> None:
    """Somebody did these things, a minute apart."""
    with app.extensions["chatbot"].make_database().writing() as connection:
        for minutes, (name, action, about) in enumerate(acts):
            audit.add(connection, Act(at=NOON + 60.0 * minutes, name=name, address="10.0.0.7", action=action, about=about))


def opened(app: Flask, name: str = "ani") -> Browser:
    browser = Browser(app)
    browser.log_in(name=name)
    return browser


def rows(browser: Browser, query: str = "") -> list[list[str]]:
    """The rows of the page, each without the address, which is that of the one who acted."""
    lines = re.findall(r"<tr><td>.*?</tr>", browser.get(f"/activity{query}").text)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", line)][:4] for line in lines]


def test_who_did_what_and_when_is_listed_the_newest_first_and_customers_by_their_masked_numbers(app: Flask) -> None:
    browser = opened(app)
    with app.extensions["chatbot"].make_database().writing() as connection:
        budi = people.get(connection, BUDI, NOON)
    did(app, ("budi", "taken over", budi), ("ani", "label put on", f"{budi} langganan"), ("ani", "numbers seen", f"inbox/{budi}"))
    assert rows(browser, "?day=2026-11-25") == [
        ["25/11/2026 12:02:00", "ani", "saw whole numbers", "6281******001"],
        ["25/11/2026 12:01:00", "ani", "put a label on", "6281******001 langganan"],
        ["25/11/2026 12:00:00", "budi", "took over", "6281******001"],
    ]
    assert f'href="/chatbot/console/inbox/{budi}"' in browser.get("/activity").text


def test_it_is_searched_by_name_kind_and_day_and_read_page_by_page(app: Flask) -> None:
    browser = opened(app)
    did(app, *(("budi", "sent again", f"3EB0{number}") for number in range(60)), ("siti", "failed login", ""))
    assert rows(browser, "?name=siti") == [["25/11/2026 13:00:00", "siti", "failed to log in", ""]]
    assert [row[3] for row in rows(browser, "?action=login")] == [""]
    first = browser.get("/activity?action=sent+again").text
    (older,) = re.findall(r'href="/chatbot/console/activity(\?[^"]+)"', first)
    found = rows(browser, "?action=sent+again") + rows(browser, older.replace("&amp;", "&"))
    assert [row[3] for row in found] == [f"3EB0{number}" for number in reversed(range(60))]
    assert "Nobody did such a thing." in text_of(browser.get("/activity?day=2020-01-01"))


def test_only_the_role_edit_reads_it(app: Flask) -> None:
    browser = opened(app, "budi")
    assert browser.get("/activity").status_code == 403
    assert "Activity log" not in browser.get("/inbox").text
