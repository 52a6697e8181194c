"""The events that WAHA posts: messages, reactions, edits and deletions of customers, and the acks of ours. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask_chatbot.core.media.file_types import kind_of_mime
from flask_chatbot.core.values.contents import Attachment, Reaction, SharedLocation
from flask_chatbot.core.values.incoming.events import Echo
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.outbound import Ack, Receipt
from flask_chatbot.transports.cloud.nodes import degrees, text
from flask_chatbot.transports.selfhosted.calls import RESTRICTED
from flask_chatbot.transports.selfhosted.jids import group_in, is_person, plain, sender_of
from flask_chatbot.transports.selfhosted.vcards import read_card
from flask_chatbot.transports.webhooks import WebhookContent

GAVE_UP = "WhatsApp could not deliver it."
DAY = 86_400.0  # seconds
KNOWN = frozenset({"message.waiting"})  # nothing comes in with them, and nothing is left out
_ID = re.compile(r"(?P<whose>true|false)_(?P<chat>[^_]+)_(?P<id>[^_]+)(?:_(?P<who>.+))?")
_OURS = re.compile("3EB0[0-9A-F]{16}")  # the form of the ids that we give our messages
_NOTHING: Mapping[str, Any] = MappingProxyType({})

Made = Callable[[Message], Message]


def bare_id(found: object) -> str:
    """WhatsApp's own id of a message, without its chat; empty if there is none.

    >>> bare_id("true_628111@c.us_3EB0A"), bare_id({"_serialized": "true_120363@g.us_3EB0A_251@lid"}), bare_id({"id": "3EB0A"}), bare_id(5)
    ('3EB0A', '3EB0A', '3EB0A', '')
    """
    if isinstance(found, dict):
        found = found.get("_serialized") or found.get("id")
    if not isinstance(found, str):
        return ""
    parts = _ID.fullmatch(found)
    return parts["id"] if parts else found


def whole_id(name: str, chat: str) -> str:
    """The id of a message as WAHA has it: that of one of ours is made of its chat and its bare id.

    >>> whole_id("3EB0A", "628111@c.us"), whole_id("false_628111@c.us_AAAA", "628111@c.us")
    ('true_628111@c.us_3EB0A', 'false_628111@c.us_AAAA')
    """
    return name if _ID.fullmatch(name) else f"true_{chat}_{name}"


def named(found: object, like: object) -> str:
    """A message's name: a customer's with its chat, as it came in, and one of ours by the bare id that its receipts have.

    What has no chat is of that of `like`.

    >>> named("AAAA", "false_628111@c.us_BBBB"), named("true_628111@c.us_CCCC", "")
    ('false_628111@c.us_AAAA', 'CCCC')
    """
    if not isinstance(found, str) or not found:
        return ""
    if found.startswith("true_"):
        return bare_id(found)
    parts = _ID.fullmatch(like) if isinstance(like, str) and "_" not in found else None
    if parts is None:
        return found
    return f"{parts['whose']}_{parts['chat']}_{found}" + (f"_{parts['who']}" if parts["who"] else "")


def read_event(document: dict[str, Any], made: Made, clock: Callable[[], float]) -> WebhookContent:
    """Read one event; `made` completes each message. Raises any error if it has not the form of one."""
    event, payload = document["event"], document["payload"]
    if event in ("message.ack", "message.ack.group"):
        return _ack(payload, clock())
    if event == "session.status":
        at = _told_at(document)
        if at is not None and clock() - at > DAY:  # a state that somebody sends again must not take the place of the one that is
            return WebhookContent(left_out=("session.status older than a day",))
        return replace(_status(payload), restriction_at=at)
    if event in KNOWN:
        return WebhookContent()
    if event == "message.revoked":
        payload = {**(payload.get("after") or payload.get("before") or {}), "revokedMessageId": payload["revokedMessageId"]}
    read = _READERS.get(event)
    if read is None:
        return WebhookContent(left_out=(f"event {str(event)[:40]}",))
    if payload.get("fromMe"):
        return WebhookContent(echoes=_echo(payload)) if read is _message else WebhookContent()
    chat, sender = _people(payload)
    if not (chat or sender.address):
        return WebhookContent(left_out=("message of no person",))
    message = read(payload, text(document.get("id")))
    group = {"chat": "group", "group": chat} if chat else {}
    whole = {"sender": sender, "sent_at": _time(payload.get("timestamp")), **group, **message}
    return WebhookContent(messages=(made(Message(**whole)),))


def _people(payload: dict[str, Any]) -> tuple[str, Sender]:
    """The group of a message, if it is of one, and its sender: with number and lid, as far as the engine tells both."""
    data = payload.get("_data") or _NOTHING
    key, info = data.get("key") or _NOTHING, data.get("Info") or _NOTHING
    whole = _ID.fullmatch(text(payload.get("id")))
    chat = payload.get("from") or (whole["chat"] if whole else "")
    name = data.get("pushName") or info.get("PushName") or data.get("notifyName") or ""
    others = [info.get("Sender"), info.get("SenderAlt"), key.get("participantAlt"), key.get("participantPn")]
    if group := group_in(chat):
        who = payload.get("participant") or payload.get("author") or (whole["who"] if whole else "")
        return group, sender_of([who, *others], name)
    return "", sender_of([chat, key.get("remoteJidAlt"), key.get("senderPn"), *others], name) if is_person(plain(chat)) else Sender()


def _echo(payload: dict[str, Any]) -> tuple[Echo, ...]:
    """A message that the owner wrote by hand; not what programs send by WAHA, such as this bot."""
    if payload.get("source") == "api":
        return ()
    whole, at = _ID.fullmatch(payload["id"]), _time(payload.get("timestamp"))
    if whole is None or at is None:
        raise ValueError("it has no id or no time")
    data = payload.get("_data") or _NOTHING
    others = [(data.get("Info") or _NOTHING).get("RecipientAlt"), (data.get("key") or _NOTHING).get("remoteJidAlt")]
    group, to = group_in(whole["chat"]), sender_of([whole["chat"], *others])
    ours = whole["id"] if _OURS.fullmatch(whole["id"]) else ""
    if not (group or to.address):
        return ()
    return (Echo(id=whole["id"], to=to, at=at.timestamp(), group=group, outbound_id=ours, text=text(payload.get("body"))),)


def _message(payload: dict[str, Any], _event: str) -> dict[str, Any]:
    body, location, cards = text(payload.get("body")), payload.get("location"), payload.get("vCards")
    replied = payload.get("replyTo") or _NOTHING
    found: dict[str, Any] = {"text": body, "id": payload["id"], "reply_to": named(replied.get("id"), payload["id"])}
    if payload.get("hasMedia"):
        return {**found, "kind": "media", "attachments": (_attachment(payload.get("media") or _NOTHING),)}
    if location:
        return {**found, "kind": "location", "text": "", "location": _location(location)}
    if cards:
        return {**found, "kind": "contact", "text": "", "contacts": tuple(map(read_card, cards))}
    return found if body else {**found, "kind": "unsupported"}


def _attachment(media: Mapping[str, Any]) -> Attachment:
    mime = text(media.get("mimetype"))
    kind = "sticker" if mime == "image/webp" else kind_of_mime(mime)
    voice = kind == "audio" and "opus" in mime
    return Attachment(kind, mime=mime, name=text(media.get("filename")), voice=voice, handle=text(media.get("url")))


def _location(found: dict[str, Any]) -> SharedLocation:
    lat, lng = degrees(found.get("latitude")), degrees(found.get("longitude"))
    name = text(found.get("name") or found.get("description"))
    return SharedLocation(lat, lng, name=name, address=text(found.get("address")))


def _reaction(payload: dict[str, Any], event: str) -> dict[str, Any]:
    found = payload["reaction"]
    reaction = Reaction(emoji=text(found["text"]), to=named(found["messageId"], payload["id"]))
    return {"text": "", "kind": "reaction", "id": event or payload["id"], "reaction": reaction}


def _edit(payload: dict[str, Any], event: str) -> dict[str, Any]:
    edits = named(payload["editedMessageId"], payload["id"])
    return {"text": text(payload.get("body")), "kind": "edit", "id": event or f"{payload['id']} edited", "edits": edits}


def _deletion(payload: dict[str, Any], event: str) -> dict[str, Any]:
    deletes = named(payload["revokedMessageId"], payload.get("id"))
    return {"text": "", "kind": "deletion", "id": event or f"{deletes} deleted", "deletes": deletes}


def _ack(payload: dict[str, Any], now: float) -> WebhookContent:
    ack = payload["ack"]
    if type(ack) is not int or ack not in set(Ack):
        return WebhookContent(left_out=(f"ack {str(ack)[:40]}",))
    id_ = bare_id(payload["id"])
    if not payload.get("fromMe") or ack == Ack.PENDING:
        return WebhookContent()
    if not id_:
        raise ValueError("it has no id")
    ours = id_ if _OURS.fullmatch(id_) and ack != Ack.ERROR else ""
    return WebhookContent(receipts=(Receipt(id=id_, ack=Ack(ack), at=now, error=GAVE_UP if ack == Ack.ERROR else "", message=ours),))


def _told_at(document: Mapping[str, Any]) -> float | None:
    """The time of an event, in epoch seconds, if it has one."""
    at = document.get("timestamp")  # in milliseconds
    return float(at) / 1000 if type(at) in (int, float) else None  # type: ignore[arg-type]  # one of the two


def _status(payload: dict[str, Any]) -> WebhookContent:
    """The state of the session, of which only this counts here: until when WhatsApp takes nothing to strangers."""
    data = payload.get("data") or _NOTHING
    lock, capping = data.get("reachoutTimelock"), data.get("messageCapping")
    if isinstance(lock, dict):
        until = float(lock["timeEnforcementEnds"]) if lock["isActive"] else 0.0
        return WebhookContent(restricted_until=until, restriction=RESTRICTED.format(code=463))
    if isinstance(capping, dict):
        until = float(capping["cycleEnd"]) if capping["cappingStatus"] == "CAPPED" else 0.0
        return WebhookContent(restricted_until=until, restriction=RESTRICTED.format(code=475))
    return WebhookContent()


def _time(seconds: object) -> datetime | None:
    if type(seconds) not in (int, float):
        return None
    return datetime.fromtimestamp(float(seconds), UTC)  # type: ignore[arg-type]  # one of the two


_READERS: Mapping[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "message": _message,
    "message.any": _message,
    "message.reaction": _reaction,
    "message.edited": _edit,
    "message.revoked": _deletion,
}
