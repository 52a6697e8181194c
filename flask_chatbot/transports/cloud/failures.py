"""Meta's errors: which of them pass, after how long, and which are final. Pure.

The codes are those of https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes, read in November 2026.
"""

import json
from collections.abc import Callable, Iterable, Mapping

from flask_chatbot.errors import NotConnected, Refused, TransportError, TryLater
from flask_chatbot.transports.cloud.nodes import Node, node, text, whole
from flask_chatbot.transports.options import read_wait
from flask_chatbot.transports.webhooks import HttpAnswer
from flask_chatbot.transports.words import quoted

MINUTE, HOUR = 60.0, 3600.0  # seconds
BAD_ACCESS = "Is CHATBOT_CLOUD_TOKEN valid, and may it send for this number?"
BAD_PHONE_ID = "Is CHATBOT_CLOUD_PHONE_ID the id of the number, and may the token use it?"
BAD_ACCOUNT = "Look at the account in WhatsApp Manager: everything waits until it may send again."
MISSING = (100, 33)  # code and subcode: there is no such object, or the token may not see it

_OF_TOKEN = frozenset({0, 3, 10, 190, 131005, *range(200, 300)})
_OF_ACCOUNT = frozenset({368, 131031, 131037, 131042, 131045, 133005, 133006, 133010})
# Seconds until a call may pass, if Meta names none with Retry-After.
_PASSING: Mapping[int, float] = {
    1: 0.0,  # unknown error
    2: 0.0,  # a service of Meta's is down
    4: MINUTE,  # too many calls of the app
    80007: MINUTE,  # too many calls of the account
    130429: 5.0,  # more messages a second than the number may send
    131000: 0.0,  # something went wrong
    131016: 5.0,  # overloaded
    131048: HOUR,  # too many were blocked or marked as spam
    131056: 6.0,  # too many to the same person: one in six seconds
    131057: 10 * MINUTE,  # the account is being worked on
    132069: MINUTE,  # a flow of which too much is asked
    133004: MINUTE,  # unavailable
    133016: HOUR,  # registered too often
}


def error_of(answer: HttpAnswer) -> Node | None:
    """Meta's error in an answer; None if the answer holds none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = node(found).get("error")
    return error if isinstance(error, dict) else None


def words_of(error: Node, hidden: Iterable[str] = ()) -> str:
    """Meta's own words for an error, as a sentence with its code.

    >>> words_of({"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Message Undeliverable."}})
    'Meta says: (#131026) Message undeliverable.'
    """
    code, said = text(error.get("code")), text(error.get("message")) or text(error.get("title")) or "Unknown error"
    details = text(node(error.get("error_data")).get("details"))
    said = said if not code or f"#{code}" in said else f"(#{code}) {said}"
    if details and details.rstrip(".").lower() not in said.lower():
        said = f"{said.rstrip('.')}: {details}"
    return quoted("Meta", said, hidden)


def failure_of(answer: HttpAnswer, hidden: Iterable[str] = (), as_written: Callable[[str], str] = str) -> TransportError:
    """The error for an answer that is no success; its words show nothing of `hidden`, and name settings `as_written`."""
    wait = read_wait(answer.headers.get("retry-after"))
    error = error_of(answer)
    if error is None:
        return TryLater(f"Meta answered {answer.status} with something other than its JSON.", wait)
    code, said = whole(error.get("code")), words_of(error, hidden)
    if code not in _OF_TOKEN and answer.status in (401, 403):
        code = 190
    passing = passing_after(code)
    if passing is not None:
        advice = as_written(advice_on(code))
        return (NotConnected if advice else TryLater)(f"{said} {advice}".rstrip(), max(wait, passing))
    if answer.may_pass or error.get("is_transient") is True:
        return TryLater(said, wait)
    return Refused(said)


def passing_after(code: int) -> float | None:
    """The seconds until what failed with this code may go out; None if it never will.

    >>> passing_after(131056), passing_after(131042), passing_after(131026)
    (6.0, 3600.0, None)
    """
    if code in _OF_TOKEN:
        return MINUTE
    return HOUR if code in _OF_ACCOUNT else _PASSING.get(code)


def advice_on(code: int) -> str:
    """The advice for whoever operates the bot, about an error with this code; empty if it passes by itself."""
    if code in _OF_TOKEN:
        return BAD_ACCESS
    return BAD_ACCOUNT if code in _OF_ACCOUNT else ""


def is_missing(answer: HttpAnswer) -> bool:
    """True if Meta says that there is no object of this id."""
    error = error_of(answer) or {}
    return (whole(error.get("code")), whole(error.get("error_subcode"))) == MISSING
