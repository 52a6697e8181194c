"""The world around a number of Meta's Cloud API, for the tests that every transport passes."""

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask_chatbot.core.values.people import Alias
from flask_chatbot.testing.transports import World
from flask_chatbot.transports.cloud.transport import Cloud
from tests.transports.cloud.graph import (
    APP_SECRET,
    CONFIG,
    NOBODY,
    OURS,
    PAGE,
    PHONE_ID,
    TOKEN,
    VERIFY_TOKEN,
    Call,
    Graph,
    Node,
    failing,
    text_of,
    webhook,
)

NO_PHONE = "Meta's Cloud API has no phone to log in."
BUDI = "628123456789"
BSUID = "ID.13491208655302741918"


class CloudWorld(World):
    leaves_out: ClassVar[Mapping[str, str]] = {"log_out": NO_PHONE, "scan": NO_PHONE}
    number = OURS
    secrets = (TOKEN, APP_SECRET, VERIFY_TOKEN)

    def __init__(self, deadline: float = World.deadline) -> None:
        self.deadline = deadline
        self.graph = Graph()
        self.cloud = Cloud(PHONE_ID, TOKEN, APP_SECRET, VERIFY_TOKEN, url=self.graph.url, deadline=self.deadline)
        self.transport = self.cloud
        self.waiting: list[tuple[list[Node], list[Node]]] = []

    def settle(self) -> None:
        while self.waiting:
            self.deliver(*self.waiting.pop(0))
        self.graph.webhook = self.address
        self.graph.report()

    def deliver(self, messages: list[Node], contacts: list[Node]) -> None:
        self.graph.webhook = self.address
        self.graph.deliver(*messages, contacts=contacts)

    def message(self, parts: Node, number: str = BUDI, user: str = "") -> tuple[Node, Node]:
        """A message with the contact that belongs to it."""
        self.graph.written += 1
        by = {**({"from": number} if number else {}), **({"from_user_id": user} if user else {})}
        known = {**({"wa_id": number} if number else {}), **({"user_id": user} if user else {})}
        name = f"wamid.{self.graph.written:016}"
        return {**by, "id": name, "timestamp": str(int(time.time())), **parts}, {"profile": {"name": "Budi"}, **known}

    def brings(self, *found: tuple[Node, Node], times: int = 1) -> None:
        """Bring messages in one call, or once the other side is reachable."""
        messages, contacts = [message for message, _ in found], list({str(contact): contact for _, contact in found}.values())
        for _ in range(times):
            if self.graph.is_down:
                self.waiting.append((messages, contacts))
            else:
                self.deliver(messages, contacts)

    def writes(self, text: str, *, sender: str = BUDI, group: str = "", times: int = 1) -> None:
        self.brings(self.message(written(text), sender), times=times)

    def writes_at_once(self, texts: Sequence[str]) -> None:
        self.brings(*(self.message(written(text)) for text in texts))

    def writes_as(self, aliases: Sequence[Alias], text: str) -> None:
        names = {alias.scheme: alias.value for alias in aliases}
        self.brings(self.message(written(text), names.get("number", ""), names.get("bsuid", "")))

    def owner_writes(self, text: str, *, to: str = BUDI, times: int = 1) -> None:
        message, contact = self.message({"to": to, **written(text)}, OURS)
        body = webhook({"contacts": [{**contact, "wa_id": to}], "message_echoes": [message]}, field="smb_message_echoes")
        self.graph.webhook = self.address
        for _ in range(times):
            self.graph.call_back(body)

    def aliases(self) -> tuple[Alias, Alias]:
        return Alias("number", BUDI), Alias("bsuid", BSUID, self.cloud.name)

    def sends_file(self, content: bytes, caption: str = "") -> None:
        name = self.graph.add_file(content)
        image = {"id": name, "mime_type": "image/png", **({"caption": caption} if caption else {})}
        self.brings(self.message({"type": "image", "image": image}))

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [(chat, text) for chat, body in self.graph.arrived if (text := text_of(body)) is not None]

    def files_arrived(self) -> Sequence[bytes]:
        sent = [body[kind]["id"] for _, body in self.graph.arrived for kind in ("image", "audio", "video", "document") if kind in body]
        return [self.graph.files[name][0] for name in sent]

    def drips_file(self) -> None:
        self.graph.drips_file = True

    def refuses(self) -> None:
        self.graph.troubles.append(failing(131051, "(#131051) Unsupported message type"))

    def fails(self) -> None:
        self.graph.troubles.append(failing(131016, "(#131016) Service unavailable", status=503))

    def loses_answer(self) -> None:
        self.graph.troubles.append(Call.lose)

    def hangs(self) -> None:
        self.graph.troubles.append(Call.hang)

    def drips(self) -> None:
        self.graph.troubles.append(Call.drip)

    def babbles(self) -> None:
        self.graph.troubles.append(lambda call, body: call.write(PAGE, mime="text/html"))

    def reports_early(self) -> None:
        self.graph.webhook = self.address
        self.graph.is_early = True

    def refuses_key(self) -> None:
        self.graph.token = "another"

    def disconnect(self) -> None:
        self.graph.is_down = True

    def reconnect(self) -> None:
        self.graph.is_down = False

    def environ(self) -> Mapping[str, str]:
        return {**CONFIG, "CHATBOT_CLOUD_URL": self.graph.url}

    def close(self) -> None:
        self.graph.end()


def written(text: str) -> Node:
    """The parts of a text that somebody wrote."""
    return {"type": "text", "text": {"body": text}}


__all__ = ["BSUID", "BUDI", "NOBODY", "CloudWorld", "written"]
