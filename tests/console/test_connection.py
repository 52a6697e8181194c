"""The page about the connection: linking the phone, logging it out, and the health of everything."""

import re
from base64 import b64encode
from dataclasses import fields
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask

from flask_chatbot.console.linking.capability_words import ABILITIES, LIMITS
from flask_chatbot.console.linking.connection import drawn
from flask_chatbot.errors import TryLater
from flask_chatbot.store.console import audit
from flask_chatbot.testing import working
from flask_chatbot.transports.base import Capabilities, Session
from flask_chatbot.transports.simulator import NUMBER, Simulator
from tests.console.browsers import HASHED, Browser, console_app, text_of

CREDENTIAL = '{"id": "XcnXe2W9"}'


@pytest.fixture
def phones() -> Simulator:
    return Simulator(scanned=False)


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Flask:
    accounts = {name: {"role": name, "password": HASHED} for name in ("look", "answer", "edit")}
    return console_app(
        tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off", CHATBOT_CONSOLE_PASSWORD=accounts
    )


def entered(app: Flask, role: str = "edit") -> Browser:
    browser = Browser(app)
    browser.log_in(name=role)
    browser.get("/connection")
    return browser


def state_of(browser: Browser) -> str:
    """The state of the line once it is known anew."""
    console = browser.client.application.extensions["chatbot_console"]
    for watch in console._watches.values():
        watch.forget()
    return browser.get("/connection/state/simulator").text


def acts(app: Flask) -> list[str]:
    with app.extensions["chatbot"].make_database().reading() as connection:
        return [act.action for act in reversed(audit.latest(connection, 20)) if "login" not in act.action]


def test_the_code_to_scan_is_an_svg_that_changes_and_goes_once_it_was_scanned(app: Flask, phones: Simulator) -> None:
    with working(app):
        browser = entered(app)
        first = state_of(browser)
        assert unescape(drawn(phones.session().qrcode)) in unescape(first)
        assert "<svg" in unquote(unescape(first))
        phones.scan()
        linked = state_of(browser)
        assert ("connected" in linked, "as 6283******111" in linked, "<img" in linked) == (True, True, False)
        phones.log_out()
        assert unescape(drawn(phones.session().qrcode)) in unescape(state_of(browser))
        assert drawn(phones.session().qrcode) != drawn(f"2@{b64encode(b'0').decode()}")


def test_a_code_that_a_gateway_draws_itself_is_shown_as_it_draws_it(tmp_path: Path) -> None:
    class Drawing(Simulator):
        def session(self) -> Session:
            return Session(is_authenticated=False, qr_link="http://gateway:3000/statics/scan.png", qr_picture="iVBORw0KGgo=")

    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=Drawing(), CHATBOT_WORKER="off")
    browser = Browser(app)
    with working(app):
        browser.log_in()
        page = browser.get("/connection").text
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in page


def test_a_state_that_has_not_changed_is_not_sent_again(app: Flask) -> None:
    with working(app):
        browser = entered(app)
        tag = browser.get("/connection/state/simulator").headers["ETag"]
        assert browser.get("/connection/state/simulator", **{"If-None-Match": tag}).status_code == 304


def test_the_phone_is_linked_by_a_code_and_the_passkey_that_is_asked_for(app: Flask, phones: Simulator) -> None:
    phones.asks_passkey()
    with working(app):
        browser = entered(app)
        page = text_of(browser.post("/connection/pair/simulator", number=NUMBER))
        found = re.search(r"and type: (\w{4}-\w{4})", page)
        assert found is not None
        phones.type_code(found[1])
        assert "parseRequestOptionsFromJSON" in state_of(browser)
        wrong = browser.post("/connection/passkey/simulator", credential="x")
        assert (wrong.status_code, "This is no answer of a passkey" in text_of(wrong)) == (422, True)
        assert browser.post("/connection/passkey/simulator", credential=CREDENTIAL).status_code == 303
        assert "WXYZ-1234" in state_of(browser)
        assert browser.post("/connection/confirm/simulator").status_code == 303
        assert "connected" in state_of(browser)
    assert acts(app) == ["pairing code asked for", "passkey answered", "passkey confirmed"]


def test_logging_out_asks_again(app: Flask, phones: Simulator) -> None:
    phones.scan()
    with working(app):
        browser = entered(app)
        asked = text_of(browser.post("/connection/logout/simulator"))
        assert ("Log the bot out of WhatsApp?" in asked, phones.session().is_authenticated) == (True, True)
        assert browser.post("/connection/logout/simulator", sure="yes").status_code == 303
        assert phones.session().is_authenticated is False
    assert acts(app) == ["logged out of WhatsApp"]


@pytest.mark.parametrize("role", ["look", "answer"])
def test_who_may_not_edit_sees_no_code_and_links_nothing(app: Flask, role: str) -> None:
    with working(app):
        browser = entered(app, role)
        page = state_of(browser) + browser.get("/connection").text
        assert ("<img" in page, "/connection/pair" in page, "the role edit" in page) == (False, False, True)
        assert browser.post("/connection/pair/simulator", number=NUMBER).status_code == 403
        assert browser.post("/connection/logout/simulator", sure="yes").status_code == 403


@pytest.mark.parametrize(
    ("path", "form", "status", "says"),
    [
        ("pair/simulator", {"number": "abc"}, 422, "abc"),
        ("pair/simulator", {"number": "628999000111"}, 422, "This is not the number of the bot's phone."),
        ("pair/lain", {"number": NUMBER}, 404, "There is no line of this name."),
        ("confirm/simulator", {}, 422, "WhatsApp asks for no passkey now."),
    ],
)
def test_a_step_that_does_not_work_says_why(app: Flask, path: str, form: dict[str, str], status: int, says: str) -> None:
    with working(app):
        answer = entered(app).post(f"/connection/{path}", None, **form)
        assert (answer.status_code, says in text_of(answer)) == (status, True)
    assert acts(app) == []


def test_a_connection_that_fails_says_why_and_holds_up_no_page(app: Flask, phones: Simulator) -> None:
    class Broken(Simulator):
        def session(self) -> object:  # type: ignore[override]
            raise TryLater("Gerbangnya mati.")

    app.extensions["chatbot"].lines.first.proxy.transport = Broken()
    with working(app):
        assert "Gerbangnya mati." in state_of(entered(app))


def test_the_worker_the_rules_and_the_database_are_told_of(app: Flask) -> None:
    said = text_of(entered(app).get("/connection"))
    assert "Worker None runs now, and no message waits that is due." in said
    assert "Rules rules.yaml:" in said
    assert "in order" in said
    assert "It can" in said


def test_each_capability_has_words_and_no_other_has() -> None:
    assert {*ABILITIES, *LIMITS} == {each.name for each in fields(Capabilities)}
