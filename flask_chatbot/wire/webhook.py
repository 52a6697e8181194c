"""The contract's JSON: a webhook's body becomes a `Message`, replies become its answer. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring as quoted

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.contents import Reaction
from flask_chatbot.core.values.menus import Buttons, List
from flask_chatbot.core.values.messages import Message, Sender
from flask_chatbot.core.values.replies import ALL_KINDS, TEXT_LIMIT, Location, Reply, Text
from flask_chatbot.core.values.reply_kinds import ReplyKind
from flask_chatbot.errors import BadPayload
from flask_chatbot.wire.strict_json import Number, clipped_repr, read_json

EXAMPLE = '{"keyword": "halo", "data": {"nama": "Jhon Doe", "nohp": "6281234567890"}, "webhookkey": "YOUR-KEY", "from": "6281234567890"}'
Item = str  # one entry of "reply", as JSON
_CONTAINERS = (list, dict)
_PARTS = 'Send the parts as a list of strings, such as "data": ["Jhon Doe", "jhon@example.com"].'
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# A key up to its "=", perhaps of percent signs, or the first part of several.
_FORM = re.compile(rb"\s*(?:[\w.~+%\[\]-]{1,200}=|--[^\r\n]{1,80}\r?\nContent-Disposition:)", re.IGNORECASE)
# The answer's frame never changes, so only its texts are left to encode: what `json` would do for the whole costs four times that.
_item = '{{"type":"{}","content":{}}}'.format  # of a type and its content as JSON


def read_object(body: bytes, *, content_type: str = "", example: str = EXAMPLE) -> dict[str, object]:
    """The JSON object in a request body, whatever its content type; raises `BadPayload` for anything else.

    A sender of form data is shown the `example`, a body that would be accepted.

    >>> read_object(b'{"keyword": "halo"}', content_type="application/x-www-form-urlencoded")
    {'keyword': 'halo'}
    """
    try:
        document = read_json(body)
    except BadPayload:
        if not body or body.isspace():
            raise BadPayload(tr("The body is empty. Send a JSON object.")) from None
        if is_form(body, content_type):
            raise BadPayload(tr("The body is a form. Send JSON. For example: {example}", example=example)) from None
        raise
    if not isinstance(document, dict):
        raise BadPayload(tr("The body is {kind}. Send a JSON object.", kind=kind_in_json(document)))
    return document


def is_form(body: bytes, content_type: str) -> bool:
    """True if a body that is not JSON comes from a form. Some clients label JSON as a form, and the other way round.

    >>> is_form(b"keyword=halo&from=628", "application/json"), is_form(b'{"keyword": "halo",}', "application/x-www-form-urlencoded")
    (True, False)
    """
    if body.lstrip()[:1] in (b"{", b"["):
        return False
    return content_type.partition(";")[0].strip().lower() in _FORMS or _FORM.match(body) is not None


def read_webhook(document: Mapping[str, object], *, line: str | None = None) -> Message:
    """The message of a webhook's JSON object; raises `BadPayload` naming the wrong key.

    The text is rebuilt from `keyword` and `data`. The sender's number is the value of `from`, as text: it is never refused. Only without it
    is ``data.nohp`` the sender.

    >>> read_webhook({"keyword": "penawaran#", "data": ["Jhon Doe", "2"], "from": "628111"}).text
    'penawaran#Jhon Doe#2'
    """
    keyword = document.get("keyword")
    if type(keyword) is not str:
        fact = f"'keyword' is {kind_in_json(keyword)}."
        raise BadPayload(f'{fact} Send the customer\'s keyword, or the whole text, as a string, such as "keyword": "halo".')
    data = document.get("data")
    number, name = _named(document.get("from")), ""
    if isinstance(data, list):
        keyword = _joined(keyword, data)
    elif isinstance(data, dict):
        if data and all(map(str.isdecimal, data)):  # how PHP writes a list with gaps
            raise BadPayload(
                f"'data' is an object with the key {clipped_repr(next(iter(data)))}. {_PARTS} In PHP, array_values() makes a list."
            )
        number, name = number or _named(data.get("nohp")), _named(data.get("nama"))
    elif not (data is None or data is False or (type(data) is str and (not data or data.isspace()))):  # ways to say that there are none
        raise BadPayload(f"'data' is {kind_in_json(data)}. {_PARTS} Or send an object with 'nama' and 'nohp'.")
    return Message(text=keyword, sender=Sender(number=number, name=name), line=line)


def _joined(keyword: str, parts: list[object]) -> str:
    """The text that a customer wrote, as far as it can be reconstructed; a keyword may come with or without its ``#``."""
    for place, part in enumerate(parts):
        if isinstance(part, _CONTAINERS):
            raise BadPayload(f"'data[{place}]' is {kind_in_json(part)}. {_PARTS}")
    if not parts:
        return keyword
    stem = keyword.rstrip()
    return f"{stem}{'' if stem.endswith('#') else '#'}{'#'.join([part if type(part) is str else _opaque(part) for part in parts])}"


def _opaque(value: object) -> str:
    """Any JSON value as text; null is empty.

    >>> _opaque(Number("6282386")), _opaque(True), _opaque(None), _opaque(["a"])
    ('6282386', 'true', '', '["a"]')
    """
    if isinstance(value, str):
        return str(value)
    return "" if value is None else _ENCODER.encode(value)


def _named(value: object) -> str:
    """A JSON value as a person's text; white space, an empty list and an empty object name nobody.

    >>> _named(" 628111"), _named(" "), _named([])
    (' 628111', '', '')
    """
    text = value if type(value) is str else _opaque(value)
    return "" if text.isspace() or text in ("[]", "{}") else text


def kind_in_json(value: object) -> str:
    """The JSON type of a value, for a message.

    >>> kind_in_json([]), kind_in_json(None)
    ('a list', 'missing or null')
    """
    return _KINDS.get(type(value), tr("a list"))


def write_replies(replies: Iterable[Reply]) -> bytes:
    """The contract's answer. Parts it has no place for (captions, file names, videos, contact cards) follow as separate texts.

    >>> write_replies([Text("Halo")])
    b'{"success":true,"message":{"reply":[{"type":"message","content":"Halo"}]}}'
    """
    items = ",".join([item for reply in replies for item in _WRITERS[type(reply)](reply)])
    # A rule file can escape half of a surrogate pair into a reply; no answer may fail for it.
    return f'{{"success":true,"message":{{"reply":[{items}]}}}}'.encode("utf-8", "replace")


def write_refusal(message: str) -> bytes:
    """The contract's answer to a refused request.

    >>> write_refusal("Unauthorized")
    b'{"success":false,"message":"Unauthorized"}'
    """
    return f'{{"success":false,"message":{quoted(message)}}}'.encode(errors="replace")


def write_coordinate(location: Location) -> str:
    """``latitude-longitude`` in plain decimals, to 11 cm.

    >>> write_coordinate(Location(-6.2, -70.1))
    '-6.200000--70.100000'
    """
    # A rounded zero keeps its minus; adding 0.0 takes it away.
    return f"{round(location.lat, 6) + 0.0:.6f}-{round(location.lng, 6) + 0.0:.6f}"


def _write_text(reply: Text) -> list[Item]:
    return [f'{{"type":"message","content":{quoted(reply.text)}}}']


def _write_menu(reply: Buttons | List) -> list[Item]:
    return [_item("message", quoted(reply.plain))]


def _texts(*lines: str) -> list[Item]:
    """The lines as one text, or one text each if that would be too long to send."""
    lines = tuple(filter(None, lines))
    if not lines:
        return []
    joined = "\n".join(lines)
    return [_item("message", quoted(text)) for text in ([joined] if len(joined) <= TEXT_LIMIT else lines)]


def _write_parts(kind: ReplyKind) -> Callable[[Reply], list[Item]]:
    """Make a writer of the kind: its required part becomes an item, if the contract has one, and the others texts."""
    others = [part.name for part in reversed(kind.parts) if part.name != kind.needs]

    def write(reply: Reply) -> list[Item]:
        texts = [line for name in others for line in _lines(reply, name)]
        needed = _lines(reply, kind.needs)
        return [_item(kind.wire, *map(quoted, needed)), *_texts(*texts)] if kind.wire else _texts(*texts, *needed)

    return write


def _lines(reply: Reply, name: str) -> tuple[str, ...]:
    """One part of a reply as texts; empty if the name is empty."""
    part = getattr(reply, name) if name else ()
    return part if isinstance(part, tuple) else (str(part),)


def _write_reaction(_: Reaction) -> list[Item]:
    """Nothing: the contract has no reactions, and an emoji as a text would be an answer that nobody wrote."""
    return []


def _write_location(reply: Location) -> list[Item]:
    return [f'{{"type":"location","content":[{{"coordinate":"{write_coordinate(reply)}"}}]}}', *_texts(reply.name)]


_KINDS: dict[type, str] = {
    type(None): tr("missing or null"),
    bool: tr("true or false"),
    Number: tr("a number"),
    str: tr("a string"),
    list: tr("a list"),
    dict: tr("an object"),
}
_WRITERS: dict[type, Callable[..., list[Item]]] = {
    **{kind.make: _write_parts(kind) for kind in ALL_KINDS.values()},
    Text: _write_text,
    Buttons: _write_menu,
    List: _write_menu,
    Location: _write_location,
    Reaction: _write_reaction,
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
