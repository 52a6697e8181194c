"""The pages about deliveries: the log, and what became of one message."""

import re
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from flask import Flask

from flask_chatbot.core.values.chats import person_chat
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import Text
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import NewCallback, Settlement
from flask_chatbot.store.console import audit
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.console.browsers import CONSOLE, Browser, console_app, text_of

BUDI, SITI = "6281200000001", "6281200000002"
PATIENCE = 30.0  # seconds


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Flask:
    return console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def send(app: Flask, number: str, text: str) -> str:
    """Accept a message; return its id."""
    with app.app_context():
        return str(app.extensions["chatbot"].lines.first.send(person_chat(number), Text(text)).id)


def test_what_waits_was_sent_and_failed_is_found_by_state_and_number(app: Flask, browser: Browser, phones: Simulator) -> None:
    phones.fails(Refused("Nomor ini diblokir."), chat=person_chat(SITI))
    with working(app):
        failed = send(app, SITI, "tidak sampai")
        sent = send(app, BUDI, "sampai")
        phones.phone(BUDI).waits_for(1)
        _until(browser, failed, "given up")
    waiting = send(app, BUDI, "menunggu")
    listed = {state: _ids(browser, f"?state={state}") for state in ("", "queued", "sent", "failed", "lain")}
    everything = [waiting, sent, failed]
    assert listed == {"": everything, "queued": [waiting], "sent": [sent], "failed": [failed], "lain": everything}
    assert _ids(browser, f"?number=0{BUDI[2:]}") == [waiting, sent]
    assert _ids(browser, "?number=628999") == []
    page = text_of(browser.get("/deliveries?state=failed"))
    assert ("Nomor ini diblokir." in page, SITI in page, "6281******002" in page) == (True, False, True)


def test_a_message_that_was_given_up_is_sent_again_under_its_id(app: Flask, browser: Browser, phones: Simulator) -> None:
    phones.fails(Refused("Nomor ini diblokir."))
    with working(app):
        id_ = send(app, SITI, "coba lagi")
        _until(browser, id_, "given up")
        assert browser.post(f"/deliveries/{id_}").headers["Location"] == f"{CONSOLE}/deliveries/{id_}"
        (arrived,) = phones.phone(SITI).waits_for(1)
        browser.post(f"/deliveries/{id_}")  # somebody else clicks, too
    assert (arrived.id, arrived.reply) == (id_, Text("coba lagi"))
    with app.extensions["chatbot"].make_database().reading() as connection:
        assert [act.about for act in audit.latest(connection, 9, audit.ActFilter(action="sent again"))] == [id_]


def test_the_life_of_a_message_is_told_in_order(app: Flask, browser: Browser, phones: Simulator) -> None:
    with working(app):
        id_ = send(app, BUDI, "halo")
        page = _until(browser, id_, "read")
    found = [page.index(word) for word in ("accepted", "sent", "delivered", "read")]
    assert found == sorted(found)
    assert "Send again" not in page


def test_what_a_message_waits_for_is_told(app: Flask, browser: Browser) -> None:
    id_ = send(app, BUDI, "halo")
    assert re.search(r"Waits \S", text_of(browser.get(f"/deliveries/{id_}")))


@pytest.mark.parametrize("id_", ["3EB0", "x" * 300, "%00"])
def test_a_message_that_is_not_there_is_told(browser: Browser, id_: str) -> None:
    assert browser.get(f"/deliveries/{id_}").status_code == 404


def test_pages_hold_so_many_messages_and_lead_to_the_older_ones(app: Flask, browser: Browser) -> None:
    sent = [send(app, BUDI, str(number)) for number in range(60)]
    first = browser.get("/deliveries").text
    older = re.search(rf'href="{CONSOLE}/deliveries(\?before=\d+)', first)
    assert older is not None
    assert [*_listed(first), *_ids(browser, older[1])] == sent[::-1]


def _listed(page: str) -> list[str]:
    return re.findall(rf'href="{CONSOLE}/deliveries/(\w+)"', page)


def _ids(browser: Browser, query: str) -> list[str]:
    return _listed(browser.get(f"/deliveries{query}").text)


def _until(browser: Browser, id_: str, word: str) -> str:
    """The page of a message, once it says a word; the worker needs a moment."""
    deadline, pause = monotonic() + PATIENCE, Event()
    while not re.search(rf"\b{word}\b", page := text_of(browser.get(f"/deliveries/{id_}"))):
        assert monotonic() < deadline, page
        pause.wait(0.02)
    return page


def test_messages_are_found_by_rule_and_day_in_both_directions(app: Flask, browser: Browser, phones: Simulator) -> None:
    with working(app):
        for text in ("halo", "apa ini"):
            phones.phone(BUDI).writes(text)
        phones.phone(BUDI).waits_for(2)
        send(app, SITI, "dari aplikasi")
        today = app.extensions["chatbot"].bot.clock().astimezone(app.extensions["chatbot"].bot.book.locale.timezone)
    queries = {
        "?rule=salam": 1,
        "?rule=lain": 0,
        f"?day={today:%Y-%m-%d}": 3,
        "?day=2020-01-01": 0,
        f"?rule=salam&state=sent&number={BUDI}&day={today:%Y-%m-%d}": 1,
        "?rule=salam&state=failed": 0,
        "?state=claimed": 0,
    }
    deadline, pause = monotonic() + PATIENCE, Event()
    # The phone has the answer a moment before the log says that it was sent.
    while (found := {query: len(_ids(browser, query)) for query in queries}) != queries and monotonic() < deadline:
        pause.wait(0.02)
    assert found == queries
    came = {query: browser.get(f"/deliveries?way=in{query}").text.count("<td><a href=") for query in ("", "&rule=salam", "&day=2020-01-01")}
    assert came == {"": 2, "&rule=salam": 1, "&day=2020-01-01": 0}
    assert "6281******001" in text_of(browser.get("/deliveries?way=in&state=failed"))
    assert browser.get(f"/deliveries?way=in&number={SITI}").text.count("<td><a href=") == 0


def test_older_ones_keep_the_filter(app: Flask, browser: Browser) -> None:
    sent = [send(app, BUDI if number % 2 else SITI, str(number)) for number in range(110)]
    older = re.search(rf'href="{CONSOLE}/deliveries(\?[^"]*before=\d+)', browser.get(f"/deliveries?way=out&number={BUDI}").text)
    assert older is not None
    assert _ids(browser, older[1].replace("&amp;", "&")) == [id_ for number, id_ in enumerate(sent) if number % 2][4::-1]


def test_the_log_is_saved_as_csv(app: Flask, browser: Browser, phones: Simulator) -> None:
    with working(app):
        phones.phone(BUDI).writes("halo")
        phones.phone(BUDI).waits_for(1)
    for number in range(600):
        send(app, SITI, str(number))
    sent = browser.get("/deliveries/csv?state=queued").text.splitlines()
    assert len(sent) == 601
    assert sent[0].lstrip("\ufeff").startswith('"id","accepted","to","line","type","rule"')
    came = browser.get("/deliveries/csv?way=in").text.splitlines()
    assert [each.split(",")[2:] for each in came[1:]] == [['"6281******001"', '"simulator"', '"text"', '"salam"', '"1"']]


def test_each_try_of_a_callback_stands_in_the_life_of_its_message(app: Flask, browser: Browser) -> None:
    id_ = send(app, BUDI, "halo")
    database = app.extensions["chatbot"].make_database()
    url = "https://kasir.example/hook"
    new = NewCallback(id="c1", message=id_, ack=Ack.SENT, at=100.0, url=url, host="kasir.example", created_at=100.0)
    with database.writing() as connection:
        callbacks.add(connection, [new])
    later = Settlement(state="later", due_at=300.0, error="It answered 503.", status=503)
    for now, outcome in ((200.0, later), (300.0, Settlement(state="sent", status=204))):
        with database.writing() as connection:
            claims = callbacks.claim(connection, now, 60.0, 1)
        if now == 300.0:
            assert "kasir.example, 2 tries. It answered 503." in text_of(browser.get(f"/deliveries/{id_}"))
        with database.writing() as connection:
            callbacks.settle_all(connection, [(claim, outcome) for claim in claims], now)
    said = text_of(browser.get(f"/deliveries/{id_}"))
    first, second = (said.index(f'callback of "sent" to kasir.example, try {number}') for number in (1, 2))
    assert "It answered 503." in said[first:second]
    assert "HTTP 204" in said[second : second + 80]


def test_until_when_a_message_waits_stands_in_the_log(app: Flask, browser: Browser, phones: Simulator) -> None:
    phones.fails(TryLater("Telepon mati."), chat=person_chat(SITI))
    with working(app):
        id_ = send(app, SITI, "nanti")
        _until(browser, id_, "Telepon mati")
        send(app, SITI, "di belakang")
    said = text_of(browser.get("/deliveries?state=queued"))
    assert re.search(r"waiting until \d\d/\d\d/\d{4} \d\d:\d\d:\d\d Telepon mati", said)
