"""The body of a request from any server: read to its end, within a limit."""

from io import BytesIO
from typing import IO

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_content_length, get_input_stream

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.errors import BadPayload

BODY_LIMIT = 256 * 1024  # bytes
CUT_SHORT = tr("The body could not be read to its end. Send all of it.")

log = get_logger(__name__)


def read_body(request: Request, limit: int | None, most: int = BODY_LIMIT) -> BytesIO:
    """Read the whole body of a POST, up to `most` bytes or the app's `limit`; raise `BadPayload` otherwise. The host may read it again."""
    if request.method != "POST":
        raise BadPayload(tr("This address takes POST only."), 405)
    stated = request.environ.get("CONTENT_LENGTH", "")
    is_usual = stated.isdecimal() and len(stated) < 20 and "HTTP_TRANSFER_ENCODING" not in request.environ
    length = int(stated) if is_usual else get_content_length(request.environ)  # which costs ten times that
    limit = most if limit is None else min(limit, most)
    if length is not None and length > limit:
        raise _too_large(limit)
    try:
        # Werkzeug's own streams, made for uploads, would cost as much as the matching.
        body: bytes = _unmeasured(request, limit) if length is None else request.environ["wsgi.input"].read(length)
        if length is not None and len(body) < length:
            body = _continued(request, body, length)
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    except Exception as error:  # noqa: BLE001  each server has errors of its own for a body that breaks off or is wrongly chunked
        log.info("could not read a body: %s", type(error).__name__)
        raise BadPayload(CUT_SHORT) from None
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None:
        if len(body) < length:  # some servers hand on what they got, as if it were all
            raise BadPayload(CUT_SHORT)
        request.environ["wsgi.input"] = BytesIO(body)
    return BytesIO(body)


def _unmeasured(request: Request, limit: int) -> bytes:
    """Read a body of unknown length. It would be cut silently at the limit, so the limit is one byte higher."""
    request.stream = get_input_stream(request.environ, max_content_length=limit + 1)  # Flask 3.0 has no limit that a request could set
    return request.get_data()


def _continued(request: Request, body: bytes, length: int) -> bytes:
    """Read the rest of a body of `length` bytes, as far as there is more than the server has passed on."""
    stream: IO[bytes] = request.environ["wsgi.input"]
    while len(body) < length and (more := stream.read(length - len(body))):
        body += more
    return body if len(body) == length else request.get_data()  # where it has been read already, Werkzeug kept it


def _too_large(limit: int) -> BadPayload:
    return BadPayload(tr("The body is larger than {limit} bytes. Send less.", limit=limit), 413)
