"""A platform that calls us by HTTP, as simple as it can be: JSON with messages and receipts, and a word that proves who calls."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any

from flask import Flask

from flask_chatbot import Chatbot
from flask_chatbot.core.values.contents import Attachment, File
from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.core.values.people import alias_of
from flask_chatbot.errors import BadPayload
from flask_chatbot.transports.base import Capabilities, Group, Session
from flask_chatbot.transports.webhooks import Tools, WebhookAnswer, WebhookCall, WebhookContent
from tests.delivery.apps import BUDI, gateway_app, gateway_of
from tests.delivery.rig import START, Wire

WORD = "kata-sandi"
SHOUT = "version: 1\nrules: [{keyword: halo, reply: Halo.}, {keyword: apa, reply: Apa?}]\n"


class Platform(Wire):
    """The transport to it: a `Wire` with an address."""

    body_limit = 1000
    capabilities = Capabilities(phone_always_known=True, echoes=True)

    def __init__(self, name: str = "platform") -> None:
        super().__init__(name)
        self.tools: Tools | None = None
        self.calls: list[WebhookCall] = []

    def equip(self, tools: Tools) -> None:
        self.tools = tools

    def receive(self, call: WebhookCall) -> WebhookContent:
        self.calls.append(call)
        if call.method == "GET":
            return WebhookContent(answer=WebhookAnswer(body=call.query["challenge"].encode(), content_type="text/plain"))
        if call.headers.get("x-word") != WORD:
            raise BadPayload("The word is wrong.", 401)
        try:
            document = json.loads(call.body)
        except ValueError:
            raise BadPayload("The body is no JSON.") from None
        return WebhookContent(
            messages=tuple(read(each) for each in document.get("messages", ())),
            echoes=tuple(Echo(id=each["id"], to=Sender(number=each["to"]), at=time()) for each in document.get("echoes", ())),
            changes=tuple(change(each) for each in document.get("changes", ())),
            receipts=tuple(Receipt(id=each["id"], ack=Ack(each["ack"]), at=START) for each in document.get("receipts", ())),
            answer=WebhookAnswer(status=202, body=b"{}"),
            left_out=tuple(document.get("others", ())),
            restricted_until=document.get("restricted_until"),
            restriction="Error 463.",
        )

    def download(self, attachment: Attachment) -> File:
        return File(content=attachment.handle.encode(), kind=attachment.kind, mime="image/png")

    def session(self) -> Session:
        return Session(is_authenticated=True, number="628000")

    def groups(self) -> Sequence[Group]:
        return []


def read(written: Mapping[str, str]) -> Message:
    """A message as the platform writes it."""
    sender = Sender(number=written.get("from", BUDI), name="Budi")
    files = (Attachment("image", handle=written["picture"]),) if "picture" in written else ()
    return Message(text=written["text"], id=written.get("id"), sender=sender, kind="media" if files else "text", attachments=files)


def change(written: Mapping[str, str]) -> IdentityChange:
    """A change of number as the platform writes it."""
    return IdentityChange(id=written["id"], old=(alias_of(written["old"]),), new=(alias_of(written["new"]),), at=time())


def message(id: str, text: str = "halo", **more: str) -> dict[str, str]:  # noqa: A002
    """A message as the platform writes it."""
    return {"id": id, "text": text, **more}


def platform_app(folder: Path, platform: Platform, bot: Chatbot | None = None, **config: Any) -> Flask:
    """An app that this platform calls; its clock runs, as that of a database's server does."""
    app = gateway_app(folder, bot, SHOUT, CHATBOT_TRANSPORT=platform, **config)
    gateway = gateway_of(app)
    gateway.clock = gateway.proxy.clock = time
    return app
