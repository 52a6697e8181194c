"""Messages that the webhook brings belong to the line whose gateway calls it, whatever lines stand before it."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, ConfigError, Message
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import API_KEY, BUDI

HOSTED = {"transport": "hosted", "url": "https://gateway.example.com", "key": "kunci-gateway"}
OTHER = {**HOSTED, "key": "kunci-grosir"}
KEY = "kunci-webhook-toko"
RULES = """\
version: 1
rules:
  - {keyword: admin, notify: "628117601234", reply: Sebentar ya.}
  - {name: toko, keyword: harga, when: {line: toko}, reply: Harga toko.}
  - {keyword: harga, reply: Harga lain.}
  - {name: kabar, keyword: kabar, reply: Sebentar.}
"""
UNCLEAR = (
    "CHATBOT_WEBHOOK_KEY: the webhook brings the messages of the lines toko, grosir, and a key that has the name of no line does not say "
    'of which. Write a map from the name of each line to a key of its own: {"toko": "key-of-toko", "grosir": "key-of-grosir"}'
)


def shop(folder: Path, bot: Chatbot | None = None, **config: object) -> Flask:
    """An app with a line in memory first, and one at another gateway after it."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    lines = {"tele": Simulator(name="tele"), "toko": HOSTED}
    defaults = {
        "CHATBOT_LINES": lines,
        "CHATBOT_WEBHOOK_KEY": KEY,
        "CHATBOT_API_KEY": API_KEY,
        "CHATBOT_PUBLIC_URL": "https://toko.example.com",
    }
    app.config.update({**defaults, "CHATBOT_WORKER": "off", **config})
    (bot or Chatbot()).init_app(app)
    return app


def writes(app: Flask, text: str, key: str = KEY) -> list[Any]:
    call = {"keyword": text, "data": {"nama": "Budi", "nohp": BUDI}, "webhookkey": key, "from": BUDI}
    answer = app.test_client().post("/chatbot/webhook", json=call).json
    assert answer is not None
    return [each["content"] for each in answer["message"]["reply"]]


def queued(app: Flask) -> list[tuple[str, str]]:
    """The lines and chats of the messages that wait."""
    lines: Lines = app.extensions["chatbot"].lines
    with lines.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT session, chat FROM chatbot_messages ORDER BY created_at, id").all()
    lines.database.close()
    return [(row.session, row.chat) for row in rows]


@pytest.mark.parametrize(
    "keys",
    [KEY, ["kunci-webhook-lama", KEY], {"kasir": KEY}, {"toko": KEY, "kasir": "kunci-webhook-lain"}],
    ids=["plain", "several", "another name", "its own name"],
)
def test_staff_are_told_by_the_line_that_the_webhook_brings_for_and_not_by_the_first(tmp_path: Path, keys: object) -> None:
    app = shop(tmp_path, CHATBOT_WEBHOOK_KEY=keys)
    assert writes(app, "admin") == ["Sebentar ya."]
    assert queued(app) == [("toko", "628117601234@c.us")]


def test_a_plain_key_has_the_rules_of_that_line(tmp_path: Path) -> None:
    app = shop(tmp_path)
    assert writes(app, "harga") == ["Harga toko."]


def test_the_api_sends_by_the_line_whose_webhook_brought_the_last_message(tmp_path: Path) -> None:
    app = shop(tmp_path, CHATBOT_KEEP_MESSAGES="1 day")
    writes(app, "harga")
    answer = app.test_client().post("/chatbot/api/sendwa", json={"nohp": BUDI, "pesan": "Halo"}, headers={"SecretKey": API_KEY})
    assert answer.status_code == 200
    assert queued(app) == [("toko", f"{BUDI}@c.us")]


def test_replies_of_functions_go_by_the_line_that_the_webhook_brings_for(tmp_path: Path) -> None:
    bot = Chatbot()

    @bot.rule("kabar")
    def tell(message: Message) -> None:
        bot.reply(message, "Menyusul.")
        bot.send("628119999999", "Untuk orang lain.")

    app = shop(tmp_path, bot)
    assert writes(app, "kabar") == ["Sebentar."]
    assert sorted(queued(app)) == [("toko", "628119999999@c.us"), ("toko", f"{BUDI}@c.us")]


@pytest.mark.parametrize("keys", [KEY, {"toko": KEY, "kasir": "kunci-webhook-lain"}])
def test_where_the_webhook_brings_for_several_lines_each_key_needs_the_name_of_one(tmp_path: Path, keys: object) -> None:
    with pytest.raises(ConfigError) as error:
        shop(tmp_path, CHATBOT_LINES={"toko": HOSTED, "grosir": OTHER}, CHATBOT_WEBHOOK_KEY=keys)
    assert [problem.message for problem in error.value.problems] == [UNCLEAR]
    example = json.loads(UNCLEAR.partition("own: ")[2])
    app = shop(tmp_path, CHATBOT_LINES={"toko": HOSTED, "grosir": OTHER}, CHATBOT_WEBHOOK_KEY=example)
    assert writes(app, "harga", example["toko"]) == ["Harga toko."]
