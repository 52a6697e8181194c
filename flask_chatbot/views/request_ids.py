"""The id of each request: the `X-Request-ID` it came with, or one that is made when it is first asked for."""

import re
from secrets import token_hex
from typing import TYPE_CHECKING

from flask import has_request_context, request

from flask_chatbot.core.origins import Origin, find_by
from flask_chatbot.core.tracing import traceparent_in

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER = "X-Request-ID"
GIVEN = "HTTP_X_REQUEST_ID"
_KEPT = "flask_chatbot.request_id"
# Short, and nothing that could end a line of a log; what may be a telephone number is nobody's id.
_SANE = re.compile(r"(?!\+?(?:\d[-.]*){8,15}\Z)[A-Za-z0-9_.:=+/-]{1,128}")


def request_id(environ: "WSGIEnvironment") -> str:
    """The id of a request: the one that it came with, if that is short and of harmless letters, else a random one.

    >>> request_id({"HTTP_X_REQUEST_ID": "7b1c-42"}), len(request_id({"HTTP_X_REQUEST_ID": "no\\nsuch id"}))
    ('7b1c-42', 32)
    """
    if (kept := environ.get(_KEPT)) is None:
        given = environ.get(GIVEN, "")
        kept = environ[_KEPT] = given if _SANE.fullmatch(given) else token_hex(16)
    return str(kept)


def _of_request() -> Origin | None:
    """The request that is being answered in this context, of whatever page of the app it is."""
    if not has_request_context():
        return None
    environ = request.environ
    return Origin(request_id(environ), traceparent_in(environ.get("HTTP_TRACEPARENT", "")))


find_by(_of_request)
