"""Calls of Meta's webhooks: the handshake, the signature, and every change of a batch. Pure."""

import hashlib
import hmac
import json
from collections.abc import Iterator

from flask_chatbot.core.values.incoming.events import Echo, IdentityChange
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Receipt
from flask_chatbot.errors import BadPayload
from flask_chatbot.transports.cloud.events import ECHOES, read_change, read_echo
from flask_chatbot.transports.cloud.incoming import read_message
from flask_chatbot.transports.cloud.nodes import Node, node, nodes, text
from flask_chatbot.transports.cloud.statuses import read_status
from flask_chatbot.transports.reading import pieces
from flask_chatbot.transports.webhooks import WebhookAnswer, WebhookCall, WebhookContent

OBJECT = "whatsapp_business_account"
WRONG_SIGNATURE = "The signature is wrong. Is CHATBOT_CLOUD_APP_SECRET the secret of the app that calls?"
WRONG_TOKEN = "The verify token is wrong. It is what CHATBOT_CLOUD_VERIFY_TOKEN holds."  # noqa: S105  a sentence
SILENT = frozenset({"request_welcome"})  # kinds that nobody wrote

Found = Message | Receipt | Echo | IdentityChange | str  # the kind of what was left out


def shake_hands(call: WebhookCall, verify_token: str) -> WebhookContent:
    """Answer the call by which Meta finds out that the address is ours; raises `BadPayload` if somebody else asks."""
    given = call.query.get("hub.verify_token", "")
    if call.query.get("hub.mode") != "subscribe" or not hmac.compare_digest(_bytes(given), verify_token.encode()):
        raise BadPayload(WRONG_TOKEN, 403)
    challenge = call.query.get("hub.challenge", "")
    return WebhookContent(answer=WebhookAnswer(body=_bytes(challenge), content_type="text/plain; charset=utf-8"))


def check_signature(call: WebhookCall, app_secret: str) -> None:
    """Raise `BadPayload` if a body was not signed with the app's secret, byte by byte as it came."""
    right = "sha256=" + hmac.new(app_secret.encode(), call.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(_bytes(call.headers.get("x-hub-signature-256", "")), right.encode()):
        raise BadPayload(WRONG_SIGNATURE, 401)


def read_webhook(body: bytes, phone_id: str, line: str) -> WebhookContent:
    """Everything that a signed call brought, in its order; raises `BadPayload` if it is no JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise BadPayload("The body is no JSON.") from None
    found = list(_found(node(document), phone_id, line))
    return WebhookContent(
        messages=tuple(each for each in found if isinstance(each, Message)),
        receipts=tuple(each for each in found if isinstance(each, Receipt)),
        echoes=tuple(each for each in found if isinstance(each, Echo)),
        changes=tuple(each for each in found if isinstance(each, IdentityChange)),
        left_out=tuple(each for each in found if isinstance(each, str)),
    )


def _found(document: Node, phone_id: str, line: str) -> Iterator[Found]:
    kind = text(document.get("object"))
    if kind != OBJECT:
        yield f"object {kind}"
        return
    yield from pieces("entry", document.get("entry"), lambda entry: _entry(entry, phone_id, line))


def _entry(entry: Node, phone_id: str, line: str) -> Iterator[Found]:
    return pieces("change", entry.get("changes"), lambda change: _change(change, phone_id, line))


def _change(change: Node, phone_id: str, line: str) -> Iterator[Found]:
    field, value = text(change.get("field")), node(change.get("value"))
    if field not in ("messages", ECHOES):
        yield f"field {field}"
    elif text(node(value.get("metadata")).get("phone_number_id")) != phone_id:
        yield "messages of another number"
    else:
        yield from _content(value, line) if field == "messages" else _echoes(value, line)


def _echoes(value: Node, line: str) -> Iterator[Found]:
    contacts = nodes(value.get("contacts"))
    return pieces("echo", value.get("message_echoes"), lambda given: _either(*read_echo(given, contacts, line)))


def _content(value: Node, line: str) -> Iterator[Found]:
    contacts = nodes(value.get("contacts"))
    yield from pieces("message", value.get("messages"), lambda given: _message(given, contacts, line))
    yield from pieces("status", value.get("statuses"), lambda given: _either(*read_status(given)))
    yield from pieces("error", value.get("errors"), lambda error: [f"error {text(error.get('code'))}"])


def _either(read: Echo | Receipt | None, left_out: str) -> list[Found]:
    return [read or left_out]


def _message(given: Node, contacts: list[Node], line: str) -> Iterator[Found]:
    kind = text(given.get("type"))
    if kind in SILENT:
        yield f"message {kind}"
        return
    found, left_out = read_change(given, line) if kind == "system" else read_message(given, contacts, line)
    yield from [found] if found else []
    yield from [left_out] if left_out else []


def _bytes(given: str) -> bytes:
    return given.encode("utf-8", "surrogatepass")
