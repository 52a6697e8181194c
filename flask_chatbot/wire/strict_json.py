"""JSON from strangers: read as the standard defines it, or refused with a sentence. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import BadPayload

DEPTH_LIMIT = 32  # levels of lists and objects
_WHITE = " \t\n\r"  # what JSON lets stand around values

# A string is eaten whole, up to the end of the body where its closing quote is missing: possessive, so that no body makes it slow.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
# Raw NUL is no JSON and a raw surrogate no UTF-8: only these escapes let one into a string.
_RISKY_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class Number(str):
    """A number exactly as written: ``1.10`` stays ``1.10``, and a telephone number keeps all its digits."""

    __slots__ = ()


def read_json(body: bytes) -> object:
    """The value in UTF-8 bytes (a byte-order mark is allowed); numbers become `Number`. Raises `BadPayload` otherwise.

    >>> read_json(b'{"a": [1.10, null]}')
    {'a': ['1.10', None]}
    """
    if body.count(b"[") + body.count(b"{") > DEPTH_LIMIT:
        _refuse_deep_nesting(body)
    value: object
    try:
        text = body.decode().removeprefix("\ufeff")
        # `JSONDecoder.decode` without its regular expressions, which cost as much as the parsing.
        value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_WHITE)))
        if rest := text[end:].lstrip(_WHITE):
            raise json.JSONDecodeError("Extra data", text, len(text) - len(rest))
    except UnicodeDecodeError as error:
        raise BadPayload(
            tr("This is not UTF-8: byte {number} cannot be read. Send JSON encoded as UTF-8.", number=error.start + 1)
        ) from None
    except json.JSONDecodeError as error:
        raise BadPayload(
            tr(
                "This is not valid JSON: {reason} at line {line}, column {column}.",
                reason=error.msg.removesuffix(" at"),
                line=error.lineno,
                column=error.colno,
            )
        ) from None
    if b"\\u" in body and _RISKY_ESCAPE.search(body):
        _refuse_risky_strings(value)
    return value


def _refuse_deep_nesting(body: bytes) -> None:
    """Count the levels before parsing, since the parser itself recurses."""
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        start = token[0][:1]
        if start in b"[{":
            depth += 1
            if depth > DEPTH_LIMIT:
                raise BadPayload(tr("The JSON is nested deeper than {limit} levels.", limit=DEPTH_LIMIT))
        elif start in b"]}":
            depth -= 1


def _refuse_risky_strings(value: object) -> None:
    for text in _strings(value):
        if "\0" in text:
            raise BadPayload(tr("A string holds the character NUL (\\u0000). Leave it out."))
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise BadPayload(tr("A string holds half of a surrogate pair (\\ud800 to \\udfff). Send whole characters."))


def _strings(value: object) -> Iterator[str]:
    """Every string in a value, including keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise BadPayload(tr("The key {value} appears more than once in one object. Send it once.", value=clipped_repr(twice)))
    return found


def _number(text: str) -> Number:
    if math.isinf(float(text)):
        raise BadPayload(tr("The number {value} is too large.", value=clipped_repr(text)))
    return Number(text)


def _refuse_constant(name: str) -> object:
    raise BadPayload(tr("{name} is not JSON. Send a number, a string or null.", name=name))


def clipped_repr(text: str) -> str:
    """A text for a message: quoted, its control characters escaped, at most 40 characters of it.

    >>> clipped_repr("a" * 50)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'"
    """
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


# One for all requests: `json.loads` with hooks builds a new one each time.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant)
