"""Senders, groups and ids that no database takes as they are: each message is settled once, and nobody is taken for somebody else."""

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from flask_chatbot import Chatbot, NotAccepted, Text
from flask_chatbot.store import inbox
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.answering.test_transport import RULES, STAFF, Shop, shop, shop_in
from tests.delivery.apps import BUDI, gateway_app, gateway_of

__all__ = ["shop"]

ODD = {"half a surrogate pair": "62\ud83d811", "NUL": "62\0811", "300 characters": "6" * 300}
TEXTS = ["halo", "survei#5", "admin", "stop", "mulai", "hitung", "survei#\ud83d\0"]


@pytest.mark.parametrize("number", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_message_of_a_sender_that_no_database_takes_is_settled_once(
    shop: Shop, number: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        shop.receives(text, number=number, id=number)
    (kept,) = shop.kept(number)
    assert (kept.replies, [chat for chat, _ in shop.posted]) == (0, [STAFF] if text == "admin" else [])
    dropped = [record.levelno for record in caplog.records if "cannot be written to" in record.message]
    assert dropped == ([] if text == "hitung" else [logging.ERROR])


@pytest.mark.parametrize("group", ODD.values(), ids=list(ODD))
def test_a_message_of_a_group_that_no_database_takes_is_settled_once(shop: Shop, group: str) -> None:
    for _ in range(2):
        shop.receives("halo", chat="group", group=group, id=group)
    assert ([kept.replies for kept in shop.kept()], shop.posted) == ([0], [])


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_a_message_whose_id_no_database_takes_is_answered_once(shop: Shop, odd: str) -> None:
    for id_ in (odd, odd, f"{odd}2"):
        shop.receives("halo", id=id_)
    assert shop.posted == [(f"{BUDI}@c.us", "Halo."), (f"{BUDI}@c.us", "Apa kabar?")] * 2


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_two_odd_senders_are_two_people(shop: Shop, odd: str) -> None:
    shop.receives("admin", number=odd, id="1")  # who is paused now
    for number in (odd, f"{odd}2"):
        shop.receives("halo", number=number, id=f"halo{number}")
    assert [[kept.rule for kept in shop.kept(number)] for number in (odd, f"{odd}2")] == [[None, "admin"], ["halo"]]


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_the_phones_of_a_transport_bring_odd_senders_once(tmp_path: Path, url: str, odd: str) -> None:
    whatsapp = Simulator()
    app = gateway_app(tmp_path, Chatbot(), RULES, CHATBOT_DATABASE_URL=url, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time  # as the worker's, which goes by the server's
    with working(app):
        whatsapp.phone(odd).writes("halo", times=3)
        budi = whatsapp.phone(BUDI)
        budi.writes("halo")
        assert [each.reply for each in budi.waits_for(2)] == [Text("Halo."), Text("Apa kabar?")]
    with gateway_of(app).database.reading() as connection:
        assert [kept.replies for kept in inbox.of_sender(connection, odd, 10)] == [0]
    gateway_of(app).database.close()


@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_what_a_handler_sends_to_such_a_chat_is_refused(tmp_path: Path, odd: str) -> None:
    bot = Chatbot()
    told: list[str] = []

    @bot.rule("hitung")
    def answer_later(message: Any) -> str:
        try:
            bot.reply(message, "Nanti ya.")
        except NotAccepted as error:
            told.append(str(error))
        return "Baik."

    shop = shop_in(tmp_path / "shop", bot)
    shop.receives("hitung", chat="group", group=odd, id="1")
    assert (told, shop.posted) == (["There is no chat of this name. It is not one that WhatsApp gives to people or groups."], [])
    shop.gateway.database.close()
