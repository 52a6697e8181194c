"""People who hide their number, and groups of letters: written to by the ids that messages brought, by every way of sending."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, Image, NotAccepted
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.startup.worker import make_inbound
from flask_chatbot.store import optouts, people
from flask_chatbot.store.memory import StoreMemory
from tests.delivery.apps import BUDI, gateway_app, gateway_of, lines_of, simulator
from tests.test_outgoing import said
from tests.views.test_api import post, refusal

BSUID, LID = Alias("bsuid", "ID." + "1" * 128, "toko"), Alias("lid", "251500")
TELEGRAM = Alias("telegram", "251500")  # the same digits, and somebody else
ODD_GROUP = "Y2FwaV9ncm91cDox="
RULES = """\
version: 1
settings: {groups: all}
rules:
  - {keyword: halo, reply: []}
  - {keyword: admin, pause: 2 hours, reply: []}
  - {name: kabar, reply: "[{{ nohp }}]"}
"""
IDS = [BSUID.value, LID.chat, TELEGRAM.chat]


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def app(url: str, tmp_path: Path, bot: Chatbot) -> Any:
    """An app to which three people wrote who hide their numbers, and a group whose id is no number."""
    app = gateway_app(tmp_path, bot, RULES, CHATBOT_DATABASE_URL=url)
    writes(app, Sender(aliases=(BSUID,)))
    writes(app, Sender(aliases=(TELEGRAM,)))
    writes(app, Sender(aliases=(LID,)), chat="group", group=ODD_GROUP)
    with app.app_context():
        yield app
    gateway_of(app).database.close()


def writes(app: Flask, sender: Sender, **more: Any) -> None:
    make_inbound(gateway_of(app), lines_of(app), app.app_context).received(Message(text="halo", sender=sender, **more))


@pytest.mark.parametrize("id_", IDS)
def test_the_api_and_python_write_to_an_id_and_the_answer_names_it(app: Flask, bot: Chatbot, id_: str) -> None:
    answer = post(app.test_client(), "sendwa", json={"nohp": id_, "pesan": "Satu"})
    assert answer.json is not None
    assert (answer.status_code, answer.json["message"]["to"]) == (200, id_)
    bot.send(id_, Image("https://example.com/a.png"))
    person = gateway_of(app).person_with(id_)
    assert person is not None
    bot.send(person, "Tiga")
    bot.send(Sender(person=person), "Empat")
    assert [chat for chat, _ in said(app)] == [id_] * 4


def test_what_was_accepted_for_an_id_goes_to_the_number_once_that_is_known(app: Flask, bot: Chatbot) -> None:
    bot.send(BSUID.value, "Satu")
    writes(app, Sender(number=BUDI, aliases=(BSUID,)))
    bot.send(BUDI, "Dua")
    assert [(chat, getattr(reply, "text", "")) for chat, reply in said(app)] == [(f"{BUDI}@c.us", "Satu"), (f"{BUDI}@c.us", "Dua")]


def test_a_rule_that_is_sent_by_an_id_has_the_number_once_that_is_known(app: Flask, bot: Chatbot) -> None:
    bot.send(BSUID.value, rule="kabar")
    writes(app, Sender(number=BUDI, aliases=(BSUID,)))
    person = gateway_of(app).person_with(BSUID.value) or ""
    for to in (BSUID.value, f" {person}", Sender(person=person)):
        bot.send(to, rule="kabar")
    assert [getattr(reply, "text", "") for _, reply in said(app)] == ["[]", *[f"[{BUDI}]"] * 3]


def test_the_same_digits_are_one_person_by_telegram_and_others_by_whatsapp_or_as_a_number(app: Flask) -> None:
    with gateway_of(app).database.reading() as connection:
        persons = {people.with_id(connection, each.chat, "") for each in (LID, TELEGRAM)}
        assert len(persons - {None}) == 2
        assert people.find(connection, TELEGRAM.value) is None


@pytest.mark.parametrize("way", ["api", "python"])
def test_a_group_is_written_to_whose_id_is_no_number(app: Flask, bot: Chatbot, way: str) -> None:
    if way == "api":
        assert post(app.test_client(), "sendwatogroup", json={"groupid": ODD_GROUP, "pesan": "Satu"}).status_code == 200
    else:
        bot.send_group(f"{ODD_GROUP}@g.us", "Satu")
    assert [chat for chat, _ in said(app)] == [f"{ODD_GROUP}@g.us"]


def test_a_group_of_letters_counts_as_seen_if_our_phone_is_in_it(tmp_path: Path) -> None:
    transport = simulator()
    transport.group("TimGudang", "Tim")
    app = gateway_app(tmp_path, CHATBOT_TRANSPORT=transport)
    answers = [post(app.test_client(), "sendwatogroup", json={"groupid": id_, "pesan": "a"}) for id_ in ("TimGudang", "TimKasir")]
    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.parametrize("body", [{"nohp": "ID.999"}, {"nohp": "999000@lid"}, {"groupid": "TidakAda"}])
def test_what_nobody_on_this_line_has_is_a_400(app: Flask, bot: Chatbot, body: dict[str, str]) -> None:
    answer = post(app.test_client(), "sendwa", json={"pesan": "a", **body})
    assert (answer.status_code, said(app)) == (400, [])
    (value,) = body.values()
    with pytest.raises(NotAccepted):
        bot.send(value, "a") if "nohp" in body else bot.send_group(value, "a")


def test_an_id_is_no_number_to_ask_whatsapp_about(app: Flask, bot: Chatbot) -> None:
    assert refusal(post(app.test_client(), "checknumber", json={"nohp": BSUID.value}))[0] == 400
    with pytest.raises(NotAccepted, match="is an id and no number"):
        bot.has_whatsapp(LID.chat)


@pytest.mark.parametrize("id_", IDS)
def test_the_api_pauses_and_opts_out_whoever_has_an_id(app: Flask, id_: str) -> None:
    client, gateway = app.test_client(), gateway_of(app)
    person = gateway.person_with(id_) or ""
    assert post(client, "pause", json={"nohp": id_, "duration": "1 jam"}).status_code == 200
    assert post(client, "optout", json={"nohp": id_}).json == {"success": True, "message": {"nohp": id_, "promo": False}}
    now = gateway.bot.clock().timestamp()
    assert StoreMemory(gateway.database).recall(person, now).last_pause > now
    with gateway.database.reading() as connection:
        assert optouts.has_opted_out(connection, person)
        assert people.find(connection, id_) is None  # nobody was made whose number it would be
    assert post(client, "resume", json={"nohp": id_}).status_code == 200
    assert post(client, "optin", json={"nohp": id_}).status_code == 200
    assert StoreMemory(gateway.database).recall(person, now).last_pause == 0
    assert post(client, "resume", json={"nohp": "ID.999"}).status_code == 400
