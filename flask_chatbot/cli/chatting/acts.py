"""Lines of a conversation that begin with a slash: ``/image foto.jpg`` and others, for what is no text.

>>> read_line("/location -6.2, 106.8 Kantor Pusat")
TypedAct(name='location', words='-6.2, 106.8 Kantor Pusat')
>>> read_line("/start") is None
True
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol, Unpack, cast

from flask_chatbot.core.translation.translatable import Translatable, reason_of, system_reason, tr
from flask_chatbot.core.values.contents import FILE_LIMIT, SharedLocation
from flask_chatbot.core.values.messages import Message
from flask_chatbot.transports.kept_files import SentFile

HELP = "/help"
HOW_TO_SEND = tr(
    """\
/image FILE [caption]        a picture; /audio, /voice, /video, /document and /sticker likewise
/location LAT LNG [name]     a place, in degrees: /location -6.2 106.8 Kantor Pusat
/contact NAME NUMBER         somebody's card
/tap WORDS                   a button, or an entry of a list
/react EMOJI                 a reaction to the last answer
/edit TEXT, /delete          another text for your last message, or none
/why                         the reasons for the last answer
A name of a file with spaces stands in quotes. What begins with another slash is sent as it is written."""
)
FILES = ("image", "audio", "voice", "video", "document", "sticker")
_PLACE = re.compile(r"(-?\d+(?:\.\d+)?)[,\s]\s*(-?\d+(?:\.\d+)?)(?:\s+(.*))?", re.DOTALL)
_CARD = re.compile(r"(.*?)\s+(\+?[\d][\d .-]*)")
_LINE = re.compile(r"/([a-z]+)(?:\s+(.*))?", re.DOTALL)


class TypedAct(NamedTuple):
    """A line that stands for something else than its text: its command, and what follows it."""

    name: str
    words: str


class CannotDo(Exception):
    """Raised for a line that cannot be done, with a sentence that says why."""

    def __init__(self, sentence: Translatable) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class TypingCustomer(Protocol):
    """A customer in the terminal: a simulated phone, or one who talks to the rules alone."""

    def writes(self, text: str) -> Message:
        """Write a text."""

    def sends(self, *, caption: str = "", name: str = "", voice: bool = False, **file: Unpack[SentFile]) -> Message:
        """Send a file."""

    def shares(self, lat: float, lng: float, *, name: str = "") -> Message:
        """Share a place."""

    def shares_contact(self, name: str, *numbers: str) -> Message:
        """Send a card."""

    def taps(self, title: str) -> Message:
        """Tap what a menu shows; raises `ValueError` if none does."""

    def reacts(self, emoji: str) -> Message:
        """React to the last answer; raises `ValueError` if there is none."""

    def edits(self, message: Message, text: str) -> Message:
        """Change the text of a message."""

    def deletes(self, message: Message) -> Message:
        """Delete a message."""


def read_line(line: str) -> TypedAct | None:
    """The act that a line stands for; None if it is a text."""
    found = _LINE.fullmatch(line)
    return TypedAct(found[1], (found[2] or "").strip()) if found is not None and found[1] in _ACTS else None


def do(customer: TypingCustomer, line: str, last: Message | None) -> Message:
    """Write a line, or do what it stands for; `last` is the last message that was written. Raises `CannotDo`."""
    act = read_line(line)
    if act is None:
        return customer.writes(line)
    try:
        return _ACTS[act.name](customer, act, last)
    except ValueError as error:
        raise CannotDo(reason_of(error)) from error


def _send_file(customer: TypingCustomer, act: TypedAct, _last: Message | None) -> Message:
    name, caption = _split_name(act.words)
    path = Path(name).expanduser()
    if not name:
        raise CannotDo(tr("Write the name of a file behind it: /{command} foto.jpg", command=act.name))
    try:
        content = path.read_bytes()
    except OSError as error:
        told = tr("{file} cannot be read: {reason}. Names count from this folder.", file=name, reason=system_reason(error))
        raise CannotDo(told) from error
    if len(content) > FILE_LIMIT:
        raise CannotDo(tr("{file} is larger than 16 MiB, more than WhatsApp takes.", file=name))
    kind = "audio" if act.name == "voice" else act.name
    return customer.sends(caption=caption, name=path.name, voice=act.name == "voice", **cast("SentFile", {kind: content}))


def _split_name(words: str) -> tuple[str, str]:
    """The name of a file, perhaps in quotes, and the caption behind it.

    >>> _split_name("foto.jpg bukti#12"), _split_name('"foto bukti.jpg" ini ya')
    (('foto.jpg', 'bukti#12'), ('foto bukti.jpg', 'ini ya'))
    """
    if words[:1] in ("'", '"') and words.find(words[0], 1) > 0:
        name, _, caption = words[1:].partition(words[0])
    else:
        name, _, caption = words.partition(" ")
    return name, caption.strip()


def _share_place(customer: TypingCustomer, act: TypedAct, _last: Message | None) -> Message:
    found = _PLACE.fullmatch(act.words)
    if found is None or not SharedLocation(float(found[1]), float(found[2])).is_on_earth:
        raise CannotDo(tr("Write degrees behind it, north and east: /location -6.2 106.8"))
    return customer.shares(float(found[1]), float(found[2]), name=found[3] or "")


def _share_contact(customer: TypingCustomer, act: TypedAct, _last: Message | None) -> Message:
    found = _CARD.fullmatch(act.words)
    if found is None:
        raise CannotDo(tr("Write a name and a number behind it: /contact Ani 081234567890"))
    return customer.shares_contact(found[1], found[2])


def _tap(customer: TypingCustomer, act: TypedAct, _last: Message | None) -> Message:
    return customer.taps(act.words)


def _react(customer: TypingCustomer, act: TypedAct, _last: Message | None) -> Message:
    return customer.reacts(act.words)


def _edit(customer: TypingCustomer, act: TypedAct, last: Message | None) -> Message:
    return customer.edits(_written(last), act.words)


def _delete(customer: TypingCustomer, _act: TypedAct, last: Message | None) -> Message:
    return customer.deletes(_written(last))


def _written(last: Message | None) -> Message:
    if last is None:
        raise CannotDo(tr("Nothing has been written yet."))
    return last


_ACTS: dict[str, Callable[[TypingCustomer, TypedAct, Message | None], Message]] = {
    **dict.fromkeys(FILES, _send_file),
    "location": _share_place,
    "contact": _share_contact,
    "tap": _tap,
    "react": _react,
    "edit": _edit,
    "delete": _delete,
}
