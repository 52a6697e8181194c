"""The JSON of the API's endpoints, read into messages to send. Pure.

`SENDS` and `FIELDS` define all of it: the views use them to read, and the OpenAPI description is generated from them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask_chatbot.core.language.addressees import Seen, chat_of_group, chat_with, read_person
from flask_chatbot.core.language.contacts import UnusableNumber, dialled
from flask_chatbot.core.media.file_types import kind_of_name
from flask_chatbot.core.translation.translatable import linked, reason_of, tr
from flask_chatbot.core.values.replies import MEDIA, TEXT_LIMIT, ContactCard, Location, Media, Reply, Text
from flask_chatbot.errors import BadPayload, FetchRefused
from flask_chatbot.wire.strict_json import Number, clipped_repr
from flask_chatbot.wire.template_calls import TEMPLATE, read_template_call
from flask_chatbot.wire.texts import FILLED, Body, text_of
from flask_chatbot.wire.webhook import kind_in_json

T = TypeVar("T")
TARGETS = ("nohp", "groupid")  # whom a message goes to
URL_LIMIT = 4096  # characters
NUMBERS_LIMIT = 100  # telephone numbers of one contact
NUMBER_LIMIT = 60  # characters of one of them
DEFAULT_PAUSE = "2 hours"
OF_PEOPLE = {"checknumber": ("nohp",), "pause": ("nohp", "duration"), "resume": ("nohp",), "optout": ("nohp",), "optin": ("nohp",)}
_LATITUDE = r"^[ \t\r\n]*[+-]?0*(?:90(?:\.0*)?|[0-8]?[0-9](?:\.[0-9]*)?)[ \t\r\n]*$"
_LONGITUDE = r"^[ \t\r\n]*[+-]?0*(?:180(?:\.0*)?|(?:1[0-7]|[0-9])?[0-9](?:\.[0-9]*)?)[ \t\r\n]*$"

# Read are more than these: 1000 hours is no mistake, but a pattern that has it is nobody's to read.
_LENGTH = (
    r"^(?:[1-9][0-9]{0,6} ?(?:seconds?|detik)|[1-9][0-9]{0,4} ?(?:minutes?|menit)|[1-9][0-9]{0,2} ?(?:hours?|jam)"
    r"|(?:[1-9][0-9]?|[12][0-9]{2}) ?(?:days?|hari)|(?:[1-9]|[1-4][0-9]|5[0-2]) ?(?:weeks?|minggu))$"
)


def _degrees(limit: int, pattern: str, example: float) -> dict[str, Any]:
    return {
        "description": f"Degrees (WGS 84), from -{limit} to {limit}: a number, or a text that holds one.",
        "anyOf": [{"type": "number", "minimum": -limit, "maximum": limit}, {"type": "string", "pattern": pattern}],
        "examples": [example],
    }


FIELDS: Mapping[str, Mapping[str, Any]] = {  # a JSON Schema for each
    "nohp": {
        "description": "The number of a person with its country code, digits only. +62 823-86.., 0823.. and 006282.. are read as well. "
        "For people who hide it, an id that a message of theirs brought: CC.1349.. or ..@lid.",
        "type": "string",
        "format": "phone",
        "examples": ["6281234567890"],
    },
    "groupid": {
        "description": "The id of a group, as /api/groups lists it.",
        "type": "string",
        "pattern": r"^[ \t\r\n]*[0-9]{5,32}(?:-[0-9]{1,20})?(?:@g\.us)?[ \t\r\n]*$",
        "examples": ["120363041234567890"],
    },
    "pesan": {
        "description": "The text.",
        "type": "string",
        "pattern": FILLED,
        "maxLength": TEXT_LIMIT,
        "examples": ["Pesanan *Anda* sudah dikirim."],
    },
    "template": TEMPLATE,
    "plain": {
        "description": "The text to send where our connection to WhatsApp has no templates.",
        "type": ["string", "null"],
        "maxLength": TEXT_LIMIT,
        "examples": ["Pesanan *Anda* sudah dikirim."],
    },
    "caption": {"description": "A caption.", "type": ["string", "null"], "maxLength": TEXT_LIMIT, "examples": ["Katalog kami"]},
    "mediaurl": {
        "description": "An http(s) URL of a file of at most 16 MiB, on a public host. It is fetched later; if that fails, the ack is -1.",
        "type": "string",
        "format": "uri",
        "maxLength": URL_LIMIT,
        "examples": ["https://example.com/katalog.pdf"],
    },
    "latitude": _degrees(90, _LATITUDE, 0.5071),
    "longitude": _degrees(180, _LONGITUDE, 101.4478),
    "contact": {
        "description": "A contact card.",
        "type": "object",
        "required": ["name", "numbers"],
        "properties": {
            "name": {"type": "string", "pattern": FILLED, "maxLength": TEXT_LIMIT},
            "numbers": {
                "type": "array",
                "minItems": 1,
                "maxItems": NUMBERS_LIMIT,
                "items": {"type": "string", "format": "phone", "maxLength": NUMBER_LIMIT},
            },
        },
        "examples": [{"name": "Admin", "numbers": ["628111111111"]}],
    },
    "notifyurl": {
        "description": "An http(s) URL to which each change of the ack is POSTed. One that cannot be called does not stop the message.",
        "examples": ["https://example.com/acks"],
    },
    "promo": {
        "description": "True if this is a promotion: numbers that opted out are refused.",
        "type": ["boolean", "null"],
        "examples": [False],
    },
    "line": {
        "description": "The name of the line, where the app has several; with only one, it does not count.",
        "examples": [None],
    },
    "duration": {
        "description": f"How long, as a rule's 'pause' has it, at most 366 days. Without it, {DEFAULT_PAUSE}.",
        "anyOf": [{"type": "string", "pattern": _LENGTH}, {"enum": [None, ""]}],
        "examples": [DEFAULT_PAUSE, "30 menit"],
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A message that the API was asked to send. `notify_url` is as given, even if malformed."""

    chat: str
    reply: Reply
    notify_url: str | None
    promo: bool


@dataclass(frozen=True, slots=True)
class Send:
    """One kind of message: its endpoints for a person and for a group, its required and optional fields, and their reader.

    A field is named by its key in `FIELDS`. With those of `instead` nothing else is needed, and it takes those of `beside`.
    """

    what: str
    endpoints: tuple[str, str]
    needs: dict[str, str]
    takes: dict[str, str]
    read: Callable[[Body], Reply]
    instead: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def read_send(send: Send, endpoint: str, body: Body, country: str, check: Callable[[str], object], *, seen: Seen) -> Call:
    """The message in the body of a call; raises `BadPayload` with a sentence for each wrong field.

    `country` is that of local numbers. Both endpoints of a pair take a number or a group. `check` raises `FetchRefused` for a `mediaurl`
    that may not be fetched; `seen` tells the ids of people and the chats of groups that this line knows.
    """
    usual = TARGETS[send.endpoints.index(endpoint)]
    problems: list[str] = []
    chat = _read_or_note(problems, lambda: _target(body, usual, country, seen))
    reply = _read_or_note(problems, lambda: _checked(_dialled(send.read(body), country), check))
    promo = _read_or_note(problems, lambda: _promo(body))
    if chat is None or reply is None or promo is None:
        raise BadPayload(linked(" ", [*problems, *_hints(send, body)]))
    return Call(chat=chat, reply=reply, notify_url=_notify_url(body), promo=promo)


def _read_or_note(problems: list[str], read: Callable[[], T]) -> T | None:
    """The value that was read, or None after noting one more problem."""
    try:
        return read()
    except BadPayload as problem:
        problems.append(problem.message)
        return None


def _checked(reply: Reply, check: Callable[[str], object]) -> Reply:
    """The reply, after its file's URL is checked."""
    if isinstance(reply, Media):
        try:
            check(reply.url)
        except FetchRefused as error:
            raise BadPayload(tr("'mediaurl': {error}", error=reason_of(error))) from None
    return reply


def read_number(body: Body, country: str) -> str:
    """The number to check; raises `BadPayload` if there is none."""
    return _number(body, country)


def _target(body: Body, usual: str, country: str, seen: Seen) -> str:
    """The chat that a message goes to."""
    given = [name for name in TARGETS if body.get(name) not in (None, "")]
    if len(given) == len(TARGETS):
        raise BadPayload(tr("Both 'nohp' and 'groupid' are present. Send one of them: a message goes to a person or to a group."))
    if (given or [usual])[0] == "nohp":
        return read_someone(body, country, seen)
    try:
        return chat_of_group(text_of(body, "groupid", tr("the id of the group")), seen)
    except ValueError as error:
        raise BadPayload(tr("'groupid': {error}", error=reason_of(error))) from None


def read_someone(body: Body, country: str, seen: Seen) -> str:
    """The chat with the person that a call names by number or id; raises `BadPayload` if there is none."""
    try:
        return chat_with(text_of(body, "nohp", tr("the number")), country, seen)
    except ValueError as error:
        raise BadPayload(tr("'nohp': {error}", error=reason_of(error))) from None


def _number(body: Body, country: str) -> str:
    try:
        return read_person(text_of(body, "nohp", tr("the number")), country)
    except ValueError as error:
        raise BadPayload(tr("'nohp': {error}", error=reason_of(error))) from None


def _promo(body: Body) -> bool:
    promo = body.get("promo")
    if promo is not None and not isinstance(promo, bool):
        raise BadPayload(tr("'promo' is {kind}. Send true or false.", kind=kind_in_json(promo)))
    return bool(promo)


def _notify_url(body: Body) -> str | None:
    url = body.get("notifyurl")
    if url in (None, ""):
        return None
    return str(url) if isinstance(url, str) else json.dumps(url)


def _read_text(body: Body) -> Reply:
    if body.get("template") not in (None, ""):
        return read_template_call(body["template"], _caption(body, tr("the text")))
    return Text(text_of(body, "pesan", tr("the text"), TEXT_LIMIT))


def _read_media(body: Body) -> Reply:
    url = text_of(body, "mediaurl", tr("the URL of the file"), URL_LIMIT).strip()
    return MEDIA[kind_of_name(url)](url, _caption(body))


def _read_location(body: Body) -> Reply:
    return Location(_coordinate(body, "latitude", 90), _coordinate(body, "longitude", 180), _caption(body))


def _read_contact(body: Body) -> Reply:
    contact = body.get("contact")
    if not isinstance(contact, dict):
        raise BadPayload(tr("'contact' is {kind}. Send an object with 'name' and 'numbers'.", kind=kind_in_json(contact)))
    numbers = contact.get("numbers")
    if not isinstance(numbers, list) or not 0 < len(numbers) <= NUMBERS_LIMIT:
        fact = tr("a list of {count}", count=len(numbers)) if isinstance(numbers, list) else kind_in_json(numbers)
        raise BadPayload(tr("'contact.numbers' is {kind}. Send a list of 1 to {limit} numbers.", kind=fact, limit=NUMBERS_LIMIT))
    name = text_of(contact, "name", tr("the name"), TEXT_LIMIT, within="contact.")
    each = {f"numbers[{place}]": number for place, number in enumerate(numbers)}
    return ContactCard(name, tuple(text_of(each, key, tr("each number"), NUMBER_LIMIT, within="contact.").strip() for key in each))


def _dialled(reply: Reply, country: str) -> Reply:
    """The reply, with a contact's numbers as the wire has them."""
    try:
        return dialled(reply, country) if isinstance(reply, ContactCard) else reply
    except UnusableNumber as error:
        raise BadPayload(tr("'contact.numbers[{place}]': {why}", place=error.place, why=error.why)) from None


def _caption(body: Body, what: str = tr("the caption")) -> str:
    return "" if body.get("pesan") in (None, "") else text_of(body, "pesan", what, TEXT_LIMIT, may_be_blank=True)


def _coordinate(body: Body, name: str, limit: int) -> float:
    value = body.get(name)
    way_out = tr("Send degrees from -{limit} to {limit}, such as {example}.", limit=limit, example=FIELDS[name]["examples"][0])
    if not isinstance(value, str):
        raise BadPayload(tr("'{name}' is {kind}. {way_out}", name=name, kind=kind_in_json(value), way_out=way_out))
    is_written = isinstance(value, Number) or re.match(FIELDS[name]["anyOf"][1]["pattern"], value)
    if not is_written or abs(float(value)) > limit:
        raise BadPayload(
            tr("'{name}' is {value}. {way_out}", name=name, value=clipped_repr(value), way_out=way_out)
            if value
            else tr("'{name}' is empty. {way_out}", name=name, way_out=way_out)
        )
    return float(value)


def _hints(send: Send, body: Body) -> Iterator[str]:
    """Yield the right endpoint for a body that has another endpoint's fields and none of this one's."""
    if all(body.get(name) is None for name in send.needs):
        for other in SENDS:
            if all(body.get(name) is not None for name in other.needs):
                yield tr(
                    "This holds {what}: send it to /api/{endpoint}.",
                    what=other.what,
                    endpoint=other.endpoints[body.get("groupid") not in (None, "")],
                )
                return


SENDS = (
    Send(tr("a file"), ("sendmedia", "sendmediatogroup"), {"mediaurl": "mediaurl"}, {"pesan": "caption"}, _read_media),
    Send(
        tr("a location"),
        ("sendlocation", "sendlocationtogroup"),
        {"latitude": "latitude", "longitude": "longitude"},
        {"pesan": "caption"},
        _read_location,
    ),
    Send(tr("a contact"), ("sendcontact", "sendcontacttogroup"), {"contact": "contact"}, {}, _read_contact),
    Send(
        tr("a text"),
        ("sendwa", "sendwatogroup"),
        {"pesan": "pesan"},
        {},
        _read_text,
        instead={"template": "template"},
        beside={"pesan": "plain"},
    ),
)
BY_ENDPOINT: Mapping[str, Send] = {endpoint: send for send in SENDS for endpoint in send.endpoints}


def _example(send: Send, endpoint: str) -> str:
    """A body that an endpoint takes, on one line."""
    target = TARGETS[send.endpoints.index(endpoint)]
    fields = {target: target, **send.needs}
    return json.dumps({name: FIELDS[entry]["examples"][0] for name, entry in fields.items()})


EXAMPLES: Mapping[str, str] = {
    **{endpoint: _example(send, endpoint) for endpoint, send in BY_ENDPOINT.items()},
    **{endpoint: json.dumps({name: FIELDS[name]["examples"][0] for name in names}) for endpoint, names in OF_PEOPLE.items()},
    "row": json.dumps({"state": "siap diambil"}),
}
