"""Menus on simulated phones: shown as the connection is able to show them, and tapped."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.replies import Text
from flask_chatbot.store import inbox
from flask_chatbot.testing import Chat, working
from flask_chatbot.transports.base import Capabilities
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import BUDI, GROUP, gateway_app, gateway_of

RULES = """\
version: 1
settings: {groups: all}
rules:
  - {keyword: menu, reply: Silakan., menu: [Harga: harga, Lokasi toko: lokasi]}
  - {name: harga, reply: Mulai Rp65.000.}
  - {name: lokasi, reply: Jl. Melati 5.}
"""
PLAIN = "Silakan.\n1. Harga\n2. Lokasi toko"
CHOICES = (Choice("harga", "Harga"), Choice("lokasi", "Lokasi toko"))


def app_with(folder: Path, whatsapp: Simulator) -> Flask:
    app = gateway_app(folder, Chatbot(), RULES, CHATBOT_TRANSPORT=whatsapp)
    gateway_of(app).clock = time.time  # as the worker's, which goes by the server's
    return app


def test_a_menu_arrives_as_buttons_and_a_tap_brings_the_answer_of_its_rule(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        budi.writes("menu")
        budi.waits_for(1)
        budi.taps("Lokasi toko")
        assert [each.reply for each in budi.waits_for(2)] == [Buttons("Silakan.", CHOICES, PLAIN), Text("Jl. Melati 5.")]


def test_it_is_kept_why_a_tap_was_answered_so(tmp_path: Path) -> None:
    whatsapp = Simulator()
    app = app_with(tmp_path, whatsapp)
    with working(app):
        budi = whatsapp.phone(BUDI)
        budi.writes("menu")
        budi.waits_for(1)
        tapped = budi.taps("Lokasi toko")
        budi.waits_for(2)
        with gateway_of(app).database.reading() as connection:
            kept = inbox.find(connection, whatsapp.name, tapped.id or "")
        assert kept is not None
        assert [each.partition(") ")[2] for each in kept.explanations] == ["by the menu, priority 0: wins: 'Lokasi toko' was tapped"]


def test_a_button_tapped_in_a_group_is_answered_there(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        whatsapp.group(GROUP, "Tim", [budi])
        budi.writes("menu", group=GROUP)
        budi.waits_for(1)
        budi.taps("Harga")
        assert [(each.chat, each.reply) for each in budi.waits_for(2)][1] == (f"{GROUP}@g.us", Text("Mulai Rp65.000."))


def test_a_tap_whose_words_do_not_come_along_brings_the_answer_of_its_rule(tmp_path: Path) -> None:
    whatsapp = Simulator()
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        budi.writes("menu")
        budi.waits_for(1)
        tapped = budi.taps("Harga")
        budi.waits_for(2)
        for count, id_ in enumerate(("lokasi", "unknown", "harga"), start=1):
            whatsapp.deliver(replace(tapped, id=f"T{count}", text="", choice=Choice(id_, "")))
        shown = [each.reply for each in budi.waits_for(4)]
        assert shown[1:] == [Text("Mulai Rp65.000."), Text("Jl. Melati 5."), Text("Mulai Rp65.000.")]


@pytest.mark.parametrize(
    ("able", "shown"),
    [(Capabilities(lists=True), List("Silakan.", CHOICES, PLAIN, "Silakan pilih")), (Capabilities(), Text(PLAIN))],
)
def test_a_connection_without_buttons_shows_a_list_or_numbers_and_a_number_chooses(
    tmp_path: Path, able: Capabilities, shown: List | Text
) -> None:
    whatsapp = Simulator(capabilities=able)
    with working(app_with(tmp_path, whatsapp)):
        budi = whatsapp.phone(BUDI)
        for text in ("menu", "2"):
            budi.writes(text)
            budi.waits_for(1 if text == "menu" else 2)
        assert budi.replies == (shown, Text("Jl. Melati 5."))


def test_a_phone_taps_only_what_it_was_shown() -> None:
    whatsapp = Simulator()
    with pytest.raises(ValueError, match=rf"^No button or list that arrived at {BUDI} shows 'Harga'\.$"):
        whatsapp.phone(BUDI).taps("Harga")


def test_a_chat_of_a_test_shows_numbers(tmp_path: Path) -> None:
    assert Chat(app_with(tmp_path, Simulator())).says("menu") == PLAIN
