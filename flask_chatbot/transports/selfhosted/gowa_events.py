"""The events that GOWA posts: messages, reactions, edits and deletions of customers, and the acks of ours. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask_chatbot.core.media.file_types import mime_of_name, name_of
from flask_chatbot.core.values.contents import Attachment, MediaKind, Reaction, SharedContact, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.transports.cloud.nodes import degrees, text
from flask_chatbot.transports.selfhosted.jids import group_in, is_person, plain, sender_of
from flask_chatbot.transports.selfhosted.vcards import read_card
from flask_chatbot.transports.webhooks import WebhookContent

STATICS = "statics/"  # the folder of the files that GOWA keeps
ACKS = {"delivered": Ack.DELIVERED, "read": Ack.READ, "played": Ack.PLAYED}  # all other receipts are not about our messages
_FILES: Mapping[str, MediaKind] = MappingProxyType(
    {
        "image": "image",
        "video": "video",
        "video_note": "video",
        "audio": "audio",
        "document": "document",
        "sticker": "sticker",
    }
)

Made = Callable[[Message], Message]


def read_event(document: dict[str, Any], made: Made, clock: Callable[[], float]) -> WebhookContent:
    """Read one event; `made` completes each message. Raises any error if it has not the form of one."""
    event, payload = document["event"], document["payload"]
    if event == "message.ack":
        return _acks(document, clock())
    read = _READERS.get(event)
    if read is None:
        return WebhookContent(left_out=(f"event {str(event)[:40]}",))
    if payload.get("is_from_me"):
        return WebhookContent(echoes=_echo(payload)) if read is _message else WebhookContent()
    chat = plain(payload.get("chat_id") or payload.get("from"))
    group = group_in(chat)
    sender = sender_of([payload.get("from"), payload.get("from_lid")], payload.get("from_name"))
    if not sender.address or not (group or is_person(chat)):
        return WebhookContent(left_out=("message of no person",))
    place = {"chat": "group", "group": group} if group else {}
    whole = {"sender": sender, "sent_at": _time(payload.get("timestamp")), "id": payload["id"], **place, **read(payload)}
    return WebhookContent(messages=(made(Message(**whole)),))


def _echo(payload: dict[str, Any]) -> tuple[Echo, ...]:
    """A message of the bot's own account."""
    chat, at = plain(payload["chat_id"]), _time(payload.get("timestamp"))
    group, to = group_in(chat), sender_of([chat])
    if at is None:
        raise ValueError("it has no time")
    if not (group or to.address):
        return ()
    return (Echo(id=payload["id"], to=to, at=at.timestamp(), group=group, text=text(payload.get("body"))),)


def _message(payload: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "text": text(payload.get("body")),
        "reply_to": text(payload.get("replied_to_id")),
        "forwarded": payload.get("forwarded") is True,
    }
    for key, kind in _FILES.items():
        if payload.get(key):
            return {**found, "kind": "media", "attachments": (_attachment(kind, payload[key], payload),)}
    if place := payload.get("location") or payload.get("live_location"):
        return {**found, "kind": "location", "text": "", "location": _location(place)}
    if cards := payload.get("contacts_array") or ([payload["contact"]] if payload.get("contact") else []):
        return {**found, "kind": "contact", "text": "", "contacts": tuple(map(_contact, cards))}
    return found if found["text"] else {**found, "kind": "unsupported"}


def _attachment(kind: MediaKind, found: Any, payload: dict[str, Any]) -> Attachment:
    """A file: GOWA names where it keeps it, or hands it over later by the message's id and chat."""
    parts = found if isinstance(found, dict) else {"path": found}
    path = text(parts.get("path"))
    name = text(parts.get("filename")) or (name_of(path) if kind == "document" else "")
    handle = path if path.startswith(STATICS) else f"{payload['id']} {plain(payload.get('chat_id') or payload.get('from'))}"
    mime = mime_of_name(path or name) if path or name else ""
    return Attachment(kind, mime=mime, name=name, voice=kind == "audio" and path.endswith(".ogg"), handle=handle)


def _location(found: dict[str, Any]) -> SharedLocation:
    lat, lng = degrees(found.get("degreesLatitude")), degrees(found.get("degreesLongitude"))
    return SharedLocation(lat, lng, name=text(found.get("name")), address=text(found.get("address")))


def _contact(found: dict[str, Any]) -> SharedContact:
    return read_card(text(found.get("vcard")), text(found.get("displayName")))


def _reaction(payload: dict[str, Any]) -> dict[str, Any]:
    reaction = Reaction(emoji=text(payload.get("reaction")), to=payload["reacted_message_id"])
    return {"text": "", "kind": "reaction", "reaction": reaction}


def _edit(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": text(payload.get("body")), "kind": "edit", "edits": payload["original_message_id"]}


def _deletion(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": "", "kind": "deletion", "deletes": payload["revoked_message_id"]}


def _acks(document: dict[str, Any], now: float) -> WebhookContent:
    payload = document["payload"]
    ack = ACKS.get(payload["receipt_type"])
    if ack is None:
        return WebhookContent()
    read_at = _time(document.get("timestamp"))
    at = min(read_at.timestamp(), now) if read_at is not None else now
    if not isinstance(payload["ids"], list):
        raise TypeError("the ids are no list")
    return WebhookContent(receipts=tuple(Receipt(id=each, ack=ack, at=at) for each in payload["ids"]))


def _time(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    read = datetime.fromisoformat(written)
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


_READERS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "message": _message,
    "message.reaction": _reaction,
    "message.edited": _edit,
    "message.revoked": _deletion,
}
