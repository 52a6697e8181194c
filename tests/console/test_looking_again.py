"""Pages that look again: whatever goes on while one is open is shown there."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from flask_chatbot.console.blueprint import ROUTES
from flask_chatbot.database.tables import messages
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import CONSOLE, RULES, Browser, console_app

BUDI, SITI = "6281200000001", "6281200000002"
WITH_ROWS = (
    RULES
    + """\
  - {name: cuci, keyword: "cuci#", fields: [berat], save: {to: cucian, states: [baru, selesai]}, reply: Dicatat.}
"""
)
STILL = {"rules", "unmatched", "charts"}  # looked through and worked on at leisure, and made from thousands of messages
LOOKS = re.compile(r'hx-get="([^"]+)"(?: hx-vals=\'([^\']+)\')? hx-trigger="look from:body')


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Flask:
    app = console_app(tmp_path, rules=WITH_ROWS, CHATBOT_API_KEY="k" * 20, CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    with working(app):
        phones.phone(BUDI).writes("cuci#2")
        phones.phone(BUDI).waits_for(1)
    return app


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def look_of(browser: Browser, path: str) -> str:
    """The address at which a page looks again; empty if it does not."""
    answer = browser.get(path)
    found = LOOKS.search(answer.text)
    if found is None:
        return ""
    address = unescape(found[1]).removeprefix(CONSOLE)
    return f"{address}{'&' if '?' in address else '?'}live=yes" if found[2] else address


@pytest.mark.parametrize("path", sorted(path for (path, _), route in ROUTES.by_path.items() if route.entry))
def test_each_page_of_the_menu_looks_again(app: Flask, browser: Browser, phones: Simulator, path: str) -> None:
    path = f"{path}?table=cucian" if path == "orders" else path
    with working(app):
        phones.phone(SITI).writes("halo")
        phones.phone(SITI).waits_for(1)  # the connection is open now
        assert bool(LOOKS.search(browser.get(f"/{path}").text)) is (path not in STILL)


def test_a_part_is_sent_only_when_it_has_changed(app: Flask, browser: Browser, phones: Simulator) -> None:
    message = re.findall(rf"{CONSOLE}/deliveries/(\w{{20,}})", browser.get("/deliveries").text)[0]
    paths = ["/inbox", "/deliveries", "/deliveries?way=in", "/orders?table=cucian", "/orders/1?table=cucian", f"/deliveries/{message}"]
    looks = {path: look_of(browser, path) for path in paths}
    first = {path: browser.get(look) for path, look in looks.items()}
    assert [path for path, answer in first.items() if "<html" in answer.text or not answer.text.strip()] == []
    again = {path: browser.get(looks[path], **{"If-None-Match": answer.headers["ETag"]}).status_code for path, answer in first.items()}
    assert again == dict.fromkeys(paths, 304)
    with working(app):
        phones.phone(SITI).writes("cuci#3")
        phones.phone(SITI).waits_for(1)
    with app.extensions["chatbot"].make_database().writing() as connection:
        connection.execute(update(messages).values(error="ditolak"))
    browser.get("/orders?table=cucian")
    browser.post("/orders/1", table="cucian", state="selesai", seen="baru")
    assert [path for path, answer in first.items() if browser.get(looks[path]).text == answer.text] == []


@pytest.mark.parametrize("path", ["/inbox?q=cuci", "/inbox?before=99", "/deliveries?before=99", "/orders?table=cucian&before=99"])
def test_older_ones_and_what_was_searched_for_stay(browser: Browser, path: str) -> None:
    assert look_of(browser, path) == ""


def test_a_row_that_was_moved_on_looks_again(browser: Browser) -> None:
    browser.get("/orders/1?table=cucian")
    found = LOOKS.search(browser.post("/orders/1", table="cucian", state="selesai", seen="baru").text)
    assert found is not None
    assert unescape(found[1]) == f"{CONSOLE}/orders/1?table=cucian"
