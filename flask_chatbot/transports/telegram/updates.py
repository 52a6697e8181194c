"""Updates of the Bot API as the bot's own values: messages, taps, edits and reactions. Pure.

What Telegram sends is described at https://core.telegram.org/bots/api#update. In groups, only what is meant for the bot counts: commands,
messages that mention it, and answers to its own.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask_chatbot.core.values.contents import (
    Attachment,
    Choice,
    MediaKind,
    Reaction,
    SharedContact,
    SharedLocation,
)
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.people import Alias
from flask_chatbot.transports.cloud.nodes import Node, degrees, node, nodes, text, whole
from flask_chatbot.transports.telegram.bodies import BY_ID
from flask_chatbot.transports.telegram.names import message_name

ALLOWED = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
LATEST = 4_102_444_800  # the year 2100, in epoch seconds
_FILES: dict[str, MediaKind] = {
    "animation": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "video": "video",
    "video_note": "video",
    "voice": "audio",
}
# Content that no field of a message stands for: shown to the bot as such, so that it can say so.
_UNSUPPORTED = ("poll", "dice", "game", "story", "invoice", "paid_media", "checklist", "giveaway")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?=\s|$|#)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The bot as Telegram knows it."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The content of an update: a message, the tap to acknowledge, a group with its name, or the kind of what is left out."""

    message: Message | None = None
    tap: str = ""
    group: tuple[str, str] = ("", "")
    left_out: str = ""


def read_update(update: Node, me: Me) -> Read:
    """Read an update."""
    kind = next((name for name in ALLOWED if isinstance(update.get(name), dict)), "")
    found, name = node(update.get(kind)), f"update {whole(update.get('update_id'))}"
    if not kind:
        return Read(left_out="update " + ", ".join(sorted(update.keys() - {"update_id"}))[:40])
    if kind == "callback_query":
        return _read_tap(found, name)
    chat = node(found.get("chat"))
    group = _group(chat)
    known = Read(group=(group, text(chat.get("title"))))
    if kind == "my_chat_member":
        return known
    who = node(found.get("from") or found.get("user"))
    if text(chat.get("type")) == "channel" or not who or who.get("is_bot"):
        return replace(known, left_out="message of a channel or a bot")
    if kind == "message_reaction":
        return replace(known, message=_reaction(found, name, group))
    made = _content(found, me)
    if made is None:
        return replace(known, left_out="message of an unknown kind")
    if group and not _is_meant(found, me):
        return known
    if kind == "edited_message":
        edit = _edit(made, name)
        return replace(known, message=edit and _placed(edit, found, group))
    return replace(known, message=_placed(made, found, group))


def _group(chat: Node) -> str:
    """The id of a group, which Telegram has below zero; empty for a private chat."""
    return str(abs(whole(chat.get("id")))) if text(chat.get("type")) in ("group", "supergroup") else ""


def sender_of(user: Node) -> Sender:
    """A user as the sender of a message.

    >>> sender_of({"id": 77001234, "first_name": "Budi", "last_name": "S", "username": "budi_s"}).name
    'Budi S'
    """
    names = (text(user.get("first_name")), text(user.get("last_name")))
    id_ = whole(user.get("id"))
    return Sender(
        name=" ".join(filter(None, names)),
        username=text(user.get("username")),
        aliases=(Alias("telegram", str(id_)),) if id_ else (),
    )


def _placed(message: Message, found: Node, group: str) -> Message:
    """The message with its sender, its chat and its time."""
    return replace(
        message,
        sender=sender_of(node(found.get("from"))),
        chat="group" if group else "private",
        group=group,
        sent_at=datetime.fromtimestamp(min(max(whole(found.get("edit_date") or found.get("date")), 0), LATEST), UTC),
    )


def _name(found: Node) -> str:
    chat, message = whole(node(found.get("chat")).get("id")), whole(found.get("message_id"))
    if not (chat and message):
        raise ValueError("it has no id, or no chat")
    return message_name(chat, message)


def _content(found: Node, me: Me) -> Message | None:
    """The content of a message; None for news of a group and the like."""
    replied = node(found.get("reply_to_message"))
    base = Message(
        text=plain_text(text(found.get("text")), me),
        id=_name(found),
        reply_to=_name(replied) if replied else "",
        forwarded="forward_origin" in found,
    )
    if "text" in found:
        return base
    if attachment := _attachment(found):
        return replace(base, kind="media", text=text(found.get("caption")), attachments=(attachment,))
    if "location" in found:
        return replace(base, kind="location", location=_location(found))
    if "contact" in found:
        return replace(base, kind="contact", contacts=(_contact(node(found["contact"])),))
    return replace(base, kind="unsupported") if any(name in found for name in _UNSUPPORTED) else None


def plain_text(written: str, me: Me) -> str:
    """A text as rules match it: a command without its slash and the bot's name, and its underscores as spaces.

    What follows ``/start`` in a link to the bot stands for itself. A mention of the bot at the beginning or the end goes.

    >>> me = Me(id=1, username="toko_bot", name="Toko")
    >>> [plain_text(each, me) for each in ("/menu@toko_bot", "/daftar_harga kopi", "/start promo", "/start", "harga?", "@toko_bot harga")]
    ['menu', 'daftar harga kopi', 'promo', 'start', 'harga?', 'harga']
    """
    found = _COMMAND.match(written)
    if found is None:
        return _without_mention(written, me)
    rest = written[found.end() :]
    if found[1].lower() == "start" and rest.strip():
        return rest.strip().replace("_", " ")
    return found[1].replace("_", " ") + rest


def _without_mention(written: str, me: Me) -> str:
    name = re.escape(me.username)
    left = re.sub(rf"^@{name}\b[\s,:]*|\s*@{name}\s*$", "", written, flags=re.IGNORECASE) if me.username else written
    return left if left.strip() else written


def _is_meant(found: Node, me: Me) -> bool:
    """True if a message in a group is for the bot."""
    if whole(node(node(found.get("reply_to_message")).get("from")).get("id")) == me.id:
        return True
    written = text(found.get("text")) or text(found.get("caption"))
    command = _COMMAND.match(written)
    if command is not None:
        return not command[2] or command[2].lower() == me.username.lower()
    named = any(whole(node(each.get("user")).get("id")) == me.id for each in nodes(found.get("entities")))
    return named or (bool(me.username) and re.search(rf"@{re.escape(me.username)}\b", written, re.IGNORECASE) is not None)


def _attachment(found: Node) -> Attachment | None:
    photos = nodes(found.get("photo"))
    if photos:
        return _file("image", max(photos, key=lambda each: whole(each.get("file_size"))))
    name = next((name for name in _FILES if isinstance(found.get(name), dict)), "")
    return _file(_FILES[name], node(found[name]), voice=name == "voice") if name else None


def _file(kind: MediaKind, file: Node, *, voice: bool = False) -> Attachment:
    return Attachment(
        kind,
        mime=text(file.get("mime_type")),
        name=text(file.get("file_name")),
        size=whole(file.get("file_size")) or None,
        voice=voice,
        handle=text(file.get("file_id")),
    )


def _location(found: Node) -> SharedLocation:
    place, venue = node(found["location"]), node(found.get("venue"))
    return SharedLocation(
        degrees(place.get("latitude")), degrees(place.get("longitude")), text(venue.get("title")), text(venue.get("address"))
    )


def _contact(card: Node) -> SharedContact:
    name = " ".join(filter(None, (text(card.get("first_name")), text(card.get("last_name")))))
    number = text(card.get("phone_number"))
    user = whole(card.get("user_id"))
    return SharedContact(name, (number,) if number else (), f"{user}@telegram" if user else "")


def _edit(message: Message, name: str) -> Message | None:
    """The edit that turned a message into this one; None if there are no words in it, such as a place that moves on."""
    return Message(text=message.text, kind="edit", edits=message.id or "", id=name) if message.text else None


def _reaction(found: Node, name: str, group: str) -> Message:
    now = [text(each.get("emoji")) for each in nodes(found.get("new_reaction"))]
    made = Message(text="", kind="reaction", id=name, reaction=Reaction(next(filter(None, now), ""), _name(found)))
    return _placed(made, {**found, "from": found.get("user")}, group)


def _read_tap(found: Node, name: str) -> Read:
    """A tap on a button, which is to be acknowledged, or the button turns for a minute."""
    shown, data = node(found.get("message")), text(found.get("data"))
    rows: list[Any] = node(shown.get("reply_markup")).get("inline_keyboard") or []
    buttons = [button for row in rows if isinstance(row, list) for button in nodes(row)]
    title = next((text(button.get("text")) for button in buttons if button.get("callback_data") == data), "")
    chosen = data.removeprefix(BY_ID) if data.startswith(BY_ID) else title
    tap, group = text(found.get("id")), _group(node(shown.get("chat")))
    if not chosen or not shown:
        return Read(tap=tap, left_out="tap on an unknown button")
    made = Message(text=title or chosen, kind="choice", choice=Choice(chosen, title or chosen), id=name, reply_to=_name(shown))
    return Read(message=_placed(made, {**shown, "from": found.get("from")}, group), tap=tap)
