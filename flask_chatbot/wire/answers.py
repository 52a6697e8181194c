"""The contract's JSON from the other side: reads another webhook's answer into replies. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask_chatbot.core.values.long_texts import split_text
from flask_chatbot.core.values.replies import MEDIA, REPLIES_LIMIT, ContactCard, Location, Media, Reply, Text
from flask_chatbot.wire.strict_json import Number
from flask_chatbot.wire.webhook import read_object

_COORDINATE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)", re.ASCII)
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)


class _Unknown(ValueError):
    """A reply of a type that the contract does not have: the whole answer must mean something else."""


@dataclass(frozen=True, slots=True)
class ForwardAnswer:
    """The replies of an answer, and a sentence for each part that is not sent: places and counts, never its text."""

    replies: tuple[Reply, ...] = ()
    problems: tuple[str, ...] = ()


def read_answer(body: bytes) -> ForwardAnswer:
    """Read a webhook's answer; raise `BadPayload` if it is not a JSON object.

    The list of replies is under ``message.reply``, or is ``message`` itself.

    >>> read_answer(b'{"success": true, "message": {"reply": [{"type": "message", "content": "Halo"}]}}').replies
    (Text(text='Halo'),)
    >>> read_answer(b'{"success": true, "message": [{"type": "message", "content": "Halo"}], "reply": []}').replies
    (Text(text='Halo'),)
    >>> read_answer(b'{"success": false, "message": "Unauthorized"}')
    ForwardAnswer(replies=(), problems=("it does not say 'success': true",))
    """
    document = read_object(body)
    if document.get("success") is not True:
        return ForwardAnswer(problems=("it does not say 'success': true",))
    try:
        items = _items(document)
    except ValueError as error:
        return ForwardAnswer(problems=error.args)
    replies: list[Reply] = []
    problems: list[str] = []
    for place, item in enumerate(items, 1):
        try:
            replies.extend(_replies(item))  # what was read before it raised stays
        except _Unknown as error:
            return ForwardAnswer(problems=(f"reply {place} of {len(items)} {error}, so nothing is sent",))
        except ValueError as error:
            problems.append(f"reply {place} of {len(items)} {error}")
    if len(replies) > REPLIES_LIMIT:
        problems.append(f"of {len(replies)} replies, the first {REPLIES_LIMIT} are sent")
    return ForwardAnswer(tuple(replies[:REPLIES_LIMIT]), tuple(problems))


def _items(document: Mapping[str, object]) -> list[object]:
    message = document.get("message")
    if isinstance(message, dict) and "reply" in message:
        message = message["reply"]
    elif not message and isinstance(document.get("reply"), list):
        message = document["reply"]
    if isinstance(message, list):
        return message
    if isinstance(message, dict) and message and all(name.isdigit() for name in message):
        return list(message.values())  # what PHP makes of a list with a gap
    raise ValueError("its 'message' has no list of replies")


def _replies(item: object) -> Iterator[Reply]:
    """Yield the replies of one item; a ValueError completes a sentence about it."""
    if not isinstance(item, dict):
        raise ValueError("is no object")
    kind = item.get("type")
    read = _READERS.get(kind.strip().lower()) if isinstance(kind, str) else None
    if read is None:
        raise _Unknown("is of an unknown type")
    yield from read(item.get("content"))


def _read_text(content: object) -> Iterator[Reply]:
    if not isinstance(content, str):
        raise ValueError("has no text as its content")
    if not content.strip():
        raise ValueError("has an empty text")
    yield from map(Text, split_text(content))


def _read_location(content: object) -> Iterator[Reply]:
    places = content if isinstance(content, list) else [content]
    if not places:
        raise ValueError("has no coordinate")
    for place in places:
        written = place.get("coordinate") if isinstance(place, dict) else place
        found = _COORDINATE.fullmatch(written.strip()) if isinstance(written, str) else None
        if not found:
            raise ValueError("has a coordinate that is not written as latitude-longitude")
        lat, lng = float(found[1]), float(found[2])
        if abs(lat) > 90 or abs(lng) > 180:
            raise ValueError("has a coordinate that is nowhere on earth")
        yield Location(lat, lng)


def _read_file(make: type[Media]) -> Callable[[object], Iterator[Reply]]:
    def read(content: object) -> Iterator[Reply]:
        if not isinstance(content, str) or not _WEB_ADDRESS.fullmatch(content.strip()):
            raise ValueError("has no web address as its content")
        yield make(content.strip())

    return read


def _read_contact(content: object) -> Iterator[Reply]:
    for card in content if isinstance(content, list) and content else [content]:
        name = card.get("name") if isinstance(card, dict) else None
        numbers = card.get("numbers") if isinstance(card, dict) else None
        known = [str(number).strip() for number in numbers if isinstance(number, str)] if isinstance(numbers, list) else []
        if not isinstance(name, str) or isinstance(name, Number) or not name.strip() or not any(known):
            raise ValueError("has no name with numbers as its content")
        yield ContactCard(name.strip(), tuple(filter(None, known)))


_READERS: dict[str, Callable[[object], Iterator[Reply]]] = {
    "message": _read_text,
    "location": _read_location,
    "contact": _read_contact,
    **{name: _read_file(make) for name, make in MEDIA.items()},
}
