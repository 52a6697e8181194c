"""The pages about broadcasts: a form, a preview, a start that counts once, progress, and a stop."""

import io
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.store.console import audit
from flask_chatbot.testing import working
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import BY_DAY_AND_NIGHT, CONSOLE, Browser, console_app, text_of

BUDI, SARI, TONO = "6281234567890", "6281234567891", "6281234567892"
FILE = f"nomor;nama\n{BUDI};Budi\n{SARI};<b>Sari</b>\n{TONO};Tono\n{BUDI};Budi\n".encode()


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Flask:
    return console_app(tmp_path, rules=BY_DAY_AND_NIGHT, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def upload(browser: Browser, file: bytes | None = FILE, **form: str) -> tuple[int, str, str]:
    """Send the form with a file, or without one; the status, the address that it leads to, and the words of the page."""
    browser.get("/broadcasts")
    files = {} if file is None else {"file": (io.BytesIO(file), "daftar.csv")}
    data = {"token": browser.token, "what": "text", "to": "file", **files, **form}
    answer = browser.client.post(f"{CONSOLE}/broadcasts", data=data, environ_overrides=browser.environ)
    return answer.status_code, answer.headers.get("Location", "").removeprefix(CONSOLE), text_of(answer)


def test_a_broadcast_is_previewed_started_once_and_watched_to_its_end(app: Flask, browser: Browser, phones: Simulator) -> None:
    status, page, _ = upload(browser, text="Halo {{ nama }}!\r\nBesok libur.")
    assert (status, page) == (303, "/broadcasts/1")
    preview = browser.get(page)
    said = text_of(preview)
    assert "To 3 of 3 on the list, as things are now. 1 on the list more than once, counted once." in said
    assert ("Halo Budi!\nBesok libur." in preview.text, "<b>Sari" in preview.text, BUDI in said) == (True, False, False)
    for _ in range(2):
        assert browser.post("/broadcasts/start/1").status_code == 303
    with working(app):
        assert [str(each.reply) for each in phones.phone(BUDI).waits_for(1)] == [r"Text(text='Halo Budi!\nBesok libur.')"]
        for number in (SARI, TONO):
            phones.phone(number).waits_for(1)
    assert len(phones.arrived) == 3
    listed = text_of(browser.get("/broadcasts"))
    assert re.search(r"1 Halo Budi!|Halo \{\{ nama \}\}! Besok libur\. daftar\.csv", listed)
    with app.extensions["chatbot"].make_database().reading() as connection:
        assert [(act.action, act.about) for act in audit.latest(connection, 1)] == [("broadcast started", "1")]


def test_days_that_are_filled_in_but_not_chosen_as_the_list_are_asked_for_as_what_they_are(browser: Browser) -> None:
    browser.get("/broadcasts")
    answer = browser.post("/broadcasts", what="text", text="Halo!", to="file", days="7")
    says = "No file is chosen. Choose a CSV file, or mark a label or the days as the list."
    assert (answer.status_code, says in text_of(answer)) == (422, True)


@pytest.mark.parametrize("to", ["days", "label"])
def test_a_file_that_is_chosen_but_not_marked_as_the_list_is_not_passed_over(browser: Browser, to: str) -> None:
    status, _, said = upload(browser, to=to, label="vip", text="Halo!")
    assert (status, "A file was chosen, but not marked as the list. Mark it and choose it again, or send" in said) == (422, True)
    assert "Nothing has been broadcast yet." in said


def test_what_is_started_in_the_night_begins_in_the_morning_and_says_so_before_and_after(tmp_path: Path, phones: Simulator) -> None:
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    night = datetime(2040, 1, 1, 22, tzinfo=ZoneInfo("Asia/Jakarta"))
    app.extensions["chatbot"].bot.clock = lambda: night
    app.extensions["chatbot"].lines.first.clock = night.timestamp
    browser = Browser(app)
    browser.log_in()
    _, page, _ = upload(browser, text="Halo!")
    before = text_of(browser.get(page))
    assert ("When 02/01/2040 07:00:00" in before, "Nobody gets it in the quiet time, 21.00-07.00" in before) == (True, True)
    browser.post("/broadcasts/start/1")
    after = text_of(browser.get(page))
    said = "State waits until 02/01/2040 07:00:00, when the quiet time ends"
    assert ("When 02/01/2040 07:00:00" in after, said in after, said[6:] in text_of(browser.get("/broadcasts"))) == (True, True, True)


def test_a_stop_withdraws_what_was_not_sent(app: Flask, browser: Browser, phones: Simulator) -> None:
    _, page, _ = upload(browser, text="Halo!", at="2099-12-01T09:00")
    assert "01/12/2099 09:00" in text_of(browser.get(page))
    browser.post("/broadcasts/start/1")
    assert "State scheduled" in text_of(browser.get("/broadcasts/state/1"))
    browser.post("/broadcasts/stop/1")
    said = text_of(browser.get(page))
    assert ("State stopped" in said, "withdrawn 3" in said, "Stop it" in said) == (True, True, False)


@pytest.mark.parametrize(
    ("file", "form", "said"),
    [
        (b"nomor\n12\n", {"text": "Halo!"}, "line 2: '12' is not a possible phone number."),
        (FILE, {"text": "Halo {{ nma }}!"}, "line 1 of the text: "),
        (FILE, {"text": ""}, "Give one of these: a text, the name of a template, or the name of a rule."),
        (FILE, {"what": "rule", "rule": "pesan"}, "Rule 'pesan' needs barang, jumlah"),
        (FILE, {"text": "Halo!", "at": "2020-01-01T09:00"}, "2020-01-01T09:00 is over."),
        (None, {"text": "Halo!", "to": "label", "label": "vip"}, "Nobody has the label 'vip'."),
        (None, {"text": "Halo!", "to": "days", "days": "x"}, "Give a number of days from 1 to 30"),
        (b"", {"text": "Halo!"}, "line 1: the file is empty."),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_the_reason_and_what_was_written(
    browser: Browser, file: bytes | None, form: dict[str, str], said: str
) -> None:
    status, _, page = upload(browser, file, **form)
    assert (status, said in page, form.get("text", "") in page) == (422, True, True), page


def test_what_nobody_can_get_cannot_be_started(tmp_path: Path) -> None:
    phones = Simulator(capabilities=Capabilities(strangers_limited=True))
    browser = Browser(console_app(tmp_path, CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off"), HTTP_ACCEPT_LANGUAGE="id")
    browser.log_in()
    _, page, _ = upload(browser, text="Halo!")
    shown = browser.get(page)
    assert ("Tidak ada orang di daftar ini yang bisa menerimanya." in text_of(shown), "broadcasts/start" in shown.text) == (True, False)
    assert browser.post("/broadcasts/start/1").status_code == 422
    assert browser.post("/broadcasts/discard/1").status_code == 303
    assert browser.get(page).status_code == 404


def test_a_draft_stands_in_the_audit_log_from_its_making_to_its_end(app: Flask, browser: Browser) -> None:
    _, page, _ = upload(browser, text="Halo!")
    browser.get(page)
    for _ in range(2):
        browser.post("/broadcasts/discard/1")
    with app.extensions["chatbot"].make_database().reading() as connection:
        acts = [(act.action, act.about) for act in audit.latest(connection, 2)]
    assert acts == [("broadcast discarded", "1"), ("broadcast drafted", "1")]


@pytest.mark.parametrize("role", ["look", "answer"])
def test_only_the_role_edit_may_write_start_and_stop(tmp_path: Path, role: str) -> None:
    bot = Chatbot()
    bot.console_guard(lambda: role)
    app = console_app(tmp_path, bot, CHATBOT_CONSOLE_PASSWORD=None, CHATBOT_TRANSPORT=Simulator(), CHATBOT_WORKER="off")
    browser = Browser(app)
    page = browser.get("/broadcasts")
    assert (page.status_code, "New broadcast" in page.text) == (200, False)
    assert upload(browser, text="Halo!")[0] == 403
    assert [browser.post(f"/broadcasts/{step}/1").status_code for step in ("start", "stop", "discard")] == [403, 403, 403]


def test_a_form_without_its_token_does_nothing(browser: Browser) -> None:
    assert upload(browser, text="Halo!", token="0" * 64)[0] == 403


@pytest.mark.parametrize("path", ["/broadcasts/7", "/broadcasts/x", "/broadcasts/state/7", "/broadcasts/99999999999999999999"])
def test_a_broadcast_that_is_not_there_is_a_page_that_says_so(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_without_a_connection_the_page_says_so(tmp_path: Path) -> None:
    browser = Browser(console_app(tmp_path))
    browser.log_in()
    said = text_of(browser.get("/broadcasts"))
    assert ("The bot has no connection to WhatsApp that a broadcast could go by." in said, "New broadcast" in said) == (True, False)
