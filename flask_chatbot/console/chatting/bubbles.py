"""Bubbles: the messages of a conversation as a phone shows them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from flask_chatbot.console.marks import formatted, shown
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Choice
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message
from flask_chatbot.core.values.outbound import Ack
from flask_chatbot.core.values.replies import ContactCard, Location, Media, Reply, Text, kind_of
from flask_chatbot.core.values.stored import read_reply
from flask_chatbot.core.values.written import reply_text
from flask_chatbot.store.console.conversations import Answered, Written
from flask_chatbot.wire.answers import read_answer

UNKEPT = "unkept"  # the answer of a webhook call
TAKEOVER = "takeover"  # as the store has it, which is slow to load
TICKS = {Ack.PENDING: "pending", Ack.SENT: "sent", Ack.DELIVERED: "delivered", Ack.READ: "read", Ack.PLAYED: "read", Ack.ERROR: "failed"}

TICK_WORDS = {
    "pending": tr("waits to be sent"),
    "sent": tr("sent"),
    "delivered": tr("delivered"),
    "read": tr("read"),
    "failed": tr("not delivered"),
}
KIND_WORDS = {
    "image": tr("Picture"),
    "sticker": tr("Sticker"),
    "audio": tr("Sound"),
    "video": tr("Film"),
    "document": tr("Document"),
    "media": tr("File"),
    "location": tr("Place"),
    "contact": tr("Contact card"),
    "reaction": tr("Reaction"),
    "edit": tr("Changed a message"),
    "deletion": tr("Deleted a message"),
    TAKEOVER: tr("Written on the bot's own phone"),
    UNKEPT: tr("Answered in the reply to the webhook; its text is not kept."),
    "unsupported": tr("Something the bot cannot read"),
}


NO_WORDS = Markup("")
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message. `kind` says how it is drawn: text, file, location, contact, choices, or the kind of an incoming message without text.

    `title`, the `url` of a file, the `place` on a map and `choices` are parts of it; `ticks` is its status if it is ours, `reason` why that
    failed.
    """

    is_ours: bool
    kind: str
    words: Markup = NO_WORDS
    title: str = ""
    url: str = ""
    place: str = ""
    choices: tuple[Choice, ...] = ()
    at: str = ""
    ticks: str = ""
    reason: str = ""
    rule: str = ""
    id: str = ""


def bubbles_of(conversation: Iterable[Written | Answered], locale: Locale, say: Say) -> tuple[Bubble, ...]:
    """The bubbles of what the store keeps of a conversation; `say` makes of each text what the viewer may see of it."""
    return tuple(bubble for each in conversation for bubble in (_stored(each, locale, say), *_called(each, locale, say)))


def dry_bubbles(message: Message, replies: Iterable[Reply]) -> tuple[Bubble, ...]:
    """The bubbles of a message and of its answer, of which nothing is kept."""
    place = message.location
    where = f"{place.lat:.5f},{place.lng:.5f}" if place is not None else ""
    written = Bubble(is_ours=False, kind=message.kind, words=formatted(message.text), title=where, place=where)
    return (written, *sent_bubbles(replies, shown))


def sent_bubbles(replies: Iterable[Reply], say: Say) -> tuple[Bubble, ...]:
    """The bubbles of replies that nothing is kept of; `say` makes of each text what the viewer may see of it."""
    return tuple(_drawn(reply, say) for reply in replies)


def _stored(message: Written | Answered, locale: Locale, say: Say) -> Bubble:
    at = datetime.fromtimestamp(message.at, locale.timezone).strftime("%H:%M")
    if isinstance(message, Answered):
        return _drawn(_reply_of(message.reply), say, at=at, ticks=TICKS[message.ack], reason=say(message.error or ""), id=message.id)
    words = formatted(say(message.text or ""))
    return Bubble(is_ours=message.kind == TAKEOVER, kind=message.kind, words=words, at=at, rule=message.rule or "", id=message.id)


def _called(message: Written | Answered, locale: Locale, say: Say) -> Iterator[Bubble]:
    """Yield what the webhook answered to a message that it brought."""
    if isinstance(message, Answered) or not message.is_call or not message.replies:
        return
    at = datetime.fromtimestamp(message.at, locale.timezone).strftime("%H:%M")
    if message.answer is None:
        yield Bubble(is_ours=True, kind=UNKEPT, at=at)
        return
    for reply in read_answer(message.answer.encode()).replies:
        yield _drawn(reply, say, at=at)


def _reply_of(written: str) -> Reply:
    try:
        return read_reply(written)
    except ValueError:  # of a version that knows more kinds
        return Text("...")


def _drawn(reply: Reply, say: Say, **known: Any) -> Bubble:
    """The bubble of a reply, with what is known of its delivery."""
    if isinstance(reply, Text):
        return Bubble(is_ours=True, kind="text", words=formatted(say(reply.text)), **known)
    if isinstance(reply, Media):
        title = reply.filename or reply.url.rpartition("/")[2]
        return Bubble(is_ours=True, kind=kind_of(reply).name, words=formatted(say(reply.caption)), title=say(title), url=reply.url, **known)
    if isinstance(reply, Location):
        place = f"{reply.lat:.5f},{reply.lng:.5f}"
        return Bubble(is_ours=True, kind="location", title=say(reply.name) or place.replace(",", ", "), place=place, **known)
    if isinstance(reply, ContactCard):
        return Bubble(is_ours=True, kind="contact", title=say(reply.name), words=formatted(say("\n".join(reply.numbers))), **known)
    if isinstance(reply, Buttons | List):
        return Bubble(is_ours=True, kind="text", words=formatted(say(reply.text)), choices=tuple(reply.choices), **known)
    return Bubble(is_ours=True, kind="text", words=formatted(say(reply_text(reply))), **known)
