"""An app with two lines, `toko` and `grosir`, over two simulated networks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from flask import Flask

from flask_chatbot import Chatbot, Text
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.testing import working
from flask_chatbot.transports.phones import Phone
from flask_chatbot.transports.simulator import Simulator
from tests.delivery.apps import API_KEY, BUDI
from tests.delivery.rig import PATIENCE

STAFF = "628117601234"
KEYS = {"semua": API_KEY, "grosir": "kunci-api-grosir"}
RULES = f"""\
version: 1
rules:
  - {{name: partai, keyword: harga, when: {{line: grosir}}, reply: Harga partai.}}
  - {{keyword: harga, reply: Harga satuan.}}
  - {{keyword: admin, pause: 2 hours, notify: "{STAFF}", reply: Sebentar ya.}}
  - {{keyword: promo stop, subscribe: false, reply: Baik.}}
  - {{name: kabar, keyword: kabar, reply: Sebentar.}}
"""
ONE_LINE = """\
version: 1
rules:
  - {keyword: harga, reply: Harga satuan.}
"""


class TwoLines:
    """That app with its two networks, and a phone of Budi in each."""

    def __init__(self, folder: Path, bot: Chatbot | None = None, rules: str = RULES, **config: object) -> None:
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        self.toko = Simulator(name="toko", number="628110000001")
        self.grosir = Simulator(name="grosir", number="628110000002")
        self.bot = bot or Chatbot()
        self.app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
        defaults = {"CHATBOT_LINES": {"toko": self.toko, "grosir": self.grosir}, "CHATBOT_API_KEY": KEYS, "CHATBOT_WORKER": "off"}
        self.app.config.update({**defaults, **config})
        self.bot.init_app(self.app)

    @property
    def lines(self) -> Lines:
        lines = self.app.extensions["chatbot"].lines
        assert isinstance(lines, Lines)
        return lines

    def line(self, name: str) -> Gateway:
        return self.lines.named(name)

    def budi(self, line: Simulator) -> Phone:
        return line.phone(BUDI, name="Budi")

    def writes(self, line: Simulator, text: str, answers: int = 1) -> list[str]:
        """The texts that have arrived at Budi's phone on a line once so many more have, after he wrote."""
        phone = self.budi(line)
        before = len(phone.received)
        phone.writes(text)
        return texts(phone, before + answers)[before:]

    @contextmanager
    def working(self, *open_lines: str) -> Iterator[None]:
        """Work, once these lines are open; without names, once all are."""
        with working(self.app):
            until(lambda: all(self.line(name).proxy.is_open for name in open_lines or self.lines.names))
            yield

    def close(self) -> None:
        self.lines.database.close()


def texts(phone: Phone, count: int) -> list[str]:
    """The texts at a phone, once so many are there."""
    phone.waits_for(count, seconds=PATIENCE)
    return [reply.text for reply in phone.replies if isinstance(reply, Text)]


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so."""
    deadline, pause = monotonic() + PATIENCE, threading.Event()
    while not is_so():
        assert monotonic() < deadline
        pause.wait(0.01)
