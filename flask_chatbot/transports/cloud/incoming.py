"""Messages that customers wrote, from the JSON of Meta's webhooks. Pure."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_chatbot.core.values.contents import (
    Attachment,
    Choice,
    MediaKind,
    Reaction,
    Referral,
    SharedContact,
    SharedLocation,
)
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import DIGITS_LIMIT, Alias, Scheme
from flask_chatbot.transports.cloud.nodes import Node, degrees, node, nodes, text, whole

FILES: Mapping[str, MediaKind] = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}
UNSUPPORTED = frozenset({"unsupported", "order"})  # kinds that are known, and of which nothing can be made
LATEST = 253_402_300_799  # the end of the year 9999, in epoch seconds
_BSUID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]{1,128}")
_PARENT = re.compile(r"[A-Z]{2}\.ENT\.[0-9A-Za-z]{1,128}")

Parts = dict[str, Any]


def read_message(given: Node, contacts: Sequence[Node], line: str) -> tuple[Message | None, str]:
    """A message, and its kind if nothing or not all of it was understood; `contacts` are those of the same webhook.

    What nobody knows is a message of the kind ``unsupported``: somebody wrote it, and can be informed.
    """
    kind = text(given.get("type"))
    name, sender = text(given.get("id")), sender_of(given, contacts, line)
    if not name or not (sender.number or sender.aliases):
        return None, f"message {kind} without {'a sender' if name else 'an id'}"
    context = node(given.get("context"))
    group = text(given.get("group_id"))
    facts: Parts = {
        "id": name,
        "sender": sender,
        "chat": "group" if group else "private",
        "group": group,
        "line": line,
        "sent_at": sent_at(given),
        "reply_to": text(context.get("id")),
        "forwarded": context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        "referral": _referral(node(given.get("referral"))),
    }
    found = content_of(kind, given)
    left_out = "" if found.get("kind") != "unsupported" or kind in UNSUPPORTED else f"message {kind}"
    return Message(**{**facts, "text": "", **found}), left_out


def content_of(kind: str, given: Node) -> Parts:
    """The parts of a message that its kind has."""
    read = _READERS.get(kind)
    if kind == "contacts":
        found: Parts | None = _contacts(given.get(kind))
    elif kind in FILES:
        found = _file(FILES[kind], node(given.get(kind)))
    else:
        found = read(node(given.get(kind))) if read else None
    return found or {"kind": "unsupported"}


def sender_of(given: Node, contacts: Sequence[Node], line: str) -> Sender:
    """The sender of a message, with the names that the webhook has for them."""
    number, user = text(given.get("from")), text(given.get("from_user_id"))
    contact = _contact(contacts, number, user)
    profile = node(contact.get("profile"))
    names = ids_of(number or text(contact.get("wa_id")), user or text(contact.get("user_id")), _parent(given, contact), line)
    known = {each.scheme: each for each in names}
    return Sender(
        number=known["number"].value if "number" in known else "",
        name=text(profile.get("name")),
        username=text(profile.get("username")),
        aliases=tuple(each for each in names if each.scheme != "number"),
    )


def ids_of(number: str, user: str, parent: str, line: str) -> tuple[Alias, ...]:
    """The names that these are, without what has another form. Meta's ids differ between businesses, so they count for their line."""
    is_number = number.isascii() and number.isdecimal() and number[:1] != "0" and len(number) <= DIGITS_LIMIT
    found: list[tuple[Scheme, str, str]] = [("number", number, "")] if is_number else []
    found += [("bsuid", user, line)] if _BSUID.fullmatch(user) else []
    found += [("parent_bsuid", parent, line)] if _PARENT.fullmatch(parent) else []
    return tuple(Alias(scheme, value, scope) for scheme, value, scope in found)


def sent_at(given: Node) -> datetime | None:
    """The time of a message or a status; None if it says none."""
    at = whole(given.get("timestamp"))
    return datetime.fromtimestamp(at, UTC) if 0 < at <= LATEST else None


def _contact(contacts: Sequence[Node], number: str, user: str) -> Node:
    """The contact that belongs to a message: by its number or id, else the only one there is."""
    for each in contacts:
        if (number and text(each.get("wa_id")) == number) or (user and text(each.get("user_id")) == user):
            return each
    return contacts[0] if len(contacts) == 1 and not (number or user) else {}


def _parent(given: Node, contact: Node) -> str:
    return text(given.get("from_parent_user_id")) or text(contact.get("parent_user_id"))


def _text(given: Node) -> Parts:
    return {"text": text(given.get("body"))}


def _button(given: Node) -> Parts:
    return _choice(text(given.get("payload")), text(given.get("text")))


def _interactive(given: Node) -> Parts | None:
    for kind in ("button_reply", "list_reply"):
        if chosen := node(given.get(kind)):
            return _choice(text(chosen.get("id")), text(chosen.get("title")), text(chosen.get("description")))
    return None


def _choice(name: str, title: str, description: str = "") -> Parts:
    return {"kind": "choice", "text": title, "choice": Choice(name, title, description)}


def _location(given: Node) -> Parts:
    place = SharedLocation(
        degrees(given.get("latitude")), degrees(given.get("longitude")), text(given.get("name")), text(given.get("address"))
    )
    return {"kind": "location", "location": place}


def _reaction(given: Node) -> Parts | None:
    to = text(given.get("message_id"))
    return {"kind": "reaction", "reaction": Reaction(text(given.get("emoji")), to)} if to else None


def _edit(given: Node) -> Parts | None:
    edited, new = text(given.get("original_message_id")), node(given.get("message"))
    found = content_of(text(new.get("type")), new)
    return {"kind": "edit", "edits": edited, "text": found.get("text", "")} if edited and found.get("kind") != "unsupported" else None


def _revoke(given: Node) -> Parts | None:
    deleted = text(given.get("original_message_id"))
    return {"kind": "deletion", "deletes": deleted} if deleted else None


def _file(kind: MediaKind, given: Node) -> Parts | None:
    handle = text(given.get("id"))
    if not handle:
        return None
    found = Attachment(
        kind,
        mime=text(given.get("mime_type")).partition(";")[0].strip(),
        name=text(given.get("filename")),
        size=whole(given.get("file_size")) or None,
        sha256=_digits(text(given.get("sha256"))),
        voice=given.get("voice") is True,
        handle=handle,
    )
    return {"kind": "media", "text": text(given.get("caption")), "attachments": (found,)}


def _contacts(given: object) -> Parts | None:
    found = tuple(_shared(each) for each in nodes(given))
    return {"kind": "contact", "contacts": found} if found else None


def _shared(given: Node) -> SharedContact:
    name, phones = node(given.get("name")), nodes(given.get("phones"))
    numbers = tuple(number for each in phones if (number := text(each.get("wa_id")) or text(each.get("phone"))))
    user = text(given.get("user_id")) or next((text(each.get("user_id")) for each in phones if each.get("user_id")), "")
    return SharedContact(text(name.get("formatted_name")) or text(name.get("first_name")), numbers, user)


def _referral(given: Node) -> Referral | None:
    source = text(given.get("source_id"))
    return Referral(source, text(given.get("headline")), text(given.get("ctwa_clid"))) if source else None


def _digits(sha256: str) -> str:
    """A SHA-256 in hex digits; Meta writes it in base64.

    >>> _digits("RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=")[:16], _digits("AB" * 32)[:4], _digits("x")
    ('44136fa355b3678a', 'abab', '')
    """
    if re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        return sha256.lower()
    try:
        found = base64.b64decode(sha256, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return found.hex() if len(found) == 32 else ""


_READERS: Mapping[str, Callable[[Node], Parts | None]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
}
