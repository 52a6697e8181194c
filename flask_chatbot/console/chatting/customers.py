"""Customers on the chat page: who writes, when, by which line, and what: a text, a picture, a place, or a tap on a button."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask_chatbot.console.marks import shown
from flask_chatbot.console.visits import Visit
from flask_chatbot.core.language.numbers import InvalidNumber, normalize_phone, read_number
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Attachment, Choice, SharedLocation
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.transports.phones import Phone

CUSTOMER = "6281200000000"
TEXT_LIMIT = 4096  # characters
GROUP = "120363000000000001"
PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")  # one dot
KINDS = {"text": tr("a text"), "image": tr("a picture, with the text below it"), "location": tr("a place: latitude, longitude")}


class Unwritable(ValueError):
    """There is nothing to send; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The customer who writes on the page, by a line, which is empty without a transport, and at a `time` of day if that is not now."""

    number: str = CUSTOMER
    name: str = ""
    in_group: bool = False
    line: str = ""
    time: str = ""

    @classmethod
    def read(cls, visit: Visit, given: Mapping[str, str]) -> "Customer":
        """The customer that a form or an address names."""
        number = shown(given.get("number", "").strip()[:40]) or CUSTOMER
        country = visit.console.bots.own.book.locale.country
        if not isinstance(read_number(number, country), InvalidNumber):
            number = normalize_phone(number, country)
        lines, line = visit.console.lines(), given.get("line", "")
        return cls(
            number=number,
            name=shown(given.get("name", "").strip()[:60]),
            in_group=given.get("chat") == "group",
            line="" if lines is None else line if line in lines.names else lines.names[0],
            time=read_time(given.get("time", "")),
        )

    def message(self, content: Message) -> Message:
        """A message of theirs."""
        written = replace(content, sender=Sender(number=self.number, name=self.name), line=self.line or None)
        return replace(written, chat="group", group=GROUP) if self.in_group else written

    def moment(self, now: datetime) -> datetime:
        """The moment at which they write: today, at their time of day; `now` without one."""
        if not self.time:
            return now
        hour, minute = map(int, self.time.split(":"))
        return now.replace(hour=hour, minute=minute, second=0, microsecond=0)


def read_time(given: str) -> str:
    """A time of day as browsers write it; empty for anything else.

    >>> read_time("21:30"), read_time("25:00"), read_time("")
    ('21:30', '', '')
    """
    try:
        return f"{datetime.strptime(given, '%H:%M'):%H:%M}"  # noqa: DTZ007  of no day
    except ValueError:
        return ""


def read_content(form: Mapping[str, str]) -> Message:
    """The content of a message that a form sends, without its sender. Raises `Unwritable`."""
    if tapped := form.get("tap", ""):
        id_, _, title = tapped.partition("|")
        return Message(text=title[:TEXT_LIMIT], kind="choice", choice=Choice(id_[:200], title[:TEXT_LIMIT]))
    text = form.get("text", "")[:TEXT_LIMIT].strip()
    if form.get("kind") == "image":
        return Message(text=text, kind="media", attachments=(Attachment(kind="image", mime="image/png", name="foto.png"),))
    if form.get("kind") == "location":
        return Message(text="", kind="location", location=_place(text))
    if not text:
        raise Unwritable(tr("Write a text first."))
    return Message(text=text)


def _place(text: str) -> SharedLocation:
    lat, _, lng = text.partition(",")
    try:
        place = SharedLocation(float(lat), float(lng))
    except ValueError:
        place = None
    if place is None or not place.is_on_earth:
        raise Unwritable(tr("Write a latitude and a longitude, such as 0.5333, 101.45."))
    return place


def does(phone: Phone, content: Message, group: str) -> Message:
    """Let a simulated phone send such a message, as the bot gets it; raises `Unwritable` if the phone cannot."""
    try:
        if group:
            phone.joins(group)
        if content.choice is not None:
            return phone.taps(content.choice.title)
        if content.location is not None:
            return phone.shares(content.location.lat, content.location.lng, group=group)
        if content.attachments:
            return phone.sends(image=PICTURE, caption=content.text, group=group)
        return phone.writes(content.text, group=group)
    except ValueError as error:
        raise Unwritable(str(error)) from error
