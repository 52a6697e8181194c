"""Merpati: a transport to a gateway of our own invention, which speaks JSON over HTTP."""

import hashlib
import hmac
import json
import time

from flask_chatbot import Text
from flask_chatbot.errors import BadPayload
from flask_chatbot.transports import (
    Ack,
    Attachment,
    Capabilities,
    File,
    Group,
    HttpTransport,
    Message,
    Outbound,
    Receipt,
    Refused,
    Sender,
    Session,
    Tools,
    TryLater,
    WebhookCall,
    WebhookContent,
)

LATER = 60.0  # seconds until a key that was refused is tried again


def message(event: dict[str, str]) -> Message:
    return Message(id=event["id"], text=event["text"], sender=Sender(number=event["from"]))


def receipt(event: dict[str, str]) -> Receipt:
    return Receipt(id=event["id"], ack=Ack(event["ack"]), at=time.time())


class Merpati(HttpTransport):
    runs_anywhere = True
    body_limit = 256 * 1024
    capabilities = Capabilities(
        groups=False, check_number=False, qr=False, own_ids=True, phone_always_known=True
    )

    def __init__(self, url: str, key: str, deadline: float = 20.0) -> None:
        self.name = "merpati"
        self._url = url
        self._key = key
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<Merpati at {self._url}>"

    def equip(self, tools: Tools) -> None:
        self._client = tools.client

    def open(self, listener: object) -> None:
        """Nothing to open: what comes in, `receive` reads."""

    def close(self) -> None:
        """Nothing to close."""

    def send(self, outbound: Outbound, file: File | None = None) -> str:
        if not isinstance(outbound.reply, Text):
            raise Refused("Merpati carries nothing but texts.")
        body = {"id": outbound.id, "to": outbound.chat, "text": outbound.reply.text}
        self._ask("POST", "/messages", body)
        return outbound.id

    def session(self) -> Session:
        return Session(is_authenticated=True, number=str(self._ask("GET", "/me")["number"]))

    def groups(self) -> list[Group]:
        return []

    def has_whatsapp(self, number: str) -> bool:
        return True

    def download(self, attachment: Attachment) -> File:
        raise Refused("Merpati carries no files.")

    def receive(self, call: WebhookCall) -> WebhookContent:
        proof = hmac.new(self._key.encode(), call.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(proof, call.headers.get("x-proof", "")):
            raise BadPayload("The proof is wrong.", 401)
        try:
            events = json.loads(call.body)
            return WebhookContent(
                messages=tuple(
                    message(each) for each in events if each["kind"] == "message"
                ),
                receipts=tuple(
                    receipt(each) for each in events if each["kind"] == "receipt"
                ),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadPayload("The body is no list of events.") from None

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        answer = self._client.call(
            method,
            self._url + path,
            body=json.dumps(body).encode(),
            headers={"Authorization": self._key, "Content-Type": "application/json"},
            deadline=self._deadline,
            own=True,
        )
        if answer.status == 401:
            raise TryLater("Merpati refuses the key. Correct MERPATI_KEY.", after=LATER)
        if answer.status == 400:
            raise Refused("Merpati does not take this message.")
        try:
            found: dict[str, object] = json.loads(answer.body)
        except ValueError:
            raise TryLater("Merpati answered with something other than JSON.") from None
        if answer.status != 200:
            raise TryLater(f"Merpati answered {answer.status}.")
        return found
