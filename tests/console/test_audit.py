"""The audit log: every change that a page makes, and every look at a whole number, whatever page there will be."""

import inspect
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

import flask_chatbot.console
from flask_chatbot.console.activity import KINDS
from flask_chatbot.console.blueprint import ROUTES
from flask_chatbot.core.language.numbers import format_phone
from flask_chatbot.database.tables import messages
from flask_chatbot.store import people
from flask_chatbot.store.console import audit
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import RULES, Browser, console_app

BUDI, STAFF = "6281200000001", "628117601234"
CHANGES = sorted(path for path, method in ROUTES.by_path if method == "POST")
IN_BROWSER = {"language"}  # kept in a cookie, and nowhere else
NOTHING = {"edit/check"}  # what is typed is looked at
SAVING = "flask_chatbot.console.editing.saving"  # the one place that changes rule files


WITH_NUMBERS = (
    RULES
    + f"""\
  - name: antar
    keyword: antar#
    fields: [{{telepon: {{type: phone}}}}, alamat]
    save: {{to: antar, states: [baru, selesai]}}
    notify: {{to: "{STAFF}", text: "{{{{ nama }}}} {{{{ nohp | phone }}}}, {{{{ telepon }}}}: {{{{ alamat }}}}"}}
    reply: Kami telepon {{{{ telepon | phone }}}}.
"""
)
# Pages with a part that is open, or of which there is more than one; each shows what a customer wrote or is.
PATHS = {
    "inbox": ("inbox", "inbox?q=ani", "inbox?q=jalan"),
    "inbox/*": ("inbox/{customer}", "inbox/{staff}"),
    "inbox/messages/*": ("inbox/messages/{customer}", "inbox/messages/{staff}"),
    "orders": ("orders?table=antar",),
    "orders/*": ("orders/1?table=antar",),
    "orders/csv": ("orders/csv?table=antar",),
    "deliveries": ("deliveries", "deliveries?way=in"),
    "deliveries/*": ("deliveries/{message}",),
    "deliveries/csv": ("deliveries/csv", "deliveries/csv?way=in"),
}
WITHOUT_CUSTOMERS = {"", "login", "enter", "chat/media/*", "orders/file/*", "connection/state/*", "broadcasts/*", "broadcasts/state/*"}


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Flask:
    return console_app(tmp_path, rules=WITH_NUMBERS, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")


def acts(app: Flask) -> list[tuple[str, str]]:
    with app.extensions["chatbot"].make_database().reading() as connection:
        return [(act.action, act.about) for act in reversed(audit.latest(connection, 500))]


@pytest.mark.parametrize("path", CHANGES)
def test_each_page_that_changes_something_records_it(path: str) -> None:
    module = inspect.getmodule(ROUTES.by_path[path, "POST"].page)
    assert module is not None
    source = inspect.getsource(module)
    assert path in IN_BROWSER | NOTHING or ".record(" in source or "log_in(" in source or SAVING in source


def test_each_kind_of_act_that_pages_record_has_words_and_no_other_has() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted(Path(flask_chatbot.console.__file__).parent.rglob("*.py")))
    recorded = re.findall(r'(?:record|act|csv_response|_step)\((?:visit, )?"([^"]+)"', source)
    assert {*recorded, "numbers shown", "numbers masked", audit.FAILED_LOGIN} == {*KINDS}


def whole(answer: TestResponse) -> bool:
    """True if a page has the customer's whole number, however it is written."""
    return any(number in re.sub(r"[\s().-]", "", answer.text) for number in (BUDI, BUDI.replace("62", "0", 1)))


def person_of(app: Flask, number: str) -> str:
    with app.extensions["chatbot"].make_database().reading() as connection:
        return str(people.find(connection, number))


def come(app: Flask, phones: Simulator, browser: Browser) -> list[str]:
    """Let a customer's number come by each way into what pages show; return the addresses of all the pages."""
    customer, staff = phones.phone(BUDI, name="Ani 0812-0000-0001"), phones.phone(STAFF)
    for text in ("halo", "antar#0812 0000 0001#Jalan Merdeka, hp +62 812-0000-0001", "apa 081200000001 itu"):
        customer.writes(text)
    customer.waits_for(3)
    staff.waits_for(1)
    staff.writes("halo")
    staff.waits_for(2)
    with app.extensions["chatbot"].make_database().writing() as connection:
        connection.execute(update(messages).values(error=f"{BUDI} is not on WhatsApp"))
        message = str(connection.execute(select(messages.c.id).where(messages.c.chat.like(f"{BUDI}%"))).scalars().first())
    named = {"customer": person_of(app, BUDI), "staff": person_of(app, STAFF), "message": message}
    browser.get("/inbox")
    browser.post(f"/inbox/note/{named['customer']}", text=f"Telepon ke {format_phone(BUDI)}")
    browser.post(f"/inbox/take/{named['customer']}")
    paths = sorted(path for path, method in ROUTES.by_path if method == "GET" and path not in WITHOUT_CUSTOMERS)
    return [each.format_map(named) for path in paths for each in PATHS.get(path, (path,))]


def test_no_page_shows_a_whole_number_unasked_and_those_that_then_do_are_in_the_log(app: Flask, phones: Simulator) -> None:
    browser = Browser(app)
    browser.log_in()
    with working(app):
        paths = come(app, phones, browser)
        assert [path for path in paths if "*" in path] == []
        assert [path for path in paths if whole(browser.get(f"/{path}"))] == []
        assert [action for action, _ in acts(app) if action == "numbers seen"] == []
        browser.post("/numbers", show="yes")
        showing = {path.partition("?")[0] for path in paths if whole(browser.get(f"/{path}"))}
        for path in paths:
            browser.get(f"/{path}")
    seen = [about for action, about in acts(app) if action == "numbers seen"]
    holding = {path.partition("?")[0] for path in paths if path.startswith(("inbox", "orders", "deliveries", "unmatched", "activity"))}
    assert holding <= showing <= {*seen}
    exported = [(action, about) for action, about in acts(app) if action.endswith("exported")]
    asked = [("deliveries exported", ""), ("deliveries exported", "way=in"), ("rows exported", "table=antar")]
    assert exported == asked + [(action, f"{about} with whole numbers".strip()) for action, about in asked] * 2
    assert len(seen) == len(set(seen))
