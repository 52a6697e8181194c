"""What handlers send on the side: it is stored with the turn, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot, NotAccepted, Skip
from flask_chatbot.core.values.messages import Message
from flask_chatbot.store import optouts, stored
from tests.databases import postgresql, server, sqlite, url
from tests.delivery.apps import BUDI, GROUP, START, gateway_app, gateway_of
from tests.test_outgoing import said

__all__ = ["postgresql", "server", "sqlite", "url"]

RULES = """\
version: 1
rules:
  - {name: pesan, keyword: pesan, reply: Siap}
  - {name: lain, keyword: lain, reply: Lain}
  - {fallback: true, reply: Apa?}
"""
STAFF = "628111111111"


@pytest.fixture
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture
def app(tmp_path: Path, bot: Chatbot, url: str) -> Iterator[Flask]:
    app = gateway_app(tmp_path, bot, RULES, CHATBOT_WEBHOOK_KEY="kunci-toko-maju", CHATBOT_DATABASE_URL=url)
    yield app
    gateway_of(app).database.close()


def says(app: Flask, text: str) -> list[str]:
    """The replies to a message that comes by the webhook."""
    body = {"keyword": text, "data": [], "webhookkey": "kunci-toko-maju", "from": BUDI}
    answer = app.test_client().post("/chatbot/webhook", json=body).json
    assert answer is not None
    return [each["content"] for each in answer["message"]["reply"]]


def sent(app: Flask) -> list[tuple[str, str]]:
    return [(chat.partition("@")[0], reply.text) for chat, reply in said(app)]  # type: ignore[attr-defined]


def test_what_a_handler_sends_is_stored_with_the_turn_and_has_its_id_before(app: Flask, bot: Chatbot) -> None:
    ids: list[str] = []

    @bot.rule("pesan")
    def order(message: Message) -> None:
        ids.extend([*bot.send(STAFF, ["Pesanan baru", "dari Budi"]), *bot.send_group(GROUP, "Halo")])
        with gateway_of(app).database.reading() as connection:
            assert [stored.find(connection, each) for each in ids] == [None, None, None]

    woken: list[bool] = []
    gateway_of(app).has_worker(lambda: woken.append(True))
    assert says(app, "pesan") == ["Siap"]
    with gateway_of(app).database.reading() as connection:
        assert [found.id for each in ids if (found := stored.find(connection, each))] == ids
    assert sorted(sent(app)) == [(GROUP, "Halo"), (STAFF, "Pesanan baru"), (STAFF, "dari Budi")]
    assert woken


def test_of_a_handler_that_fails_nothing_is_sent_but_what_its_error_handler_sends(app: Flask, bot: Chatbot) -> None:
    @bot.rule("pesan")
    def order() -> None:
        bot.send(STAFF, "Pesanan baru")
        raise LookupError

    @bot.errorhandler(LookupError)
    def explain() -> str:
        bot.send(STAFF, "Ada galat")
        return "Maaf"

    assert says(app, "pesan") == ["Maaf"]
    assert sent(app) == [(STAFF, "Ada galat")]


def test_a_handler_that_passes_on_has_sent_what_it_sent(app: Flask, bot: Chatbot) -> None:
    @bot.rule("pesan")
    def order() -> None:
        bot.send(STAFF, "Tidak untuk saya")
        raise Skip

    assert says(app, "pesan") == ["Apa?"]
    assert sent(app) == [(STAFF, "Tidak untuk saya")]


def test_functions_before_and_after_the_rules_join_too(app: Flask, bot: Chatbot) -> None:
    bot.before(lambda: bot.send(STAFF, "sebelum") and None)
    bot.after(lambda: bot.send(STAFF, "sesudah") and None)
    assert says(app, "lain") == ["Lain"]
    assert sent(app) == [(STAFF, "sebelum"), (STAFF, "sesudah")]


def test_a_reply_from_a_handler_goes_at_once(app: Flask, bot: Chatbot) -> None:
    there: list[bool] = []

    @bot.rule("pesan")
    def order(message: Message) -> None:
        (name,) = bot.reply(message, "Sebentar")
        with gateway_of(app).database.reading() as connection:
            there.append(stored.find(connection, name) is not None)

    assert (says(app, "pesan"), there) == (["Siap"], [True])


def test_a_handler_hears_at_once_that_a_number_opted_out(app: Flask, bot: Chatbot) -> None:
    with gateway_of(app).database.writing() as connection:
        optouts.opt_out(connection, STAFF, START)

    @bot.rule("pesan")
    def order() -> str:
        try:
            bot.send(STAFF, "Diskon", promo=True)
        except NotAccepted:
            return "Tidak mau"
        return "Mau"

    assert (says(app, "pesan"), sent(app)) == (["Tidak mau"], [])


def test_what_is_sent_outside_of_a_handler_is_stored_when_send_returns(app: Flask, bot: Chatbot) -> None:
    says(app, "lain")
    with app.app_context():
        bot.send(STAFF, "Halo")
    assert sent(app) == [(STAFF, "Halo")]
