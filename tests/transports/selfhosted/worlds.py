"""What the worlds around both gateways have in common."""

from collections.abc import Sequence
from typing import Any

from flask_chatbot.core.values.people import Alias
from flask_chatbot.testing.transports import World
from tests.transports.selfhosted.gateway import OURS, PAGE, Call, Gateway, answered

BUDI = "628123456789"
LID = "251556368777322@lid"


class GatewayWorld(World):
    """An emulated gateway, and customers who write to it."""

    number = OURS
    gateway: Gateway

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "address":  # at which the gateway's webhooks are taken
            self.gateway.address = value

    def settle(self) -> None:
        self.gateway.settle()

    def writes_at_once(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.writes(text)

    def aliases(self) -> tuple[Alias, Alias]:
        return Alias("number", BUDI), Alias("lid", LID.removesuffix("@lid"))

    def drips_file(self) -> None:
        self.gateway.drips_file = True

    def refuses(self) -> None:
        self.gateway.trouble = answered(400, {"statusCode": 400, "code": "400", "message": "text should not be empty"})

    def fails(self) -> None:
        self.gateway.trouble = answered(503, {"statusCode": 503, "code": "503", "message": "busy"})

    def loses_answer(self) -> None:
        self.gateway.trouble = Call.lose

    def hangs(self) -> None:
        self.gateway.trouble = Call.hang

    def drips(self) -> None:
        self.gateway.trouble = Call.drip

    def babbles(self) -> None:
        self.gateway.trouble = answered(200, PAGE)

    def reports_early(self) -> None:
        self.gateway.is_early = True

    def refuses_key(self) -> None:
        self.gateway.key = "another"

    def log_out(self) -> None:
        self.gateway.is_connected = False

    def scan(self) -> None:
        self.gateway.is_connected = True

    def disconnect(self) -> None:
        self.gateway.is_down = True

    def reconnect(self) -> None:
        self.gateway.is_down = False

    def close(self) -> None:
        self.gateway.end()
        assert self.gateway.problems == []
