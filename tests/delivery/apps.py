"""Small apps whose bots send, over a simulated WhatsApp that stands still until it is moved."""

from pathlib import Path
from typing import Any

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.delivery.lines import Lines
from flask_chatbot.store import callbacks
from flask_chatbot.store.callbacks import StoredCallback
from flask_chatbot.transports.simulator import NUMBER, Simulator

API_KEY = "kunci-api-toko"
START = 1_700_000_000.0  # epoch seconds
OURS = f"{NUMBER}@c.us"
BUDI = "6281234567890"
GROUP = "120363041234567890"
RULES = """\
version: 1
rules:
  - keyword: halo
    reply: Halo {{ nama or 'Kak' }}.
  - name: dikirim
    keyword: dikirim#
    fields: [barang, {resi: {optional: true}}]
    needs: [kota]
    reply:
      - "{{ barang }} dikirim ke {{ kota }}.{% if resi %} Resi {{ resi }}.{% endif %}"
      - image: https://example.com/paket.png
  - name: pilihan
    reply: Pilih.
    menu: [Salam: halo]
  - name: diam
    reply: []
  - name: tetap
    reply: Kami buka.
"""


def simulator(**more: Any) -> Simulator:
    """A WhatsApp in memory that any process may use; its clock stands still."""
    return Simulator(**{"runs_anywhere": True, "clock": lambda: START, **more})


def gateway_app(folder: Path, bot: Chatbot | None = None, rules: str = RULES, **config: object) -> Flask:
    """An app in `folder` that serves the API; nobody sends what it accepts."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    app = Flask("shop", root_path=str(folder), instance_path=str(folder / "instance"))
    defaults = {"CHATBOT_API_KEY": API_KEY, "CHATBOT_TRANSPORT": simulator(), "CHATBOT_WORKER": "off"}
    app.config.update({**defaults, **config})
    if bot is None:
        bot = Chatbot()
        if rules is RULES:
            bot.rule("dikirim")(lambda: {"kota": "Pekanbaru"})
    bot.init_app(app)
    gateway = gateway_of(app)
    gateway.clock = gateway.proxy.clock = lambda: START
    return app


def gateway_of(app: Flask) -> Gateway:
    """The gateway of an app."""
    gateway = app.extensions["chatbot"].lines.first
    assert isinstance(gateway, Gateway)
    return gateway


def lines_of(app: Flask) -> Lines:
    """The lines of an app."""
    lines = app.extensions["chatbot"].lines
    assert isinstance(lines, Lines)
    return lines


def callbacks_of(gateway: Gateway, message: str) -> list[StoredCallback]:
    """The callbacks of a message."""
    with gateway.database.reading() as connection:
        return callbacks.of_message(connection, message)
