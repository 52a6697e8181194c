from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from flask_chatbot.testing.transports import TransportSuite, World
from merpati import Merpati

from gateway import KEY, NUMBER, Gateway, Handler


class MerpatiWorld(World):
    leaves_out: ClassVar[Mapping[str, str]] = {
        "aliases": "Merpati knows people by their numbers alone.",
        "writes_as": "Merpati knows people by their numbers alone.",
        "sends_file": "Merpati carries no files.",
        "log_out": "Merpati has no phone.",
        "scan": "Merpati has no phone.",
    }
    number = NUMBER
    secrets = (KEY,)

    def __init__(self) -> None:
        self.gateway = Gateway()
        self.transport = Merpati(self.gateway.url, KEY, deadline=self.deadline)
        self.written = 0

    def settle(self) -> None:
        while self.gateway.waiting:
            self.deliver(*self.gateway.waiting.pop(0))

    def deliver(self, *events: dict[str, object]) -> None:
        self.gateway.webhook = self.address
        self.gateway.call(*events)

    def event(self, text: str, sender: str) -> dict[str, object]:
        self.written += 1
        return {"kind": "message", "id": f"M{self.written}", "text": text, "from": sender}

    def writes(
        self, text: str, *, sender: str = "628123456789", group: str = "", times: int = 1
    ) -> None:
        event = self.event(text, sender)
        for _ in range(times):
            if self.gateway.is_down:
                self.gateway.waiting.append([event])
            else:
                self.deliver(event)

    def writes_at_once(self, texts: Sequence[str]) -> None:
        self.deliver(*(self.event(text, "628123456789") for text in texts))

    def arrived(self) -> Sequence[tuple[str, str]]:
        return list(self.gateway.messages.values())

    def refuses(self) -> None:
        self.gateway.trouble = partial(Handler.answer, status=400)

    def fails(self) -> None:
        self.gateway.trouble = partial(Handler.answer, status=503)

    def loses_answer(self) -> None:
        self.gateway.trouble = Handler.lose

    def hangs(self) -> None:
        self.gateway.trouble = Handler.hang

    def drips(self) -> None:
        self.gateway.trouble = Handler.drip

    def babbles(self) -> None:
        self.gateway.trouble = Handler.babble

    def reports_early(self) -> None:
        self.gateway.webhook = self.address
        self.gateway.is_early = True

    def refuses_key(self) -> None:
        self.gateway.key = "another"

    def disconnect(self) -> None:
        self.gateway.is_down = True

    def reconnect(self) -> None:
        self.gateway.is_down = False

    def environ(self) -> Mapping[str, str]:
        place = str(Path(__file__).with_name("app.py"))
        return {"FLASK_APP": place, "MERPATI_URL": self.gateway.url, "MERPATI_KEY": KEY}

    def close(self) -> None:
        self.gateway.shutdown()
        self.gateway.server_close()


class TestMerpati(TransportSuite):
    @pytest.fixture
    def world(self) -> MerpatiWorld:
        return MerpatiWorld()
