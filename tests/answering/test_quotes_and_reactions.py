"""Stickers, reactions and quotes on simulated phones: shown where the connection has them, else as the next best thing or not at all."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_chatbot import Chatbot, Image, Message, Reaction, Sender, Sticker, Text
from flask_chatbot.core.values.contents import File
from flask_chatbot.testing import working
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.faults import Arrived
from flask_chatbot.transports.simulator import EVERYTHING, Simulator
from tests.delivery.apps import BUDI, GROUP, gateway_app, gateway_of

THUMB = "\N{THUMBS UP SIGN}"
WEBP = b"RIFF\x28\0\0\0WEBPVP8 " + bytes(32)
RULES = f"""\
version: 1
settings: {{groups: all}}
rules:
  - keyword: halo
    reply: [{{reaction: {THUMB}}}, Halo., Ada yang bisa dibantu?]
  - {{keyword: makasih, reply: {{reaction: {THUMB}}}}}
  - {{keyword: stiker, reply: {{sticker: makasih.webp}}}}
  - {{keyword: salam, reply: {{sticker: {{url: makasih.webp, caption: Makasih!}}}}}}
"""


def app_with(folder: Path, whatsapp: Simulator, bot: Chatbot | None = None) -> Flask:
    (folder / "makasih.webp").write_bytes(WEBP)
    app = gateway_app(folder, bot or Chatbot(), RULES, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time  # as the worker's, which goes by the server's
    return app


def shown(arrived: tuple[Arrived, ...]) -> list[tuple[Any, str]]:
    return [(each.reply, each.reply_to) for each in arrived]


def test_a_reaction_goes_on_the_message_that_is_answered(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        halo = budi.writes("halo")
        assert shown(budi.waits_for(3)) == [
            (Reaction(THUMB, halo.id or ""), ""),
            (Text("Halo."), ""),
            (Text("Ada yang bisa dibantu?"), ""),
        ]


def test_in_a_group_the_first_message_of_an_answer_quotes_what_it_answers(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        whatsapp.group(GROUP, "Tim", [budi])
        id_ = budi.writes("halo", group=GROUP).id or ""
        assert shown(budi.waits_for(3)) == [(Reaction(THUMB, id_), ""), (Text("Halo."), id_), (Text("Ada yang bisa dibantu?"), "")]


def test_a_connection_without_reactions_and_quotes_leaves_them_out(tmp_path: Path) -> None:
    whatsapp = Simulator(capabilities=replace(EVERYTHING, reactions=False, quotes=False))
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        whatsapp.group(GROUP, "Tim", [budi])
        budi.writes("makasih")
        budi.writes("halo", group=GROUP)
        assert shown(budi.waits_for(2)) == [(Text("Halo."), ""), (Text("Ada yang bisa dibantu?"), "")]


@pytest.mark.parametrize(
    ("able", "word", "reply", "kind"),
    [
        (EVERYTHING, "stiker", Sticker("makasih.webp"), "sticker"),
        (EVERYTHING, "salam", Image("makasih.webp", caption="Makasih!"), "image"),  # no sticker has a caption
        (Capabilities(), "stiker", Image("makasih.webp"), "image"),
    ],
)
def test_a_sticker_arrives_as_one_or_as_an_image(tmp_path: Path, able: Capabilities, word: str, reply: Image | Sticker, kind: Any) -> None:
    whatsapp = Simulator(capabilities=able)
    app = app_with(tmp_path, whatsapp)
    with working(app):
        budi = whatsapp.phone(BUDI)
        budi.writes(word)
        (arrived,) = budi.waits_for(1)
        assert (arrived.reply, arrived.file) == (reply, File(content=WEBP, kind=kind, mime="image/webp", name="makasih.webp"))


def test_a_later_reply_quotes_if_it_is_asked_to_and_by_itself_only_in_groups(tmp_path: Path) -> None:
    bot, whatsapp = Chatbot(), Simulator()
    heard: list[Message] = []

    @bot.before
    def before(message: Message) -> str:
        heard.append(message)
        return "ya"

    app = app_with(tmp_path, whatsapp, bot)
    with working(app):
        budi = whatsapp.phone(BUDI)
        whatsapp.group(GROUP, "Tim", [budi])
        alone, together = budi.writes("a").id or "", budi.writes("b", group=GROUP).id or ""
        budi.waits_for(2)
        with app.app_context():
            bot.reply(heard[0], ["satu", "dua"])
            bot.reply(heard[0], [Reaction(THUMB), "tiga", "empat"], quote=True)
            bot.reply(heard[1], "lima")
            bot.reply(heard[1], "enam", quote=False)
        by_chat = sorted(budi.waits_for(9)[2:], key=lambda each: each.chat.endswith("@g.us"))
    assert shown(tuple(by_chat)) == [
        *((Text("satu"), ""), (Text("dua"), "")),
        *((Reaction(THUMB, alone), ""), (Text("tiga"), alone), (Text("empat"), "")),
        *((Text("lima"), together), (Text("enam"), "")),
    ]


def test_a_message_that_came_by_the_webhook_is_not_quoted_by_its_id_there(tmp_path: Path) -> None:
    bot, whatsapp = Chatbot(), Simulator()
    app = app_with(tmp_path, whatsapp, bot)
    with working(app), app.app_context():
        message = Message(text="halo", sender=Sender(number=BUDI), id="W1", line="default")
        assert bot.reply(message, Reaction(THUMB)) == ()
        bot.reply(message, "Halo.", quote=True)
        assert shown(whatsapp.phone(BUDI).waits_for(1)) == [(Text("Halo."), "")]


def test_a_reaction_that_is_on_no_message_cannot_be_sent(tmp_path: Path) -> None:
    bot, whatsapp = Chatbot(), Simulator()
    app = app_with(tmp_path, whatsapp, bot)
    with app.app_context():
        with pytest.raises(TypeError, match=r"^a Reaction is on a message: bot\.reply\(message, Reaction\(\.\.\.\)\), or"):
            bot.send(BUDI, Reaction(THUMB))
        with pytest.raises(TypeError, match=r"^Reaction\.emoji is a text of one emoji\.$"):
            bot.send(BUDI, Reaction("oke", "M1"))
        with pytest.raises(TypeError, match=r"^'quote' is a value of type str\. Give True or False\.$"):
            bot.reply(Message(text="a", sender=Sender(number=BUDI)), "b", quote="ya")  # type: ignore[arg-type]
        assert len(bot.send(BUDI, Reaction(THUMB, "M1"))) == 1
    gateway_of(app).database.close()
