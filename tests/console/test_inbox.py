"""The inbox: who wrote, what the bot is doing there, and taking over."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from flask_chatbot.console.inbox.lines import is_stuck
from flask_chatbot.core.conversation.dialogue import Dialogue
from flask_chatbot.core.conversation.forms import Form
from flask_chatbot.core.conversation.memory import write_state
from flask_chatbot.core.values.replies import Text
from flask_chatbot.database.saved_tables import saved
from flask_chatbot.database.tables import inbox, states
from flask_chatbot.store import people
from flask_chatbot.store.console import audit
from flask_chatbot.store.console.conversations import Newest, states_of
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY
from tests.console.browsers import CONSOLE, RULES, Browser, console_app, text_of

PATIENCE = 30.0  # seconds

BUDI, SITI = "6281200000001", "6281200000002"


@pytest.fixture
def phones() -> Simulator:
    return Simulator()


@pytest.fixture
def app(tmp_path: Path, phones: Simulator) -> Iterator[Flask]:
    """A shop to which Budi wrote, and then Siti."""
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    with working(app):
        phones.phone(BUDI).writes("daftar")
        phones.phone(BUDI).waits_for(1)
        phones.phone(SITI).writes("apa ini <b>?</b>")
        phones.phone(SITI).waits_for(1)
        yield app


@pytest.fixture
def browser(app: Flask) -> Browser:
    browser = Browser(app)
    browser.log_in()
    return browser


def address_of(browser: Browser, name: str) -> str:
    """The address of the conversation that the inbox shows under a masked number."""
    page = browser.get("/inbox").text
    found = re.search(rf'href="{CONSOLE}(/inbox/\w+)"><strong>{re.escape(name)}', page)
    assert found is not None, page
    return found[1]


def test_conversations_are_listed_newest_first_with_what_the_bot_does_there(browser: Browser) -> None:
    said = text_of(browser.get("/inbox"))
    siti, budi = said.index("apa ini <b>?</b>"), said.index("daftar")
    assert siti < budi
    assert "not understood" in said[siti:budi]
    assert "in a form" in said[budi:]
    assert (BUDI in said, SITI in said) == (False, False)


def test_whole_numbers_are_shown_to_whoever_asked(browser: Browser) -> None:
    browser.get("/inbox")
    browser.post("/numbers", show="yes")
    said = text_of(browser.get("/inbox"))
    assert (BUDI in said, SITI in said) == (True, True)


def test_a_conversation_is_read_both_ways(browser: Browser) -> None:
    said = text_of(browser.get(address_of(browser, "6281******001")))
    assert said.index("Customer daftar") < said.index("Bot Kota mana?")


def test_a_long_conversation_is_read_back_to_its_beginning(browser: Browser, phones: Simulator) -> None:
    for number in range(40):
        phones.phone(BUDI).writes(f"kota {number}")
    phones.phone(BUDI).waits_for(2)
    address, pages = address_of(browser, "6281******001"), []
    while address:
        pages.append(browser.get(address).text)
        older = re.search(rf'href="{CONSOLE}(/inbox/\w+\?until=[^"]+)"', pages[-1])
        address = older[1] if older else ""
    assert ["look from:body" in page for page in pages] == [True, *[False] * (len(pages) - 1)]
    written = {found for page in pages for found in re.findall(r'"words">(kota \d+|daftar)<', page)}
    assert written == {"daftar", *(f"kota {number}" for number in range(40))}


@pytest.mark.parametrize("until", ["nan", "-inf", "1e999", "x", "0"])
def test_any_time_may_be_asked_for(browser: Browser, until: str) -> None:
    assert browser.get(f"{address_of(browser, '6281******001')}?until={until}").status_code == 200


def test_whoever_is_taken_over_gets_no_answer_of_the_bot_until_given_back(browser: Browser, app: Flask, phones: Simulator) -> None:
    siti = phones.phone(SITI)
    address = address_of(browser, "6281******002")
    person = address.rpartition("/")[2]
    browser.get(address)
    assert browser.post(f"/inbox/take/{person}").headers["Location"] == f"{CONSOLE}{address}"
    assert "the bot is silent" in text_of(browser.get(address))
    assert browser.post(f"/inbox/write/{person}", text="Halo, ini Ani.").status_code == 303
    assert siti.waits_for(2)[-1].reply == Text("Halo, ini Ani.")
    siti.writes("halo")
    assert browser.post(f"/inbox/give/{person}").status_code == 303
    siti.writes("halo")
    assert [each.reply for each in siti.waits_for(3)][2:] == [Text("Halo *Kak*!")]
    with app.extensions["chatbot"].make_database().reading() as connection:
        acts = [(act.action, act.about == person) for act in reversed(audit.latest(connection, 10))]
    assert acts == [("login", False), ("taken over", True), ("written by hand", False), ("given back", True)]


@pytest.mark.parametrize(("text", "status"), [("", 422), ("x" * 4097, 422), ("x" * 4096, 303)])
def test_a_text_by_hand_has_a_length(browser: Browser, text: str, status: int) -> None:
    address = address_of(browser, "6281******001")
    browser.get(address)
    assert browser.post(f"/inbox/write/{address.rpartition('/')[2]}", text=text).status_code == status


@pytest.mark.parametrize("person", ["0" * 26, "x", "..", "%2e%2e", BUDI[:-1]])
def test_somebody_unknown_is_told(browser: Browser, person: str) -> None:
    assert browser.get(f"/inbox/{person}").status_code == 404


def test_pages_hold_so_many_conversations_and_lead_to_the_older_ones(browser: Browser, phones: Simulator) -> None:
    for number in range(40):
        phones.phone(f"62813000000{number:02}").writes("halo")
    phones.phone("6281300000039").waits_for(1)
    first = browser.get("/inbox").text
    older = re.search(rf'href="{CONSOLE}(/inbox\?before=\d+)&amp;', first)
    assert older is not None
    second = browser.get(older[1]).text
    found = [re.findall(r"/inbox/(\w{20,})", page) for page in (first, second)]
    assert [len(each) for each in found] == [25, 17]
    assert set(found[0]).isdisjoint(found[1])


Make = Callable[..., Flask]


def test_a_bot_without_a_connection_has_an_inbox_of_what_it_keeps(tmp_path: Path) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    browser = Browser(app)
    browser.log_in()
    call = {"keyword": "halo", "data": [], "webhookkey": "kunci-toko-maju", "from": BUDI}
    assert app.test_client().post("/chatbot/webhook", json=call).status_code == 200
    address = address_of(browser, "6281******001")
    assert "Customer halo" in text_of(browser.get(address))
    assert browser.post(f"/inbox/write/{address.rpartition('/')[2]}", text="Halo").status_code == 422


def listed(page: str) -> list[str]:
    """The ids of the people whose conversations a page lists, in order."""
    return re.findall(rf'href="{CONSOLE}/inbox/(\w{{20,}})"', page)


def person_of(browser: Browser, name: str) -> str:
    return address_of(browser, name).rpartition("/")[2]


def test_who_was_handed_over_stands_at_the_top_until_given_back(browser: Browser, phones: Simulator) -> None:
    phones.phone(BUDI).writes("batal")
    phones.phone(BUDI).waits_for(2)
    phones.phone(BUDI).writes("admin")
    phones.phone(BUDI).waits_for(3)
    phones.phone(SITI).writes("halo")
    phones.phone(SITI).waits_for(2)
    budi, siti = person_of(browser, "6281******001"), person_of(browser, "6281******002")
    page = browser.get("/inbox")
    assert listed(page.text) == [budi, siti]
    said = text_of(page)
    assert said.index("Waiting for staff") < said.index("6281******001") < said.index("All others") < said.index("6281******002")
    assert listed(browser.get("/inbox?show=waiting").text) == [budi]
    browser.get(f"/inbox/{budi}")
    assert browser.post(f"/inbox/write/{budi}", text="Ya Kak?").status_code == 303
    assert listed(browser.get("/inbox?show=waiting").text) == []
    assert browser.post(f"/inbox/give/{budi}").status_code == 303
    phones.phone(BUDI).writes("halo")
    assert phones.phone(BUDI).waits_for(5)[-1].reply == Text("Halo *Kak*!")


def test_what_was_not_read_is_marked_until_whoever_may_answer_reads_it(app: Flask, browser: Browser) -> None:
    siti = person_of(browser, "6281******002")
    assert text_of(browser.get("/inbox")).count(" unread") == 3  # a choice of the list, too
    browser.get(f"/inbox/{siti}")
    assert text_of(browser.get("/inbox")).count(" unread") == 2
    assert siti not in listed(browser.get("/inbox?show=unread").text)


def test_a_form_with_wrong_answers_is_stuck(tmp_path: Path) -> None:
    phones = Simulator()
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    rules = RULES.replace("ask: [{kota: Kota mana?}]", "ask: [{kota: {question: Berapa?, type: integer}}]")
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    app.extensions["chatbot"].bot.reload()
    browser = Browser(app)
    browser.log_in()
    with working(app):
        phones.phone(BUDI).writes("daftar")
        phones.phone(BUDI).waits_for(1)
        assert "in a form" in text_of(browser.get("/inbox"))
        phones.phone(BUDI).writes("banyak sekali")
        phones.phone(BUDI).waits_for(2)
        assert "stuck in a form" in text_of(browser.get("/inbox"))


@pytest.mark.parametrize(("listed", "flag"), [("paused", "the bot is silent"), ("stuck", "stuck in a form")])
def test_the_conversations_of_which_a_flag_tells_are_a_list(app: Flask, browser: Browser, listed: str, flag: str) -> None:
    database, bot = app.extensions["chatbot"].make_database(), app.extensions["chatbot"].bot
    with database.reading() as connection:
        budi, siti = people.find(connection, BUDI), people.find(connection, SITI)
        state = states_of(connection, [str(budi)], 0.0)[str(budi)]
    assert state.dialogue is not None
    wrong = json.loads(json.dumps(state.dialogue).replace('"wrong": 0', '"wrong": 1'))
    changed = replace(state, paused_until=bot.clock().timestamp() + 60) if listed == "paused" else replace(state, dialogue=wrong)
    assert "There is no such conversation" in text_of(browser.get(f"/inbox?show={listed}"))
    with database.writing() as connection:
        connection.execute(update(states).where(states.c.person == budi).values(state=write_state(changed)))
    page = browser.get(f"/inbox?show={listed}")
    assert (f"inbox/{budi}" in page.text, f"inbox/{siti}" in page.text, flag in text_of(page)) == (True, False, True)


def test_notes_and_labels_are_kept_found_and_taken_off(app: Flask, browser: Browser) -> None:
    budi = person_of(browser, "6281******001")
    browser.get(f"/inbox/{budi}")
    assert browser.post(f"/inbox/note/{budi}", text="Bayar <b>tunai</b>").status_code == 303
    assert browser.post(f"/inbox/label/{budi}", label="  grosir \u202e ").status_code == 303
    page = browser.get(f"/inbox/{budi}")
    assert ("Bayar <b>tunai</b>" in text_of(page), "Bayar &lt;b&gt;" in page.text) == (True, True)
    assert "\u202e" not in page.text
    (label,) = re.findall(r'name="label" value="([^"]+)"', page.text)
    assert listed(browser.get(f"/inbox?show=label:{label}").text) == [budi]
    assert f"label:{label}" in browser.get("/inbox").text
    (note,) = re.findall(r'name="note" value="(\d+)"', page.text)
    assert browser.post(f"/inbox/unnote/{budi}", note=note).status_code == 303
    assert browser.post(f"/inbox/unlabel/{budi}", label=label).status_code == 303
    said = text_of(browser.get(f"/inbox/{budi}"))
    assert ("tunai" in said, label in said) == (False, False)
    with app.extensions["chatbot"].make_database().reading() as connection:
        acts = [act.action for act in reversed(audit.latest(connection, 4))]
    assert acts == ["note written", "label put on", "note deleted", "label taken off"]


def test_taking_off_what_is_not_there_is_no_act(app: Flask, browser: Browser) -> None:
    budi = person_of(browser, "6281******001")
    browser.get(f"/inbox/{budi}")
    assert browser.post(f"/inbox/unnote/{budi}", note="7").status_code == 303
    assert browser.post(f"/inbox/unlabel/{budi}", label="grosir").status_code == 303
    with app.extensions["chatbot"].make_database().reading() as connection:
        assert [act.action for act in audit.latest(connection, 4)] == ["login"]


@pytest.mark.parametrize(("path", "field"), [("note", "text"), ("label", "label")])
@pytest.mark.parametrize("given", ["", "  ", "x" * 2001])
def test_an_empty_or_endless_remark_is_told(browser: Browser, path: str, field: str, given: str) -> None:
    budi = person_of(browser, "6281******001")
    browser.get(f"/inbox/{budi}")
    answer = browser.post(f"/inbox/{path}/{budi}", None, **{field: given})
    assert (answer.status_code, "characters." in text_of(answer)) == (422, True)


def test_a_person_has_so_many_labels(browser: Browser) -> None:
    budi = person_of(browser, "6281******001")
    browser.get(f"/inbox/{budi}")
    answers = [browser.post(f"/inbox/label/{budi}", label=f"label {number}") for number in range(21)]
    assert ([each.status_code for each in answers[-2:]], "Take one off first" in text_of(answers[-1])) == ([303, 422], True)


def test_conversations_are_searched_by_words_and_by_a_whole_number(browser: Browser, phones: Simulator) -> None:
    budi, siti = person_of(browser, "6281******001"), person_of(browser, "6281******002")
    phones.phone(SITI).writes("Kapan pesanan café saya sampai?")
    phones.phone(SITI).waits_for(2)
    found: dict[str, list[str]] = {
        q: listed(browser.get(f"/inbox?q={q}").text)
        for q in ("pesan+kap", "cafe", "DAFTAR", "081200000001", "+62+812-0000-0002", "62812000", "tidakada", "%22*%22", "a%00b", "-")
    }
    assert found == {
        "pesan+kap": [siti],
        "cafe": [siti],
        "DAFTAR": [budi],
        "081200000001": [budi],
        "+62+812-0000-0002": [siti],
        "62812000": [],
        "tidakada": [],
        "%22*%22": [],
        "a%00b": [siti],  # words that begin so
        "-": [],
    }


def test_people_are_found_by_the_names_that_saved_rows_and_handovers_have(app: Flask, browser: Browser) -> None:
    from flask_chatbot.store.console import handovers

    budi, siti = person_of(browser, "6281******001"), person_of(browser, "6281******002")
    row = {
        "name": "pesanan",
        "number": 1,
        "fields": "{}",
        "sender": SITI,
        "person": siti,
        "sender_name": "Siti <b>Nurhaliza</b>",
        "at": 1.0,
    }
    with app.extensions["chatbot"].make_database().writing() as connection:
        handovers.add(connection, [handovers.Handover(person=budi, line="", name="Pak Budi", rule="orang", at=1.0)])
        connection.execute(insert(saved), row)
    found = {q: listed(browser.get(f"/inbox?q={q}").text) for q in ("budi", "PAK+bud", "nurhaliza", "budi+siti", "%25", "daftar")}
    assert found == {"budi": [budi], "PAK+bud": [budi], "nurhaliza": [siti], "budi+siti": [], "%25": [], "daftar": [budi]}
    assert "6281******002 Siti <b>Nurhaliza</b>" in text_of(browser.get("/inbox?q=siti"))


def test_a_search_goes_on_with_older_messages(browser: Browser, phones: Simulator) -> None:
    for number in range(35):
        phones.phone(f"62813000000{number:02}").writes("halo semua")
    phones.phone("6281300000034").waits_for(1)
    first = browser.get("/inbox?q=semua").text
    older = re.search(rf'href="{CONSOLE}(/inbox\?before=\d+[^"]*)"', first)
    assert older is not None
    found = [listed(first), listed(browser.get(unescape(older[1])).text)]
    assert [len(each) for each in found] == [25, 10]
    assert set(found[0]).isdisjoint(found[1])


def test_what_was_forgotten_is_not_found(app: Flask, browser: Browser) -> None:
    from flask_chatbot.store import inbox

    database = app.extensions["chatbot"].make_database()
    with database.writing() as connection:
        (kept,) = inbox.of_sender(connection, BUDI, 1)
        inbox.forget_text(connection, kept.session, kept.message_id)
    assert listed(browser.get("/inbox?q=daftar").text) == []


def test_who_opted_out_is_listed(app: Flask, browser: Browser) -> None:
    from flask_chatbot.answering.operations import opt_out

    opt_out(app.extensions["chatbot"].make_database(), BUDI, 100.0)
    page = browser.get("/inbox?show=optout")
    assert (listed(page.text), text_of(page).count("no promotion")) == ([person_of(browser, "6281******001")], 2)


def test_the_bot_keeps_quiet_also_where_the_rules_remember_nothing(tmp_path: Path) -> None:
    phones = Simulator()
    app = console_app(tmp_path, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - {keyword: halo, reply: Hai.}\n", "utf-8")
    app.extensions["chatbot"].bot.reload()
    browser, budi = Browser(app), phones.phone(BUDI)
    browser.log_in()
    with working(app):
        budi.writes("halo")
        budi.waits_for(1)
        person = person_of(browser, "6281******001")
        browser.post(f"/inbox/take/{person}")
        budi.writes("halo")
        browser.post(f"/inbox/write/{person}", text="Ini Ani.")
        assert [each.reply for each in budi.waits_for(2)] == [Text("Hai."), Text("Ini Ani.")]


@pytest.mark.parametrize(("hours", "said"), [(0.1, "in a form"), (0.6, "stuck in a form"), (20.0, "stuck in a form"), (26.0, "")])
def test_whoever_does_not_answer_a_form_for_long_is_stuck_for_a_day(tmp_path: Path, hours: float, said: str) -> None:
    phones = Simulator()
    rules = RULES.replace("ask: [{kota: Kota mana?}]", "ask: [{nama: Siapa?}, {kota: Kota mana?}]")
    app = console_app(tmp_path, rules=rules, CHATBOT_API_KEY="kunci-api-toko", CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    browser = Browser(app)
    browser.log_in()
    with working(app):
        for count, text in enumerate(("daftar", "Budi"), 1):
            phones.phone(BUDI).writes(text)
            phones.phone(BUDI).waits_for(count)
    bot: Any = app.extensions["chatbot"].bot
    later = bot.clock() + timedelta(hours=hours)
    bot.clock = lambda: later
    (flags,) = re.findall(r'<span class="flags">(.*?)</ul>', browser.get("/inbox").text, re.DOTALL)
    assert [each for each in ("stuck in a form", "in a form") if each in flags][:1] == ([said] if said else [])


def test_whoever_left_a_form_for_something_else_is_not_stuck() -> None:
    form = Form(rule="daftar", texts={"nama": "Budi"})
    left = Dialogue().set_aside(form, 100.0)
    found = [
        Newest(seq=1, person="p", session="toko", chat="c", sender="s", kind="text", text="x", at=at, rule=rule)
        for at, rule in ((100.0, "harga"), (100.0, "daftar"), (50.0, "harga"))
    ]
    assert [is_stuck(left, each, 200.0) for each in found] == [False, True, True]


@pytest.mark.parametrize(
    ("is_kept", "said"), [(True, "Halo Kak !"), (False, "Answered in the reply to the webhook; its text is not kept.")]
)
def test_a_bot_that_only_answers_its_webhook_shows_its_answers_and_offers_nothing_that_cannot_be_sent(
    tmp_path: Path, is_kept: bool, said: str
) -> None:
    app = console_app(tmp_path, CHATBOT_KEEP_MESSAGES="30 days")
    call = {"keyword": "halo", "data": [], "webhookkey": KEY, "from": BUDI}
    assert app.test_client().post("/chatbot/webhook", json=call).status_code == 200
    if not is_kept:
        with app.extensions["chatbot"].make_database().writing() as connection:
            connection.execute(update(inbox).values(answer=None))
    browser = Browser(app)
    browser.log_in()
    person = person_of(browser, "6281******001")
    page = browser.get(f"/inbox/{person}")
    assert said in text_of(page)
    assert "This bot only answers what its webhook is asked" in text_of(page)
    assert "Take over" not in text_of(page)
    assert browser.post(f"/inbox/take/{person}").status_code == 422
    assert "the bot is silent" not in text_of(browser.get(f"/inbox/messages/{person}"))


def test_an_open_conversation_hears_of_what_others_do_there(app: Flask, browser: Browser) -> None:
    siti = person_of(browser, "6281******002")
    seen, deadline = browser.get(f"/inbox/messages/{siti}"), monotonic() + PATIENCE
    while browser.get(f"/inbox/messages/{siti}", **{"If-None-Match": seen.headers["ETag"]}).status_code != 304:
        assert monotonic() < deadline  # the phone reads what was answered, and then it is quiet
        seen = browser.get(f"/inbox/messages/{siti}")
    other = Browser(app)
    other.log_in()
    other.get(f"/inbox/{siti}")
    other.post(f"/inbox/take/{siti}")
    changed = browser.get(f"/inbox/messages/{siti}", **{"If-None-Match": seen.headers["ETag"]})
    assert "the bot is silent Give back to the bot" in text_of(changed)
    assert 'id="state" hx-swap-oob="true"' in changed.text
