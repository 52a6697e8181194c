"""A shop whose line sends anything to a person for 24 hours after they wrote, and then templates only; its clock is set by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.replies import Reply
from flask_chatbot.delivery.gateway import Gateway
from flask_chatbot.startup.worker import make_worker
from flask_chatbot.store.stored import Stored
from flask_chatbot.transports import Receipts
from flask_chatbot.transports.simulator import EVERYTHING
from tests.delivery.apps import BUDI, gateway_app, gateway_of, lines_of, simulator
from tests.delivery.rig import PATIENCE, Clock

HOUR = 3600.0
DAY = 24 * HOUR
CHAT = f"{BUDI}@c.us"
RULES = """\
version: 1
rules:
  - {name: harga, keyword: harga, reply: Rp5.000}
"""


class Shop:
    """An app with its worker, which takes steps only when it is told to."""

    def __init__(self, folder: Path, *, bot: Chatbot | None = None, rules: str = RULES, **config: object) -> None:
        self.clock = Clock()
        self.whatsapp = simulator(
            clock=self.clock, capabilities=replace(EVERYTHING, window_24h=True), receipts=Receipts(delivered=None, read=None)
        )
        self.bot = bot or Chatbot()
        self.app: Flask = gateway_app(folder, self.bot, rules, CHATBOT_TRANSPORT=self.whatsapp, **config)
        self.gateway: Gateway = gateway_of(self.app)
        self.gateway.clock = self.gateway.proxy.clock = self.clock
        self.gateway.bot.clock = lambda: datetime.fromtimestamp(self.clock(), UTC)
        self.budi = self.whatsapp.phone(BUDI)
        self._worker = make_worker(lines_of(self.app), self.app.app_context, leads=False)
        self.settle()

    def settle(self) -> None:
        """Let the worker do all that is due now."""
        deadline = monotonic() + PATIENCE
        while self._worker.step() or self._worker.progress.under_way:
            assert monotonic() < deadline

    def writes(self, text: str = "harga") -> None:
        """Let Budi write, and get the answer."""
        self.budi.writes(text)
        self.settle()

    def gets(self, number: str = BUDI) -> list[Reply]:
        """All that arrived on the phone of a number."""
        self.settle()
        return list(self.whatsapp.phone(number).replies)

    def message(self, name: str) -> Stored:
        """The state of a message."""
        found = self.gateway.message(name)
        assert found is not None
        return found


@contextmanager
def opened(folder: Path, **config: object) -> Iterator[Shop]:
    """A shop for the time of a test."""
    shop = Shop(folder, **config)  # type: ignore[arg-type]
    try:
        yield shop
    finally:
        shop.gateway.database.close()
