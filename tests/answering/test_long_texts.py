"""Texts of rules that are longer than one message: nothing of them is lost."""

from pathlib import Path

from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Text
from flask_chatbot.testing import working
from flask_chatbot.transports.simulator import Simulator
from tests.apps import KEY
from tests.bots import app_of, chat_of

LINES = [f"{number}. Kopi {'x' * 90}" for number in range(1, 61)]
RULES = f"""\
version: 1
vars:
  daftar: |
{"".join(f"    {line}{chr(10)}" for line in LINES)}
rules:
  - keyword: daftar
    reply: "{{{{ daftar }}}}"
  - keyword: menu
    reply: "{{{{ daftar }}}}"
    menu: [Semua: daftar]
  - keyword: komplain
    notify: {{to: "628117601234", text: "{{{{ daftar }}}}"}}
    reply: Baik.
"""


def test_a_customer_gets_all_of_a_long_text_in_several_messages(tmp_path: Path) -> None:
    texts = [reply.text for reply in chat_of(tmp_path, RULES, Chatbot()).says("daftar") if isinstance(reply, Text)]
    assert "\n".join(texts).split("\n") == LINES
    assert (len(texts), max(map(len, texts)) <= 4096) == (2, True)


def test_a_menu_stands_below_a_long_text(tmp_path: Path) -> None:
    texts = [reply.text for reply in chat_of(tmp_path, RULES, Chatbot()).says("menu") if isinstance(reply, Text)]
    said = "\n".join(texts).split("\n")
    assert (said[: len(LINES)], "1. Semua" in said[len(LINES) :], len(texts)) == (LINES, True, 2)


def test_staff_get_all_of_a_long_notice(tmp_path: Path) -> None:
    phones = Simulator()
    app = app_of(tmp_path, RULES, Chatbot(), CHATBOT_API_KEY=KEY, CHATBOT_TRANSPORT=phones, CHATBOT_WORKER="off")
    with working(app):
        phones.phone("628111").writes("komplain")
        arrived = phones.phone("628117601234").waits_for(2)
    assert "\n".join(each.reply.text for each in arrived if isinstance(each.reply, Text)).split("\n") == LINES
